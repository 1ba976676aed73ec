/** Files that are written while a target is made from them, and put back afterwards. */
import { expect, test } from 'vitest';
import { exec, target } from '../../../core/api/define.ts';
import type { Output, Rule } from '../../../core/api/rules.ts';
import { acceptEdit } from '../../../core/repair/by-hand.ts';
import { engineOn } from '../engine.ts';
import { type Program, type StubFiles, stubWorld } from '../stub-world.ts';

/** `b` is made from `a`, from `in` and from all that matches; `meddle` happens while it is made. */
function chainOf(
  meddle: (files: StubFiles) => void,
  more: { readonly a?: Output; readonly b?: Partial<Rule> } = {},
) {
  let first = true;
  const slow: Program = (_args, files) => {
    if (first) meddle(files);
    first = false;
    files.put('b', `${files.text('a')} ${files.text('in')} ${files.text('dir/1')}`);
  };
  const world = stubWorld({ src: 'v0', in: 'v0', 'dir/1': 'v0' }, { slow });
  const b = target('b', {
    deps: ['a'],
    inputs: ['in'],
    globs: ['dir/*'],
    outputs: ['b'],
    recipe: [exec(['slow'])],
    ...more.b,
  });
  const a = target('a', {
    inputs: ['src'],
    outputs: [more.a ?? 'a'],
    recipe: [exec(['cp', 'src', 'a'])],
  });
  return engineOn(world, [b, a]);
}

test.each(['in', 'dir/1'])('%s is not as it was when the run ends', async (path) => {
  const engine = chainOf((files) => files.put(path, 'v1'));
  await engine.build();
  engine.world.files.put(path, 'v0');
  const { summary } = await engine.build();
  expect(summary.built).toEqual(['b']);
  expect(engine.trace('b')).toMatchObject({
    because: [{ kind: 'changed meanwhile', what: path === 'in' ? 'in' : 'dir/*' }],
  });
  expect(engine.world.files.text('b')).toBe('v0 v0 v0');
  expect((await engine.build()).summary.built).toEqual([]);
});

test('a file was put back before the run ended', async () => {
  const engine = chainOf((files) => {
    files.put('in', 'v1');
    files.put('in', 'v0');
  });
  await engine.build();
  expect((await engine.build()).summary.built).toEqual(['b']);
});

test.each(['in', 'a', 'dir/1'])(
  'a program that writes %s itself, as it was, is run once more and then believed',
  async (path) => {
    const rewrites: Program = (_args, files) => {
      files.put(path, files.text(path)!);
      files.put('b', '1');
    };
    const world = stubWorld({ src: 'v0', in: 'v0', 'dir/1': 'v0' }, { rewrites });
    const engine = engineOn(world, [
      target('b', {
        deps: ['a'],
        inputs: ['in'],
        globs: ['dir/*'],
        outputs: ['b'],
        recipe: [exec(['rewrites'])],
      }),
      target('a', { inputs: ['src'], outputs: ['a'], recipe: [exec(['cp', 'src', 'a'])] }),
    ]);
    const built = async () => (await engine.build()).summary.built;
    expect([await built(), await built(), await built()]).toEqual([['a', 'b'], ['b'], []]);
  },
);

test('what a need has made was edited, and force has put it back', async () => {
  const engine = chainOf((files) => files.put('a', 'edited'));
  await engine.build();
  expect((await engine.build({ goals: ['a'], force: true })).summary.built).toEqual(['a']);
  expect((await engine.build()).summary.built).toEqual(['b']);
  expect(engine.trace('b')).toMatchObject({ because: [{ kind: 'changed meanwhile', what: 'a' }] });
});

test('an edit that is accepted changes what was made from it in any case', async () => {
  const engine = chainOf((files) => files.put('a', 'edited'));
  await engine.build();
  await engine.withPlan(['a'], (context) =>
    acceptEdit('a', { ...context, files: engine.world.files, now: 0 }),
  );
  expect((await engine.build()).summary.built).toEqual(['b']);
});

test('what other programs write as well says nothing', async () => {
  const engine = chainOf((files) => files.put('a', 'v0'), { a: { path: 'a', shared: true } });
  await engine.build();
  expect((await engine.build()).summary.built).toEqual([]);
});

test('an input that changed before the run began is what the run is recorded with', async () => {
  const early: Program = (_args, files) => {
    files.put('a', 'v0');
    files.put('in', 'v1');
  };
  const world = stubWorld({ in: 'v0' }, { early });
  const engine = engineOn(world, [
    target('b', {
      after: ['a'],
      inputs: ['in'],
      outputs: ['b'],
      recipe: [exec(['cp', 'in', 'b'])],
    }),
    target('a', { outputs: ['a'], recipe: [exec(['early'])] }),
  ]);
  expect((await engine.build()).summary.built).toEqual(['a', 'b']);
  expect((await engine.build()).summary.built).toEqual([]);
});
