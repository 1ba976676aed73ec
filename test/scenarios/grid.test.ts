/** S58 to S71: work that goes on elsewhere for hours and must not be begun twice. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from 'vitest';
import { jobsState } from '../../core/api/grid.ts';
import { COLUMNS, readQueueColumns } from '../../targets/grid/jobsub-answer.ts';
import { jobsubJobs } from '../../targets/grid/jobsub-jobs.ts';
import { type CcdReport, ccdReport, ccdTable } from '../../targets/reports/ccd-report.ts';
import { ccdSighting } from '../../targets/reports/ccd-settling.ts';
import { build } from './chain.ts';
import { comeBack, once, REST, RULES, settled, submissions, withGrid } from './fake-grid.ts';
import { type RunOptions, test, until, type Workspace } from './workspace.ts';

describe.concurrent('grid', () => {
  test.for<[string, RunOptions['with']]>([
    ['before the intent is on record', { killBefore: '^write .*"submitted",.*"kind":"started"' }],
    ['before the submitter is started', { killBefore: '^spawn .*desgw-supervisor' }],
    ['right after the submitter was started', { killAfter: '^spawn .*desgw-supervisor' }],
    ['after the reply, before the marker', { killBefore: '^rename .*/grid/marker$' }],
    ['after the marker, before the record', { killAfter: '^rename .*/grid/marker$' }],
    [
      'before the record of the submission',
      { killBefore: '^write .*"submitted",.*"kind":"built"' },
    ],
    ['before that record is durable', { killAfter: '^write .*"submitted",.*"kind":"built"' }],
  ])(
    'S58 a crash %s leads to one submission, whose id is known',
    async ([, interference], { w, expect }) => {
      withGrid(w);
      expect((await once(w, { with: interference! })).code).toBe(null);
      const { code, err } = await once(w);
      expect({ code, err }).toEqual({ code: 3, err: '' });
      await settled(w);
    },
  );

  test('S58 a crash while the submitter is at work leads to one submission, whose id is known', async ({
    w,
  }) => {
    withGrid(w);
    w.write('grid/slow', '');
    const building = w.start(['build', '--no-wait']);
    await w.appears('grid/submitting');
    building.kill('SIGKILL');
    await building.ended;
    w.write('grid/go', '');
    await settled(w);
  });

  test('S58 a power cut after the job came into being leads to one submission, found in the queue by its token', async ({
    w,
    expect,
  }) => {
    withGrid(w);
    w.write('grid/mute', '');
    w.start(['build']);
    await w.appears('grid/accepted');
    await w.powerCut();
    const { code, out } = await once(w);
    expect(code).toBe(3);
    expect(out).toContain('adopted submitted  job 1.0@schedd1 is in the queue');
    await settled(w);
  });

  test('S58 a power cut before the job came into being is a doubt, and nothing is submitted until a person says so', async ({
    w,
    expect,
  }) => {
    withGrid(w);
    w.write('grid/slow', '');
    w.start(['build']);
    await w.appears('grid/submitting');
    await w.powerCut();
    for (const _ of [1, 2]) {
      const { code, out } = await once(w);
      expect(code).toBe(4);
      expect(out).toContain('submitted  in doubt: ');
      expect(out).toContain('desgw mark not-submitted submitted');
      expect(submissions(w)).toEqual({ calls: 1, jobs: 0 });
    }
    w.write('grid/go', '');
    expect((await w.desgw(['mark', 'not-submitted', 'submitted'])).code).toBe(0);
    expect((await once(w)).code).toBe(3);
    expect(submissions(w)).toEqual({ calls: 2, jobs: 1 });
  });

  test('S58 a submitter that is killed while desgw looks on is a doubt as well', async ({
    w,
    expect,
  }) => {
    withGrid(w);
    w.write('grid/slow', '');
    const building = w.start(['build', '--no-wait']);
    await w.appears('grid/submitting');
    await w.powerCut(building.pid);
    const ends = [await building.ended, await once(w)];
    expect(ends.map(({ code }) => code)).toEqual([4, 4]);
    for (const { out } of ends) expect(out).toContain('submitted  in doubt: ');
    expect(submissions(w)).toEqual({ calls: 1, jobs: 0 });
  });

  test('S44 a dry run does not ask the grid', async ({ w, expect }) => {
    withGrid(w);
    const { code, out } = await w.desgw(['build', '-n']);
    expect(code).toBe(0);
    expect(out).toMatch(/^run dag\n[\s\S]*\nmay run submitted\n[\s\S]*\nrun results\n/);
    expect([w.exists('grid/questions'), w.exists('grid/calls'), w.exists('.desgw')]).toEqual([
      false,
      false,
      false,
    ]);
  });

  test('S59 a submitter that exits 1 although the job exists is not called again', async ({
    w,
    expect,
  }) => {
    withGrid(w);
    w.write('grid/trouble', 'exit 1');
    const { code, out } = await once(w);
    expect(code).toBe(3);
    expect(out).toContain('adopted submitted  job 1.0@schedd1 is in the queue');
    await settled(w);
  });

  test('S71 a submitter that exits 0 without an id and without a job never counts as submitted', async ({
    w,
    expect,
  }) => {
    withGrid(w);
    w.write('grid/trouble', 'no job');
    for (const _ of [1, 2]) {
      const { code, out } = await once(w);
      expect(code).toBe(4);
      expect(out).toContain('submitted  in doubt: ');
      expect(out).toContain('desgw resubmit submitted');
      expect([submissions(w), w.exists('grid/marker')]).toEqual([{ calls: 1, jobs: 0 }, false]);
    }
    w.write('grid/trouble', '');
    const again = await w.desgw(['resubmit', 'submitted', '--yes', '--reason', 'condor is back']);
    expect(submissions(w)).toEqual({ calls: 2, jobs: 1 });
    expect(again.code).toBe(0);
  });

  test('S60 a submitter that hangs is ended after its time and not called again', async ({
    w,
    expect,
  }) => {
    withGrid(w, (rules) => rules.replace('timeout: 1000', 'timeout: 1'));
    w.write('grid/trouble', 'hang');
    for (const _ of [1, 2]) {
      const { code, out } = await once(w);
      expect(code).toBe(4);
      expect(out).toContain('submitted  in doubt: ');
      expect(submissions(w)).toEqual({ calls: 1, jobs: 0 });
    }
    expect(w.processes()).toEqual([]);
  });

  test('S60 a submitter that has not begun in time is taken back, so that it never does', async ({
    w,
    expect,
  }) => {
    withGrid(w, (rules) => rules.replace('timeout: 1000', 'timeout: 0.000001'));
    const { code, out } = await once(w);
    expect(code).toBe(1);
    expect(out).toContain('submit did not begin within 0.000001 s, and was taken back');
    w.rules(RULES, REST);
    expect((await once(w)).code).toBe(3);
    await settled(w);
  });

  test('S61 two people who build at the same moment submit once', async ({ w, expect }) => {
    withGrid(w);
    comeBack(w, 62);
    const both = await Promise.all([w.desgw(['build']), w.desgw(['build'])]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    await settled(w);
  });

  test('S61 two people with a workspace each submit once, by the claim beside the DAG', async ({
    w,
    expect,
  }) => {
    const claimed = (rules: string): string =>
      rules
        .replace(
          "exec(['./submit'",
          "claim('GRID', ['dag.submitting'], 'the DAG'), exec(['./submit'",
        )
        .replaceAll("'grid", "'GRID")
        .replaceAll('GRID', join(w.dir, 'grid'));
    withGrid(w, claimed);
    w.rules(claimed(RULES), REST.replace("'grid'", `'${join(w.dir, 'grid')}'`));
    const other = w.copy();
    w.write('grid/slow', '');
    const first = w.start(['build', '--no-wait']);
    await w.appears('grid/submitting');
    const { code, out } = await once(other);
    expect(code).toBe(1);
    expect(out).toMatch(/dag\.submitting: taken meanwhile by .* on /);
    w.write('grid/go', '');
    expect((await first.ended).code).toBe(3);
    const later = await once(other);
    expect([later.code, submissions(w)]).toEqual([3, { calls: 1, jobs: 1 }]);
    expect(later.out).toContain('adopted submitted');
  });

  test('S62 what is submitted stands when what it was made from changes, until a person resubmits it', async ({
    w,
    expect,
  }) => {
    withGrid(w);
    await once(w);
    w.write('src', 'two\n');
    for (const _ of [1, 2]) {
      const { code, out } = await once(w);
      expect(code).toBe(4);
      expect(out).toMatch(/submitted +outdated/);
      expect(out).toContain('desgw resubmit submitted');
      expect(submissions(w)).toEqual({ calls: 1, jobs: 1 });
    }
    expect((await w.desgw(['why', 'submitted'])).out).toContain('dag was remade differently');
    comeBack(w, 62);
    expect((await w.desgw(['build'])).code).toBe(4);
    expect(w.read('results.txt')).toBe('62\n');
    rmSync(join(w.dir, 'ccds'), { recursive: true });
    await w.desgw(['resubmit', 'submitted', '--yes', '--reason', 'new templates']);
    expect(submissions(w)).toEqual({ calls: 2, jobs: 2 });
    expect((await once(w)).code).toBe(3);
  });

  test('S63 a doubt stays a doubt while a schedd does not answer, and is settled when it does', async ({
    w,
    expect,
  }) => {
    withGrid(w);
    w.write('grid/mute', '');
    w.start(['build']);
    await w.appears('grid/accepted');
    await w.powerCut();
    const jobs = w.read('grid/queue');
    w.write('grid/queue', '');
    w.write('grid/down', '');
    const { code, out } = await once(w);
    expect(code).toBe(4);
    expect(out).toContain('submitted  in doubt: Failed to connect to schedd2');
    rmSync(join(w.dir, 'grid/down'));
    w.write('grid/queue', jobs);
    expect((await once(w)).code).toBe(3);
    await settled(w);
  });

  test('S65 files that appear after the job has gone are waited for, and then used', async ({
    w,
    expect,
  }) => {
    withGrid(w);
    comeBack(w, 40);
    await once(w);
    w.write('grid/queue', '');
    expect((await once(w)).out).toMatch(/results +settling/);
    const later = (seconds: number): RunOptions => ({ with: { later: seconds * 1000 } });
    expect((await once(w, later(60))).code).toBe(3);
    const waited = w.copy();
    expect((await once(waited, later(120))).code).toBe(0);
    expect(waited.read('results.txt')).toBe('40\n');
    comeBack(w, 50);
    expect((await once(w, later(60))).code).toBe(0);
    expect(w.read('results.txt')).toBe('50\n');
  });

  test('S66 with 49 CCDs it waits, 50 are used, and 62 make what used them stale', async ({
    w,
    expect,
  }) => {
    withGrid(w);
    comeBack(w, 49);
    const short = await once(w);
    expect([short.code, w.ran()]).toEqual([3, ['dag']]);
    expect(short.out).toMatch(/results +49 of 62 CCDs/);
    comeBack(w, 50);
    expect(await build(w)).toEqual(['results']);
    comeBack(w, 62);
    expect((await w.desgw(['status'])).out).toContain('seen: 50 CCDs -> 62 CCDs');
    expect(await build(w)).toEqual(['results']);
    expect([w.read('results.txt'), submissions(w)]).toEqual(['62\n', { calls: 1, jobs: 1 }]);
  });

  test('S68 a build that is not to wait asks the grid one question and exits 3', async ({
    w,
    expect,
  }) => {
    withGrid(w);
    await once(w);
    await once(w);
    w.write('grid/questions', '');
    const before = w.tree();
    const { code, out } = await once(w);
    expect(code).toBe(3);
    expect(out).toMatch(/results +0 of 62 CCDs/);
    expect(w.read('grid/questions')).toBe('asked\n');
    // The question itself is written down for the time it is asked.
    const files = (tree: ReturnType<Workspace['tree']>) =>
      Object.entries(tree).filter(([name]) => !/^\.desgw\/tmp$|questions$/.test(name));
    expect(files(w.tree())).toEqual(files(before));
    expect(submissions(w)).toEqual({ calls: 1, jobs: 1 });
  });

  test('S68 a build that waits holds no lock, and ends when the grid is done', async ({
    w,
    expect,
  }) => {
    withGrid(w);
    const building = w.start(['build']);
    await building.prints('waiting results');
    await until('the lock is free', () => !w.exists('.desgw/lock'));
    expect((await w.desgw(['build', 'dag'])).out).toContain('nothing to do');
    comeBack(w, 62);
    expect((await building.ended).code).toBe(0);
    await settled(w);
  });

  test('S69 a clean of a live job is refused, and what was claimed stays', async ({
    w,
    expect,
  }) => {
    withGrid(w);
    await once(w);
    for (const args of [
      ['clean', 'submitted', '-n'],
      ['clean', 'submitted'],
    ]) {
      const { code, out, err } = await w.desgw(args);
      expect([code, out + err]).toEqual([
        2,
        'submitted cannot be cleaned: its work is still under way: results waits for it (0 of 62 CCDs)\n',
      ]);
    }
    expect([w.exists('grid/marker'), submissions(w)]).toEqual([true, { calls: 1, jobs: 1 }]);
    // Once its jobs are gone it may be cleaned; the next build then submits, as it was asked to.
    w.write('grid/queue', '');
    comeBack(w, 62);
    await build(w);
    expect((await w.desgw(['clean', 'submitted'])).code).toBe(0);
    await once(w);
    expect(submissions(w)).toEqual({ calls: 2, jobs: 1 });
  });

  test.for(['marker', 'queue'])(
    'S70 without its records a submission is found by the %s, and not repeated',
    async (by, { w, expect }) => {
      withGrid(w);
      await once(w);
      rmSync(join(w.dir, '.desgw'), { recursive: true });
      if (by === 'queue') rmSync(join(w.dir, 'grid/marker'));
      const { code, out } = await once(w);
      expect(code).toBe(3);
      expect(out).toContain(
        by === 'queue'
          ? 'adopted submitted  job 1.0@schedd1 is in the queue'
          : 'adopted submitted  the marker says so',
      );
      await settled(w);
    },
  );

  test('S37 a submitter survives a lost connection, and its answer is collected', async ({
    w,
    expect,
  }) => {
    withGrid(w);
    w.write('grid/slow', '');
    const building = w.start(['build']);
    await w.appears('grid/submitting');
    building.kill('SIGHUP');
    expect((await building.ended).code).toBe(130);
    expect(w.processes()).not.toEqual([]);
    w.write('grid/go', '');
    await settled(w);
  });
});

