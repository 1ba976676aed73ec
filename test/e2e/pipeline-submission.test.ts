/** Exactly once, whatever the submitter and the queue say. */
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Ended, GOOD, LOGIN, type Site, site } from './site.ts';

const marker = (exposure: string): string =>
  `sandbox/gw_workflow/desgw_pipeline_${exposure}.dag.submitted`;
const STACK = /^\s+at .+:\d+/m;

describe('a submitter that lies', () => {
  /** A job that is still in the queue when it is asked, however busy the machine. */
  const STAYS = { search: { ccds: { 1: 'held' } } };
  const TROUBLE = {
    '668437': { submit: { trouble: 'condor' } }, // an error, exit 0, no job
    '668438': { submit: { trouble: 'exit1' }, ...STAYS }, // exit 1, and yet the job exists
    '668439': { submit: { trouble: 'noId' }, ...STAYS }, // the job exists, its id is not printed
    '668441': { submit: { trouble: 'noNewline' } },
    '668443': { submit: { dieAt: 'before' } },
    '668444': { submit: { dieAt: 'after' }, ...STAYS },
    '668446': { submit: { trouble: 'hangBefore' } },
    '668447': { submit: { trouble: 'hangAfter' }, ...STAYS },
  };
  const MADE = ['668438', '668439', '668440', '668441', '668444', '668447'];
  const DOUBTFUL = ['668437', '668443', '668446'];
  let at: Site;
  let first: Ended;
  beforeAll(async () => {
    at = site(['668440', ...Object.keys(TROUBLE)]);
    // Long enough for the others on a busy machine; only those that hang have to wait for it.
    first = await at.desgw(['build', 'output.txt', '-j', '10', '--set', 'submitTimeout=6'], {
      dials: { exposures: TROUBLE },
    });
  });
  afterAll(() => at.dispose());

  const states = async (): Promise<{ readonly [target: string]: string }> => {
    const { out } = await at.desgw(['status', 'submitted_*', '--json']);
    const rows: readonly { readonly target: string; readonly state: string }[] =
      JSON.parse(out).targets;
    return Object.fromEntries(
      rows
        .filter(({ target }) => target.startsWith('submitted_'))
        .map(({ target, state }) => [target.slice(10), state]),
    );
  };

  test('is not believed: what reached the grid counts as submitted, the rest needs a person', async () => {
    expect(first.code, first.said).toBe(4);
    expect(first.said).not.toMatch(STACK);
    expect([...at.submissions()].sort()).toEqual(MADE);
    expect(await states()).toEqual({
      ...Object.fromEntries(MADE.map((exposure) => [exposure, 'fresh'])),
      ...Object.fromEntries(DOUBTFUL.map((exposure) => [exposure, 'in doubt'])),
    });
    for (const exposure of DOUBTFUL) expect(at.exists(marker(exposure)), exposure).toBe(false);
    expect(first.out).toMatch(/desgw mark (?:--set \S+ )*submitted submitted_668437 --job ID/);
    expect(first.out).toMatch(/desgw mark (?:--set \S+ )*not-submitted submitted_668437/);
    expect(first.out).toMatch(/desgw resubmit (?:--set \S+ )*submitted_668437/);
    expect(first.out).toContain(
      'condor_submit failed with status 1, although jobsub ended as if all were well',
    );
    expect(first.out).toContain('took longer than 6 s and was stopped');
  });

  test('leaves markers that name the job, also of what was found in the queue', () => {
    const log = at
      .text('sandbox/grid/submissions.log')
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t'));
    for (const exposure of MADE) {
      const job = log.find((words) => words[3] === exposure)![1];
      expect(JSON.parse(at.text(marker(exposure)))).toMatchObject({
        exposure,
        job,
        season: at.season(),
      });
    }
  });

  test('is not asked again by another build', async () => {
    const again = await at.desgw(['build', 'output.txt']);
    expect(again.code).toBe(4);
    expect([...at.submissions()].sort()).toEqual(MADE);
    expect([...at.calls('jobsub_submit_dag')].sort()).toEqual([...MADE, ...DOUBTFUL].sort());
  });

  test('a resubmission wants a reason and a yes', async () => {
    const silent = await at.desgw(['resubmit', 'submitted_668443']);
    expect(silent).toMatchObject({
      code: 2,
      err: "desgw: a resubmission needs a reason\n  Add --reason 'why'.\n",
    });
    const unsure = await at.desgw(['resubmit', 'submitted_668443', '--reason', 'it was killed']);
    expect(unsure.code).toBe(2);
    expect(unsure.err).toContain('Nothing was changed');
    expect([...at.submissions()].sort()).toEqual(MADE);
    expect((await states())['668443']).toBe('in doubt');
  });

  test('a person settles it: it did not happen, it did, do it once more', async () => {
    expect(await at.desgw(['mark', 'not-submitted', '668446'])).toMatchObject({
      code: 0,
      err: '',
    });
    expect(
      await at.desgw(['mark', 'submitted', 'submitted_668437', '--job', '17.0@jobsub01.fnal.gov']),
    ).toMatchObject({ code: 0, err: '' });
    const resubmitted = await at.desgw([
      'resubmit',
      '668443',
      '--reason',
      'it was killed',
      '--yes',
    ]);
    expect(resubmitted, resubmitted.said).toMatchObject({ code: 0, err: '' });
    expect([...at.submissions()].sort()).toEqual([...MADE, '668443'].sort());
    const rest = await at.desgw(['build', 'output.txt']);
    expect(rest, rest.said).toMatchObject({ code: 0, err: '' });
    expect([...at.submissions()].sort()).toEqual([...MADE, '668443', '668446'].sort());
    expect(JSON.parse(at.text(marker('668437')))).toMatchObject({ job: '17.0@jobsub01.fnal.gov' });
  });

  test('what was submitted may be done once more, on record with the old marker beside it', async () => {
    const before = JSON.parse(at.text(marker('668440')));
    const again = await at.desgw(['resubmit', '668440', '--reason', 'new templates', '--yes']);
    expect(again, again.said).toMatchObject({ code: 0, err: '' });
    expect(at.submissions().filter((exposure) => exposure === '668440')).toHaveLength(2);
    expect(JSON.parse(at.text(`${marker('668440')}.previous-1`))).toEqual(before);
    expect(JSON.parse(at.text(marker('668440'))).token).not.toBe(before.token);
  });
});

