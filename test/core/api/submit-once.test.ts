/** Work that is handed to a grid exactly once, on a machine in memory whose grid is a file. */
import { describe, expect, test } from 'vitest';
import { defineBuild, exec } from '../../../core/api/define.ts';
import { type Grid, type Job, jobsMatching, queueOf } from '../../../core/api/grid.ts';
import type { OnceSighting } from '../../../core/api/rules.ts';
import {
  judgeQueue,
  readSubmitted,
  type SubmitOnce,
  submitOnce,
} from '../../../core/api/submit-once.ts';
import type { Programs } from '../../../core/testing/calls.ts';
import { type Machine, memoryMachine } from '../../../core/testing/machine.ts';
import { pipelineOn } from '../../../core/testing/pipeline.ts';

const JOBS = 'outside/jobs';
const jobIn = (line: string): Job => {
  const [id = '', token = '', night = '', status = ''] = line.split(' ');
  return {
    ...{ id, token, submission: token, labels: { night } },
    status: status as Job['status'],
  };
};
const queue = queueOf(exec(['squeue']), (text) => text.split('\n').filter(Boolean).map(jobIn));
const grid: Grid = {
  programs: ['sbatch'],
  queue: () => queue,
  submit: ({ file, labels }) =>
    exec(['sbatch', '{token}', labels.night!, file], {
      ...{ detached: 'doubt', idempotent: false, okExits: 'any', receipt: 'job (\\d+)' },
    }),
  receipt: 'job (\\d+)',
  marking: () => ({}),
  cancel: (ids) => exec(['scancel', ...ids]),
  jobsOf: jobsMatching,
  explain: ({ stderr }) => ({ what: `sbatch: ${stderr.trim()}` }),
  isId: (text) => /^\d+$/.test(text),
  example: '42',
};
const work = { labels: { night: 'n1' }, file: 'job.sh', cwd: '.', timeout: 60 };

const PROGRAMS: Programs = {
  sbatch: ({ args: [token, night], read, write, print }) => {
    const id = 40 + (read(JOBS)?.split('\n').length ?? 1);
    write(JOBS, `${read(JOBS) ?? ''}${id} ${token} ${night} running\n`);
    print(`job ${id}\n`);
  },
  squeue: ({ read, print }) => print(read(JOBS) ?? '') as undefined,
};

function site(programs: Programs = {}, more: Partial<SubmitOnce> = {}) {
  const machine = memoryMachine({ 'job.sh': 'true' }, { ...PROGRAMS, ...programs });
  const rule = submitOnce('s', { grid, queue: 'queue', work, marker: 's.json', ...more });
  const build = defineBuild({ goal: 's', adapters: { queue }, rules: () => [rule] });
  return { machine, pipeline: pipelineOn(machine, build), rule };
}
const submissions = (machine: Machine): number =>
  machine.started.filter(([name]) => name === 'sbatch').length;
/** Everything that desgw and its marker know is gone. */
function forget(machine: Machine): void {
  const { files } = machine.engine();
  files.remove('s.json');
  for (const path of Object.keys(machine.memory.tree()))
    if (path.startsWith('.desgw/')) files.remove(path);
}

test('work is handed over once, and its marker names the job', async () => {
  const { machine, pipeline } = site();
  expect(await pipeline.build()).toMatchObject({ exit: 0 });
  expect(readSubmitted(machine.read('s.json'))).toMatchObject({ receipt: '41' });
  expect(await pipeline.build()).toMatchObject({ exit: 0 });
  expect(submissions(machine)).toBe(1);
});

test.each(['marker', 'queue'])('with the records lost it is found by its %s', async (proof) => {
  const { machine, pipeline } = site();
  await pipeline.build();
  const marker = machine.read('s.json')!;
  forget(machine);
  if (proof === 'marker') {
    machine.put('s.json', marker);
    machine.put(JOBS, '');
  }
  expect((await pipeline.build()).told).toContainEqual(expect.stringMatching(/^adopted s: /));
  expect(submissions(machine)).toBe(1);
  expect(readSubmitted(machine.read('s.json'))?.receipt).toBe('41');
});

