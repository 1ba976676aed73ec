/** Work grows with the graph as it must, and no faster. Counted, not timed. */
import { describe, expect, test } from 'vitest';
import { exec, group, target, write } from '../core/api/define.ts';
import type { Rule } from '../core/api/rules.ts';
import type { Digest, TargetName } from '../core/api/values.ts';
import { resolve } from '../core/graph/resolve.ts';
import { openJournal } from '../core/memory/journal.ts';
import { Environments } from '../core/observe/environment.ts';
import { Looker } from '../core/observe/looker.ts';
import { Observer } from '../core/observe/observer.ts';
import { survey } from '../core/observe/survey.ts';
import { plan } from '../core/plan/plan.ts';
import { signatureOf } from '../core/plan/signature.ts';
import type { Verdict } from '../core/plan/verdict.ts';
import { runBuild } from '../core/run/build.ts';
import type { BuildEvent } from '../core/run/events.ts';
import { execute } from '../core/run/schedule.ts';
import { engineOn } from './core/engine.ts';
import {
  type Counts,
  type Program,
  type StubWorld,
  stubProject,
  stubWorld,
} from './core/stub-world.ts';
import { viewOf } from './support/views.ts';

/** A tree of copies: every target has an input of its own and needs the one at half its number. */
function rulesOf(n: number): readonly Rule[] {
  const names = Array.from({ length: n }, (_, i) => `t${i}`);
  const copies = names.map((name, i) =>
    target(name, {
      inputs: [`in/${i}`],
      ...(i === 0 ? {} : { deps: [`t${i >> 1}`] }),
      outputs: [`out/${i}`],
      recipe: [exec(['cp', `in/${i}`, `out/${i}`])],
    }),
  );
  return [group('all', names), ...copies];
}

const inputsOf = (n: number): { readonly [path: string]: string } =>
  Object.fromEntries(Array.from({ length: n }, (_, i) => [`in/${i}`, `text ${i}`]));

async function build(world: StubWorld, rules: readonly Rule[]): Promise<readonly TargetName[]> {
  const events: BuildEvent[] = [];
  const summary = await runBuild(stubProject(world, rules), {
    ...{ goals: [], jobs: 5, failFast: false, force: false, wait: true, waitTimeout: undefined },
    ...{ command: 'desgw build', signal: new AbortController().signal },
    emit: (event) => void events.push(event),
  });
  expect(summary.outcome).toBe('fresh');
  return summary.built;
}

/** Everything built, without building: the records and outputs that a build would leave. */
function built(n: number): StubWorld {
  const world = stubWorld(inputsOf(n));
  const { files } = world;
  const graph = resolve(rulesOf(n));
  const journal = openJournal(files, world.processes.self);
  const verdicts = new Map<TargetName, Verdict>();
  const learn = (path: string): Digest => {
    const digest = files.digest(path);
    const { size, mtime, ctime, ino } = files.stat(path)!;
    journal.file(path, { size, mtime, ctime, ino, digest, seen: files.now().time });
    return digest;
  };
  for (const name of graph.order) {
    const node = graph.nodes.get(name)!;
    if (node.group) continue;
    const number = name.slice(1);
    const known = learn(`in/${number}`);
    files.put(`out/${number}`, `text ${number}`);
    const product = learn(`out/${number}`);
    verdicts.set(name, { state: 'fresh', reasons: [], product });
    const signature = signatureOf(node, viewOf({ file: () => known }), verdicts, []);
    const outputs = { [`out/${number}`]: product };
    journal.trace(name, {
      kind: 'built',
      how: 'built',
      run: 1,
      at: 0,
      ms: 1,
      because: [],
      signature,
      outputs,
    });
  }
  journal.close();
  world.counted();
  return world;
}

/** Counts per target, so that graphs of different sizes can be compared. */
const perTarget = (counts: Counts, n: number): { [kind: string]: number } =>
  Object.fromEntries(Object.entries(counts).map(([kind, count]) => [kind, count / n]));

