import { expect, test } from 'vitest';
import { fold } from '../../../core/memory/fold.ts';
import { JOURNAL } from '../../../core/memory/format.ts';
import { loadMemory, openJournal } from '../../../core/memory/journal.ts';
import type { Memory } from '../../../core/memory/memory.ts';
import { openSegment } from '../../../core/memory/segment.ts';
import type { Built } from '../../../core/memory/trace.ts';
import { faultyFs, Stopped } from '../../../core/testing/faults.ts';
import { memoryFiles, WORKSPACE } from '../../../core/testing/memory-files.ts';
import { openFiles } from '../../../core/world/files.ts';
import type { Files, ProcessIdentity } from '../../../core/world/world.ts';

const self: ProcessIdentity = { host: 'h', boot: 'b', pid: 1, start: '1', user: 'u' };

function built(run: number): Built {
  return {
    kind: 'built',
    how: 'built',
    run,
    at: run,
    signature: {
      recipe: 'r',
      params: {},
      inputs: { i: 'd' },
      env: {},
      globs: {},
      deps: {},
      gathered: {},
    },
    ms: 1,
    because: [],
    outputs: { o: `v${run}` },
  };
}

type Runs = { readonly [target: string]: number };

/** The run of every target's trace. */
function runs(memory: Memory): Runs {
  return Object.fromEntries([...memory.traces].map(([target, trace]) => [target, trace.run]));
}

/** Records runs in order, in a segment of its own; `end: false` leaves it unended. */
function record(files: Files, steps: readonly (readonly [string, number])[], end = true): void {
  const journal = openJournal(files, self);
  for (const [target, run] of steps) {
    if (run === 0) journal.drop(target);
    else journal.trace(target, built(run));
  }
  if (end) journal.close();
}

const STEPS = [
  [
    ['a', 1],
    ['b', 1],
    ['c', 1],
  ],
  [
    ['a', 2],
    ['c', 0],
    ['é"', 2],
  ],
  [
    ['b', 3],
    ['a', 3],
  ],
] as const;
const NEWEST: Runs = { a: 3, b: 3, 'é"': 2 };
const TARGETS = ['a', 'b', 'c', 'é"'];

/** Three segments, ended, with their bytes by name. */
function threeSegments(): [string, Buffer][] {
  const { files } = memoryFiles();
  for (const steps of STEPS) record(files, steps);
  return (files.list(JOURNAL) ?? []).map((name) => [
    name,
    Buffer.from(files.read(`${JOURNAL}/${name}`) ?? []),
  ]);
}

/** The memory of segments, one of which is changed. */
function foldWith(segments: readonly [string, Buffer][], index: number, bytes: Uint8Array): Memory {
  return fold(segments.map(([name, data], i) => openSegment(name, i === index ? bytes : data)));
}

/** What is known after the first `count` records of the segment `index`, and all other segments. */
function prefixRuns(index: number, count: number): Runs {
  const state: { [target: string]: number } = {};
  for (const [i, steps] of STEPS.entries()) {
    for (const [target, run] of i === index ? steps.slice(0, count) : steps) {
      if (run === 0) delete state[target];
      else state[target] = run;
    }
  }
  return state;
}

test('a segment torn at any byte amounts to its records before that, and says that it may have lost some', () => {
  const segments = threeSegments();
  for (const [index, [, bytes]] of segments.entries()) {
    const lengths = new Set<number>();
    for (let length = 0; length < bytes.length; length++) {
      const memory = foldWith(segments, index, bytes.subarray(0, length));
      const count = STEPS[index]!.findIndex((_, n) => sameRuns(runs(memory), prefixRuns(index, n)));
      const whole = sameRuns(runs(memory), prefixRuns(index, STEPS[index]!.length));
      expect([index, length, count >= 0 || whole]).toEqual([index, length, true]);
      // The one behind it was begun when it was whole.
      const missed = index < segments.length - 1;
      expect(memory.warnings.length).toBe(missed ? 1 : 0);
      // All but the newline of the clean end: that is as good as ended.
      const ended = length === bytes.length - 1;
      for (const target of TARGETS) {
        const later = STEPS.slice(index + 1)
          .flat()
          .some(([name]) => name === target);
        expect([index, length, target, memory.mayHaveLost(target)]).toEqual([
          index,
          length,
          target,
          (!ended || missed) && !later,
        ]);
      }
      lengths.add(whole ? STEPS[index]!.length : count);
    }
    // Where later segments say the same again, or a record changes nothing, prefixes look alike.
    expect([...lengths]).toEqual([[3], [0, 2, 3], [0, 1, 2]][index]);
  }
});

function sameRuns(a: Runs, b: Runs): boolean {
  const text = (runs: Runs) => JSON.stringify(Object.entries(runs).sort());
  return text(a) === text(b);
}

