/**
 * Builds on computers of a network that see late what others did: people edit files from another one, desgw
 * is built by turns from one that sees everything and one that remembers what it saw. No edit is lost and
 * nothing happens twice; what was made of what had been there is noticed by the next build.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { memoryFiles, WORKSPACE } from '../../core/testing/memory-files.ts';
import { openFiles } from '../../core/world/files.ts';
import { anyHistory, anyWorkspace, type Op } from '../property/arbitrary.ts';
import { Model } from '../property/model.ts';
import { PLAIN, type Sketch, type Workspace } from '../property/workspace.ts';
import { staleFs } from './stale.ts';

const long = process.env.DESGW_LONG === '1';
const runs = Number(process.env.DESGW_RUNS ?? (long ? 3000 : 15));
const { DESGW_SEED, DESGW_PATH } = process.env;

const NOTHING: Workspace = {
  ...{ targets: [], sweep: 'suffix', detached: false, blind: false, failsLate: false },
  ...{ coarse: false, anonymous: false, failing: new Set(), env: {} },
};

test('a computer sees what it did itself, and late what another one did', () => {
  const { fs } = memoryFiles({ a: '1', 'dir/x': '' });
  const here = openFiles(WORKSPACE, staleFs(fs, 3));
  const there = openFiles(WORKSPACE, fs);
  expect([here.stat('a')?.size, here.stat('b'), here.list('dir')]).toEqual([1, undefined, ['x']]);
  there.write('a', 'longer');
  there.write('b', '');
  there.remove('dir/x');
  expect([here.stat('a')?.size, here.readText('b'), here.list('dir')]).toEqual([
    1,
    undefined,
    ['x'],
  ]);
  expect(here.createExclusive('b', 'mine')).toBe(false);
  expect(here.readText('a')).toBe('longer');
  here.write('dir/y', '');
  expect([here.stat('a')?.size, here.readText('b'), here.list('dir')]).toEqual([6, '', ['y']]);
});

test.each([30, 300, 3000])(
  'what a person has just written on another computer is kept (%i)',
  async (stale) => {
    const plain = { jobs: 1, wait: false, failFast: false, abortAt: undefined, killAt: undefined };
    const build: Op = {
      ...{ op: 'build', ...plain, meddleAt: undefined, disk: undefined, force: undefined, stale },
    };
    const targets: readonly Sketch[] = [
      { ...PLAIN, name: 't0', inputs: ['src/a'] },
      { ...PLAIN, name: 'all', kind: 'group', deps: ['t0'] },
    ];
    await new Model({ ...NOTHING, targets }).play([
      ...[build, { op: 'pass', ms: 5000 } as const, build],
      ...[{ op: 'edit', which: 0 } as const, { ...build, force: 0 }],
    ]);
  },
);

test('no edit is lost, and nothing happens twice, for what is seen late', {
  timeout: 300_000 + runs * 5000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      anyWorkspace,
      anyHistory,
      fc.array(fc.constantFrom(undefined, 3, 30, 300, 3000), { minLength: 1, maxLength: 5 }),
      async (workspace, history, looks) => {
        let next = 0;
        const ops = history.map((op) =>
          op.op === 'build' ? { ...op, stale: looks[next++ % looks.length] } : op,
        );
        await new Model(workspace).play(ops);
      },
    ),
    {
      ...(long || process.env.DESGW_RUNS !== undefined ? {} : { seed: 20170820 }),
      ...(DESGW_SEED === undefined ? {} : { seed: Number(DESGW_SEED) }),
      ...(DESGW_PATH === undefined ? {} : { path: DESGW_PATH }),
      numRuns: runs,
    },
  );
});
