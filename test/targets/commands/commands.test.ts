import { describe, expect, test } from 'vitest';
import type { CommandCall, RunningProgram } from '../../../core/api/builds.ts';
import { digestOf } from '../../../core/api/digest.ts';
import { UserError } from '../../../core/api/errors.ts';
import type { Adapter, Look, Seen } from '../../../core/api/looks.ts';
import type { Rule } from '../../../core/api/rules.ts';
import type { Exec } from '../../../core/api/steps.ts';
import type { Job, OnRecord, Queue } from '../../../core/index.ts';
import { followUpCommands } from '../../../targets/commands/index.ts';
import { jobsTable, submissionsIn } from '../../../targets/commands/jobs.ts';
import { ccd2, SEARCH_CCDS } from '../../../targets/settings/domain.ts';
import { sandbox } from '../../../targets/site/sandbox.ts';
import { dagText } from '../../fixtures/postproc/dag-text.ts';

const MINUTE = 60_000;
const NOW = 1_000 * MINUTE;

const job = (fields: Partial<Job>): Job => ({
  id: '90.0@jobsub01.fnal.gov',
  status: 'running',
  token: 'one',
  submission: fields.token ?? 'one',
  labels: { exposure: '668439', season: '2206' },
  queued: NOW - 5 * MINUTE,
  ...fields,
});
const node = (n: number, fields: Partial<Job> = {}): Job =>
  job({
    id: `${90 + n}.0@jobsub01.fnal.gov`,
    node: `stage_${n}`,
    ...fields,
  });

const QUEUE: readonly Job[] = [
  job({
    id: '50.0@jobsub02.fnal.gov',
    token: 'two',
    labels: { exposure: '668440', season: '2206' },
    queued: NOW - 300 * MINUTE,
  }),
  job({
    id: '51.0@jobsub02.fnal.gov',
    token: 'two',
    labels: { exposure: '668440', season: '2206' },
    node: 'stage_1',
    status: 'idle',
  }),
  job({}),
  node(1),
  node(2, { status: 'held', holdReason: 'memory exceeded' }),
  node(3, { status: 'held', holdReason: 'memory exceeded' }),
  node(4, { status: 'held' }),
  node(5, { status: 'completed' }),
];

interface World {
  readonly args?: readonly string[];
  readonly options?: { readonly [name: string]: string | true };
  /** What the queue answers, one after the other; the last for ever. */
  readonly queue?: readonly (Queue | Error)[];
  readonly said?: string;
  readonly agrees?: boolean;
  readonly season?: string | undefined;
  readonly seen?: (look: Look) => Seen;
  readonly running?: (target: string, did: string[]) => RunningProgram | undefined;
  readonly records?: { [target: string]: OnRecord };
  readonly builds?: (items: readonly Rule[], records: { [target: string]: OnRecord }) => number;
}

/** Runs a command in a world that keeps a record of what it did. */
async function run(name: string, world: World = {}) {
  const did: string[] = [];
  const printed: string[] = [];
  const answers = [...(world.queue ?? [{ state: 'seen', jobs: QUEUE }])];
  const queue: Adapter = {
    dry: false,
    timeout: 1,
    ask: async () => {
      did.push('asked the queue');
      const answer = answers.length > 1 ? answers.shift()! : answers[0]!;
      if (answer instanceof Error) throw answer;
      return answer as never;
    },
  };
  const site = sandbox();
  const commands = followUpCommands({ ...site, adapters: { ...site.adapters, queue } });
  const records = world.records ?? {};
  const call: CommandCall = {
    args: world.args ?? [],
    option: (option) => world.options?.[option],
    params: {},
    tools: {
      workspace: '/w',
      signal: new AbortController().signal,
      run: async (exec: Exec) => {
        did.push(`ran ${exec.argv.join(' ')}`);
        return { exit: { kind: 'exit', code: 0 }, stdout: '', stderr: world.said ?? '' };
      },
    },
    env: {},
    now: NOW,
    readText: (path) =>
      path === 'image_proc_outputs/season'
        ? 'season' in world
          ? world.season
          : '2206\n'
        : undefined,
    look: async (looks) =>
      looks.map((look) => world.seen?.(look) ?? { kind: 'read', text: undefined }),
    record: (target) => records[target],
    status: async () => [],
    build: async (items, goal) => {
      did.push(`built ${goal}: ${(items as readonly Rule[]).map((item) => item.name).join(' ')}`);
      return world.builds?.(items as readonly Rule[], records) ?? 0;
    },
    forget: async (targets) => {
      if (targets.length > 0) did.push(`forgot ${targets.join(' ')}`);
    },
    running: (target) => world.running?.(target, did),
    print: (text) => printed.push(text),
    confirm: async (question) => {
      did.push(question);
      return world.agrees ?? false;
    },
  };
  const status = await commands[name]!.run(call);
  return { status, did, out: printed.join('\n') };
}

