/** Cases that random histories once brought to light, each in its shortest form. */
import { describe, expect, test } from 'vitest';
import { attemptState } from '../../core/observe/attempts.ts';
import { revokeAttempt } from '../../core/run/detached.ts';
import { Stopped } from '../../core/testing/faults.ts';
import { memoryMachine } from '../../core/testing/machine.ts';
import type { Op } from './arbitrary.ts';
import { Model } from './model.ts';
import { OUTSIDE_LOG, PLAIN, type Sketch, type Workspace } from './workspace.ts';

/** A workspace of these targets and a group of them all. */
function workspaceOf(
  targets: readonly (Partial<Sketch> & { readonly name: string })[],
  more: Partial<Workspace> = {},
): Workspace {
  const all = { name: 'all', kind: 'group', deps: targets.map(({ name }) => name) } as const;
  return {
    targets: [...targets, all].map((target) => ({ ...PLAIN, ...target })),
    sweep: 'suffix',
    detached: false,
    blind: false,
    failsLate: false,
    anonymous: false,
    coarse: false,
    failing: new Set(),
    env: { HUE: 'red' },
    ...more,
  };
}

type BuildOp = Extract<Op, { op: 'build' }>;

function build(more: Partial<BuildOp> = {}): BuildOp {
  const plain = { jobs: 1, wait: false, failFast: false, force: undefined };
  return {
    op: 'build',
    ...plain,
    abortAt: undefined,
    killAt: undefined,
    meddleAt: undefined,
    disk: undefined,
    ...more,
  };
}

const LINKS = [
  { name: 'link0', kind: 'link', inputs: ['src/a'] },
  { name: 'link1', kind: 'link', deps: ['link0'] },
] as const;

const GRID = [
  { name: 'once0', kind: 'once' },
  { name: 'watch1', kind: 'write', deps: ['once0'], observes: 'outside/watch' },
] as const;

describe('a chain', () => {
  test('is fresh when its links were made from each other in one run', async () => {
    await new Model(workspaceOf(LINKS)).play([build()]);
  });

  test('does not run while a later link is held up by something edited', async () => {
    const [first, second] = LINKS;
    const targets = [
      { name: 't0' },
      first,
      { ...second, after: ['t0'] },
      { name: 't3', gathers: ['link0'] },
    ];
    const edit: Op = { op: 'edit', which: 0 };
    await new Model(workspaceOf(targets)).play([build({ abortAt: 2 }), edit, build()]);
  });

  test('of which a run failed counts as the end of the build does', async () => {
    const fail: Op = { op: 'fail', which: 0 };
    await new Model(workspaceOf(LINKS)).play([fail, build()]);
  });

  test('of which a run failed half-way leaves those links fresh that it made', async () => {
    const fail: Op = { op: 'fail', which: 1 };
    await new Model(workspaceOf(LINKS, { sweep: 'all' })).play([fail, build()]);
  });

  test('that failed, and is then held up by an edit, counts as held up, as the end of the build does', async () => {
    const targets = [{ name: 't0' }, LINKS[0], { ...LINKS[1], deps: ['link0', 't0'] }];
    const fail: Op = { op: 'fail', which: 1 };
    const edit: Op = { op: 'edit', which: 0 };
    await new Model(workspaceOf(targets)).play([fail, build(), edit, build()]);
  });

  test('does not take what an earlier run printed for its own', async () => {
    const workspace = workspaceOf(LINKS, { detached: true });
    const fail: Op = { op: 'fail', which: 0 };
    await new Model(workspace).play([build(), build({ force: 1 }), fail, build({ force: 0 })]);
  });

  test('does not call links fresh that it left alone when it broke what they are made from', async () => {
    const links = [...LINKS, { name: 'link2', kind: 'link', deps: ['link1'] } as const];
    const workspace = workspaceOf(links, { sweep: 'suffix and first' });
    const fail: Op = { op: 'fail', which: 0 };
    await new Model(workspace).play([build(), fail, build({ force: 2 })]);
  });

  test.each(Array.from({ length: 16 }, (_, i) => 20 + i * 5))(
    'that survives a kill at effect %i is not started a second time beside itself',
    async (killAt) => {
      const workspace = workspaceOf(LINKS, { detached: true });
      await new Model(workspace).play([build({ killAt }), build({ killAt: 30 }), build()]);
    },
  );
});

