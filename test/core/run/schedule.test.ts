/** Order, width and the consequences of what happens, on a world without real processes. */
import { describe, expect, test } from 'vitest';
import { exec, group, target, write } from '../../../core/api/define.ts';
import type { RunFacts } from '../../../core/api/facts.ts';
import type { Chain, Rule } from '../../../core/api/rules.ts';
import { engineOn, made } from '../engine.ts';
import { type Program, stubWorld } from '../stub-world.ts';

const all = (...names: string[]): Rule => group('all', names);
const broken = (name: string, more: Partial<Rule> = {}): Rule =>
  target(name, { outputs: [name], recipe: [exec(['false'])], ...more });

test('a diamond: each target once, after what it needs', async () => {
  const engine = engineOn(stubWorld({ in: '1' }), [
    all('d'),
    made('d', ['b', 'c']),
    made('b', ['a']),
    made('c', ['a']),
    made('a'),
  ]);
  const { summary, told } = await engine.build();
  expect(told).toEqual([
    'start a',
    'done a',
    'start b',
    'start c',
    'done b',
    'done c',
    'start d',
    'done d',
  ]);
  expect(summary).toMatchObject({
    outcome: 'fresh',
    built: ['a', 'b', 'c', 'd'],
    fresh: 4,
    total: 4,
  });
  expect((await engine.build()).told).toEqual([]);
});

test('what comes out the same spares all that follow', async () => {
  const upper = target('a', {
    inputs: ['in'],
    outputs: ['a'],
    recipe: [exec(['first', 'in', 'a'])],
  });
  const first: Program = ([from, to], files) => void files.put(to!, files.text(from!)!.charAt(0));
  const engine = engineOn(stubWorld({ in: '1-one' }, { first }), [
    all('c'),
    made('c', ['b']),
    made('b', ['a']),
    upper,
  ]);
  await engine.build();
  engine.world.files.put('in', '1-two');
  const { told, summary } = await engine.build();
  expect(told).toEqual(['start a', 'done a', 'spared b', 'spared c']);
  expect(summary).toMatchObject({ outcome: 'fresh', built: ['a'], spared: ['b', 'c'] });
});

test('what was made because an observation asked for it is not warned of', async () => {
  const rule = target('a', {
    outputs: ['a'],
    observe: {
      reads: ['asked'],
      look: () => [],
      judge: (_seen, { maybeText }) =>
        maybeText('asked') === undefined
          ? { state: 'ready', value: null }
          : { state: 'ready', value: null, redo: 'late data' },
    },
    recipe: [write('a', 'made')],
  });
  const engine = engineOn(stubWorld({}), [rule, all('a')]);
  await engine.build();
  engine.world.files.put('asked', '');
  const { told, summary } = await engine.build();
  expect(told).toEqual(['start a', 'done a']);
  expect(summary).toMatchObject({ outcome: 'fresh', built: ['a'] });
});

describe('a failure', () => {
  const rules = [
    all('end', 'other'),
    made('end', ['mid']),
    made('mid', ['bad']),
    broken('bad'),
    made('other'),
  ];

  test('blocks what needs it, and nothing else', async () => {
    const { summary } = await engineOn(stubWorld({ in: '1' }), rules).build();
    expect(summary).toMatchObject({
      outcome: 'failed',
      built: ['other'],
      failed: [{ target: 'bad', problems: [{ what: 'false ended with exit status 1' }] }],
      blocked: [
        { target: 'mid', by: ['bad'] },
        { target: 'end', by: ['mid'] },
      ],
    });
  });

  test('is tried again by the next build, and only then', async () => {
    const engine = engineOn(stubWorld({ in: '1' }), rules);
    await engine.build();
    expect(engine.world.ran.filter((line) => line === 'false')).toHaveLength(1);
    expect((await engine.build()).told[0]).toBe('start bad');
  });

  test('with fail-fast starts nothing new, and what runs is finished', async () => {
    const engine = engineOn(stubWorld({ in: '1' }), [
      all('bad', 'x', 'y', 'z'),
      broken('bad'),
      made('x'),
      made('y'),
      made('z'),
    ]);
    const { summary, told } = await engine.build({ failFast: true, jobs: 2 });
    expect([told, summary.outcome]).toEqual([
      ['start bad', 'start x', 'failed bad: false ended with exit status 1', 'done x'],
      'failed',
    ]);
  });

  test('of a gathered member is left out', async () => {
    const sum = target('sum', {
      gathers: ['x', 'bad', 'y'],
      outputs: ['sum'],
      recipe: {
        version: '1',
        steps: ({ gathered }) => [{ kind: 'write', path: 'sum', content: gathered.join(' ') }],
      },
    });
    const engine = engineOn(stubWorld({ in: '1' }), [
      all('sum'),
      sum,
      made('x'),
      broken('bad'),
      made('y'),
    ]);
    const { summary } = await engine.build();
    expect([summary.outcome, engine.world.files.text('sum')]).toEqual(['failed', 'x y']);
  });
});

