/** What the scripts in use get wrong before post processing begins, by the numbers they are known under. */
import { describe, expect, test } from 'vitest';
import { type Exec, editIni, editShell, Refusal, type Rule, type Step } from '../../core/index.ts';
import { ccds } from '../../targets/ccds.ts';
import { exposureList } from '../../targets/complete-exposures.ts';
import { dagmaker } from '../../targets/dagmaker.ts';
import { exposuresList } from '../../targets/exposures-list.ts';
import { outputTxt } from '../../targets/output-txt.ts';
import { followUpParams } from '../../targets/pipeline.ts';
import { postproc } from '../../targets/postproc.ts';
import { parseExposureTable } from '../../targets/reports/exposure-table.ts';
import { rowIn, rowsText } from '../../targets/reports/rows.ts';
import { judgeSeason } from '../../targets/seasons/season-rules.ts';
import { dagmakerValues } from '../../targets/settings/dagmaker-params.ts';
import { OUTPUT_TXT } from '../../targets/settings/follow-up.ts';
import { iniValues } from '../../targets/settings/postproc-params.ts';
import { sandbox } from '../../targets/site/sandbox.ts';

const site = sandbox();
const params = Object.fromEntries(
  Object.entries(followUpParams(site)).map(([name, one]) => [name, one.default]),
);
const all = { site, season: '1601', exposures: ['668440'], params };
const NOTHING_USED = { tables: [], pnfs: [] };

describe('the season', () => {
  test('B1, B2: a season that is no test season is taken like any other', () => {
    expect(judgeSeason('1601', NOTHING_USED)).toEqual({ take: ['1601'] });
  });

  test('B3: a season that the database has is refused', () => {
    const used = { tables: [{ season: '416', tables: ['SNOBS'] }], pnfs: [] };
    expect(() => judgeSeason('416', used)).toThrow(Refusal);
  });

  test('B4: a season chosen by desgw is never a reserved or a used one', () => {
    const used = { tables: [{ season: '4998', tables: ['SNOBS'] }], pnfs: [] };
    const { take } = judgeSeason('auto', used);
    const wrong = take.map(Number).filter((n) => n < 100 || [5000, 6000, 4998].includes(n));
    expect([take.length > 0, wrong]).toEqual([true, []]);
  });

  test('B14: a test season needs no number and no answer to a question', () => {
    expect(judgeSeason('test', NOTHING_USED).take.slice(0, 2)).toEqual(['2206', '2208']);
  });
});

describe('dagmaker.rc', () => {
  test.each(['SEASON=1\nA=1\n', '\n\nA=1\n# c\nSEASON=1 # d\n', 'A=1\n'])(
    'B10: the season is set by its name, wherever it stands (%j)',
    (text) => {
      const edited = editShell(text, { SEASON: '1601' });
      expect(edited.match(/^SEASON=.*$/gm)).toHaveLength(1);
      expect(edited).toMatch(/^SEASON="?1601"?/m);
      expect(edited).toContain('A=1\n');
    },
  );

  test('B11: MIN_NITE and MAX_NITE are both kept', () => {
    const values = dagmakerValues({ MIN_NITE: 20130101, MAX_NITE: 20170101 }, '1601');
    expect(values).toEqual({ SEASON: '1601', MIN_NITE: '20130101', MAX_NITE: '20170101' });
    const edited = editShell('#MIN_NITE=1\n#MAX_NITE=2\n', values);
    expect(edited).toMatch(/^MIN_NITE="?20130101"?$/m);
    expect(edited).toMatch(/^MAX_NITE="?20170101"?$/m);
  });
});

describe('exposures', () => {
  const row = (n: string, object: string): string =>
    ` ${n} 20170817 57983.005780 197.45 -23.38 i 30.0 2017B-0110 object 0.48 ${object}\n`;
  const table = parseExposureTable(row('668440', 'after 668441') + row('668442', 'x'));

  test('B12: are found by their number alone, and one that is not there does not vanish', () => {
    expect(rowsText(table, ['668440', '668441'])).toBe(row('668440', 'after 668441'));
    expect(rowIn(rowsText(table, ['668441']), '668441')).toMatchObject({ state: 'failed' });
  });

  test('B13: output.txt is read where it is written, after the DAGs were handed over', () => {
    const written = outputTxt(all);
    expect(written.outputs).toEqual([OUTPUT_TXT]);
    expect(written.gathers).toEqual(['submitted_668440']);
    expect(exposureList(all).inputs).toEqual([OUTPUT_TXT]);
  });

  test('B15: DAGMakers start when the table and its files by band are there', () => {
    expect(dagmaker(all, '668440').after).toContain('exposures.list');
    const commands = stepsOf(exposuresList(site, ['668440'])).flatMap((step) =>
      step.kind === 'exec' ? [step.argv.join(' ')] : [],
    );
    expect(commands).toContainEqual(
      expect.stringMatching(/exposures_\$band\.list.* u g r i z Y VR$/s),
    );
  });

  test('B16: post processing begins when the grid is through with every exposure', () => {
    expect(ccds(all, '668440', { band: 'i' }).after).toEqual(['submitted_668440']);
    expect(exposureList(all).gathers).toEqual(['forcefiles_668440']);
    const first = postproc(all, new Map(), './outputs').find(({ name }) => name === 'postproc:0');
    expect(first?.deps).toContain('exposure.list');
  });
});

describe('post processing', () => {
  test('B23: proposal and time of the trigger are those that were given', () => {
    const values = iniValues(
      { ...params, propid: '2019A-0305', triggermjd: 58709.88 },
      { season: '1601', listFile: 'a.list', outdir: './outputs' },
    );
    expect(values).toMatchObject({
      'general.propid': '2019A-0305',
      'general.triggermjd': '58709.88',
    });
  });

  test('B25: comments and the spelling of keys stay in the ini', () => {
    const before = '[general]\n# note\nGoodSNIDs = a\nseason = 1\n';
    const after = editIni(before, { 'general.season': '1601' });
    expect(after).toBe('[general]\n# note\nGoodSNIDs = a\nseason = 1601\n');
  });

  test('B26: links are made with the season and the directories that they are made for', () => {
    const chain = postproc(all, new Map(), './outputs').find(({ name }) => name === 'postproc:0')!
      .chain!;
    const steps = evaluated(chain.recipe.steps);
    const links = steps.find(
      (step): step is Exec =>
        step.kind === 'exec' && step.argv.join(' ').includes('update_forcephoto_links'),
    );
    expect(links?.environment?.script).toBe('sandbox/Post-Processing/diffimg_setup.sh');
    expect(links?.environment?.set).toMatchObject({ SEASON: '1601' });
  });
});

function stepsOf(rule: Rule): readonly Step[] {
  const recipe = rule.recipe!;
  return 'steps' in recipe ? evaluated(recipe.steps) : recipe;
}

function evaluated(steps: readonly Step[] | ((facts: never) => readonly Step[])): readonly Step[] {
  if (typeof steps !== 'function') return steps;
  const facts = {
    text: () => '[general]\noutdir = ./outputs\n',
    maybeText: () => undefined,
    value: null,
    gathered: [],
    workspace: '/ws',
    settled: true,
    due: ['postproc:0', 'postproc:1'],
  };
  return steps(facts as never);
}