/** A report of 59 CCDs of which so many are complete, so many failed, and the rest not begun. */
function report(complete: number, failed: number): CcdReport {
  const names = (n: number): readonly string[] =>
    n < complete
      ? ['outputs_i.tar']
      : n < complete + failed
        ? ['RUN02_expose_makeStarCat.FAIL']
        : [];
  const chips = Array.from({ length: 62 }, (_, i) => i + 1).filter((n) => ![2, 31, 61].includes(n));
  const listings = chips.map((n, i) => ({
    dir: `/pnfs/exp/20170817/668440/dp500/i_${String(n).padStart(2, '0')}`,
    names: names(i),
  }));
  return ccdReport(listings, { exposure: '668440', band: 'i', season: '500' });
}

const sighting = (facts: Partial<Parameters<typeof ccdSighting>[0]>) =>
  ccdSighting({
    report: report(40, 0),
    jobs: 'unknown',
    known: true,
    again: false,
    unchangedForSeconds: 0,
    settleAfterSeconds: 86_400,
    lateSeconds: 90,
    ...facts,
  });

const queued = (status: number, reason = 'undefined') => {
  const row = (job: { readonly [column: string]: string | number }): string =>
    COLUMNS.map((column) => job[column] ?? (column.startsWith('Desgw') ? '1' : 'undefined')).join(
      ' ',
    );
  const stdout = [
    row({ JobsubJobId: '7.0@s1', JobStatus: 2 }),
    row({ JobsubJobId: '8.0@s1', JobStatus: status, DAGNodeName: 'SE_i_07', HoldReason: reason }),
  ].join('\n');
  const queue = readQueueColumns({
    exit: { kind: 'exit', code: 0 },
    stdout: `${stdout}\n`,
    stderr: '',
  });
  return jobsState(jobsubJobs(queue, { receipt: '7.0@s1' }));
};

