import { describe, expect, test } from 'vitest';
import { exec, target, write } from '../../../core/api/define.ts';
import type { Once, OnceSighting, Rule } from '../../../core/api/rules.ts';
import {
  acceptEdit,
  adoptOutputs,
  allowAgain,
  type ByHandContext,
  markDone,
  markNotDone,
  onRecord,
} from '../../../core/repair/by-hand.ts';
import { type Engine, engineOn } from '../engine.ts';
import { type Program, stubWorld } from '../stub-world.ts';

const made = (name: string, more: Partial<Rule> = {}): Rule =>
  target(name, { inputs: ['in'], outputs: [name], recipe: [exec(['cp', 'in', name])], ...more });

/** Does something by hand with one target; what it was refused with, if it was. */
async function byHand(
  engine: Engine,
  name: string,
  act: (context: ByHandContext) => void,
): Promise<object | undefined> {
  let refused: object | undefined;
  await engine.withPlan([name], (context) => {
    try {
      act({ ...context, files: engine.world.files, now: 5 });
    } catch (error) {
      const { message, hint } = error as Error & { hint?: string };
      refused = { message, hint };
    }
  });
  return refused;
}

describe('accepting an edit', () => {
  test('lets it stand until what it was made from changes', async () => {
    const engine = engineOn(stubWorld({ in: '1' }), [made('a')]);
    await engine.build();
    engine.world.files.put('a', 'mine');
    expect((await engine.build()).summary).toMatchObject({
      outcome: 'person',
      person: [{ target: 'a', state: 'edited' }],
    });
    expect(await byHand(engine, 'a', (context) => acceptEdit('a', context))).toBe(undefined);
    expect((await engine.build()).summary.outcome).toBe('fresh');
    expect([engine.world.files.text('a'), engine.trace('a')]).toMatchObject([
      'mine',
      { kind: 'built', how: 'accepted', at: 5 },
    ]);

    engine.world.files.put('in', '2');
    await engine.build();
    // Made again, but what a person wrote is not lost.
    expect([engine.world.files.text('a'), engine.world.files.text('a.kept')]).toEqual([
      '2',
      'mine',
    ]);
  });

  test.each<[string, boolean, object]>([
    [
      'of what was never built',
      false,
      {
        message: "'a' has not been built, so there is no edit to accept",
        hint: '`desgw adopt a` puts files that are there on record.',
      },
    ],
    [
      'that is none',
      true,
      { message: "nothing that 'a' made was changed by hand", hint: undefined },
    ],
  ])('%s is refused', async (_what, build, complaint) => {
    const engine = engineOn(stubWorld({ in: '1', a: '1' }), [made('a')]);
    if (build) await engine.build();
    expect(await byHand(engine, 'a', (context) => acceptEdit('a', context))).toEqual(complaint);
  });
});

describe('an outdated submission', () => {
  const once: Rule = target('s', {
    inputs: ['in'],
    once: { look: () => [], judge: () => ({ state: 'not done' }) },
    recipe: {
      version: '1',
      steps: [exec(['true'])],
      judge: () => [],
    },
  });

  test('that is accepted is fresh until something else changes, and keeps its record', async () => {
    const engine = engineOn(stubWorld({ in: '1' }), [once]);
    await engine.build();
    const before = engine.trace('s');
    engine.world.files.put('in', '22');
    expect((await engine.build()).summary.outcome).toBe('person');
    await byHand(engine, 's', (context) => acceptEdit('s', context));
    expect((await engine.build()).summary).toMatchObject({ outcome: 'fresh', built: [] });
    expect(engine.trace('s')).toMatchObject({
      how: 'accepted',
      token: before?.kind === 'built' ? before.token : 'none',
    });
    engine.world.files.put('in', '333');
    expect((await engine.build()).summary.outcome).toBe('person');
    await byHand(engine, 's', (context) => acceptEdit('s', context));
    expect((await engine.build()).summary.outcome).toBe('fresh');
  });

  test('that is not outdated is not accepted: nobody has looked at anything', async () => {
    const engine = engineOn(stubWorld({ in: '1' }), [once]);
    await engine.build();
    const before = engine.trace('s');
    expect(await byHand(engine, 's', (context) => acceptEdit('s', context))).toMatchObject({
      message: "nothing that 's' made was changed by hand, and it is not outdated",
    });
    expect(engine.trace('s')).toEqual(before);
  });
});

describe('adopting outputs', () => {
  test('puts them on record as they are, and nothing is run', async () => {
    const engine = engineOn(stubWorld({ in: '1', a: 'old' }), [made('a')]);
    await byHand(engine, 'a', (context) => adoptOutputs('a', context));
    expect((await engine.build()).told).toEqual([]);
    expect([engine.world.files.text('a'), engine.trace('a')]).toMatchObject([
      'old',
      { how: 'adopted', evidence: 'taken as it was, by hand' },
    ]);
  });

  test('is refused when one is not there, or when a dep is not fresh', async () => {
    const engine = engineOn(stubWorld({ in: '1', b: 'old' }), [
      made('b', { deps: ['a'] }),
      made('a'),
    ]);
    expect(await byHand(engine, 'a', (context) => adoptOutputs('a', context))).toEqual({
      message: "'a' cannot be adopted: a is not there",
      hint: undefined,
    });
    expect(await byHand(engine, 'b', (context) => adoptOutputs('b', context))).toEqual({
      message: "'b' cannot be adopted yet: a is not fresh",
      hint: 'Build or adopt it first.',
    });
  });
});

