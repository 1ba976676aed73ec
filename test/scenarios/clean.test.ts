/** S54 to S57: what is deleted, and what never is. */
import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from 'vitest';
import { build, builtChain } from './chain.ts';
import { test } from './workspace.ts';

const THREE = `...['x', 'y', 'z'].map((name) => target(name, { outputs: [name + '.txt', name + '.log'], recipe: [sh(name, 'echo ' + name + ' | tee ' + name + '.txt > ' + name + '.log')] })),
  group('goal', ['x', 'y', 'z']),`;

describe.concurrent('clean', () => {
  test('S54 a dry clean names what the real one deletes, and changes nothing', async ({
    w,
    expect,
  }) => {
    await builtChain(w);
    const before = w.tree();
    const dry = await w.desgw(['clean', 'a', '-n']);
    expect(w.tree()).toEqual(before);
    const real = await w.desgw(['clean', 'a']);
    expect([dry.code, real.code]).toEqual([0, 0]);
    expect(real.out).toBe(
      'a: a.txt deleted\nThe next build looks again at 1 target that depends on this: b\n',
    );
    expect(dry.out).toBe(real.out.replace('deleted', 'would be deleted'));
    expect(['src', 'a.txt', 'b.txt'].map(w.exists)).toEqual([true, false, true]);
    expect(await build(w)).toEqual(['a']);
  });

  test('S55 an edited output, a neighbour and whatever a link leads to are left alone', async ({
    w,
    expect,
  }) => {
    w.rules(`
      target('edited', { outputs: ['out/e.txt'], recipe: [sh('edited', 'echo e > out/e.txt')] }),
      target('plain', { outputs: ['out/p.txt'], recipe: [sh('plain', 'echo p > out/p.txt')] }),
      target('linked', { outputs: ['link.txt', 'linked/l.txt'], recipe: [sh('linked', 'echo l > link.txt; echo l > linked/l.txt')] }),
      group('goal', ['edited', 'plain', 'linked']),`);
    w.write('out/neighbour', 'mine');
    const outside = join(w.dir, '../outside');
    w.write('../outside/target.txt', '');
    symlinkSync(join(outside, 'target.txt'), join(w.dir, 'link.txt'));
    symlinkSync(outside, join(w.dir, 'linked'));
    await build(w);
    w.write('out/e.txt', 'mine');
    const { code, out } = await w.desgw(['clean', 'goal']);
    expect({ code, out: out.split('\n').slice(0, 6) }).toEqual({
      code: 0,
      out: [
        'edited: nothing to delete, forgotten',
        'plain: out/p.txt deleted',
        'linked: nothing to delete, forgotten',
        'kept out/e.txt: it was changed since desgw made it',
        'kept link.txt: it is a link, or lies behind one',
        'kept linked/l.txt: it is a link, or lies behind one',
      ],
    });
    expect([
      w.read('out/e.txt'),
      w.read('out/neighbour'),
      w.read('../outside/target.txt'),
      w.read('../outside/l.txt'),
    ]).toEqual(['mine', 'mine', 'l\n', 'l\n']);
    expect([w.exists('out/p.txt'), w.exists('link.txt')]).toEqual([false, true]);
  });

  test('S56 a clean that was killed half-way is completed by the next, and the build is right', async ({
    w,
    expect,
  }) => {
    w.rules(THREE);
    await build(w);
    const killed = await w.desgw(['clean', 'goal'], { with: { killAfter: '^remove .*/y\\.txt$' } });
    const left = ['x.txt', 'x.log', 'y.txt', 'y.log', 'z.txt', 'z.log'].map(w.exists);
    expect({ code: killed.code, left }).toEqual({
      code: null,
      left: [false, false, false, true, true, true],
    });
    const half = w.copy();
    expect((await w.desgw(['clean', 'goal'])).code).toBe(0);
    expect(['x.txt', 'x.log', 'y.txt', 'y.log', 'z.txt', 'z.log'].map(w.exists)).toEqual([
      false,
      false,
      false,
      false,
      false,
      false,
    ]);
    expect([...(await build(w))].sort()).toEqual(['x', 'y', 'z']);
    // A build instead of a second clean: what was begun to be cleaned is made again.
    half.ran();
    expect([...(await build(half))].sort()).toEqual(['x', 'y']);
    expect(half.read('y.log')).toBe('y\n');
  });

  test('S57 a clean of what is being built says whom it waits for, and cleans when that is done', async ({
    w,
    expect,
  }) => {
    w.rules(
      `target('goal', { outputs: ['a.txt'], recipe: [sh('goal', 'echo half > a.txt; touch on; await_file go')] }),`,
    );
    const building = w.start(['build']);
    await w.appears('on');
    const cleaning = w.start(['clean', 'goal']);
    await cleaning.prints(`(pid ${building.pid})`);
    expect(w.exists('a.txt')).toBe(true);
    w.write('go', '');
    expect((await building.ended).code).toBe(0);
    const { code, out, err } = await cleaning.ended;
    expect({ code, out, err: err.replace(/for .*\(pid/, 'for (pid') }).toMatchObject({
      code: 0,
      out: 'goal: a.txt deleted\n',
    });
    expect(err).toMatch(/^waiting for .*: desgw build$/m);
    expect(w.exists('a.txt')).toBe(false);
  });

  test('S57 a clean of a detached step that survived its build is refused', async ({
    w,
    expect,
  }) => {
    w.rules(
      `target('goal', { outputs: ['a.txt'], recipe: [sh('goal', 'touch on; await_file go; echo a > a.txt', { detached: 'rerun' })] }),`,
    );
    const building = w.start(['build']);
    await w.appears('on');
    building.kill('SIGHUP');
    await building.ended;
    for (const args of [
      ['clean', 'goal', '-n'],
      ['clean', 'goal'],
    ]) {
      const { code, out, err } = await w.desgw(args);
      expect([code, out + err]).toEqual([
        2,
        'goal cannot be cleaned: it is running; wait for it or stop it\n',
      ]);
    }
    w.write('go', '');
    expect(await build(w)).toEqual(['goal']);
    rmSync(join(w.dir, 'go'));
    expect((await w.desgw(['clean', 'goal'])).code).toBe(0);
  });

  test('what an option leaves out for once is no orphan', async ({ w, expect }) => {
    w.rules(
      `...(params.less === '1' ? [] : [target('a', { outputs: ['a'], recipe: [sh('a', 'echo > a')] })]), target('goal', { after: params.less === '1' ? [] : ['a'], outputs: ['b'], recipe: [sh('b', 'echo > b')] })`,
      `goal: 'goal', params: { less: '0' }`,
    );
    await w.desgw(['build']);
    const { out } = await w.desgw(['status', '--set', 'less=1']);
    expect(out).not.toContain('in no rule any more');
    const cleaned = await w.desgw(['clean', '--orphans', '--yes', '--set', 'less=1']);
    expect([cleaned.code, w.exists('a')]).toEqual([2, true]);
  });
});