describe('grid, as the pipeline judges it', () => {
  test('S64 a job that is held, evicted and restarted is shown as such and never counts as failed', ({
    expect,
  }) => {
    const shown = [queued(5, 'memory over 2000 MB'), queued(1), queued(2)].map((jobs) =>
      sighting({ jobs }),
    );
    expect(shown.map((s) => [s.state, 'progress' in s ? s.progress : ''])).toEqual([
      ['waiting', '40 of 59 CCDs complete; jobs: 1 held (memory over 2000 MB)'],
      ['waiting', '40 of 59 CCDs complete; jobs: 1 idle'],
      ['waiting', '40 of 59 CCDs complete; jobs: 1 running'],
    ]);
  });

  test('S65 jobs that have gone are settled only when late files have had their time', ({
    expect,
  }) => {
    const gone = (unchangedForSeconds: number) => sighting({ jobs: 'none', unchangedForSeconds });
    expect(gone(89)).toMatchObject({
      state: 'waiting',
      progress: expect.stringContaining('late files may still appear'),
    });
    expect(gone(90)).toMatchObject({
      state: 'ready',
      note: expect.stringContaining('its jobs have left the queue'),
    });
  });

  test('S67 when all jobs have ended with 49 CCDs, it is told which are lacking for 50', ({
    expect,
  }) => {
    const ended = report(49, 3);
    expect(sighting({ report: ended, jobs: 'none', unchangedForSeconds: 90 }).state).toBe('ready');
    const table = ccdTable(ended);
    const lacking = ended.ccds.filter(({ state }) => state !== 'complete').map(({ ccd }) => ccd);
    expect(lacking.length).toBe(10);
    expect([ended.enough, report(50, 3).enough]).toEqual([false, true]);
    expect(table).toContain('(50 are needed)');
    expect(lacking.filter((ccd) => !table.includes(ccd))).toEqual([]);
  });
});