describe('settling a doubt', () => {
  /** Submits without ever leaving a receipt. */
  async function doubtful(outside: () => OnceSighting = () => ({ state: 'not done' })) {
    const once: Once = { look: () => [], judge: outside };
    const submit: Program = () => 1;
    const rules = [
      target('s', {
        once,
        outputs: ['marker'],
        recipe: [
          exec(['submit'], { receipt: 'id (\\d+)' }),
          write('marker', (run) => run.receipt ?? ''),
        ],
      }),
    ];
    const engine = engineOn(stubWorld({}, { submit }), rules);
    expect((await engine.build()).summary.outcome).toBe('person');
    return engine;
  }

  test('as done: it counts as done, with its marker, and is not done again', async () => {
    const engine = await doubtful();
    await byHand(engine, 's', (context) => markDone('s', '12.0@sched', context));
    expect((await engine.build()).summary.outcome).toBe('fresh');
    expect([engine.world.ran, engine.world.files.text('marker'), engine.trace('s')]).toMatchObject([
      ['submit'],
      '12.0@sched',
      { how: 'marked', receipt: '12.0@sched' },
    ]);
  });

  test('as not done: the next build looks outside once more and acts', async () => {
    const engine = await doubtful();
    await byHand(engine, 's', (context) => markNotDone('s', context));
    await engine.build();
    expect(engine.world.ran).toEqual(['submit', 'submit']);
  });

  test('as not done although the outside shows it by now: it is adopted, not done again', async () => {
    let outside: OnceSighting = { state: 'not done' };
    const engine = await doubtful(() => outside);
    await byHand(engine, 's', (context) => markNotDone('s', context));
    outside = { state: 'done', how: 'in the queue' };
    expect((await engine.build()).told).toContain('adopted s: in the queue');
    expect(engine.world.ran).toEqual(['submit']);
  });

  test('is refused where there is none', async () => {
    const engine = engineOn(stubWorld({ in: '1' }), [
      made('a'),
      target('s', { once: { look: () => [], judge: () => ({ state: 'not done' }) }, recipe: [] }),
    ]);
    expect(await byHand(engine, 's', (context) => markNotDone('s', context))).toEqual({
      message: "'s' is not in doubt",
      hint: undefined,
    });
    expect(await byHand(engine, 'a', (context) => markDone('a', undefined, context))).toEqual({
      message: "'a' may be made as often as you like",
      hint: 'desgw build --force a',
    });
  });
});

describe('doing once more what must not happen twice', () => {
  const submit: Program = (_args, files, { stdout }) => {
    files.put(stdout, `id ${files.paths().length}\n`);
    return 0;
  };
  const rules = [
    target('watch', {
      deps: ['s'],
      outputs: ['watch'],
      observe: { look: () => [], judge: () => ({ state: 'ready', value: 1 }) },
      recipe: [write('watch', '')],
    }),
    target('s', {
      once: { look: () => [], judge: () => ({ state: 'done', how: 'seen' }) },
      outputs: ['marker'],
      recipe: [
        exec(['submit'], { receipt: 'id (\\d+)' }),
        write('marker', (run) => run.receipt ?? ''),
      ],
    }),
  ];

  test('is done with a reason, whatever the outside shows, and the old marker is kept', async () => {
    const engine = engineOn(stubWorld({}, { submit }), rules);
    await engine.build();
    expect(engine.world.ran).toEqual([]); // found done
    await byHand(engine, 's', (context) => allowAgain('s', 'new templates', context));
    expect([engine.trace('s'), engine.trace('watch')]).toMatchObject([
      { kind: 'cleaning', reason: 'new templates' },
      { kind: 'cleaning', reason: 'new templates' },
    ]);
    expect((await engine.build()).summary).toMatchObject({
      outcome: 'fresh',
      built: ['s', 'watch'],
    });
    expect([engine.world.ran, engine.world.files.text('marker.previous-1')]).toEqual([
      ['submit'],
      '',
    ]);
  });

  test('is shown with what is on record before', async () => {
    const engine = engineOn(stubWorld({}, { submit }), rules);
    const told: string[] = [];
    await engine.withPlan(['s'], (context) => void told.push(onRecord('s', context)));
    await engine.build();
    await engine.withPlan(['s'], (context) => void told.push(onRecord('s', context)));
    expect(told).toEqual([
      's: never done',
      expect.stringMatching(/^s: adopted on 1970-01-01 00:\d\d:\d\d$/),
    ]);
  });
});