describe('room', () => {
  /** Programs that all wait until so many run at the same time, and the greatest number seen. */
  function meeting() {
    const state = { now: 0, most: 0, together: new Set<string>() };
    const program: Program = async ([name], files) => {
      state.now += 1;
      state.most = Math.max(state.most, state.now);
      for (let i = 0; i < 20; i++) await Promise.resolve();
      files.put(name!, '');
      state.now -= 1;
    };
    return { state, program };
  }
  const slots = (n: number, more: (i: number) => Partial<Rule> = () => ({})): Rule[] => {
    const names = Array.from({ length: n }, (_, i) => `t${i}`);
    return [
      all(...names),
      ...names.map((name, i) =>
        target(name, { outputs: [name], recipe: [exec(['meet', name])], ...more(i) }),
      ),
    ];
  };

  test.each([1, 2, 5])('%i actions at a time, no more and no fewer', async (jobs) => {
    const { state, program } = meeting();
    await engineOn(stubWorld({}, { meet: program }), slots(12)).build({ jobs });
    expect(state.most).toBe(jobs);
  });

  test('holders of one key never run together, and those behind them do not wait for it', async () => {
    const { state, program } = meeting();
    const held = new Set<string>();
    const meet: Program = async ([name], files, spawn) => {
      const exclusive = Number(name!.slice(1)) < 4;
      if (exclusive) {
        expect([...held]).toEqual([]);
        held.add(name!);
      }
      await program([name!], files, spawn);
      held.delete(name!);
      return 0;
    };
    const engine = engineOn(
      stubWorld({}, { meet }),
      slots(8, (i) => (i < 4 ? { exclusive: ['condor'] } : {})),
    );
    const { summary, told } = await engine.build({ jobs: 3 });
    expect([summary.outcome, state.most]).toEqual(['fresh', 3]);
    expect(told.slice(0, 3)).toEqual(['start t0', 'start t4', 'start t5']);
  });
});

describe('an interruption', () => {
  test('ends the build, and what was made stays made', async () => {
    const abort = new AbortController();
    const stop: Program = () => {
      abort.abort();
      return 0;
    };
    const rules = [
      all('c'),
      made('c', ['b']),
      target('b', { deps: ['a'], outputs: ['b'], recipe: [exec(['stop'])] }),
      made('a'),
    ];
    const engine = engineOn(stubWorld({ in: '1' }, { stop }), rules);
    const { summary } = await engine.build({ signal: abort.signal });
    expect(summary).toMatchObject({ outcome: 'interrupted', built: ['a'], failed: [] });
    expect([engine.trace('a')?.kind, engine.trace('b')?.kind, engine.trace('c')]).toEqual([
      'built',
      'started',
      undefined,
    ]);
  });
});

describe('a chain', () => {
  const links = ['l0', 'l1', 'l2'];
  const chainOf = (more: Partial<Chain> = {}): Chain => ({
    name: 'chain',
    links,
    sweep: (first) => links.slice(links.indexOf(first)),
    recipe: { version: '1', steps: ({ due }) => [exec(['make', ...due])] },
    ...more,
  });
  const make: Program = (due, files) => {
    for (const link of due) files.put(link, `made ${files.text('in')}`);
  };
  const rules = (chain: Chain): Rule[] => [
    all('after'),
    made('after', ['l1']),
    ...links.map((name, i) =>
      target(name, {
        chain,
        outputs: [name],
        ...(i === 0 ? { deps: ['before'] } : { deps: [links[i - 1]!], inputs: [`in${i}`] }),
      }),
    ),
    made('before'),
  ];
  const tree = { in: '1', in1: '', in2: '' };

  test('runs once for all links, after what any of them needs, and before whoever needs one', async () => {
    const engine = engineOn(stubWorld(tree, { make }), rules(chainOf()));
    const { told, summary } = await engine.build();
    expect(told).toEqual([
      'start before',
      'done before',
      'start chain',
      'done chain',
      'start after',
      'done after',
    ]);
    expect([summary.built, engine.world.ran]).toEqual([
      ['before', 'l0', 'l1', 'l2', 'after'],
      ['cp in before', 'make l0 l1 l2', 'cp l1 after'],
    ]);
    expect((await engine.build()).told).toEqual([]);
  });

  test('waits for what a later link needs, though its first link needs nothing', async () => {
    const chain = chainOf();
    const needs = [[], ['l0'], ['l1', 'before']];
    const linked = links.map((name, i) =>
      target(name, { chain, outputs: [name], deps: needs[i]! }),
    );
    const engine = engineOn(stubWorld(tree, { make }), [all('l2'), ...linked, made('before')]);
    expect((await engine.build()).told).toEqual([
      'start before',
      'done before',
      'start chain',
      'done chain',
    ]);
  });

  test('remakes only from the first link that is not fresh', async () => {
    const engine = engineOn(stubWorld(tree, { make }), rules(chainOf()));
    await engine.build();
    engine.world.files.put('in1', 'changed');
    await engine.build();
    expect(engine.world.ran.slice(3)).toEqual(['make l1 l2']);
  });

  test('that fails half-way keeps the links which were completed', async () => {
    const half: Program = (due, files) => {
      files.put(due[0]!, 'made');
      return 1;
    };
    const completed = (run: RunFacts): readonly string[] => run.due.slice(0, 1);
    const engine = engineOn(stubWorld(tree, { make: half }), rules(chainOf({ completed })));
    const { summary } = await engine.build();
    expect([summary.built, summary.failed.map(({ target: name }) => name)]).toEqual([
      ['before', 'l0'],
      ['l1'],
    ]);
    expect(summary.blocked).toContainEqual({ target: 'l2', by: ['l1'], cause: 'failed' });
    await engine.build();
    expect(engine.world.ran).toEqual(['cp in before', 'make l0 l1 l2', 'make l1 l2']);
  });

  test.each([
    ['all of them', ['l0', 'l1', 'l2'], ['l2']],
    ['what follows one that it did not make', ['l0', 'l2'], ['l1']],
  ])('that fails has not made %s, whatever it says', async (_what, said, failed) => {
    const whole: Program = (due, files) => {
      for (const link of due) files.put(link, 'made');
      return 1;
    };
    const engine = engineOn(
      stubWorld(tree, { make: whole }),
      rules(chainOf({ completed: () => said })),
    );
    const { summary } = await engine.build();
    expect([summary.outcome, summary.failed.map(({ target: name }) => name)]).toEqual([
      'failed',
      failed,
    ]);
    expect((await engine.build()).told[0]).toBe('start chain');
  });
});