describe('a chain left running by a build that was killed', () => {
  const kills = Array.from({ length: 12 }, (_, i) => 26 + i * 2);
  const again = build({ force: 2, killAt: 30 });

  test.each(kills)('is followed before its first link is made anew (%i)', async (killAt) => {
    const links = [...LINKS, { name: 'link2', kind: 'link', deps: ['link1'] } as const];
    const workspace = workspaceOf(links, { detached: true });
    const gone: Op = { op: 'delete', which: 0 };
    await new Model(workspace).play([build(), { ...again, killAt }, gone, build()]);
  });

  test.each(kills)(
    'is run again when its source has changed, before what needs it (%i)',
    async (killAt) => {
      const workspace = workspaceOf([...LINKS, { name: 't2', deps: ['link1'] }], {
        detached: true,
      });
      const changed: Op = { op: 'source', which: 0, value: 1 };
      await new Model(workspace).play([build({ killAt }), changed, build()]);
    },
  );
});

describe('force', () => {
  test('of a group is announced for its members by a dry run', async () => {
    await new Model(workspaceOf([{ name: 't0' }])).play([build(), build({ force: 1 })]);
  });

  test('leaves what depends on several files of the forced target fresh', async () => {
    const targets = [
      { name: 't0', pair: true },
      { name: 't1', gathers: ['t0'] },
    ];
    await new Model(workspaceOf(targets)).play([build({ force: 2 })]);
  });

  test('puts an edited marker of a submission back, and keeps the edit', async () => {
    const model = new Model(workspaceOf(GRID));
    await model.play([build(), { op: 'edit', which: 0 }, build({ force: 0 })]);
    const tree = model.machine.memory.tree();
    expect([tree['out/once0'], tree['out/once0.kept']]).toEqual(['job-once0\n', 'edited 1\n']);
  });
});

describe('what needs something that is held back', () => {
  const targets = [
    { name: 'dag0', hold: { since: 'once1', until: 'watch2' } },
    { name: 'once1', kind: 'once', deps: ['dag0'] },
    { name: 'watch2', kind: 'write', deps: ['once1'], observes: 'outside/watch' },
    { name: 't3', deps: ['dag0'] },
    { name: 'g4', kind: 'group', deps: ['dag0'] },
    { name: 't5', deps: ['g4'] },
  ] as const;
  const gone: Op = { op: 'delete', which: 0 };
  const changed = (which: number): Op => ({ op: 'param', which, value: 1 });

  test('stays as it is while the files of that are gone', async () => {
    await new Model(workspaceOf(targets)).play([build(), gone, build(), build({ wait: true })]);
  });

  test('is made while what that observes cannot be seen', async () => {
    const [dag, once, watch] = targets;
    const observing = { ...dag, observes: 'outside/dag0' };
    const unseen: Op = { op: 'observe', which: 0, value: 'failed' };
    const next = { name: 't3', deps: ['once1'], inputs: ['src/b'] };
    await new Model(workspaceOf([observing, once, watch, next])).play([
      build(),
      unseen,
      { op: 'source', which: 1, value: 1 },
      build({ wait: true }),
    ]);
  });

  test('settles what that is held back for all the same', async () => {
    const [dag, once, watch] = targets;
    const settles = { ...watch, deps: [...watch.deps, dag.name] };
    const history = [build(), gone, build()];
    await new Model(workspaceOf([dag, once, settles])).play(history);
  });

  test('waits for them when it has changed itself, be there a group between or not', async () => {
    for (const which of [3, 5])
      await new Model(workspaceOf(targets)).play([build(), gone, changed(which), build(), build()]);
  });
});

test('the order in which needs are named is no change', async () => {
  const targets = [{ name: 't0' }, { name: 't1' }, { name: 't2', deps: ['t0', 't1'] }];
  const [less, more] = (['independ', 'depend'] as const).map((op): Op => ({ op, which: 2, on: 0 }));
  await new Model(workspaceOf(targets)).play([build(), less!, more!, build()]);
});

test('what is needed and gathered is not left out when it fails', async () => {
  const targets = [{ name: 't0' }, { name: 't1', deps: ['t0'], gathers: ['t0'] }, ...GRID];
  const fail: Op = { op: 'fail', which: 0 };
  await new Model(workspaceOf(targets)).play([fail, build(), build({ wait: true })]);
});

test('a group that is gathered is left out when what it stands for fails', async () => {
  const group = { name: 'g1', kind: 'group', deps: ['t0'] } as const;
  const targets = [{ name: 't0' }, group, { name: 't2', gathers: ['g1'] }];
  await new Model(workspaceOf(targets)).play([{ op: 'fail', which: 0 }, build()]);
});

describe('what a person wrote where an output goes', () => {
  const edit: Op = { op: 'edit', which: 0 };
  const fail: Op = { op: 'fail', which: 0 };

  test.each(['write', 'exec'] as const)('outlives runs that fail before it (%s)', async (kind) => {
    const history = [fail, edit, build(), build()];
    await new Model(workspaceOf([{ name: 't0', kind }])).play(history);
  });
});