test('a queue that cannot be seen is not an empty one', async () => {
  const { machine, pipeline } = site({
    squeue: ({ complain }) => {
      complain('controller is down\n');
      return 1;
    },
  });
  const { exit } = await pipeline.build([], { wait: false });
  expect(exit).not.toBe(0);
  expect(submissions(machine)).toBe(0);
  const [status] = await pipeline.status();
  expect(JSON.stringify(status)).toContain('controller is down');
});

test.each([
  ['two lines where one was expected', 'renewed a token\nslurm_load_jobs error: down\n', 0],
  ['nothing', '', 1],
])('what a queue answers that is not understood is told whole: %s', async (_, said, code) => {
  const puzzled = queueOf(exec(['squeue']), () => undefined);
  const run = async () => ({ exit: { kind: 'exit', code } as const, stdout: said, stderr: '' });
  const tools = { run, workspace: '', signal: new AbortController().signal };
  expect(await puzzled.ask(null, tools)).toEqual({
    state: 'failed',
    why:
      code === 0
        ? `squeue says what is not understood: ${said.trim()}`
        : 'squeue failed without a word',
    jobs: [],
  });
});

test('a submitter that says nothing has failed, whatever its exit status', async () => {
  const { machine, pipeline } = site({
    sbatch: ({ complain }) => {
      complain('no such account\n');
      return 0;
    },
  });
  expect(await pipeline.build([], { wait: false })).toMatchObject({ exit: expect.any(Number) });
  expect((await pipeline.build([], { wait: false })).exit).not.toBe(0);
  expect(machine.read('s.json')).toBeUndefined();
});

test('where there is nothing to hand over nothing is, and that is no failure', async () => {
  const { machine, pipeline } = site({}, { needless: () => true });
  expect(await pipeline.build()).toMatchObject({ exit: 0 });
  expect(submissions(machine)).toBe(0);
  expect(readSubmitted(machine.read('s.json'))?.receipt).toBeNull();
});

test('a person who names its job is held to what the grid calls one, and its work can be ended', () => {
  const { once } = site().rule;
  expect(['42', 'some words', '-rf'].map((text) => once!.receipts!.isOne(text))).toEqual([
    ...[true, false, false],
  ]);
  expect(once!.cancel!('42').argv).toEqual(['scancel', '42']);
});

describe('what of a queue proves an attempt', () => {
  const mine: Job = { ...jobIn('41 mine n1 running') };
  const judge = (jobs: readonly Job[], attempt?: object): OnceSighting =>
    judgeQueue(
      { kind: 'answer', answer: { state: 'seen', jobs, answered: ['a'] } as never },
      { grid, purpose: { night: 'n1' }, attempt: attempt as never },
    );

  test('without one on record, any job of its purpose', () => {
    expect(judge([{ ...mine, status: 'completed' }])).toMatchObject({
      state: 'done',
      token: 'mine',
    });
    expect(judge([{ ...mine, labels: { night: 'n2' } }])).toEqual({
      ...{ state: 'not done', remember: ['a'] },
    });
  });

  test('with one on record, what is alive, or ended with its token', () => {
    const attempt = { token: 'mine', at: 0, again: false };
    const older = { ...mine, id: '40', token: 'older' };
    expect(judge([{ ...older, status: 'completed' }], attempt).state).toBe('not done');
    expect(judge([older], attempt)).toMatchObject({ state: 'done', receipt: '40' });
    expect(judge([{ ...mine, status: 'completed' }], attempt)).toMatchObject({ receipt: '41' });
  });

  test('of what was asked for once more, only its own token: the work before may still be alive', () => {
    const attempt = { token: 'new', at: 0, again: true };
    expect(judge([mine], attempt).state).toBe('not done');
    expect(judge([mine, { ...mine, id: '42', token: 'new' }], attempt)).toMatchObject({
      receipt: '42',
    });
  });

  test('nothing, where a part of the queue has not answered', () => {
    const deaf: Grid = { ...grid, jobsOf: () => ({ jobs: [], unseen: 'schedd02 is silent' }) };
    const seen = { kind: 'answer', answer: { state: 'seen', jobs: [] } as never } as const;
    expect(judgeQueue(seen, { grid: deaf, purpose: {} })).toMatchObject({
      ...{ state: 'unknown', unanswered: true },
      why: expect.stringContaining('schedd02 is silent'),
    });
  });
});
