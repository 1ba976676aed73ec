import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Refusal } from '../../../core/api/errors.ts';
import { editIni, iniName, readIni } from '../../../core/formats/ini.ts';
import { chosenParams } from '../../../core/graph/params.ts';
import {
  eventValues,
  iniBands,
  iniOutdir,
  iniValues,
  POSTPROC_PARAMS,
} from '../../../targets/settings/postproc-params.ts';

const template = readFileSync(
  join(import.meta.dirname, '../../../templates/template_postproc.ini'),
  'utf8',
);

const params = (...set: string[]) => chosenParams({ params: POSTPROC_PARAMS }, set).values;
const values = (...set: string[]): object =>
  iniValues(params(...set), { season: '2206', listFile: 'complete.list', outdir: './outputs' });

const derived = {
  'general.season': '2206',
  'general.exposures_listfile': 'complete.list',
  'general.outdir': './outputs',
};

describe('the settings of post processing', () => {
  test('are what follows from the exposures unless a parameter is given', () => {
    expect(values()).toEqual(derived);
    expect(
      iniValues({}, { season: '2206', listFile: 'complete.list', outdir: './outputs' }),
    ).toEqual(derived);
  });

  test('are spelt as Python reads them', () => {
    expect(
      values(
        ...['ligoid=GW170817', 'triggerid=G298048', 'propid=2017B-0110', 'triggermjd=57982.52852'],
        ...[
          'outdir=/data/out put',
          'rootdir=/pnfs/des/persistent/gw',
          'indir=./',
          'env_setup_file=./setup.sh',
        ],
        ...[
          'db=destest',
          'schema=marcelle',
          'GoodSNIDs=good.txt',
          'mlscore_cut=.5',
          'numepochs_min=2',
        ],
        ...['ncore=16', 'writeDB=off', 'datafiles_numepochs_min=1', '2nite_trigger=null'],
      ),
    ).toEqual({
      ...derived,
      ...{ 'general.ligoid': 'GW170817', 'general.triggerid': 'G298048' },
      ...{ 'general.propid': '2017B-0110', 'general.triggermjd': '57982.52852' },
      ...{ 'general.outdir': '/data/out put', 'general.rootdir': '/pnfs/des/persistent/gw' },
      ...{ 'general.indir': './', 'general.env_setup_file': './setup.sh' },
      ...{ 'general.db': 'destest', 'general.schema': 'marcelle', 'general.GoodSNIDs': 'good.txt' },
      ...{ 'plots.mlscore_cut': '0.5', 'GWFORCE.numepochs_min': '2', 'GWFORCE.ncore': '16' },
      ...{ 'GWFORCE.writeDB': 'False', 'GWmakeDataFiles.numepochs_min': '1' },
      'GWmakeDataFiles.2nite_trigger': 'null',
    });
  });

  test('put the output where the parameter says, else the template, else the site', () => {
    const own = new Map([['general.outdir', './out/33']]);
    const usual = './outputs_S2206';
    expect(iniOutdir(params('outdir=/data/out'), own, usual)).toBe('/data/out');
    expect(iniOutdir(params(), own, usual)).toBe('./out/33');
    expect(iniOutdir(params(), new Map(), usual)).toBe(usual);
    expect(iniOutdir(params(), undefined, usual)).toBe(usual);
  });

  test.each([10, 12, 14, 20, 24, 32, 63, 0])(
    'do not include %i cores, with which it hangs',
    (cores) => {
      expect(() => values(`ncore=${cores}`)).toThrow(
        'force photometry would wait for ever; choose one of 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 13, 16, 21, 31, 62',
      );
    },
  );

  const complaints: readonly [string, string][] = [
    ['2nite_trigger=True', 'anything but null makes step 5 of run_postproc.py fail'],
    [
      'triggermjd=2457983.0',
      'it must be a modified Julian date between 40000 and 100000, like 57982.529',
    ],
    ['propid=2017b-0110', 'it must look like 2017B-0110'],
    ['schema=gw', "gw is a part of DAGMaker's output path: set SCHEMA, in capitals"],
    ['db=a b', 'it must be one word'],
    ['rootdir=pnfs', 'it must be an absolute path'],
    [
      'outdir=out ; x',
      'it holds a quote, %, ; or a control character, which an ini cannot hold safely',
    ],
    [
      'outdir=100%',
      'it holds a quote, %, ; or a control character, which an ini cannot hold safely',
    ],
    ['outdir=', 'it is empty'],
    ['mlscore_cut=1.5', 'it must lie between 0 and 1'],
    ['numepochs_min=-1', 'it must not be negative'],
  ];
  test.each(complaints)('do not include %j', (set, complaint) => {
    expect(() => values(set)).toThrow(complaint);
  });

  test('do not include a list whose name an ini cannot hold', () => {
    expect(() => iniValues({}, { season: '2206', listFile: 'a\nb', outdir: '.' })).toThrow(
      new Refusal(
        "exposure list 'a\\nb': it holds a quote, %, ; or a control character, which an ini cannot hold safely",
      ),
    );
  });
});