test('a torn segment, another one behind it, torn again: what is intact is remembered', () => {
  const { files } = memoryFiles();
  const tear = (): void => {
    const name = (files.list(JOURNAL) ?? []).at(-1);
    const bytes = files.read(`${JOURNAL}/${name}`) ?? new Uint8Array();
    files.write(`${JOURNAL}/${name}`, bytes.subarray(0, bytes.length - 5));
  };
  record(
    files,
    [
      ['a', 1],
      ['b', 1],
    ],
    false,
  );
  tear();
  record(
    files,
    [
      ['c', 2],
      ['d', 2],
    ],
    false,
  );
  tear();
  record(
    files,
    [
      ['e', 3],
      ['f', 3],
    ],
    false,
  );
  expect([
    runs(loadMemory(files)),
    (files.list(JOURNAL) ?? []).filter((n) => n.endsWith('.jsonl')).length,
  ]).toEqual([{ a: 1, c: 2, e: 3, f: 3 }, 3]);
  record(files, []);
  expect([
    runs(loadMemory(files)),
    (files.list(JOURNAL) ?? []).filter((n) => n.endsWith('.jsonl')).length,
  ]).toEqual([{ a: 1, c: 2, e: 3, f: 3 }, 1]);
});

/** Fails if a memory believes something of a target that is not the newest, and does not say so. */
function expectHonest(memory: Memory, where: unknown): void {
  const seen = runs(memory);
  for (const target of TARGETS) {
    const told = memory.damaged.has(target) || memory.mayHaveLost(target);
    if (seen[target] !== NEWEST[target] && !told) {
      expect({ where, target, run: seen[target] }).toEqual('told of the loss');
    }
    const written = STEPS.flat().some(([name, run]) => name === target && run === seen[target]);
    if (seen[target] !== undefined && !written) expect({ where, target }).toEqual('was written');
  }
}

test('a flipped byte anywhere never makes an old record pass for the newest', () => {
  const segments = threeSegments();
  for (const [index, [, bytes]] of segments.entries()) {
    for (let at = 0; at < bytes.length; at++) {
      for (const flip of [1, 0x0a ^ bytes[at]!, 0x80]) {
        if (flip === 0) continue;
        const changed = Buffer.from(bytes);
        changed[at]! ^= flip;
        expectHonest(foldWith(segments, index, changed), { index, at, flip });
      }
    }
  }
});

test('lines that vanished, or changed places with garbage, are noticed', () => {
  const segments = threeSegments();
  for (const [index, [, bytes]] of segments.entries()) {
    const lines = bytes.toString('latin1').split('\n');
    for (let gone = 0; gone < lines.length - 1; gone++) {
      for (const instead of [[], ['\0'.repeat(100)], ['', '']]) {
        const changed = lines.toSpliced(gone, 1, ...instead).join('\n');
        const memory = foldWith(segments, index, Buffer.from(changed, 'latin1'));
        expectHonest(memory, { index, gone, instead });
      }
    }
  }
});

test('damage inside one record costs that record alone, until the target is made again', () => {
  const { files } = memoryFiles();
  record(files, [
    ['a', 1],
    ['b', 1],
    ['c', 1],
  ]);
  const name = `${JOURNAL}/000001-h-1.jsonl`;
  files.write(name, (files.readText(name) ?? '').replace('"at":1', '"at":7'));
  const facts = (memory: Memory) => ({
    runs: runs(memory),
    damaged: [...memory.damaged],
    lost: TARGETS.filter((target) => memory.mayHaveLost(target)),
    warnings: memory.warnings,
  });
  const expected = { runs: { b: 1, c: 1 }, damaged: ['a'], lost: [] };
  expect(facts(loadMemory(files))).toEqual({
    ...expected,
    warnings: [`${name}, line 2, is damaged: the record of target 'a' is lost.`],
  });
  record(files, [['b', 2]]);
  // Rewritten; the loss is still known, and warned of no more.
  expect(facts(loadMemory(files))).toEqual({ ...expected, runs: { b: 2, c: 1 }, warnings: [] });
  record(files, [['a', 2]]);
  expect(facts(loadMemory(files))).toEqual({
    runs: { a: 2, b: 2, c: 1 },
    damaged: [],
    lost: [],
    warnings: [],
  });
});

