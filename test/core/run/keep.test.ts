import { describe, expect, test } from 'vitest';
import { target } from '../../../core/api/define.ts';
import { digestOf } from '../../../core/api/digest.ts';
import type { Output } from '../../../core/api/rules.ts';
import { resolve } from '../../../core/graph/resolve.ts';
import { loadMemory } from '../../../core/memory/journal.ts';
import { type Built, EMPTY_SIGNATURE, type Trace } from '../../../core/memory/trace.ts';
import { Observer } from '../../../core/observe/observer.ts';
import type { BuildEvent } from '../../../core/run/events.ts';
import { Keeper } from '../../../core/run/keep.ts';
import { stubWorld } from '../stub-world.ts';

const OURS = digestOf('ours');
const built: Built = {
  kind: 'built',
  how: 'built',
  run: 1,
  at: 0,
  ms: 0,
  because: [],
  signature: EMPTY_SIGNATURE,
  outputs: { a: OURS },
};
const base = { run: 2, at: 0, signature: EMPTY_SIGNATURE };

/** What is there after a run that turns `before` into `after`, and what was said. */
function afterRun(
  before: string | undefined,
  after: string,
  trace: Trace | undefined,
  output: Output = { path: 'a' },
  more: { readonly [path: string]: string } = {},
) {
  const world = stubWorld({ ...(before === undefined ? {} : { a: before }), ...more });
  const { signal } = new AbortController();
  const observer = new Observer(world, loadMemory(world.files), {
    adapters: {},
    dry: false,
    mayWrite: false,
    signal,
  });
  const said: string[] = [];
  const keeper = new Keeper(
    world,
    observer,
    (event: BuildEvent) => void (event.kind === 'warning' && said.push(event.message)),
  );
  keeper.keep(resolve([target('t', { outputs: [output], recipe: [] })]).nodes.get('t')!, trace);
  world.files.put('a', after);
  keeper.release();
  return {
    files: Object.fromEntries(world.files.paths().map((path) => [path, world.files.text(path)])),
    said,
  };
}

describe('what stands where a target will be made', () => {
  test.each<[string, string | undefined, Trace | undefined]>([
    ['nothing', undefined, undefined],
    ['what the last build made', 'ours', built],
    [
      'what a run that was interrupted may have left',
      'half',
      { ...base, kind: 'started', because: [], token: 't' },
    ],
    [
      'what a run that failed may have left',
      'half',
      { ...base, kind: 'failed', ms: 0, because: [], problems: [] },
    ],
    [
      'what was being cleaned',
      'ours',
      { ...base, kind: 'cleaning', done: false, outputs: { a: OURS } },
    ],
  ])('%s may be overwritten', (_what, before, trace) => {
    expect(afterRun(before, 'new', trace)).toEqual({ files: { a: 'new' }, said: [] });
  });

  test.each<[string, Trace | undefined]>([
    ['was there before any build', undefined],
    ['was changed since the last build', built],
    ['was accepted as it is', { ...built, how: 'accepted', outputs: { a: digestOf('mine') } }],
    ['was changed after cleaning', { ...base, kind: 'cleaning', done: true, outputs: { a: OURS } }],
  ])('what %s is kept beside', (_what, trace) => {
    expect(afterRun('mine', 'new', trace)).toEqual({
      files: { a: 'new', 'a.kept': 'mine' },
      said: ['a held something that desgw did not make; it is kept as a.kept'],
    });
  });

  test('comes out the same: nothing needs to be kept', () => {
    expect(afterRun('same', 'same', undefined)).toEqual({ files: { a: 'same' }, said: [] });
  });

  test('is kept under a name that is free', () => {
    expect(
      afterRun('mine', 'new', undefined, { path: 'a' }, { 'a.kept': '1', 'a.kept-2': '2' }).files,
    ).toEqual({ a: 'new', 'a.kept': '1', 'a.kept-2': '2', 'a.kept-3': 'mine' });
  });

  test.each<[string, Output]>([
    ['other programs write too', { path: 'a', shared: true }],
    ['differs from run to run', { path: 'a', quiet: true }],
    ['matches a pattern', { path: 'a*', glob: true }],
  ])('that %s is kept as well', (_what, output) => {
    expect(afterRun('mine', 'new', undefined, output).files).toEqual({
      a: 'new',
      'a.kept': 'mine',
    });
  });

  test('is kept once, however often it comes back', () => {
    expect(afterRun('mine', 'new', undefined, { path: 'a' }, { 'a.kept': 'mine' })).toEqual({
      files: { a: 'new', 'a.kept': 'mine' },
      said: ['a held something that desgw did not make; it is kept as a.kept'],
    });
  });
});

test('what was kept before is not kept once more', () => {
  const kept = { 'a.kept': 'other', 'a.kept-2': 'theirs' };
  expect(afterRun('theirs', 'ours', undefined, { path: 'a' }, kept)).toEqual({
    files: { a: 'ours', ...kept },
    said: ['a held something that desgw did not make; it is kept as a.kept-2'],
  });
  expect(afterRun('theirs', 'theirs', undefined, { path: 'a' }, kept)).toEqual({
    files: { a: 'theirs', ...kept },
    said: [],
  });
});