describe('exposures on the command line', () => {
  test.each(['jobs', 'cancel', 'rescue'])(
    '%s takes nothing for an exposure that is none',
    async (name) => {
      for (const arg of [
        '../x',
        '1;rm',
        '',
        ' ',
        '6684',
        '66844000',
        '-1',
        '0668440',
        '668440\n668441',
        '*',
        '$(id)',
      ])
        await expect(run(name, { args: ['668439', arg] })).rejects.toThrow(UserError);
    },
  );

  test.each(['cancel', 'rescue'])('%s needs at least one', async (name) => {
    await expect(run(name)).rejects.toThrow(`${name} needs exposures`);
  });

  test.each(['cancel', 'rescue'])('%s needs the season of a follow-up', async (name) => {
    for (const season of [undefined, '', 'auto', '../7'])
      await expect(run(name, { args: ['668439'], season })).rejects.toThrow(
        'no season is claimed here',
      );
  });
});

describe('desgw jobs', () => {
  test('each submission has a line with its age and counts, and its held jobs with the reason below', async () => {
    const { status, out } = await run('jobs');
    expect(status).toBe(0);
    expect(out).toBe(
      [
        '2 submissions of 2 exposures: 1 running, 1 idle, 3 held',
        '',
        'EXPOSURE  SEASON  DAG                     AGE    JOBS',
        '668439    2206    90.0@jobsub01.fnal.gov  5 min  1 running, 3 held',
        '    2 held: memory exceeded',
        '    1 held: no reason given',
        '668440    2206    50.0@jobsub02.fnal.gov  5 h    1 idle',
      ].join('\n'),
    );
  });

  test('data have the same in full', async () => {
    const { out } = await run('jobs', { args: ['668440'], options: { '--json': true } });
    expect(JSON.parse(out)).toEqual({
      queue: 'seen',
      why: null,
      unseen: [],
      submissions: [
        {
          exposure: '668440',
          season: '2206',
          dag: '50.0@jobsub02.fnal.gov',
          token: 'two',
          counts: {
            idle: 1,
            running: 0,
            held: 0,
            transferring: 0,
            suspended: 0,
            lead: 'running',
            holdReasons: [],
          },
          held: [],
          since: NOW - 300 * MINUTE,
        },
      ],
    });
  });

  test('an empty queue is said to be empty', async () => {
    const queue = [{ state: 'seen', jobs: [] }] as const;
    expect(await run('jobs', { queue })).toMatchObject({
      status: 0,
      out: 'There are no jobs in the queue.',
    });
    expect(await run('jobs', { queue, args: ['668441'] })).toMatchObject({
      out: 'There are no jobs of 668441 in the queue.',
    });
  });

  test('a queue that cannot be seen is never called empty', async () => {
    expect(
      await run('jobs', { queue: [{ state: 'failed', why: 'no ticket', jobs: [] }] }),
    ).toMatchObject({
      status: 1,
      out: 'The queue could not be seen: no ticket',
    });
    const { status, out } = await run('jobs', {
      queue: [{ state: 'failed', why: 'jobsub02 is down', jobs: QUEUE.slice(2) }],
    });
    expect(status).toBe(1);
    expect(out).toContain('1 running, 3 held');
    expect(out).toContain('The queue could not be seen completely: jobsub02 is down');
    expect((await run('jobs', { queue: [new Error('boom')] })).out).toBe(
      'The queue could not be seen: boom',
    );
  });

  test('a rescue has a line of its own, and jobs without an exposure come last', () => {
    const found = submissionsIn({
      state: 'seen',
      jobs: [
        job({ labels: { season: '2206' } }),
        job({ token: 'rescue', queued: NOW }),
        job({ token: 'first', queued: 0 }),
      ],
    });
    expect(found.map(({ exposure, token }) => [exposure, token])).toEqual([
      ['668439', 'first'],
      ['668439', 'rescue'],
      [null, 'one'],
    ]);
    expect(jobsTable(found.slice(2), NOW)).toContain('-         2206');
  });
});

