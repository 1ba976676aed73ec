import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Refusal } from '../../../core/api/errors.ts';
import { editShell, readShell } from '../../../core/formats/shell.ts';
import { chosenParams } from '../../../core/graph/params.ts';
import { DAGMAKER_PARAMS, dagmakerValues } from '../../../targets/settings/dagmaker-params.ts';

const templatePath = join(import.meta.dirname, '../../../templates/dagmaker.rc');
const template = readFileSync(templatePath, 'utf8');

/** The settings that `--set` would make of these texts. */
const values = (...set: string[]): object =>
  dagmakerValues(chosenParams({ params: DAGMAKER_PARAMS }, set).values, '2206');

describe('the settings of DAGMaker', () => {
  test('are the season alone unless a parameter is given', () => {
    expect(values()).toEqual({ SEASON: '2206' });
    expect(dagmakerValues({}, '2206')).toEqual({ SEASON: '2206' });
  });

  test('are spelt as DAGMaker.sh compares them', () => {
    expect(
      values(
        ...['WRITEDB=off', 'RM_MYTEMP=yes', 'SKIP_INCOMPLETE_SE=false', 'IGNORECALIB=1'],
        ...[
          'TEFF_CUT_g=.20',
          'TEFF_CUT_Y=0.0000001',
          'TWINDOW=30',
          'MIN_NITE=20150101',
          'MAX_NITE=99999999',
        ],
        ...['RNUM=4', 'PNUM=07', 'DO_HEADER_CHECK=1', 'TWINDOW_DISTINCT=0', 'STASHVER=30511'],
        ...[
          'RESOURCES=DEDICATED, OFFSITE',
          'JOBSUB_OPTS=--memory=4GB --lines=\'+X="y"\'',
          'SEARCH_OPTS=',
        ],
        ...['DESTCACHE=scratch', 'SCHEMA=wsdiff', 'DIFFIMG_EUPS_VERSION=gw10'],
      ),
    ).toEqual({
      SEASON: '2206',
      ...{ WRITEDB: 'off', RM_MYTEMP: 'true', SKIP_INCOMPLETE_SE: 'false', IGNORECALIB: 'true' },
      ...{ TEFF_CUT_g: '0.2', TEFF_CUT_Y: '0.000000100000', TWINDOW: '30' },
      ...{ MIN_NITE: '20150101', MAX_NITE: '99999999', RNUM: '4', PNUM: '07' },
      ...{ DO_HEADER_CHECK: '1', TWINDOW_DISTINCT: '0', STASHVER: '30511' },
      ...{ RESOURCES: 'DEDICATED,OFFSITE', JOBSUB_OPTS: '--memory=4GB --lines=\'+X="y"\'' },
      ...{ SEARCH_OPTS: '', DESTCACHE: 'scratch', SCHEMA: 'wsdiff', DIFFIMG_EUPS_VERSION: 'gw10' },
    });
  });

  const complaints: readonly [string, string][] = [
    ['RNUM=4a', 'it must be one to three digits'],
    ['DIFFIMG_EUPS_VERSION=gw8; id', 'it must be one word'],
    ['RESOURCES=', 'it is empty'],
    ['RESOURCES=a b', 'each member must be a word in capitals'],
    ['DESTCACHE=resilient', 'it must be persistent or scratch'],
    ['SCHEMA=marcelle', 'it must be gw or wsdiff'],
    ['DO_HEADER_CHECK=2', 'it must be 0 or 1'],
    ['TEFF_CUT_r=-0.1', 'it must lie between 0 and 10'],
    ['TWINDOW=-1', 'it must lie between 0 and 100000'],
    ['MIN_NITE=20151301', 'it must be a date written yyyymmdd'],
    ['MIN_NITE=99999999', 'it must be a date written yyyymmdd'],
    ['JOBSUB_OPTS=memory', 'it must begin with an option, such as --memory'],
    ["JOBSUB_OPTS=--a 'b", 'it holds a quote that is not closed'],
    [
      "JOBSUB_OPTS=--lines='+X=1 || +Y=2'",
      'it holds a blank inside quotes, and jobsub cuts lines of a DAG at every blank; write the option without it',
    ],
    [
      'SEARCH_OPTS=-x "a b"',
      'it holds a blank inside quotes, and jobsub cuts lines of a DAG at every blank; write the option without it',
    ],
    ['JOBSUB_OPTS=--a\n--b', 'it holds a line break or a control character'],
    ['JOBSUB_TEMP_OPTS=$JOBSUB_OPTS --a', 'it holds $, ` or \\, which would not be expanded'],
  ];
  test.each(complaints)('do not include %j', (set, complaint) => {
    expect(() => values(set)).toThrow(complaint);
  });

  test('must leave nites from which templates can be taken', () => {
    expect(() => values('MIN_NITE=20170101', 'MAX_NITE=20161231')).toThrow(
      new Refusal(
        'MIN_NITE=20170101 is after MAX_NITE=20161231, so there would be no templates',
        'Exchange the two.',
      ),
    );
  });

  test('each say what they are for', () => {
    const mute = Object.entries(DAGMAKER_PARAMS).filter(([, { help = '' }]) => help.length < 20);
    expect(mute.map(([name]) => name)).toEqual([]);
  });
});

