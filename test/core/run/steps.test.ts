import { describe, expect, test } from 'vitest';
import { claim, copy, edit, exec, link, move, remove, write } from '../../../core/api/define.ts';
import type { Exit } from '../../../core/api/facts.ts';
import type { Exec, Step } from '../../../core/api/steps.ts';
import { Environments } from '../../../core/observe/environment.ts';
import type { RunOptions } from '../../../core/run/step-options.ts';
import { Run } from '../../../core/run/steps.ts';
import { exitText } from '../../../core/words/exit.ts';
import { FACTS } from '../../support/facts.ts';
import { type Program, stubWorld } from '../stub-world.ts';

interface Setting {
  readonly tree?: { readonly [path: string]: string };
  readonly programs?: { readonly [name: string]: Program };
  readonly options?: Partial<RunOptions>;
}

/** Runs steps to their end, puts the files in place, and tells what came of it. */
async function carriedOut(
  steps: readonly Step[],
  { tree = {}, programs = {}, options = {} }: Setting = {},
) {
  const world = stubWorld(tree, programs, { PATH: '/bin', SEEN: '1' });
  const retries: [number, number, Exit][] = [];
  const run = new Run(FACTS, {
    world,
    environments: new Environments(world),
    signal: new AbortController().signal,
    ...{
      token: 'TOKEN',
      again: false,
      startedAt: 7,
      log: '.desgw/logs/a.1.log',
      env: [],
      resume: false,
      filesOnly: false,
    },
    onRetry: (attempt, delay, exit) => void retries.push([attempt, delay, exit]),
    onReplacing: () => {},
    onWarning: () => {},
    onAlive: () => Promise.resolve(),
    ...options,
  });
  const end = await run.all(steps);
  const prepared = run.prepared.map(({ path }) => path);
  run.commit();
  const files = Object.fromEntries(
    world.files.paths().map((path) => [path, world.files.text(path)]),
  );
  return { end, prepared, files, retries, world, run };
}

const prints =
  (text: string, code = 0): Program =>
  (_args, files, spawn) => {
    files.put(spawn.stdout, (files.text(spawn.stdout) ?? '') + text);
    return code;
  };
const DONE = { state: 'done' };

describe('steps that only handle files', () => {
  test.each<
    [string, Step[], { readonly [path: string]: string }, { readonly [path: string]: string }]
  >([
    ['write', [write('a', 'text')], {}, { a: 'text' }],
    [
      'write computed from the run',
      [write('a', (run) => `${run.token} ${run.startedAt}`)],
      {},
      { a: 'TOKEN 7' },
    ],
    [
      'write computed from what a step before has written',
      [write('a', '1'), write('b', (run) => `${run.text('a')}${run.maybeText('a')}`)],
      {},
      { a: '1', b: '11' },
    ],
    [
      'edit of what is there',
      [edit('rc', 'shell', { A: '2' })],
      { rc: 'A=1\n# mine\nB=3\n' },
      { rc: 'A=2\n# mine\nB=3\n' },
    ],
    [
      'edit from a template',
      [edit('rc', 'shell', { A: '2' }, 'template')],
      { template: 'A=1\nC=4\n' },
      { rc: 'A=2\nC=4\n', template: 'A=1\nC=4\n' },
    ],
    [
      'two edits of one file',
      [edit('rc', 'shell', { A: '2' }), edit('rc', 'shell', { B: '4' })],
      { rc: 'A=1\nB=3\n' },
      { rc: 'A=2\nB=4\n' },
    ],
    [
      'write, then edit',
      [write('rc', 'A=1\n'), edit('rc', 'shell', { A: '2' })],
      {},
      { rc: 'A=2\n' },
    ],
    ['copy', [copy('a', 'b')], { a: '1' }, { a: '1', b: '1' }],
    [
      'copy of what was just written',
      [write('a', '2'), copy('a', 'b')],
      { a: '1' },
      { a: '2', b: '2' },
    ],
    ['link', [link('a', 'to')], {}, { a: '-> to' }],
    ['move', [move('a', 'b')], { a: '1' }, { b: '1' }],
    ['move of nothing', [move('a', 'b')], { b: '1' }, { b: '1' }],
    ['remove', [remove('a'), remove('b')], { a: '1' }, {}],
  ])('%s', async (_what, steps, tree, files) => {
    expect(await carriedOut(steps, { tree })).toMatchObject({ end: DONE, files });
    expect((await carriedOut(steps, { tree })).files).toEqual(files);
  });

  test('whole files are held back until everything has gone well', async () => {
    const { prepared } = await carriedOut([write('a', '1'), edit('rc', 'shell', { A: '1' })]);
    expect(prepared).toEqual(['a', 'rc']);
  });

  test('but a program finds them in place', async () => {
    const { end, files } = await carriedOut([write('a', '1'), exec(['cp', 'a', 'b'])]);
    expect([end, files]).toEqual([DONE, { a: '1', b: '1' }]);
  });

  test('a file that holds the content already is left alone', async () => {
    expect(
      (
        await carriedOut([write('a', '1'), edit('rc', 'shell', { A: '1' })], {
          tree: { a: '1', rc: 'A=1\n' },
        })
      ).prepared,
    ).toEqual([]);
  });

  test('a template that is not there is a refusal', async () => {
    await expect(carriedOut([edit('rc', 'shell', {}, 'template')])).rejects.toThrow(
      'template does not exist',
    );
  });

  test('from the record alone, only files are written', async () => {
    const { files, world } = await carriedOut(
      [exec(['cp', 'x', 'y']), write('a', '1'), remove('b')],
      { tree: { x: '', b: '' }, options: { filesOnly: true } },
    );
    expect([files, world.ran]).toEqual([{ a: '1', b: '', x: '' }, []]);
  });
});