describe('desgw cancel', () => {
  const GONE: Queue = { state: 'seen', jobs: QUEUE.slice(0, 2) };
  const RM = 'ran {workspace}/sandbox/bin/jobsub_rm -G des --role=desgw 90.0@jobsub01.fnal.gov';

  test('it shows what would go, asks, removes the DAG with its job id, and looks again', async () => {
    const { status, did, out } = await run('cancel', {
      args: ['668439'],
      agrees: true,
      queue: [{ state: 'seen', jobs: QUEUE }, GONE],
    });
    expect(did).toEqual(['asked the queue', 'Remove the jobs of 668439?', RM, 'asked the queue']);
    expect(status).toBe(0);
    expect(out).toBe(
      [
        'To be removed from the queue:',
        '  668439  90.0@jobsub01.fnal.gov  1 running, 3 held (memory exceeded)',
        'Removed: the queue has no jobs of 668439 any more.',
        'Nothing else was touched: the next `desgw build` judges what came back.',
      ].join('\n'),
    );
  });

  test('without a yes nothing is done', async () => {
    const { status, did } = await run('cancel', { args: ['668439'] });
    expect({ status, did }).toEqual({
      status: 0,
      did: ['asked the queue', 'Remove the jobs of 668439?'],
    });
  });

  test('jobs that have outlived their DAG are removed one by one; those of other seasons stay', async () => {
    const jobs = [
      node(1),
      node(2),
      job({ labels: { exposure: '668439', season: '417' }, token: 'else' }),
    ];
    const { did } = await run('cancel', {
      args: ['668439'],
      agrees: true,
      queue: [{ state: 'seen', jobs }],
    });
    expect(did[2]).toBe(
      'ran {workspace}/sandbox/bin/jobsub_rm -G des --role=desgw 91.0@jobsub01.fnal.gov 92.0@jobsub01.fnal.gov',
    );
  });

  test('what is still there afterwards is told with what the program said, whatever its exit status', async () => {
    const { status, out } = await run('cancel', {
      args: ['668439'],
      agrees: true,
      said: 'not the owner',
    });
    expect(status).toBe(1);
    expect(out).toContain('Still in the queue:\n  668439  90.0@jobsub01.fnal.gov');
    expect(out).toContain('jobsub_rm said: not the owner');
  });

  test('a queue that cannot be seen afterwards leaves it open', async () => {
    const { status, out } = await run('cancel', {
      args: ['668439'],
      agrees: true,
      queue: [
        { state: 'seen', jobs: QUEUE },
        { state: 'failed', why: 'down', jobs: [] },
      ],
    });
    expect(status).toBe(1);
    expect(out).toContain(
      'Whether they are gone is not known: the queue could not be seen (down).',
    );
  });

  test('nothing is removed while the queue cannot be seen, and nothing needs removing without jobs', async () => {
    expect(
      await run('cancel', {
        args: ['668439'],
        agrees: true,
        queue: [{ state: 'failed', why: 'down', jobs: QUEUE }],
      }),
    ).toMatchObject({ status: 1, did: ['asked the queue'] });
    expect(await run('cancel', { args: ['668441'], agrees: true })).toMatchObject({
      status: 0,
      did: ['asked the queue'],
      out: '668441 has no jobs of season 2206 in the queue.',
    });
  });
});

