/** Runs of run_postproc.py that go wrong, and how the next build goes on from there. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Dials, type Ended, rulesFor, type Site, site, until } from './site.ts';

const PP = 'sandbox/Post-Processing';
const EXPOSURES = ['668440', '668441'];
let at: Site;
beforeAll(async () => {
  at = site(EXPOSURES);
  expect(await at.desgw(['build', 'forcefiles_*'])).toMatchObject({ code: 0 });
});
afterAll(() => at.dispose());

/** A build in which something goes wrong; told how, then how the next one comes out. */
async function afterTrouble(
  postproc: Dials,
  mend = () => {},
): Promise<{
  readonly failed: Ended;
  readonly skipTo: string | undefined;
  readonly steps: readonly number[];
}> {
  const failed = await at.desgw(['build'], { dials: { postproc } });
  expect(failed.code, failed.said).toBe(1);
  expect(failed.said).not.toMatch(/^\s+at .+:\d+/m);
  mend();
  const dry = await at.desgw(['build', '-n']);
  const next = await at.desgw(['build']);
  expect(next, next.said).toMatchObject({ code: 0, err: '' });
  return { failed, skipTo: /--SKIPTO (\d)/.exec(dry.out)?.[1], steps: at.postprocSteps() };
}

const again = (path: string): void => at.remove(`${PP}/${path.replace('SEASON', at.season())}`);

test('a step that fails in a run from the beginning: the next one skips what was done', async () => {
  const { failed, skipTo, steps } = await afterTrouble({ failAt: 4 });
  expect(failed.out).toContain('step 4 failed');
  expect({ skipTo, steps }).toEqual({ skipTo: '4', steps: [1, 4, 5, 6, 7] });
});

test('a step that fails in a run that skipped some: the next one skips what this one made, too', async () => {
  again('outputs/truthtableSEASON/truthplus.tab');
  const { skipTo, steps } = await afterTrouble({ failAt: 5 });
  expect({ skipTo, steps }).toEqual({ skipTo: '5', steps: [1, 5, 6, 7] });
});

test('a host match that did not go through and a later step that failed: again from the host match', async () => {
  again('hostmatchstatus.txt');
  const { skipTo } = await afterTrouble({ hostmatchFails: true, failAt: 5 });
  expect(skipTo).toBe('3');
});

test('a first run whose host match did not go through is not done, though it came to its end', async () => {
  again('outputs/checkoutputs/step0_expnums.txt');
  const { failed, skipTo } = await afterTrouble({ hostmatchFails: true });
  expect(failed.out).toMatch(/host match: \d+ updates failed/);
  expect(skipTo).toBe('3');
});

test('a program that cannot be started leaves nothing of an earlier run to be taken for its own', async () => {
  again('outputs/checkoutputs/step0_expnums.txt');
  const python = at.text('sandbox/bin/python');
  at.put(
    'sandbox/bin/python',
    '#!/bin/bash\necho "ImportError: No module named pandas" >&2\nexit 0\n',
  );
  const { failed, skipTo } = await afterTrouble({}, () => at.put('sandbox/bin/python', python));
  expect(failed.out).toContain('post processing ended without its status file');
  expect(skipTo).toBe(undefined);
});

test('no candidates for the plots: exit status 0, and yet a failure that says so', async () => {
  again('outputs/mastertableinfo.npy');
  const { failed, skipTo } = await afterTrouble({ emptyPlots: true });
  expect(failed.out).toContain(
    'no candidates are left for the plots, and the web page was not made',
  );
  expect(failed.out).toContain('plots.mlscore_cut');
  expect(skipTo).toBe('5');
});

test('a host match that did not go through', async () => {
  again('hostmatchstatus.txt');
  const { failed, skipTo } = await afterTrouble({ hostmatchFails: true });
  expect(failed.out).toMatch(/host match: \d+ updates failed/);
  expect(skipTo).toBe('3');
});

test('killed by the system: run again, from where its outputs leave off', async () => {
  again('outputs/mastertableinfo.npy');
  const { failed, skipTo } = await afterTrouble({ dieAt: 5 });
  expect(failed.out).toMatch(/post processing .*(signal|status 137)/);
  expect(skipTo).toBe('5');
});

test('another force photometry on this host', async () => {
  again('forcephoto/output');
  // The first process there is holds the place, and it will not end.
  at.put('sandbox/forcephoto.lock', '1');
  const failed = await at.desgw(['build']);
  expect(failed.code, failed.said).toBe(1);
  expect(failed.out).toContain(
    'another force photometry is running on this host, and only one may',
  );
  expect(failed.out).toContain('or build on another host');
  at.remove('sandbox/forcephoto.lock');
  const next = await at.desgw(['build']);
  expect(next, next.said).toMatchObject({ code: 0, err: '' });
  expect(at.postprocSteps()).toEqual([1, 2, 3, 4, 5, 6, 7]);
});

test('inis of several seasons lie in Post-Processing: the last of them does not win', async () => {
  const season = at.season();
  at.put(
    `${PP}/postproc_9998.ini`,
    at.text(`${PP}/postproc_${season}.ini`).replace(/^season.*$/m, 'season = 9998'),
  );
  again('forcephoto');
  const built = await at.desgw(['build']);
  expect(built, built.said).toMatchObject({ code: 0, err: '' });
  const output = Object.keys(at.listing(`${PP}/forcephoto/output`));
  expect(
    output.some((name) =>
      new RegExp(`^dp${season}/\\d{8}_\\d{4}_DESY${season}/RUN000_MAKELIST\\.DONE$`).test(name),
    ),
  ).toBe(true);
  expect(output.filter((name) => name.includes('_DESY9998'))).toEqual([]);
});

test('a run that hangs is reported and left running; nothing is started beside it', async () => {
  at.put(
    'desgwfile.ts',
    rulesFor(EXPOSURES).replace('= sandbox();', '= { ...sandbox(), postprocSilence: 1 };'),
  );
  again('outputs/mastertableinfo.npy');
  const runs = at.calls('run_postproc.py').length;
  const build = at.start(['build'], { dials: { postproc: { hangAt: 5 } } });
  await build.says('may hang; it is left running');
  build.kill('SIGINT');
  expect((await build.ended).code).toBe(130);
  const other = await at.desgw(['build', '--no-wait']);
  expect(other.code, other.said).toBe(3);
  expect((await at.desgw(['clean', 'postproc', '--yes'])).said).toContain('it is running');
  expect(at.calls('run_postproc.py')).toHaveLength(runs + 1);
  // Somebody ends it; the build tells so, and the next one makes it good.
  const pid = Number(
    at
      .text('sandbox/calls.log')
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t'))
      .filter((words) => words[1] === 'run_postproc.py')
      .at(-1)![3],
  );
  process.kill(pid, 'SIGTERM');
  await until(() => !at.exists(`/proc/${pid}`));
  const ended = await at.desgw(['build']);
  expect(ended.code, ended.said).toBe(1);
  const next = await at.desgw(['build']);
  expect(next, next.said).toMatchObject({ code: 0, err: '' });
  expect(at.postprocSteps()).toEqual([1, 5, 6, 7]);
});