describe('a claim', () => {
  const ours = (more: object = {}): string =>
    JSON.stringify({ workspace: '/w', host: 'here', user: 'mara', ...more });
  const theirs = JSON.stringify({ workspace: '/other', host: 'there', user: 'lou' });
  const names = ['417', '418'];

  test.each<[string, { readonly [path: string]: string }, string]>([
    ['takes the first free name', {}, '417'],
    ['passes over what others hold', { 'seasons/417': theirs }, '418'],
    [
      'finds what this workspace took earlier',
      { 'seasons/417': theirs, 'seasons/418': ours() },
      '418',
    ],
    ['counts a file it cannot read as taken', { 'seasons/417': 'lou' }, '418'],
  ])('%s', async (_what, tree, taken) => {
    const { end, run } = await carriedOut([claim('seasons', names, 'n')], { tree });
    expect([end, run.facts.claims]).toEqual([DONE, [taken]]);
  });

  test('of all names takes those that nobody holds, and those of ours', async () => {
    const { end, run } = await carriedOut([claim('seasons', ['1', '2', '3'], 'n', { all: true })], {
      tree: { 'seasons/1': theirs, 'seasons/3': ours({ note: 'n' }) },
    });
    expect([end, run.facts.claims]).toEqual([DONE, ['2', '3']]);
  });

  test('of all names leaves those that another target of this workspace took', async () => {
    const { run } = await carriedOut([claim('seasons', ['1', '2'], 'n', { all: true })], {
      tree: { 'seasons/1': ours({ note: 'm' }) },
    });
    expect(run.facts.claims).toEqual(['2']);
  });

  test('of all names goes on when others hold every one', async () => {
    const { end, run } = await carriedOut([claim('seasons', ['1'], 'n', { all: true })], {
      tree: { 'seasons/1': theirs },
    });
    expect([end, run.facts.claims]).toEqual([DONE, []]);
  });

  test('of names that are all taken fails, and says by whom', async () => {
    const { end } = await carriedOut([claim('seasons', ['417'], 'n')], {
      tree: { 'seasons/417': theirs },
    });
    expect(end).toEqual({
      state: 'failed',
      what: '417: taken meanwhile by lou on there (/other)',
      advice: 'Build again to choose anew, or name another.',
    });
  });

  test('that has words of its own for being taken uses them', async () => {
    const step = claim('seasons', ['417'], 'n', {
      taken: { what: 'the place is in use', advice: 'Wait.' },
    });
    const { end } = await carriedOut([step], { tree: { 'seasons/417': theirs } });
    expect(end).toEqual({
      state: 'failed',
      what: 'the place is in use by lou on there (/other)',
      advice: 'Wait.',
    });
  });

  test('leaves who took it and what for', async () => {
    const { files } = await carriedOut([claim('seasons', names, 'a night')]);
    expect(JSON.parse(files['seasons/417']!)).toEqual({
      id: JSON.parse(files['.desgw-workspace']!).id,
      workspace: '/w',
      host: 'here',
      user: 'mara',
      note: 'a night',
      token: 'TOKEN',
    });
  });
});