describe('desgw rescue', () => {
  const DAG = dagText();
  const MARKER = JSON.stringify({
    schema: 'desgw/submitted',
    version: 1,
    exposure: '668439',
    season: '2206',
    job: '9.0@jobsub01.fnal.gov',
    token: 'one',
    submitted: 'then',
    dag: digestOf(DAG),
  });
  const built = (receipt?: string): OnRecord => ({
    state: 'made',
    at: 0,
    ...(receipt === undefined ? {} : { receipt }),
  });
  const seen = (look: Look): Seen => {
    const pnfs = 'sandbox/pnfs/des/persistent/gw/exp/20170817/668439/dp2206';
    switch (look.kind) {
      case 'read':
        if (look.path.endsWith('668439.dag')) return { kind: 'read', text: DAG };
        if (look.path.endsWith('668439.dag.submitted')) return { kind: 'read', text: MARKER };
        return {
          kind: 'read',
          text: '668439  20170817  57983.0  197.45  -23.38  i  100  2017B-0110  1.0  object\n',
        };
      case 'ends':
        return { kind: 'ends', files: [] };
      case 'stat':
        return { kind: 'stat', stat: { size: 1, mtime: 0 } };
      case 'list':
        if (look.pattern.endsWith('gw_workflow'))
          return { kind: 'list', dirs: [{ dir: look.pattern, names: [] }] };
        return {
          kind: 'list',
          dirs: SEARCH_CCDS.map((ccd) => ({
            dir: `${pnfs}/i_${ccd2(ccd)}`,
            names: ccd === 3 ? ['RUN02_x.FAIL'] : ['outputs_x'],
          })),
        };
      case 'ask':
        throw new Error('asked twice');
    }
  };
  const ready = (): World => ({
    args: ['668439'],
    queue: [{ state: 'seen', jobs: [] }],
    records: { ccds_668439: built() },
    seen,
  });

  test('the CCD report is forgotten first, so that no build goes on with it, and then the rescue is built', async () => {
    const { status, did, out } = await run('rescue', {
      ...ready(),
      agrees: true,
      builds: (_items, records) => {
        records.rescue_668439_1 = built('80.0@jobsub01.fnal.gov');
        return 0;
      },
    });
    expect(did).toEqual([
      'asked the queue',
      'Submit it?',
      'forgot ccds_668439',
      'built rescue: rescue_668439_1 rescue',
    ]);
    expect(status).toBe(0);
    expect(out).toContain('668439: rescue 1 is submitted as 80.0@jobsub01.fnal.gov');
  });

  test('a dry run shows the moves, the DAG and the command, and does nothing', async () => {
    const { status, did, out } = await run('rescue', {
      ...ready(),
      options: { '--dry-run': true, '--memory': '8GB' },
    });
    expect({ status, did }).toEqual({ status: 0, did: ['asked the queue'] });
    expect(out).toContain('i_03 move to previous/1/: RUN02_x.FAIL');
    expect(out).toContain('--memory=8GB');
    expect(out).toContain('  run /w/sandbox/bin/jobsub_submit_dag -G des');
  });

  test('without a yes nothing is done', async () => {
    expect((await run('rescue', ready())).did).toEqual(['asked the queue', 'Submit it?']);
  });

  test('one that is refused does not keep the others back, but shows in the exit status', async () => {
    const { status, did, out } = await run('rescue', {
      ...ready(),
      args: ['668440', '668439'],
      agrees: true,
    });
    expect(status).toBe(2);
    expect(did.at(-1)).toBe('built rescue: rescue_668439_1 rescue');
    expect(out).toContain('668440 is not rescued:');
  });

  test('a submission in doubt says how to settle it', async () => {
    const { status, out } = await run('rescue', { ...ready(), agrees: true, builds: () => 4 });
    expect(status).toBe(4);
    expect(out).toContain('If it is there: desgw rescue 668439 --job ID');
    expect(out).toContain('If it is not: desgw rescue 668439 --not-submitted');
  });

  test.each([
    [{ '--memory': '6000 MB' }, 'not an amount of memory'],
    [{ '--memory': '-1' }, 'not an amount of memory'],
    [{ '--memory': "1MB' file://x" }, 'not an amount of memory'],
    [{ '--job': '1;rm' }, 'is not a job id'],
    [{ '--job': '1.0@a b' }, 'is not a job id'],
    [{ '--job': '1.0@a', '--not-submitted': true as const }, 'contradict'],
  ])('options that could do harm or make no sense are refused: %j', async (options, why) => {
    await expect(run('rescue', { ...ready(), options })).rejects.toThrow(why);
  });
});