describe('the template of dagmaker.rc', () => {
  const names = [...Object.keys(DAGMAKER_PARAMS), 'SEASON'];

  test('has a line for every setting, in force or as an example', () => {
    const active = new Set(readShell(template).keys());
    expect([...active].filter((name) => !names.includes(name))).toEqual([]);
    expect(names.filter((name) => !active.has(name)).sort()).toEqual([
      ...['MAX_NITE', 'MIN_NITE', 'STASHVER'],
      ...['TWINDOW_AFTER', 'TWINDOW_BEFORE', 'TWINDOW_DISTINCT'],
    ]);
    expect(names.filter((name) => !new RegExp(`^#?${name}=`, 'm').test(template))).toEqual([]);
  });

  test('holds values that the parameters would accept', () => {
    const refused = Object.entries(DAGMAKER_PARAMS).filter(
      ([name, { type, check }]: [
        string,
        { type: string; check?: (value: never) => string | undefined },
      ]) => {
        const text = readShell(template).get(name)?.value;
        if (text === undefined || check === undefined) return false;
        const value = type === 'list' ? text.split(',') : type === 'text' ? text : Number(text);
        return check(value as never) !== undefined;
      },
    );
    expect(refused).toEqual([]);
  });

  test('says no setting twice and is sourced by bash without a word', () => {
    const script = 'source "$1" 2>&1; printf "%s\\n" "$JOBSUB_TEMP_OPTS" "$TEFF_CUT_g" "$MIN_NITE"';
    const out = execFileSync(
      'bash',
      ['--norc', '--noprofile', '-c', script, 'bash', templatePath],
      {
        env: { PATH: '/bin' },
      },
    );
    const jobsub = readShell(template).get('JOBSUB_OPTS')?.value;
    expect(out.toString()).toBe(
      `${jobsub} --lines='+FERMIHTC_AutoRelease=True' --lines='+FERMIHTC_GraceLifetime=43200' --lines='+FERMIHTC_GraceMemory=5000'\n.2\n\n`,
    );
  });

  test('takes an edit of every setting in the place that is meant for it', () => {
    const wanted = Object.fromEntries(names.map((name) => [name, `--new ${name}`]));
    const edited = editShell(template, wanted);
    expect(edited.split('\n').length).toBe(template.split('\n').length);
    expect(
      Object.fromEntries([...readShell(edited)].map(([name, { value }]) => [name, value])),
    ).toEqual(wanted);
    expect(edited.split('\n').filter((line) => !line.includes('--new'))).toEqual(
      template.split('\n').filter((line) => !/^#?[A-Z]\w*=/.test(line)),
    );
  });
});