describe('a program', () => {
  test('is given its words, environment and directory with the placeholders filled in', async () => {
    let seen: unknown;
    const look: Program = (args, _files, { cwd, env, stdout, stderr }) => {
      seen = { args, cwd, env, stdout, stderr };
      return 0;
    };
    const step = exec(['look', '{token}', '{workspace}/x', '{run}'], {
      cwd: 'sub',
      env: { T: '{token}' },
    });
    await carriedOut([step], { programs: { look }, options: { env: ['SEEN'] } });
    expect(seen).toEqual({
      args: ['TOKEN', '/w/x', '/w/.desgw/runs/TOKEN'],
      cwd: '/w/sub',
      env: { PATH: '/bin', SEEN: '1', T: 'TOKEN' },
      stdout: '/w/.desgw/logs/a.1.log',
      stderr: '/w/.desgw/logs/a.1.log',
    });
  });

  test.each<[string, Partial<Exec>, number, object]>([
    ['that ends with 0 has done its work', {}, 0, DONE],
    [
      'that ends otherwise has failed',
      {},
      3,
      { state: 'failed', what: 'x ended with exit status 3' },
    ],
    ['whose exit status is allowed goes on', { okExits: [0, 3] }, 3, DONE],
    ['whose exit status is left to the judge goes on', { okExits: 'any' }, 3, DONE],
    [
      'with a receipt has taken effect, whatever its exit status',
      { receipt: 'job (\\d+)' },
      3,
      DONE,
    ],
    [
      'without the receipt it should leave has failed, whatever its exit status',
      { receipt: 'cluster (\\d+)' },
      0,
      { state: 'failed', what: 'x ended with exit status 0 without a receipt' },
    ],
  ])('%s', async (_what, options, code, end) => {
    expect(
      (
        await carriedOut([exec(['/bin/x'], options), write('after', '')], {
          programs: { '/bin/x': prints('job 12\n', code) },
        })
      ).end,
    ).toEqual(end);
  });

  test('that fails ends the run: nothing after it is done', async () => {
    const { files, world } = await carriedOut([exec(['false']), exec(['true']), write('a', '')]);
    expect([files, world.ran]).toEqual([{}, ['false']]);
  });

  test('what it printed is known to what follows, with its exit status', async () => {
    const { files, run } = await carriedOut(
      [
        exec(['x'], { okExits: 'any' }),
        write('a', (facts) => `${facts.stdout}${JSON.stringify(facts.exits)}`),
      ],
      { programs: { x: prints('hello\n', 2) } },
    );
    expect([files.a, run.facts.exits]).toEqual([
      'hello\n[{"kind":"exit","code":2}]',
      [{ kind: 'exit', code: 2 }],
    ]);
  });

  test('standard output can become a file, in place only when all has gone well', async () => {
    const { prepared, files } = await carriedOut([exec(['x'], { stdout: 'printed' })], {
      programs: { x: prints('hello\n') },
    });
    expect([prepared, files]).toEqual([['printed'], { printed: 'hello\n' }]);
    expect(
      (
        await carriedOut([exec(['x'], { stdout: 'printed' })], {
          programs: { x: prints('half', 1) },
        })
      ).files,
    ).toEqual({});
  });

  test('a receipt may lie in a file that a hook leaves', async () => {
    const hook: Program = (_args, files) => {
      files.put('hooked', '77.0@schedd\n');
      return 1;
    };
    const { end, run } = await carriedOut(
      [exec(['x'], { receipt: 'job (\\d+)', receiptFile: 'hooked' })],
      { programs: { x: hook } },
    );
    expect([end, run.facts.receipt]).toEqual([DONE, '77.0@schedd']);
  });

  test('a hook that leaves several lines leaves no receipt, and the log has them all', async () => {
    const hook: Program = (_args, files) => {
      files.put('hooked', 'warning: token renewed\n77.0@schedd\n');
      return 0;
    };
    const { end, run, world } = await carriedOut(
      [exec(['x'], { receipt: 'job (\\d+)', receiptFile: 'hooked' })],
      { programs: { x: hook } },
    );
    expect([end, run.facts.receipt]).toEqual([
      { state: 'failed', what: 'x ended with exit status 0 without a receipt' },
      undefined,
    ]);
    expect(world.files.text('.desgw/logs/a.1.log')).toBe(
      'hooked should hold a receipt alone, and holds:\nwarning: token renewed\n77.0@schedd\n',
    );
  });
});