describe('what a person wrote in the place of a marker', () => {
  const edit: Op = { op: 'edit', which: 0 };

  test('outlives a submission that failed and was marked as not done', async () => {
    const failing = new Set(['once0']);
    await new Model(workspaceOf(GRID, { failing })).play([edit, build()]);
  });

  test('outlives that the submission is found outside', async () => {
    const model = new Model(workspaceOf(GRID));
    model.machine.put(OUTSIDE_LOG, 'once0\n');
    await model.play([edit, build()]);
    const tree = model.machine.memory.tree();
    expect([tree['out/once0'], tree['out/once0.kept']]).toEqual(['job-once0\n', 'edited 1\n']);
  });
});

describe('an input that is written while it is used', () => {
  const rewritten = build({ meddleAt: 1 });

  test('and is then put back makes the target stale all the same', async () => {
    // The source that is meddled with first, as it was in the beginning.
    const back: Op = { op: 'source', which: 1, value: 0 };
    for (const kind of ['exec', 'write', 'check'] as const)
      await new Model(workspaceOf([{ name: 't0', kind, inputs: ['src/b'] }])).play([
        rewritten,
        back,
        build(),
      ]);
  });

  test('and put back while what uses it goes on by itself makes that stale', async () => {
    const links = LINKS.map((link) => ({ ...link, inputs: ['src/b'] }));
    const back: Op = { op: 'source', which: 1, value: 0 };
    const left = build({ meddleAt: 1, abortAt: 1 });
    await new Model(workspaceOf(links, { detached: true })).play([left, back, build()]);
  });
});

describe('two changes within one tick of the clock', () => {
  const changed: Op = { op: 'source', which: 0, value: 1 };

  test('of a fine clock are told apart', async () => {
    const targets = [{ name: 't0', kind: 'write', inputs: ['src/a'] }] as const;
    await new Model(workspaceOf(targets)).play([build(), changed, build()]);
  });

  test('of a file that is changed right after a build has read it', async () => {
    const targets = [{ name: 't0', inputs: ['src/b'] }];
    await new Model(workspaceOf(targets)).play([build({ meddleAt: 1 }), build()]);
  });

  test.each(['exec', 'write'] as const)('of a coarse clock are told apart (%s)', async (kind) => {
    const targets = [{ name: 't0', kind, inputs: ['src/a'] }];
    await new Model(workspaceOf(targets, { coarse: true })).play([build(), changed, build()]);
  });
});

describe('a submission', () => {
  test('that fails without a receipt, and that nothing outside shows, is not made again', async () => {
    const workspace = workspaceOf(GRID, { blind: true, failsLate: true });
    await new Model(workspace).play([{ op: 'fail', which: 0 }, build(), build()]);
  });

  test('that fails without a receipt, but is to be seen outside, is put on record', async () => {
    const workspace = workspaceOf(GRID, { failsLate: true });
    await new Model(workspace).play([{ op: 'fail', which: 0 }, build(), build()]);
  });

  test.each(Array.from({ length: 10 }, (_, i) => 28 + i))(
    'that had not begun when its build was killed at effect %i is taken back before it is made again',
    async (killAt) => {
      const workspace = workspaceOf(GRID, { blind: true });
      await new Model(workspace).play([build({ killAt }), build()]);
    },
  );

  test('whose marker was edited is put right by force even when it is outdated', async () => {
    const targets = [
      { name: 'dag1', hold: { since: 'once2', until: 'watch3' } },
      { name: 'once2', kind: 'once', deps: ['dag1'] },
      { name: 'watch3', kind: 'write', deps: ['once2'], observes: 'outside/watch' },
    ] as const;
    const param: Op = { op: 'param', which: 4, value: 1 };
    const edit: Op = { op: 'edit', which: 4 };
    const history = [build(), param, build(), edit, build(), build({ force: 20 })];
    for (let which = 0; which < 5; which++) {
      const edits = history.map((op) => (op === edit ? { ...edit, which } : op));
      await new Model(workspaceOf(targets)).play(edits);
    }
  });

  test('that was left alone is collected with its receipt, not found out anew', async () => {
    const model = new Model(workspaceOf([GRID[0]]));
    await model.play([build({ abortAt: 1 })]);
    const logs = Object.keys(model.machine.memory.tree()).filter((path) => path.endsWith('.out'));
    expect(logs).toEqual(['.desgw/logs/once0.1.out']);
  });

  test('that is being taken back when the engine dies does not seem to have begun', () => {
    for (let failAt = 1; ; failAt++) {
      const machine = memoryMachine({ '.desgw/runs/x/host': '{}' }, {});
      const engine = machine.engine({ fault: { failAt, with: 'stop' } });
      try {
        revokeAttempt(engine, 'x');
      } catch (error) {
        if (!(error instanceof Stopped)) throw error;
      }
      const next = machine.engine();
      expect(attemptState(next, 'x')).toBe('unclaimed');
      expect(revokeAttempt(next, 'x')).toBe(true);
      if (engine.effects() < failAt) break;
    }
  });
});