/** What is the same for every graph (the lock, a segment of the journal) is a larger share of a small one. */
function expectSame(small: { [kind: string]: number }, large: { [kind: string]: number }): void {
  for (const [kind, count] of Object.entries(large)) {
    expect([kind, count], `${kind} per target`).toEqual([kind, expect.closeTo(small[kind]!, 1)]);
    expect(count, `${kind} per target`).toBeLessThanOrEqual(small[kind]! * 1.02 + 0.001);
  }
}

describe('a build with nothing to do', () => {
  test.each([1000, 10_000, 100_000])(
    'looks at each file of %i targets once, reads none of them, and writes nothing',
    { timeout: 300_000 },
    async (n) => {
      const world = built(n);
      expect(await build(world, rulesOf(n))).toEqual([]);
      const { stats, digests, writes, appends, removes, spawns } = world.counted();
      expect({ stats, digests, writes, appends, removes, spawns }).toEqual({
        ...{ stats: 2 * n, digests: 0, writes: 0, appends: 0, removes: 0, spawns: 0 },
      });
    },
  );

  test('reads the journal, whatever the number of targets, in as many pieces', async () => {
    const reads: number[] = [];
    for (const n of [100, 5000]) {
      const world = built(n);
      await build(world, rulesOf(n));
      const { reads: read, lists } = world.counted();
      reads.push(read + lists);
    }
    expect(reads[1]).toBe(reads[0]);
  });

  test('decides each target once, with as many questions for each in a large graph as in a small', () => {
    const asked = [500, 5000].map((n) => {
      const world = built(n);
      const graph = resolve(rulesOf(n));
      const journal = openJournal(world.files, world.processes.self);
      const observer = observerOf(world, journal);
      const count = { traces: 0, files: 0, outputs: 0 };
      plan(graph, ['all'], {
        ...delegate(observer),
        trace: (name) => {
          count.traces++;
          return observer.trace(name);
        },
        file: (path) => {
          count.files++;
          return observer.file(path);
        },
        output: (output) => {
          count.outputs++;
          return observer.output(output);
        },
      });
      return { traces: count.traces / n, files: count.files / n, outputs: count.outputs / n };
    });
    expect(asked[0]).toEqual({ traces: 1, files: 1, outputs: 2 });
    expect(asked[1]).toEqual(asked[0]);
  });
});

describe('one input changed', () => {
  test('costs beyond what a build with nothing to do costs the same in every graph', {
    timeout: 300_000,
  }, async () => {
    const extra: { [kind: string]: number }[] = [];
    for (const n of [500, 5000]) {
      const world = built(n);
      await build(world, rulesOf(n));
      const idle = world.counted();
      world.files.put(`in/${n - 1}`, 'changed');
      world.counted();
      expect(await build(world, rulesOf(n))).toEqual([`t${n - 1}`]);
      const busy = world.counted();
      // What was seen without the lock counts with it.
      extra.push({
        ...busy,
        stats: busy.stats - idle.stats,
        reads: busy.reads - idle.reads,
        lists: busy.lists - idle.lists,
      });
    }
    expect(extra[1]).toEqual(extra[0]);
    expect(extra[0]).toMatchObject({ spawns: 1 });
  });

  test.each([
    ['a target that nobody needs', (n: number) => n - 1, (i: number) => [i]],
    ['a target that two need', (n: number) => n / 2 - 1, (i: number) => [i, 2 * i, 2 * i + 1]],
  ])(
    '%s: while it runs, no record is asked for but its own and theirs',
    async (_which, number, concerned) => {
      for (const n of [500, 5000]) {
        const world = built(n);
        const i = number(n);
        world.files.put(`in/${i}`, 'changed');
        const { traces, ran } = await executeCounting(world, n);
        expect(ran).toEqual(concerned(i).map((t) => `cp in/${t} out/${t}`));
        expect([...traces.keys()]).toEqual(concerned(i).map((t) => `t${t}`));
      }
    },
  );
});