describe('jobs that are in the queue', () => {
  const HELD = { search: { ccds: { 1: 'held' }, outcomes: {} } };
  let at: Site;
  let job: string;
  beforeAll(async () => {
    at = site([GOOD]);
    const { code, said } = await at.desgw(['build', '--no-wait'], { dials: HELD });
    expect(code, said).toBe(3);
    await settled();
    job = JSON.parse(at.text(marker(GOOD))).job;
  });
  afterAll(() => at.dispose());

  /** Waits until nothing but the held job is left to happen. */
  async function settled(): Promise<void> {
    for (;;) {
      const { tally } = await row(`ccds_${GOOD}`);
      if (tally?.complete === 58 && tally.held === 1) return;
    }
  }
  interface Row {
    readonly target: string;
    readonly state: string;
    readonly tally?: { readonly complete: number; readonly held: number };
  }
  const row = async (target: string): Promise<Row> => {
    const { out } = await at.desgw(['status', target, '--json']);
    return JSON.parse(out).targets.find((it: Row) => it.target === target);
  };
  const state = async (target: string): Promise<string> => (await row(target)).state;

  test('are waited for, a held one too, with the reason', async () => {
    const waiting = await at.desgw(['build', '--no-wait']);
    expect(waiting.code).toBe(3);
    expect((await at.desgw(['why', `ccds_${GOOD}`])).out).toContain(
      'memory usage exceeded request_memory',
    );
    expect(at.submissions()).toEqual([GOOD]);
  });

  test('keep `clean` from forgetting their submission', async () => {
    const before = at.listing('sandbox/gw_workflow');
    const refused = await at.desgw(['clean', `submitted_${GOOD}`, '--yes']);
    expect(refused.code).not.toBe(0);
    expect(refused.said).toContain(
      `submitted_${GOOD} cannot be cleaned: its work is still live: 1 held`,
    );
    expect(at.listing('sandbox/gw_workflow')).toEqual(before);
    expect(await state(`submitted_${GOOD}`)).toBe('fresh');
  });

  test('are found by the marker when .desgw is deleted', async () => {
    const before = at.text(marker(GOOD));
    at.remove('.desgw');
    const found = await at.desgw(['build', '--no-wait']);
    expect(found.code, found.said).toBe(3);
    expect(found.out).toMatch(new RegExp(`^\\S+ adopted submitted_${GOOD} .*marker`, 'm'));
    expect(at.calls('DAGMaker.sh')).toEqual([GOOD]); // its files are in use by the jobs
    expect(at.text(marker(GOOD))).toBe(before);
    expect(at.submissions()).toEqual([GOOD]);
  });

  test('are found in the queue when the marker is deleted as well', async () => {
    at.remove('.desgw');
    at.remove(marker(GOOD));
    const found = await at.desgw(['build', '--no-wait']);
    expect(found.code, found.said).toBe(3);
    expect(found.out).toContain(`job ${job} is in the queue`);
    expect(at.calls('DAGMaker.sh')).toEqual([GOOD]);
    expect(at.submissions()).toEqual([GOOD]);
    expect(JSON.parse(at.text(marker(GOOD)))).toMatchObject({ exposure: GOOD, job });
  });

  test('get their marker back, as it was, from the record', async () => {
    const before = at.text(marker(GOOD));
    at.remove(marker(GOOD));
    const restored = await at.desgw(['build', '--no-wait']);
    expect(restored.code, restored.said).toBe(3);
    expect(at.text(marker(GOOD))).toBe(before);
    expect(at.submissions()).toEqual([GOOD]);
  });

  test.each([
    ['only prints an error', 'error'],
    ['lacks the schedds that do not answer', 'down:jobsub01.fnal.gov'],
  ])('are never taken for gone by a queue that %s', async (_what, trouble) => {
    const dials = { queue: { trouble } };
    const waiting = await at.desgw(['build', '--no-wait'], { dials });
    expect(waiting.code, waiting.said).toBe(3);
    expect(at.submissions()).toEqual([GOOD]);
  });

  test('a queue that cannot be seen never means "not submitted"', async () => {
    const copy = at.copy();
    try {
      copy.remove('.desgw');
      copy.remove(marker(GOOD));
      copy.remove(`sandbox/pnfs/des/persistent/gw/exp/20170817/${GOOD}`);
      const blind = await copy.desgw(['build', '--no-wait'], {
        dials: { queue: { trouble: 'error' } },
      });
      expect(blind.code, blind.said).toBe(3);
      expect(blind.out).toContain('the queue could not be seen');
      expect(blind.said).not.toMatch(STACK);
      expect(copy.submissions()).toEqual([GOOD]);
    } finally {
      copy.dispose();
    }
  });

  test('hold back a DAGMaker whose settings were changed, and say so', async () => {
    const rc = 'sandbox/gw_workflow/dagmaker.rc';
    const dagmakers = at.calls('DAGMaker.sh').length;
    at.put(rc, at.text(rc).replace(/^(JOBSUB_OPTS="[^"]*--memory=)\d+/m, '$16000'));
    const held = await at.desgw(['build', '--no-wait']);
    expect(held.code, held.said).toBe(3);
    expect(at.calls('DAGMaker.sh')).toHaveLength(dagmakers);
    const why = await at.desgw(['why', `dagmaker_${GOOD}.out`]);
    expect(why.out).toContain(`held back until ccds_${GOOD} is settled`);
    expect(at.submissions()).toEqual([GOOD]);
  });

  test('once released end like any other; then the change makes the submission stale, and only that', async () => {
    release(at, job);
    const later = await at.desgw(['build']);
    expect(later.code, later.said).toBe(4);
    expect(at.calls('DAGMaker.sh')).toEqual([GOOD, GOOD]);
    expect(later.out).toContain('outdated');
    expect(later.out).toContain(`desgw resubmit submitted_${GOOD}`);
    expect(at.submissions()).toEqual([GOOD]);
    expect(await state(`submitted_${GOOD}`)).toBe('outdated');
  });

  test('when they have ended are told by their DAG, with record and marker deleted', async () => {
    at.remove('.desgw');
    at.remove(marker(GOOD));
    const found = await at.desgw(['build']);
    expect(found.code, found.said).toBe(0);
    expect(found.out).toMatch(
      new RegExp(`^\\S+ adopted submitted_${GOOD} .*job \\S+ is in the queue, and has ended`, 'm'),
    );
    expect(at.submissions()).toEqual([GOOD]);
  });
});

function release(at: Site, job: string): void {
  execFileSync(`${at.dir}/sandbox/bin/jobsub_release`, ['-G', 'des', '--role=desgw', job], {
    cwd: at.dir,
    env: LOGIN,
  });
}
