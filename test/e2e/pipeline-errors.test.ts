/** What goes wrong before anything reaches the grid: one clear message each, and nothing submitted. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Ended, rulesFor, type Site, site } from './site.ts';

const STACK = /^\s+at .+:\d+/m;

describe('a mistake on the command line or in the rule file', () => {
  let at: Site;
  beforeAll(() => {
    at = site(['668440']);
  });
  afterAll(() => at.dispose());

  test.each<
    [
      string,
      {
        readonly args?: readonly string[];
        readonly rules?: string;
        readonly files?: { readonly [path: string]: string };
      },
      string,
    ]
  >([
    [
      'an unknown target',
      { args: ['postpro'] },
      "desgw: there is no target 'postpro'\n  Did you mean 'postproc'?\n",
    ],
    [
      'a target of an exposure that is not asked for',
      { args: ['ccds_668441'] },
      "desgw: there is no target 'ccds_668441'\n  Did you mean 'ccds_668440'?\n",
    ],
    [
      'an unknown setting',
      { args: ['--set', 'TWINDO=20'] },
      "desgw: there is no parameter 'TWINDO'\n  Did you mean 'TWINDOW'? --allow-unknown lets it pass as a text.\n",
    ],
    [
      'a setting that makes no sense',
      { args: ['--set', 'ncore=12'] },
      '--set ncore=12: force photometry would wait for ever; choose one of 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 13, 16, 21, 31, 62\n',
    ],
    [
      'an exposure list that is missing',
      { rules: rulesFor('exposures.txt') },
      'desgw: exposures.txt does not exist\n  The rule file names it; make it, or name another.\n',
    ],
    [
      'an exposure that is no number, in a list',
      { rules: rulesFor('exposures.txt'), files: { 'exposures.txt': '668440\n66844x\n' } },
      "desgw: exposures.txt:2: '66844x' is not an exposure number\n  Write one exposure number of six or seven digits on every line.\n",
    ],
    [
      'an exposure that is no number, in the rule file',
      { rules: rulesFor(['668440', '66844x']) },
      "desgw: '66844x' is not an exposure number\n  An exposure number has six or seven digits and no leading zero, like 668443.\n",
    ],
    [
      'a rule file that cannot be read',
      { rules: 'export default = 1;\n' },
      'desgwfile.ts:1:16: Unexpected "="',
    ],
    [
      'a rule file that fails',
      { rules: "throw new Error('no such event');\nexport default {};\n" },
      'no such event',
    ],
    [
      'settings that contradict each other',
      { args: ['--set', 'MIN_NITE=20180101', '--set', 'MAX_NITE=20170101'] },
      'MIN_NITE=20180101 is after MAX_NITE=20170101',
    ],
  ])(
    '%s is told at once, and nothing is touched',
    async (_what, { args = [], rules = rulesFor(['668440']), files = {} }, message) => {
      at.put('desgwfile.ts', rules);
      for (const [path, text] of Object.entries(files)) at.put(path, text);
      const before = madeHere(at);
      const ended = await at.desgw(['build', ...args]);
      expect(ended.code, ended.said).toBe(2);
      expect(ended.out).toBe('');
      if (message.startsWith('desgw: '))
        expect(ended.err.replace(/^ {2}\(DG\d+: .*\n/m, '')).toBe(message);
      else expect(ended.err).toContain(message);
      expect(ended.err).not.toMatch(STACK);
      expect(madeHere(at)).toEqual(before);
    },
  );
});

describe('a DAGMaker that fails', () => {
  /** Most of these end with exit status 0. */
  const TROUBLE = {
    '668437': { noTemplates: true },
    '668438': { rawMissing: true },
    '668439': { cpFailed: true },
    '668441': { headerFails: true },
    '668442': { copyError: 'inputFiles' },
    '668443': { copyError: 'inputs' },
    '668444': { dieAt: 'overlaps' },
    '668445': { dieAt: 'dag' },
    '668446': { dieAt: 'copy' },
  };
  const FAILING = Object.keys(TROUBLE);
  const GOOD = '668440';
  const ABSENT = '999999';
  let at: Site;
  let first: Ended;
  beforeAll(async () => {
    at = site([GOOD, ABSENT, ...FAILING]);
    const dials = {
      exposures: Object.fromEntries(
        Object.entries(TROUBLE).map(([e, dagmaker]) => [e, { dagmaker, search: { outcomes: {} } }]),
      ),
    };
    first = await at.desgw(['build', '--set', 'DO_HEADER_CHECK=1'], { dials });
  });
  afterAll(() => at.dispose());

  test('fails its exposure alone: the others go through to the end', () => {
    expect(first.code).toBe(1);
    expect(first.said).not.toMatch(STACK);
    expect(at.submissions()).toEqual([GOOD]);
  });

  test.each([
    [
      '668437',
      'exposure 668437 has no template images',
      'loosen TEFF_CUT, TWINDOW, MIN_NITE or MAX_NITE',
    ],
    [
      '668438',
      'the raw image of exposure 668438 was found neither on disk nor at NCSA',
      'wait until the image has arrived',
    ],
    ['668439', 'DAGMaker could not copy a raw image to pnfs', 'see whether pnfs is writable'],
    ['668441', 'DAGMaker could not copy the corrected image', 'see whether pnfs is writable'],
    ['668442', 'DAGMaker could not copy its input files to pnfs', 'see whether pnfs is writable'],
    ['668443', 'DAGMaker could not copy its input files to pnfs', 'see whether pnfs is writable'],
    ['668444', 'SIGKILL', 'shows how far it came'],
    ['668445', 'SIGKILL', 'shows how far it came'],
    ['668446', 'SIGKILL', 'shows how far it came'],
    [
      ABSENT,
      'exposure 999999 is not in exposures.list',
      'the exposure database does not have it yet',
    ],
  ])('%s: says what happened and what to do', (exposure, what, advice) => {
    const told =
      new RegExp(`^failed: dagmaker_${exposure}\\.out\\n((?: .*\\n?)+)`, 'm').exec(
        first.out,
      )?.[1] ?? first.out;
    expect(told).toContain(what);
    expect(told).toContain(advice);
  });

  test('is run again by the next build, and then the exposure is submitted', async () => {
    const again = await at.desgw(['build', 'output.txt', '--set', 'DO_HEADER_CHECK=1']);
    expect(again.code).toBe(1); // 999999 is still unknown
    // Nothing has changed for the one without its raw image, nor for the database.
    expect(again.out).toMatch(/desgw build (?:--set \S+ )*--force dagmaker_668438\.out/);
    expect(at.submissions()).not.toContain('668438');
    expect(at.calls('getExposureInfo.sh')).toHaveLength(1);
    const forced = ['build', '--force', 'dagmaker_668438.out', '--set', 'DO_HEADER_CHECK=1'];
    expect((await at.desgw(forced)).code).toBe(0);
    await at.desgw(['build', 'output.txt', '--set', 'DO_HEADER_CHECK=1']);
    expect([...at.submissions()].sort()).toEqual([GOOD, ...FAILING].sort());
    expect(at.text('image_proc_outputs/output.txt').split('\n')[0]!.match(/\d{6}/g)).toEqual(
      [...FAILING, GOOD].sort(),
    );
  });

  test('a missing file in HOME is named, and nothing is submitted', async () => {
    at.put('desgwfile.ts', rulesFor(['668448']));
    at.remove('sandbox/home/.desservices.ini');
    const submitted = at.submissions();
    const missing = await at.desgw(['build']);
    expect(missing.code, missing.said).toBe(1);
    expect(missing.out).toMatch(/DAGMaker needs \S*\.desservices\.ini, which is not there/);
    expect(at.submissions()).toEqual(submitted);
  });
});