/** The long form takes some minutes; what a stack holds is less than a tenth of the short one. */
const LONG_CHAIN = process.env.DESGW_LONG === '1' ? 100_000 : 20_000;

describe(`a chain of ${LONG_CHAIN} targets, each made from the one before`, () => {
  const N = LONG_CHAIN;
  const first: Program = ([from, to], files) => void files.put(to!, files.text(from!)!.charAt(0));
  const rules = (n: number): readonly Rule[] => [
    group('all', [`c${n - 1}`]),
    target('c0', { inputs: ['in'], outputs: ['c0'], recipe: [exec(['first', 'in', 'c0'])] }),
    ...Array.from({ length: n - 1 }, (_, i) =>
      target(`c${i + 1}`, {
        deps: [`c${i}`],
        outputs: [`c${i + 1}`],
        recipe: [write(`c${i + 1}`, 'text')],
      }),
    ),
  ];

  test('is built, spared, blocked and told of however long it is', {
    timeout: 600_000,
  }, async () => {
    const world = stubWorld({ in: '1-one' }, { first });
    const engine = engineOn(world, rules(N));
    const quiet = { emit: () => {} };
    expect((await engine.build(quiet)).summary).toMatchObject({ outcome: 'fresh', total: N });
    world.files.put('in', '1-two');
    const spared = (await engine.build(quiet)).summary;
    expect([spared.built, spared.spared.length]).toEqual([['c0'], N - 1]);
    world.files.remove('in');
    world.files.remove('c0');
    const blocked = (await engine.build(quiet)).summary;
    expect([blocked.outcome, blocked.blocked.length]).toEqual(['failed', N - 1]);
  });
});

describe('a night of exposures whose reports are written', () => {
  /** Each looks at its own directory below a nite, reads one table, and asks the queue. */
  const rules = (n: number): readonly Rule[] => [
    group(
      'all',
      Array.from({ length: n }, (_, i) => `ccds_${i}`),
    ),
    target('table', { inputs: ['in'], outputs: ['table'], recipe: [exec(['cp', 'in', 'table'])] }),
    ...Array.from({ length: n }, (_, i) =>
      target(`ccds_${i}`, {
        after: ['table'],
        outputs: [`outputs/ccds_${i}`],
        observe: {
          reads: ['table'],
          look: () => [
            { kind: 'list', pattern: `pnfs/*/${i}` },
            { kind: 'ask', adapter: 'queue', question: null },
          ],
          judge: (seen, { text }) => ({ state: 'ready', value: [text('table'), seen[0]!.kind] }),
        },
        recipe: { version: '1', steps: () => [write(`outputs/ccds_${i}`, `${i}`)] },
      }),
    ),
  ];

  async function night(n: number) {
    const nites = Array.from(
      { length: n },
      (_, i) => [`pnfs/2023${i % 10}/${i}/g_01`, ''] as const,
    );
    const world = stubWorld({ in: 'rows', ...Object.fromEntries(nites) });
    const asked = { times: 0 };
    const ask = async () => {
      asked.times += 1;
      return [];
    };
    const engine = engineOn(world, rules(n), {
      adapters: { queue: { timeout: 60, dry: true, ask } },
    });
    world.counted();
    const { summary } = await engine.build({ emit: () => {} });
    expect(summary).toMatchObject({ outcome: 'fresh', total: n + 1 });
    return { counts: world.counted(), asked: asked.times };
  }

  test('lists each nite and each directory once, reads the table and asks the queue once', async () => {
    const nights = { small: await night(500), large: await night(2000) };
    for (const [n, { counts, asked }] of [
      [500, nights.small],
      [2000, nights.large],
    ] as const) {
      // The directory, its nite and the journal; the queue before and after the table was made.
      expect(counts.lists).toBeLessThanOrEqual(n + 20);
      expect(asked).toBeLessThanOrEqual(2);
    }
    expectSame(perTarget(nights.small.counts, 500), perTarget(nights.large.counts, 2000));
  });
});

