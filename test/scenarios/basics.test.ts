/** S01 to S16: what is made again, and what is not. */
import { renameSync, rmSync, statSync, symlinkSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe } from 'vitest';
import { build, builtChain, CHAIN } from './chain.ts';
import { test, type Workspace } from './workspace.ts';

const NOTHING = 'goal: up to date: nothing to do; 2 of 2 targets fresh, in TIME\n';

const spawns = (w: Workspace): readonly string[] =>
  w.effects().filter((line) => line.startsWith('spawn '));

/** But for what a build with nothing to do is answered from next time. */
const withoutMemo = (w: Workspace): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(w.tree()).filter(([path]) => !/^\.desgw(\/clock|\/memo.*)?$/.test(path)),
  );

describe.concurrent('basics', () => {
  test('S01 a second build with nothing changed runs nothing and puts nothing on record', async ({
    w,
    expect,
  }) => {
    await builtChain(w);
    w.effects();
    const before = withoutMemo(w);
    const { code, out, err } = await w.desgw(['build']);
    expect({ code, out: out.replace(/\d+\.\ds/, 'TIME'), err }).toEqual({
      code: 0,
      out: NOTHING,
      err: '',
    });
    expect(withoutMemo(w)).toEqual(before);
    expect(spawns(w)).toEqual([]);
  });

  test('S02 in a diamond the shared dependency is built once and the two sides at the same time', async ({
    w,
    expect,
  }) => {
    const side = (name: string, other: string) =>
      `target('${name}', { deps: ['a'], outputs: ['${name}.txt'], recipe: [sh('${name}', 'touch ${name}.on; await_file ${other}.on; cat a.txt > ${name}.txt')] }),`;
    w.rules(`
      target('a', { outputs: ['a.txt'], recipe: [sh('a', 'echo a > a.txt')] }),
      ${side('b', 'c')} ${side('c', 'b')}
      target('goal', { deps: ['b', 'c'], outputs: ['d.txt'], recipe: [sh('d', 'cat b.txt c.txt > d.txt')] }),`);
    const ran = await build(w, ['-j5']);
    expect([ran[0], [...ran.slice(1, 3)].sort(), ran[3], ran.length]).toEqual([
      'a',
      ['b', 'c'],
      'd',
      4,
    ]);
    expect(w.read('d.txt')).toBe('a\na\n');
  });

  test('S03 a deleted final output is made again, and nothing else', async ({ w, expect }) => {
    await builtChain(w);
    rmSync(join(w.dir, 'b.txt'));
    expect(await build(w)).toEqual(['b']);
    expect(w.read('b.txt')).toBe('b:one\n');
  });

  test('S04 a deleted intermediate that comes out the same makes nothing else run', async ({
    w,
    expect,
  }) => {
    await builtChain(w);
    rmSync(join(w.dir, 'a.txt'));
    expect(await build(w)).toEqual(['a']);
    expect(w.read('a.txt')).toBe('one\n');
  });

  test('S05 a touched input makes nothing run, and from the second check on is not even read', async ({
    w,
    expect,
  }) => {
    await builtChain(w);
    w.date('src', 1_900_000_000);
    const reads = () => w.effects().filter((line) => /^read .*\/(src|a\.txt|b\.txt)$/.test(line));
    reads();
    expect(await build(w)).toEqual([]);
    expect(reads()).not.toEqual([]);
    expect(await build(w)).toEqual([]);
    expect(reads()).toEqual([]);
  });

  test('S06 a change that leaves the bytes of an intermediate alone goes no further', async ({
    w,
    expect,
  }) => {
    await builtChain(w);
    w.write('src', 'one\ntwo\n');
    expect(await build(w)).toEqual(['a']);
    expect(await build(w)).toEqual([]);
  });

  test('S07 an input replaced by an older file with other content is noticed', async ({
    w,
    expect,
  }) => {
    await builtChain(w);
    w.write('older', 'zwei\n');
    w.date('older', 1_000_000_000);
    renameSync(join(w.dir, 'older'), join(w.dir, 'src'));
    expect(await build(w)).toEqual(['a', 'b']);
    expect(w.read('b.txt')).toBe('b:zwei\n');
  });

  test('S08 other bytes of the same length under a forged time stamp are noticed', async ({
    w,
    expect,
  }) => {
    await builtChain(w);
    const { mtimeMs, atimeMs, size } = statSync(join(w.dir, 'src'));
    w.write('src', 'two\n');
    utimesSync(join(w.dir, 'src'), atimeMs / 1000, mtimeMs / 1000);
    expect(statSync(join(w.dir, 'src')).size).toBe(size);
    expect(await build(w)).toEqual(['a', 'b']);
    expect(w.read('b.txt')).toBe('b:two\n');
  });

  test('S09 a changed command or argument makes its target and what follows from it run', async ({
    w,
    expect,
  }) => {
    await builtChain(w);
    w.rules(CHAIN.replace('head -n 1', 'head -c 2'));
    expect(await build(w)).toEqual(['a', 'b']);
    w.rules(CHAIN.replace('head -n 1', 'head -c 2').replace('s/^/b:/', 's/^/B:/'));
    expect(await build(w)).toEqual(['b']);
    expect(w.read('b.txt')).toBe('B:on');
  });

  test('S10 white space and comments in the rule file change nothing', async ({ w, expect }) => {
    const rules = (comment: string, gap: string) => `
      ${comment}
      target('goal', {${gap}outputs: ['a.txt'], params: { n: 3 }, recipe: { steps: (facts) => {${gap}
        ${comment}
        const text =${gap}'a';
        return [sh('goal', 'true'), write('a.txt', text)];
      } } }),`;
    w.rules(rules('', ' '));
    expect(await build(w)).toEqual(['goal']);
    w.rules(rules('// a remark', '\n\n   '));
    expect(await build(w)).toEqual([]);
  });

  test('S11 a parameter makes only those targets run that depend on it', async ({ w, expect }) => {
    const values = (x: number, y: number) => `goal: 'goal', params: { x: ${x}, y: ${y}, z: 0 }`;
    const rules = ['x', 'y'].map(
      (p) =>
        `target('${p}', { params: { ${p}: params.${p} }, outputs: ['${p}.txt'], recipe: [sh('${p}', 'echo ' + params.${p} + ' > ${p}.txt')] }),`,
    );
    w.rules(`${rules.join('\n')} group('goal', ['x', 'y']),`, values(1, 1));
    expect([...(await build(w))].sort()).toEqual(['x', 'y']);
    w.rules(`${rules.join('\n')} group('goal', ['x', 'y']),`, values(1, 2));
    expect(await build(w)).toEqual(['y']);
    expect(await build(w, ['--set', 'z=5'])).toEqual([]);
    expect(await build(w, ['--set', 'x=5'])).toEqual(['x']);
    expect(w.read('x.txt')).toBe('5\n');
  });

  test('S12 an input that joins or leaves the list makes the target run', async ({ w, expect }) => {
    const rules = (...inputs: string[]) =>
      w.rules(
        `target('goal', { inputs: ${JSON.stringify(inputs)}, outputs: ['a.txt'], recipe: [sh('goal', 'echo made > a.txt')] }),`,
      );
    for (const name of ['x', 'y', 'z']) w.write(name, name);
    rules('x', 'y');
    await build(w);
    w.ran();
    rules('x', 'y', 'z');
    expect(await build(w)).toEqual(['goal']);
    rules('x', 'z');
    expect(await build(w)).toEqual(['goal']);
    rules('z', 'x');
    expect(await build(w)).toEqual([]);
  });

  test('S13 a glob that gains, loses or renames a member makes only its consumers run', async ({
    w,
    expect,
  }) => {
    w.rules(`
      target('all', { globs: ['data/*.txt'], outputs: ['all.txt'], recipe: [sh('all', 'cat data/*.txt > all.txt')] }),
      target('one', { inputs: ['data/1.txt'], outputs: ['one.txt'], recipe: [sh('one', 'cat data/1.txt > one.txt')] }),
      group('goal', ['all', 'one']),`);
    w.write('data/1.txt', '1');
    w.write('data/2.txt', '2');
    expect([...(await build(w))].sort()).toEqual(['all', 'one']);
    w.write('data/3.txt', '3');
    w.write('data/3.log', '3');
    expect(await build(w)).toEqual(['all']);
    rmSync(join(w.dir, 'data/2.txt'));
    expect(await build(w)).toEqual(['all']);
    renameSync(join(w.dir, 'data/3.txt'), join(w.dir, 'data/4.txt'));
    expect(await build(w)).toEqual(['all']);
    expect(await build(w)).toEqual([]);
    expect(w.read('all.txt')).toBe('13');
  });

  test('S14 a file that was looked for and absent makes its consumers run when it appears', async ({
    w,
    expect,
  }) => {
    w.rules(`
      target('a', { optionalInputs: ['extra'], outputs: ['a.txt'], recipe: [sh('a', 'cat extra > a.txt 2> /dev/null || echo none > a.txt')] }),
      target('other', { outputs: ['o.txt'], recipe: [sh('other', 'echo o > o.txt')] }),
      group('goal', ['a', 'other']),`);
    expect([...(await build(w))].sort()).toEqual(['a', 'other']);
    w.write('extra', 'more\n');
    expect(await build(w)).toEqual(['a']);
    expect(w.read('a.txt')).toBe('more\n');
    rmSync(join(w.dir, 'extra'));
    expect(await build(w)).toEqual(['a']);
    expect(w.read('a.txt')).toBe('none\n');
  });

  test('S15 a declared variable counts, and one that is not declared is not even seen', async ({
    w,
    expect,
  }) => {
    w.rules(
      `target('goal', { env: ['SEEN'], outputs: ['a.txt'], recipe: [sh('goal', 'echo "$SEEN-$UNSEEN" > a.txt')] }),`,
    );
    const built = async (env: { [name: string]: string }) => {
      expect((await w.desgw(['build'], { env })).code).toBe(0);
      return w.ran();
    };
    expect(await built({ SEEN: '1', UNSEEN: '1' })).toEqual(['goal']);
    expect(await built({ SEEN: '1', UNSEEN: '2' })).toEqual([]);
    expect(w.read('a.txt')).toBe('1-\n');
    expect(await built({ SEEN: '2', UNSEEN: '2' })).toEqual(['goal']);
    expect(w.read('a.txt')).toBe('2-\n');
  });

  test('S16 a workspace that was moved, or is entered through a link, is as fresh as before', async ({
    w,
    expect,
  }) => {
    await builtChain(w);
    const moved = w.moveTo('elsewhere');
    expect(await build(moved)).toEqual([]);
    const link = join(dirname(moved.dir), 'link');
    symlinkSync(moved.dir, link);
    const { code, out } = await moved.desgw(['build'], { cwd: link, env: { PWD: link } });
    expect([code, out.replace(/\d+\.\ds/, 'TIME'), moved.ran()]).toEqual([0, NOTHING, []]);
  });
});
