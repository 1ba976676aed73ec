/** S32 to S44: programs, several at a time, and how they end. */
import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from 'vitest';
import { build, builtChain } from './chain.ts';
import { isAlive, type Running, test, until, type Workspace } from './workspace.ts';

/** A target that notes its process in `NAME.on` and goes on when there is a file `go`. */
const gated = (name: string, deps = '') =>
  `target('${name}', { deps: [${deps}], outputs: ['${name}.txt'], recipe: [sh('${name}', 'echo $$ > ${name}.on; await_file go; echo ${name} > ${name}.txt')] }),`;

const waitsFor = (other: Running) =>
  new RegExp(`^\\S+ waiting for another build: .*\\(pid ${other.pid}\\)`, 'm');

describe.concurrent('running', () => {
  test('S32 of two builds of the same target the second says whom it waits for, and no step runs twice', async ({
    w,
    expect,
  }) => {
    w.rules(`${gated('a')} ${gated('goal', `'a'`)}`);
    const first = w.start(['build']);
    await w.appears('a.on');
    const second = w.start(['build']);
    await second.prints('waiting for another build');
    w.write('go', '');
    const [one, two] = await Promise.all([first.ended, second.ended]);
    expect([one.code, two.code, w.ran()]).toEqual([0, 0, ['a', 'goal']]);
    expect(two.out).toMatch(waitsFor(first));
    expect(two.out).toMatch(/^goal: up to date: nothing to do;/m);
  });

  test('S33 of two builds of different targets the second waits its turn, does nothing twice, and both succeed', async ({
    w,
    expect,
  }) => {
    w.rules(
      `${gated('x')} target('y', { outputs: ['y.txt'], recipe: [sh('y', 'echo y > y.txt')] }), group('goal', ['x', 'y']),`,
    );
    const first = w.start(['build', 'x']);
    await w.appears('x.on');
    const second = w.start(['build', 'y']);
    await second.prints('waiting for another build');
    expect((await w.desgw(['build', 'y', '--no-wait'])).code).toBe(3);
    expect(w.exists('y.txt')).toBe(false);
    w.write('go', '');
    const [one, two] = await Promise.all([first.ended, second.ended]);
    expect([one.code, two.code, w.ran()]).toEqual([0, 0, ['x', 'y']]);
    expect(await build(w)).toEqual([]);
  });

  test('S34 when the holder is killed, who waits takes over without help', async ({
    w,
    expect,
  }) => {
    w.rules(gated('goal'));
    const first = w.start(['build']);
    await w.appears('goal.on');
    const second = w.start(['build']);
    await second.prints('waiting for another build');
    const step = Number(w.read('goal.on'));
    first.kill('SIGKILL');
    await until('the step has been started again', () => w.read('ran') === 'goal\ngoal\n');
    expect(isAlive(step)).toBe(false);
    w.write('go', '');
    expect((await second.ended).code).toBe(0);
    expect(w.read('goal.txt')).toBe('goal\n');
  });

  test('S35 SIGINT to desgw alone ends its programs too, and the next build is clean', async ({
    w,
    expect,
  }) => {
    w.rules(gated('goal').replace('await_file go', '(await_file go)'));
    const building = w.start(['build']);
    await w.appears('goal.on');
    building.kill('SIGINT');
    const { code, out } = await building.ended;
    expect(code).toBe(130);
    expect(out).toContain('next: the same command goes on from here');
    expect(w.processes()).toEqual([]);
    w.write('go', '');
    w.ran();
    expect(await build(w)).toEqual(['goal']);
  });

  test('S36 a second Ctrl-C ends at once what ignores the first', async ({ w, expect }) => {
    w.rules(
      `target('goal', { outputs: ['a.txt'], recipe: [sh('goal', 'trap "" INT TERM; touch deaf; await_file go')] }),`,
    );
    const building = w.start(['build']);
    await w.appears('deaf');
    let ended = false;
    void building.ended.then(() => {
      ended = true;
    });
    await until('it has ended', () => {
      if (!ended) building.kill('SIGINT');
      return ended;
    });
    expect((await building.ended).code).toBe(130);
    expect(w.processes()).toEqual([]);
  });

  test('S36 what ignores INT and TERM is killed after the first Ctrl-C alone', async ({
    w,
    expect,
  }) => {
    w.rules(
      `target('goal', { outputs: ['a.txt'], recipe: [sh('goal', 'trap "" INT TERM; touch deaf; await_file go')] }),`,
    );
    const building = w.start(['build']);
    await w.appears('deaf');
    building.kill('SIGINT');
    expect((await building.ended).code).toBe(130);
    expect(w.processes()).toEqual([]);
  });

  test('S37 a detached step survives a lost connection, and the next build takes it up again', async ({
    w,
    expect,
  }) => {
    w.rules(
      `target('goal', { outputs: ['a.txt'], recipe: [sh('goal', 'echo $$ > on; await_file go; echo done > a.txt', { detached: 'rerun' })] }),`,
    );
    const building = w.start(['build']);
    await w.appears('on');
    building.kill('SIGHUP');
    expect((await building.ended).code).toBe(130);
    expect(isAlive(Number(w.read('on')))).toBe(true);
    expect((await w.desgw(['status'])).out).toMatch(/^goal +running/);
    const next = w.start(['build', '-v']);
    await next.prints('start');
    w.write('go', '');
    expect((await next.ended).code).toBe(0);
    expect([w.read('a.txt'), w.ran(), w.processes()]).toEqual(['done\n', ['goal'], []]);
    expect(await build(w)).toEqual([]);
  });

  test('S38 holders of one exclusive key run one at a time, and do not keep the other slots idle', async ({
    w,
    expect,
  }) => {
    const free = [1, 2, 3, 4];
    // Each of these ends only when all four and an exclusive one have been under way together.
    const together = [...free.map((n) => `free${n}.on`), 'exclusive.on']
      .map((file) => `await_file ${file}`)
      .join('; ');
    w.rules(`
      ${free.map((n) => `target('x${n}', { exclusive: ['k'], outputs: ['x${n}.txt'], recipe: [sh('x${n}', 'mkdir held && touch exclusive.on; await_file free1.on; touch x${n}.txt; rmdir held')] }),`).join('\n')}
      ${free.map((n) => `target('f${n}', { outputs: ['f${n}.txt'], recipe: [sh('f${n}', 'touch free${n}.on; ${together}; touch f${n}.txt')] }),`).join('\n')}
      group('goal', [1, 2, 3, 4].flatMap((n) => ['x' + n, 'f' + n])),`);
    expect([...(await build(w, ['-j5']))].sort()).toEqual([
      'f1',
      'f2',
      'f3',
      'f4',
      'x1',
      'x2',
      'x3',
      'x4',
    ]);
  });

  test('S39 when one of twenty fails the other nineteen finish, and it is told what is held up', async ({
    w,
    expect,
  }) => {
    w.rules(`
      ...Array.from({ length: 20 }, (_, n) => [
        target('dag' + n, { outputs: ['dag' + n], recipe: [sh('dag' + n, n === 7 ? 'echo no templates; exit 3' : 'touch dag' + n)] }),
        target('sub' + n, { deps: ['dag' + n], outputs: ['sub' + n], recipe: [sh('sub' + n, 'touch sub' + n)] }),
      ]).flat(),
      group('goal', Array.from({ length: 20 }, (_, n) => 'sub' + n)),`);
    const { code, out } = await w.desgw(['build']);
    const others = Array.from({ length: 20 }, (_, n) => n).filter((n) => n !== 7);
    expect(code).toBe(1);
    expect([...w.ran()].sort()).toEqual(
      [...others.flatMap((n) => [`dag${n}`, `sub${n}`]), 'dag7'].sort(),
    );
    expect(out).toContain('\nheld up: 1 target (sub7), by dag7\n');
    expect(out).toMatch(
      /failed: dag7\n {2}sh ended with exit status 3\n {2}log: \.desgw\/logs\/dag7\.1\.log\n/,
    );
    expect(out).toContain('no templates');
    expect(out).toContain('goal: failed: 38 built, 1 failed, 1 held up; 38 of 40 targets fresh');
  });

  test('S40 a failure of the infrastructure is tried again, one of the payload is not', async ({
    w,
    expect,
  }) => {
    w.rules(`
      target('infra', { outputs: ['i.txt'], recipe: [sh('infra', '[ $(grep -c infra ran) -eq 3 ] || exit 75; touch i.txt', { retry: { times: 3, delay: 0.01, codes: [75] } })] }),
      target('payload', { outputs: ['p.txt'], recipe: [sh('payload', 'exit 2', { retry: { times: 3, delay: 0.01, codes: [75] } })] }),
      group('goal', ['infra', 'payload']),`);
    const { code, out } = await w.desgw(['build']);
    expect([code, [...w.ran()].sort()]).toEqual([1, ['infra', 'infra', 'infra', 'payload']]);
    expect(
      out
        .split('\n')
        .map((line) => line.slice(line.indexOf(' ') + 1))
        .filter((line) => line.startsWith('retry')),
    ).toEqual([
      'retry   infra ended with exit status 75; try 2 in 0.0s',
      'retry   infra ended with exit status 75; try 3 in 0.0s',
    ]);
    expect(out).toMatch(/failed(?:: | {2})payload.*\n {2}sh ended with exit status 2\n/);
  });

  test('S41 a step that takes too long, or says nothing for too long, is ended with all it started', async ({
    w,
    expect,
  }) => {
    const never = (name: string, limit: string) =>
      `target('${name}', { outputs: ['${name}.txt'], recipe: [sh('${name}', '(trap "" INT TERM; await_file go) & await_file go', { ${limit} })] }),`;
    w.rules(
      `${never('long', 'timeout: 0.2')} ${never('silent', 'silence: 1')} group('goal', ['long', 'silent']),`,
    );
    const { code, out } = await w.desgw(['build']);
    expect(code).toBe(1);
    expect(out).toContain('failed: long\n  sh took longer than 0.2 s and was stopped\n');
    expect(out).toContain('failed: silent\n  sh printed nothing for 1 s and was stopped\n');
    expect(w.processes()).toEqual([]);
  });

  test('S42 a step that prints a gibibyte costs no memory, and its log is whole', async ({
    w,
    expect,
  }) => {
    const prints = (bytes: number): string =>
      `yes "a line of some length that is repeated over and over" | head -c ${bytes}; echo; echo the last line`;
    const [long, captured] = [2 ** 30, 75_000_000];
    w.rules(`
      target('log', { outputs: ['l.txt'], recipe: [sh('log', '${prints(long)}; exit 1')] }),
      target('file', { outputs: ['f.txt'], recipe: { version: '1', steps: [sh('file', '${prints(captured)}', { stdout: 'f.txt' })], judge: (run) => run.stdout.endsWith('the last line\\n') ? [] : [{ what: 'cut off' }] } }),
      group('goal', ['log', 'file']),`);
    const { code, out } = await w.desgw(['build']);
    expect(code).toBe(1);
    expect(out).toMatch(/failed +log[\s\S]*the last line/);
    const size = (path: string) => statSync(join(w.dir, path)).size;
    expect([size('.desgw/logs/log.1.log'), size('f.txt')]).toEqual([long + 15, captured + 15]);
    const peak = Number(/peak (\d+)/.exec(w.effects().join('\n'))?.[1]);
    expect(peak / 1024).toBeLessThan(150);
  });

  test('S43 a program left in the background does not keep the build from ending, and is told of', async ({
    w,
    expect,
  }) => {
    w.rules(
      `target('goal', { outputs: ['a.txt'], recipe: [sh('goal', 'await_file go & echo a > a.txt')] }),`,
    );
    const { code, err } = await w.desgw(['build']);
    expect({ code, err: err.slice(err.indexOf(' ') + 1) }).toEqual({
      code: 0,
      err: 'warning: goal: sh left programs running in the background; they were stopped\n',
    });
    expect(w.processes()).toEqual([]);
  });

  test('S44 a dry run writes nothing, starts nothing, and names what the build then runs', async ({
    w,
    expect,
  }) => {
    await builtChain(w);
    w.write('src', 'two\n');
    w.effects();
    const before = w.tree();
    const { code, out, err } = await w.desgw(['build', '-n', '--json']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(w.tree()).toEqual(before);
    expect(effectful(w)).toEqual([]);
    const actions: readonly { readonly name: string; readonly certain: boolean }[] =
      JSON.parse(out).actions;
    expect(actions.map(({ name, certain }) => [name, certain])).toEqual([
      ['a', true],
      ['b', false],
    ]);
    expect(await build(w)).toEqual(['a', 'b']);
  });

  test('S44 a dry run in a new workspace leaves it as it is and starts nothing but the bundler', async ({
    w,
    expect,
  }) => {
    await builtChain(w);
    rmSync(join(w.dir, '.desgw'), { recursive: true });
    w.effects();
    const before = w.tree();
    const { code, out } = await w.desgw(['build', '-n']);
    expect(code).toBe(0);
    expect(out).toMatch(/^run a\n[\s\S]*\nrun b\n/);
    expect(w.tree()).toEqual(before);
    expect(effectful(w).filter((line) => !/^spawn .*esbuild/.test(line))).toEqual([]);
  });
});

/** What desgw did that is more than looking. */
const effectful = (w: Workspace): readonly string[] =>
  w.effects().filter((line) => !/^(read|peak) /.test(line));