describe('desgw doctor', () => {
  test('a site that is yet to be made is no fault, and says how it is made', async () => {
    const { status, out } = await run('doctor');
    expect(status).toBe(0);
    expect(out).toContain('desgw build sandbox; then desgw doctor looks at it');
  });

  test('data are a list of findings', async () => {
    const { out } = await run('doctor', { options: { '--json': true } });
    expect(JSON.parse(out)).toEqual([expect.objectContaining({ name: 'sandbox', state: 'warn' })]);
  });
});

describe('release', () => {
  const after: Queue = { state: 'seen', jobs: QUEUE.filter(({ status }) => status !== 'held') };

  test('releases the held jobs of an exposure alone, and looks whether they go on', async () => {
    const { out, did, status } = await run('release', {
      args: ['668439'],
      queue: [{ state: 'seen', jobs: QUEUE }, after],
    });
    expect(status).toBe(0);
    expect(did.find((line) => line.includes('jobsub_release'))).toMatch(
      /jobsub_release .*92\.0@jobsub01\.fnal\.gov 93\.0@jobsub01\.fnal\.gov 94\.0@jobsub01\.fnal\.gov$/,
    );
    expect(out).toContain('memory exceeded; no reason given');
    expect(out).toContain('Released: no job of 668439 is held any more.');
  });

  test('does nothing where nothing is held, and nothing blindly', async () => {
    const none = await run('release', { args: ['668440'] });
    expect([none.status, none.did]).toEqual([0, ['asked the queue']]);
    const unseen = await run('release', {
      args: ['668439'],
      queue: [{ state: 'failed', why: 'no ticket', jobs: [] }],
    });
    expect([unseen.status, unseen.did]).toEqual([1, ['asked the queue']]);
  });

  test('jobs that stay held are told with what the program said', async () => {
    const { out, status } = await run('release', { args: ['668439'], said: 'not yours' });
    expect(status).toBe(1);
    expect(out).toContain('Still held');
    expect(out).toContain('not yours');
  });
});

describe('cancel postproc', () => {
  const running = (here: boolean) => {
    let alive = true;
    return (target: string, did: string[]): RunningProgram | undefined =>
      alive && target === 'postproc:2'
        ? {
            ...{ pid: 4711, host: 'des91', since: NOW, here },
            stop: async () => {
              did.push('stopped');
              alive = false;
            },
          }
        : undefined;
  };

  test('ends the program that is at it, and says where it was', async () => {
    const { out, did, status } = await run('cancel', {
      ...{ args: ['postproc'], agrees: true, running: running(true) },
    });
    expect([status, did.at(-1)]).toEqual([0, 'stopped']);
    expect(out).toContain('des91 (pid 4711)');
    expect(out).toContain('It has ended.');
  });

  test('ends nothing that runs on another host, nor where nothing runs', async () => {
    const there = await run('cancel', { args: ['postproc'], running: running(false) });
    expect([there.status, there.did]).toEqual([1, []]);
    const none = await run('cancel', { args: ['postproc'] });
    expect([none.status, none.out]).toEqual([0, 'Post processing is not running.']);
  });
});