test('damage that hides its target casts doubt on all records before it, until they are made again', () => {
  const { files } = memoryFiles();
  record(files, [
    ['a', 1],
    ['b', 1],
    ['c', 1],
  ]);
  const name = `${JOURNAL}/000001-h-1.jsonl`;
  files.write(name, (files.readText(name) ?? '').replace('"b"', '"x"'));
  const lost = (memory: Memory) => ['a', 'b', 'c'].filter((target) => memory.mayHaveLost(target));
  const damaged = loadMemory(files);
  expect([runs(damaged), lost(damaged), damaged.warnings]).toEqual([
    { a: 1, c: 1 },
    ['a', 'b'],
    [
      `${name}, line 3, is damaged and does not tell whose record it was. What was recorded before it may not be the latest.`,
    ],
  ]);
  record(files, [['d', 2]]);
  expect([lost(loadMemory(files)), loadMemory(files).warnings]).toEqual([['a', 'b'], []]);
  record(files, [['a', 2]]);
  expect(lost(loadMemory(files))).toEqual(['b']);
});

test('a process that stops at any effect leaves the records it had written, whatever it was doing', () => {
  const done = new Set<number>();
  for (let failAt = 1; ; failAt++) {
    const { fs, files, tree } = memoryFiles();
    record(files, [
      ['a', 1],
      ['b', 1],
    ]);
    record(files, [['b', 2]], false);
    // Unclean, so that closing rewrites the journal.
    const faulty = faultyFs(fs, { failAt, with: 'stop' });
    const written: { [target: string]: number } = { a: 1, b: 2 };
    let stopped = false;
    try {
      const journal = openJournal(openFiles(WORKSPACE, faulty.fs), self);
      for (const [target, run] of [
        ['a', 3],
        ['c', 3],
      ] as const) {
        journal.trace(target, built(run));
        written[target] = run;
      }
      journal.close();
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
      stopped = true;
    }
    expect([failAt, runs(loadMemory(files)), loadMemory(files).warnings]).toEqual([
      failAt,
      written,
      [],
    ]);
    done.add(Object.keys(tree()).length);
    // The next process tidies up, and nothing is lost by that either.
    record(files, [['d', 4]]);
    expect([
      runs(loadMemory(files)),
      (files.list(JOURNAL) ?? []).filter((n) => n.endsWith('.jsonl')).length,
    ]).toEqual([{ ...written, d: 4 }, stopped ? 1 : 2]);
    if (!stopped) {
      expect(failAt).toBeGreaterThan(20);
      break;
    }
  }
  expect([...done].sort()).toEqual([2, 3, 4, 5]);
});

test('a target dropped before a rewrite that stopped half-way does not come back', () => {
  for (let failAt = 1; failAt < 40; failAt++) {
    const { fs, files } = memoryFiles();
    record(files, [
      ['gone', 1],
      ['kept', 1],
    ]);
    record(files, [['gone', 0]]);
    record(files, [['kept', 2]], false);
    const faulty = faultyFs(fs, { failAt, with: 'stop' });
    try {
      openJournal(openFiles(WORKSPACE, faulty.fs), self).close();
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
    }
    expect([failAt, runs(loadMemory(files))]).toEqual([failAt, { kept: 2 }]);
  }
});

test('a reader sees the same at every moment of a rewrite, and while a segment grows', () => {
  const { fs, files } = memoryFiles();
  record(files, [
    ['a', 1],
    ['b', 1],
  ]);
  record(files, [['b', 2]], false);
  const seen: Runs[] = [];
  const watched = new Proxy(fs, {
    get: (target, name) => {
      const member = Reflect.get(target, name) as unknown;
      if (typeof member !== 'function' || name === 'realpathSync') return member;
      return (...args: unknown[]): unknown => {
        seen.push(runs(loadMemory(files)));
        return Reflect.apply(member, target, args);
      };
    },
  });
  const journal = openJournal(openFiles(WORKSPACE, watched), self);
  journal.trace('a', built(3));
  journal.close();
  const distinct = new Set(seen.map((state) => JSON.stringify(Object.entries(state).sort())));
  expect([...distinct]).toEqual(['[["a",1],["b",2]]', '[["a",3],["b",2]]']);
});

test('a reader starts over when a rewrite comes in between at any of its own calls', () => {
  let calls = 0;
  for (let at = 1; at === 1 || at <= calls; at++) {
    const { fs, files } = memoryFiles();
    record(files, [
      ['a', 1],
      ['gone', 1],
    ]);
    record(
      files,
      [
        ['b', 1],
        ['gone', 0],
      ],
      false,
    );
    calls = 0;
    const interrupted = new Proxy(fs, {
      get: (target, name) => {
        const member = Reflect.get(target, name) as unknown;
        if (typeof member !== 'function' || name === 'realpathSync') return member;
        return (...args: unknown[]): unknown => {
          if (++calls === at) record(files, [['c', 2]]);
          return Reflect.apply(member, target, args);
        };
      },
    });
    const seen = runs(loadMemory(openFiles(WORKSPACE, interrupted)));
    expect([
      [at, { a: 1, b: 1 }],
      [at, { a: 1, b: 1, c: 2 }],
    ]).toContainEqual([at, seen]);
  }
  expect(calls).toBeGreaterThan(4);
});