describe('everything built', () => {
  test('costs as much for each target of a large graph as of a small one', {
    timeout: 300_000,
  }, async () => {
    const costs: { [kind: string]: number }[] = [];
    for (const n of [1000, 10_000]) {
      const world = stubWorld(inputsOf(n));
      expect((await build(world, rulesOf(n))).length).toBe(n);
      const { reads, lists, ...counted } = world.counted();
      costs.push(perTarget({ ...counted, reads, lists }, n));
      expect(world.files.text(`out/${n - 1}`)).toBe(`text ${n - 1}`);
    }
    expectSame(costs[0]!, costs[1]!);
    expect(costs[1]).toMatchObject({ spawns: 1 });
    // A record of the beginning, one of the end, and two of what the files were.
    expect(costs[1]!.appends).toBeCloseTo(4, 1);
    // Inputs are read once, outputs when they appear.
    expect(costs[1]!.digests).toBeLessThanOrEqual(3.01);
  });

  test('a target that gathers thousands looks at each once', async () => {
    const asked = [1000, 4000].map((n) => {
      const names = Array.from({ length: n }, (_, i) => `m${i}`);
      const graph = resolve([
        target('sum', { gathers: names, recipe: [] }),
        ...names.map((name) => target(name, { recipe: [] })),
      ]);
      let looked = 0;
      const gathers = new Proxy(graph.nodes.get('sum')!.gathers, {
        get(list, key) {
          if (typeof key === 'string' && /^\d+$/.test(key)) looked++;
          return Reflect.get(list, key);
        },
      });
      const nodes = new Map([
        ...graph.nodes,
        ['sum', { ...graph.nodes.get('sum')!, gathers }] as const,
      ]);
      const world = stubWorld();
      plan(
        { ...graph, nodes },
        ['sum'],
        delegate(observerOf(world, openJournal(world.files, world.processes.self))),
      );
      return looked / n;
    });
    expect(asked[1]).toBeLessThanOrEqual(asked[0]!);
  });
});

function observerOf(world: StubWorld, journal: ReturnType<typeof openJournal>): Observer {
  const { signal } = new AbortController();
  return new Observer(world, journal, { adapters: {}, dry: false, mayWrite: true, signal });
}

const delegate = (observer: Observer) =>
  viewOf({
    file: (path) => observer.file(path),
    glob: (pattern) => observer.glob(pattern),
    env: (name) => observer.env(name),
    sighting: (name) => observer.sighting(name),
    trace: (name) => observer.trace(name),
    output: (output) => observer.output(output),
    once: (name) => observer.once(name),
    attempt: (token) => observer.attempt(token),
  });

/** Executes a plan, counting of which targets the record is asked for meanwhile. */
async function executeCounting(world: StubWorld, n: number) {
  const graph = resolve(rulesOf(n));
  const journal = openJournal(world.files, world.processes.self);
  const traces = new Map<TargetName, number>();
  const get = (name: TargetName) => {
    traces.set(name, (traces.get(name) ?? 0) + 1);
    return journal.traces.get(name);
  };
  const counted = new Proxy(journal, {
    get: (real, key) =>
      key === 'traces'
        ? new Proxy(real.traces, {
            get: (map, member) => (member === 'get' ? get : Reflect.get(map, member)),
          })
        : Reflect.get(real, key),
  });
  const observer = observerOf(world, counted);
  const found = await survey(graph, ['all'], observer);
  traces.clear();
  const { signal } = new AbortController();
  const emit = (): void => {};
  await execute(
    found,
    {
      ...{ world, graph, observer, journal: counted, signal, emit },
      given: {},
      environments: new Environments(world),
      looker: new Looker(world, { adapters: {}, dry: false, signal }),
      newToken: () => 'token',
      explain: (error) => error as Error,
      refusers: new Map(),
    },
    { jobs: 5, failFast: false, wait: true, signal },
  );
  return { traces, ran: world.ran };
}