test('a season set by hand in dagmaker.rc is not used; where a person accepts it, its DAG is not submitted', async () => {
  const at = site(['668440']);
  try {
    expect(await at.desgw(['build', 'dagmaker.rc'])).toMatchObject({ code: 0 });
    // Below the line that desgw sets, somebody sets it once more: bash takes the last.
    const rc = 'sandbox/gw_workflow/dagmaker.rc';
    at.put(rc, `${at.text(rc)}SEASON=500\n`);
    const edited = await at.desgw(['build']);
    expect(edited.code, edited.said).toBe(4);
    expect(edited.out).toContain(`dagmaker.rc  edited: ${rc} was changed by hand`);
    expect(edited.out).toContain('desgw accept dagmaker.rc');
    expect(edited.out).toMatch(/desgw build (?:--set \S+ )*--force dagmaker\.rc/);
    expect(at.calls('DAGMaker.sh')).toEqual([]);

    expect(await at.desgw(['accept', 'dagmaker.rc'])).toMatchObject({ code: 0, err: '' });
    const wrong = await at.desgw(['build']);
    expect(wrong.code, wrong.said).toBe(1);
    expect(wrong.out).toContain(`the DAG is for dp500, wanted is dp${at.season()}`);
    expect(at.submissions()).toEqual([]);

    const forced = await at.desgw(['build', '--force', 'dagmaker.rc']);
    expect(forced, forced.said).toMatchObject({ code: 0 });
    const right = await at.desgw(['build', 'output.txt']);
    expect(right, right.said).toMatchObject({ code: 0 });
    expect(at.submissions()).toEqual(['668440']);
  } finally {
    at.dispose();
  }
});

/** Everything in the workspace but the cache of the rule file, which is no decision of anybody. */
function madeHere(at: Site): { readonly [path: string]: string } {
  return Object.fromEntries(
    Object.entries(at.listing()).filter(([path]) => !/^\.(desgw|cache)\//.test(path)),
  );
}