describe('what must not happen twice', () => {
  const handed = (name: string, refused: 'one' | 'all'): Rule =>
    target(name, {
      phase: 'Hand-over',
      once: { look: () => [], judge: () => ({ state: 'not done' }) },
      recipe: {
        version: '1',
        steps: [exec(['refuse', name], { okExits: 'any' })],
        judge: () => [{ what: 'no ticket', advice: 'kinit', refused }],
      },
    });
  const names = ['a', 'b', 'c', 'd'];
  const refusing = (refused: 'one' | 'all') =>
    engineOn(stubWorld({}, { refuse: () => 2 }), [
      all(...names),
      ...names.map((name) => handed(name, refused)),
    ]);

  test('is tried with one alone, and where that is refused as all would be, with no other', async () => {
    const engine = refusing('all');
    const { summary } = await engine.build();
    expect(engine.world.ran.filter((line) => line.startsWith('refuse'))).toEqual(['refuse a']);
    expect(summary).toMatchObject({
      outcome: 'failed',
      failed: [{ target: 'a', problems: [{ what: 'no ticket' }] }],
      blocked: ['b', 'c', 'd'].map((target) => ({ target, by: ['a'] })),
    });
    // A refusal proves that nothing happened: the next build tries again by itself.
    await engine.build();
    expect(engine.world.ran.filter((line) => line.startsWith('refuse'))).toHaveLength(2);
  });

  test('is tried with the others where only one was refused', async () => {
    const engine = refusing('one');
    const { summary } = await engine.build();
    expect(engine.world.ran.filter((line) => line.startsWith('refuse'))).toHaveLength(4);
    expect(summary).toMatchObject({ outcome: 'failed', blocked: [], person: [] });
  });
});

test('what would fail again is not tried before something changes, or somebody says so', async () => {
  const lasting = (name: string): Rule =>
    target(name, {
      inputs: ['in'],
      outputs: [name],
      recipe: {
        version: '1',
        steps: [exec(['touch'], { okExits: 'any' })],
        judge: () => [{ what: 'no raw image', advice: 'wait for it', lasting: true }],
      },
    });
  const touch: Program = () => 0;
  const engine = engineOn(stubWorld({ in: '1' }, { touch }), [all('x'), lasting('x')]);
  const ran = () => engine.world.ran.length;
  await engine.build();
  const { summary } = await engine.build();
  expect([summary.outcome, ran()]).toEqual(['failed', 1]);
  expect(summary.failed).toMatchObject([{ problems: [{ what: 'no raw image (wait for it)' }] }]);
  engine.world.files.put('in', '2');
  await engine.build();
  await engine.build({ force: true });
  expect(ran()).toBe(3);
});

test('a key that is told from what is observed is had by one at a time', async () => {
  let now = 0;
  let most = 0;
  const work: Program = async ([name], files) => {
    most = Math.max(most, ++now);
    await new Promise((resolve) => setImmediate(resolve));
    now -= 1;
    files.put(name!, 'made');
    return 0;
  };
  const of = (name: string, band: string): Rule =>
    target(name, {
      outputs: [name],
      observe: { look: () => [], judge: () => ({ state: 'ready', value: band }) },
      exclusive: (value) => [`band ${value}`],
      recipe: [exec(['work', name])],
    });
  const rules = (bands: readonly string[]) => [
    all('a', 'b', 'c'),
    ...['a', 'b', 'c'].map((name, i) => of(name, bands[i]!)),
  ];
  await engineOn(stubWorld({}, { work }), rules(['i', 'i', 'i'])).build();
  expect(most).toBe(1);
  most = 0;
  await engineOn(stubWorld({}, { work }), rules(['i', 'g', 'z'])).build();
  expect(most).toBe(3);
});
