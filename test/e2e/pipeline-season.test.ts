/** Which season is taken, and post processing alone from a given output.txt. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GOOD, PATCHY, POOR, type Site, site, THREE } from './site.ts';

describe('the season', () => {
  let at: Site;
  const used: Site[] = [];
  beforeAll(async () => {
    at = site([GOOD]);
    expect(await at.desgw(['build', 'sandbox'])).toMatchObject({ code: 0 });
  });
  afterAll(() => {
    for (const one of [at, ...used]) one.dispose();
  });
  const another = (): Site => {
    const copy = at.copy();
    used.push(copy);
    return copy;
  };

  test.each([
    ['416', 'it is in use (the database has it in'],
    ['5000', 'it is reserved for the nightly processing of DES year 5'],
    ['7', '1 to 10 belong to the supernova group'],
    ['42', '11 to 99 are reserved for tests and development'],
  ])(
    '%s is refused, with the nearest free numbers, and nothing is claimed',
    async (season, why) => {
      const refused = await at.desgw(['build', '--set', `season=${season}`]);
      expect(refused.code, refused.said).toBe(1);
      expect(refused.out).toContain(`Season ${season} cannot be taken: ${why}`);
      expect(refused.out).toMatch(
        /The nearest free numbers are \d+, \d+, \d+; 'auto' picks a free one/,
      );
      expect(at.exists('sandbox/seasons-claimed')).toBe(false);
      expect(at.exists('image_proc_outputs/season')).toBe(false);
    },
  );

  test('that is no number is refused', async () => {
    const refused = await at.desgw(['build', '--set', 'season=autumn']);
    expect(refused.code, refused.said).not.toBe(0);
    expect(refused.said).toContain("'autumn' is no season");
    expect(at.exists('image_proc_outputs/season')).toBe(false);
  });

  test('that was named and is free is claimed under its number', async () => {
    const one = another();
    expect(await one.desgw(['build', 'season', '--set', 'season=1702'])).toMatchObject({ code: 0 });
    expect(one.season()).toBe('1702');
    expect(Object.keys(one.listing('sandbox/seasons-claimed'))).toEqual(['season-1702']);
  });

  test("for tests may be used by everybody and is nobody's", async () => {
    const one = another();
    expect(await one.desgw(['build', 'season', '--set', 'season=test'])).toMatchObject({ code: 0 });
    expect(one.season()).toBe('2206');
    expect(one.exists('sandbox/seasons-claimed')).toBe(false);
  });

  test('differs between two workspaces that share a registry', async () => {
    const [one, other] = [another(), another()];
    const registry = `${one.dir}/sandbox/seasons-claimed`;
    const rules = one
      .text('desgwfile.ts')
      .replace('= sandbox();', `= { ...sandbox(), registry: ${JSON.stringify(registry)} };`);
    one.put('desgwfile.ts', rules);
    other.put('desgwfile.ts', rules);
    const both = await Promise.all(
      [one, other].map((workspace) => workspace.desgw(['build', 'season'])),
    );
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(one.season()).not.toBe(other.season());
    const named = await other.desgw(['build', 'season', '--set', `season=${one.season()}`]);
    expect(named.code, named.said).toBe(1);
    expect(named.out).toMatch(
      new RegExp(`season-${one.season()}: taken meanwhile by \\w+ on \\S+ \\(${one.dir}\\)`),
    );
  });

  test('stays when our own data appear under it, also when .desgw is lost', async () => {
    const one = another();
    expect(await one.desgw(['build', 'dagmaker.rc'])).toMatchObject({ code: 0 });
    const season = one.season();
    one.put(`sandbox/pnfs/des/persistent/gw/forcephoto/images/dp${season}/20170817/x`, '');
    const again = await one.desgw(['build', 'dagmaker.rc']);
    expect(again, again.said).toMatchObject({ code: 0 });
    one.remove('.desgw');
    const lost = await one.desgw(['build', 'dagmaker.rc']);
    expect(lost, lost.said).toMatchObject({ code: 0 });
    expect(one.season()).toBe(season);
    expect(Object.keys(one.listing('sandbox/seasons-claimed'))).toEqual([`season-${season}`]);
  });
});

describe('from a given output.txt', () => {
  let done: Site;
  let season: string;
  beforeAll(async () => {
    // Image processing by hand, as far as desgw goes: its results are there, its record is not.
    done = site(THREE);
    expect(await done.desgw(['build', 'forcefiles_*'])).toMatchObject({ code: 0 });
    season = done.season();
    for (const path of ['.desgw', 'image_proc_outputs']) done.remove(path);
  });
  afterAll(() => done.dispose());

  const list = `${GOOD} z, ${PATCHY} z, ${POOR} i`;
  const quoted = list
    .split(', ')
    .map((item) => `'${item}'`)
    .join(', ');

  test.each<[string, (season: string) => string]>([
    ['the nite before the season', (number) => `[${list}]\n20170817\n${number}\n`],
    ['the season alone', (number) => `[${list}]\n${number}\n`],
    ['quotes', (number) => `[${quoted}]\n${number}\n`],
    ['the proposal last', (number) => `[${quoted}]\n${number}\n2017B-0110\n`],
  ])('with %s: post processing alone', async (_form, text) => {
    const submissions = done.submissions();
    const dagmakers = done.calls('DAGMaker.sh');
    const runs = done.calls('run_postproc.py').length;
    const questions = done.calls('jobsub_q').length;
    for (const path of ['.desgw', 'image_proc_outputs', `sandbox/Post-Processing/outputs`])
      if (done.exists(path)) done.remove(path);
    done.put('given/output.txt', text(season));
    const built = await done.desgw(['build', '--from-output', 'given/output.txt']);
    // Without a record what an earlier run has printed may be anybody's: it is kept.
    expect(built.err, built.said).toMatch(
      /^(?:\S+ warning: postproc:0: \S+\/postproc_run\.out held .*\n)?$/,
    );
    expect(built.code).toBe(0);
    expect(done.text(`image_proc_outputs/complete_exposures_S${season}.list`)).toBe(
      `${GOOD}\n${PATCHY}\n`,
    );
    expect(done.calls('run_postproc.py').slice(runs)).toEqual([season]);
    expect(done.postprocSteps()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(done.submissions()).toEqual(submissions);
    expect(done.calls('DAGMaker.sh')).toEqual(dagmakers);
    // Nor was the queue asked, so that nobody may say anything of it.
    const status = await done.desgw(['status', '--from-output', 'given/output.txt']);
    const ccds = await done.desgw(['ccds', GOOD, POOR]);
    expect(done.calls('jobsub_q')).toHaveLength(questions);
    expect(built.said + status.said + ccds.said).not.toMatch(/queue|jobs have/);
  });

  test.each([
    ['is no list', '668440 z\n1601\n', "output.txt, line 1: '668440 z' is not a list in brackets"],
    [
      'holds something that is no exposure',
      '[668440 z, dome flat]\n1601\n',
      "output.txt, line 1: 'dome flat' is not an exposure number and a band",
    ],
    [
      'has a strange second line',
      '[668440 z]\nsoon\n',
      "output.txt, line 2: 'soon' is neither a season nor a nite",
    ],
    [
      'gives an exposure two bands',
      '[668440 z, 668440 i]\n1601\n',
      'gives exposure 668440 the bands z and i',
    ],
    ['does not say which season', '[668440 z]\n', 'given/output.txt does not say which season'],
  ])('that %s: refused at once', async (_what, text, message) => {
    done.put('given/output.txt', text);
    const before = done.listing();
    const refused = await done.desgw(['build', '--from-output', 'given/output.txt']);
    expect(refused.code, refused.said).toBe(2);
    expect(refused.err).toContain(message);
    expect(refused.err).not.toMatch(/^\s+at .+:\d+/m);
    expect(done.listing()).toEqual(before);
  });

  test('that is missing: refused at once', async () => {
    const refused = await done.desgw(['build', '--from-output', 'given/outputs.txt']);
    expect(refused).toMatchObject({
      code: 2,
      err: expect.stringContaining(
        'given/outputs.txt does not exist\n  There is given/output.txt.',
      ),
    });
  });
});