describe('trying again', () => {
  /** Ends with 75 until it was started so often. */
  const flaky = (good: number): Program => {
    let n = 0;
    return () => (++n >= good ? 0 : 75);
  };
  test.each<[string, Partial<Exec>, number, number, object]>([
    ['until it works', { retry: { times: 5, delay: 1 } }, 3, 3, DONE],
    [
      'only so often',
      { retry: { times: 1, delay: 1 } },
      3,
      2,
      { state: 'failed', what: 'x ended with exit status 75' },
    ],
    [
      'after the exit codes that were named',
      { retry: { times: 5, delay: 1, codes: [75] } },
      3,
      3,
      DONE,
    ],
    [
      'not after others',
      { retry: { times: 5, delay: 1, codes: [1] } },
      3,
      1,
      { state: 'failed', what: 'x ended with exit status 75' },
    ],
    [
      'never what must not be repeated',
      { idempotent: false, retry: { times: 5, delay: 1 } },
      3,
      1,
      { state: 'failed', what: 'x ended with exit status 75' },
    ],
    [
      'not unless it is asked for',
      {},
      3,
      1,
      { state: 'failed', what: 'x ended with exit status 75' },
    ],
  ])('%s', async (_what, options, good, starts, end) => {
    const done = await carriedOut([exec(['x'], options)], { programs: { x: flaky(good) } });
    expect([done.world.ran.length, done.end]).toEqual([starts, end]);
  });

  test('pauses twice as long each time', async () => {
    const exit = { kind: 'exit', code: 75 };
    const { retries } = await carriedOut([exec(['x'], { retry: { times: 3, delay: 10 } })], {
      programs: { x: flaky(4) },
    });
    expect(retries).toEqual([
      [1, 10, exit],
      [2, 20, exit],
      [3, 40, exit],
    ]);
  });
});

test('after an interruption nothing more is done', async () => {
  const abort = new AbortController();
  const x: Program = () => {
    abort.abort();
    return 0;
  };
  const { end, files } = await carriedOut([exec(['x']), write('a', '')], {
    programs: { x },
    options: { signal: abort.signal },
  });
  expect([end, files]).toEqual([{ state: 'interrupted' }, {}]);
});

test('a program is started with the limits that its step gives it, and with none that it does not', async () => {
  const limits: object[] = [];
  const x: Program = (_args, _files, { timeout, silence }) => {
    limits.push({ timeout, silence });
    return 0;
  };
  await carriedOut([exec(['x'], { timeout: 5 }), exec(['x'], { silence: 7 }), exec(['x'])], {
    programs: { x },
  });
  expect(limits).toEqual([
    { timeout: 5, silence: undefined },
    { timeout: undefined, silence: 7 },
    { timeout: undefined, silence: undefined },
  ]);
});

test.each<[Exit, string]>([
  [{ kind: 'exit', code: 1 }, 'ended with exit status 1'],
  [{ kind: 'exit', code: 137 }, 'ended with exit status 137 (signal 9)'],
  [{ kind: 'exit', code: 255 }, 'ended with exit status 255'],
  [{ kind: 'signal', signal: 'SIGTERM' }, 'was stopped by SIGTERM'],
  [{ kind: 'signal', signal: 'SIGKILL' }, 'was killed (SIGKILL; perhaps out of memory)'],
  [{ kind: 'timeout', after: 5, silent: false }, 'took longer than 5 s and was stopped'],
  [{ kind: 'timeout', after: 5, silent: true }, 'printed nothing for 5 s and was stopped'],
  [{ kind: 'spawn', message: 'no such program' }, 'could not be started: no such program'],
])('%j in words', (exit, text) => {
  expect(exitText(exit)).toBe(text);
});