describe('which event it is', () => {
  const none = new Map<string, string>();
  const example = new Map([
    ['general.ligoid', 'GW170814'],
    ['general.propid', '2023B-851374'],
    ['general.triggermjd', '57979.437'],
  ]);

  test('is chosen by a parameter, a template of one’s own, or a site that has one event alone', () => {
    const given = { ligoid: 'S250223dk', propid: '2023B-851374', triggermjd: 60729.1 };
    expect(eventValues(given, undefined, undefined)).toEqual({ values: {}, unset: [] });
    const own = new Map(Object.entries(given).map(([name, v]) => [`general.${name}`, String(v)]));
    expect(eventValues({}, own, undefined)).toEqual({ values: {}, unset: [] });
    const event = { ligoid: 'A', propid: 'B', triggermjd: 'C' };
    expect(eventValues({ propid: 'mine' }, undefined, event)).toEqual({
      values: { 'general.ligoid': 'A', 'general.triggermjd': 'C' },
      unset: [],
    });
  });

  test.each([
    ['nothing at all', undefined, ['ligoid', 'propid', 'triggermjd']],
    ['a template that says nothing', none, ['ligoid', 'propid', 'triggermjd']],
    ['the example that comes with the scripts', example, ['ligoid', 'triggermjd']],
  ])('is not told by %s', (_what, template, unset) => {
    const found = eventValues({}, template, undefined);
    expect(found.unset).toEqual(unset);
    expect(Object.values(found.values)).toEqual(unset.map(() => 'not_set'));
  });
});

describe('the bands', () => {
  test('are each given once, from blue to red', () => {
    expect([iniBands(['z', 'i', 'z', 'Y']), iniBands(['r'])]).toEqual(['i,z,Y', 'r']);
  });

  test.each(['all', 'iz', 'y', ''])('cannot be %j', (band) => {
    expect(() => iniBands(['i', band])).toThrow(
      new Refusal(
        `'${band}' is not a band that run_postproc.py can take`,
        "Bands are u, g, r, i, z, Y, VR; 'all' makes its step 0 fail.",
      ),
    );
  });

  test('cannot be none: then nothing is to be started', () => {
    expect(() => iniBands([])).toThrow('no exposure goes on to post processing');
  });
});

describe('the template of the ini', () => {
  test('has every key that run_postproc.py needs, and reads alike in Python 2 and 3', () => {
    const required = {
      general:
        'season ligoid triggerid propid triggermjd ups env_setup_file rootdir outdir indir db schema exposures_listfile bands GoodSNIDs',
      plots: 'mlscore_cut',
      masterlist: 'blacklist filename_1 filename_2',
      checkoutputs: 'logfile ccdfile goodfile steplist',
      GWFORCE: 'numepochs_min ncore writeDB',
      HOSTMATCH: 'version',
      truthtable: 'filename plusname',
      GWmakeDataFiles: 'format numepochs_min 2nite_trigger',
      'GWmakeDataFiles-real': 'outFile_stdout outDir_data combined_fits',
      'GWmakeDataFiles-fake': 'outFile_stdout outDir_data version',
    };
    const names = Object.entries(required).flatMap(([section, keys]) =>
      keys.split(' ').map((key) => iniName(`${section}.${key}`)),
    );
    expect([...readIni(template).keys()]).toEqual(names);
    // No inline comment, continuation or percent sign, on which the readers differ.
    expect(template.split('\n').filter((line) => /^\s+\S|^[^#].*[;%]/.test(line))).toEqual([]);
  });

  test('keeps all of its lines but those of the settings', () => {
    const wanted = {
      ...iniValues(params('GoodSNIDs=x', 'writeDB=false', '2nite_trigger=null'), {
        season: '7',
        listFile: '/a b/c.list',
        outdir: './outputs',
      }),
      'general.bands': iniBands(['i', 'z']),
    };
    const edited = editIni(template, wanted);
    const changed = edited.split('\n').filter((line) => !template.split('\n').includes(line));
    expect(changed).toEqual([
      'season = 7',
      'exposures_listfile = /a b/c.list',
      'bands = i,z',
      'GoodSNIDs = x',
      'writeDB = False',
    ]);
    expect(edited.split('\n').length).toBe(template.split('\n').length);
  });
});
