import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../../core/api/errors.ts';
import { HEADS, headerLine, JOURNAL } from '../../../core/memory/format.ts';
import { loadMemory, openJournal } from '../../../core/memory/journal.ts';
import type { KnownFile, Memory } from '../../../core/memory/memory.ts';
import {
  type Built,
  EMPTY_SIGNATURE,
  type Signature,
  type Trace,
} from '../../../core/memory/trace.ts';
import { faultyFs } from '../../../core/testing/faults.ts';
import { memoryFiles, WORKSPACE } from '../../../core/testing/memory-files.ts';
import { openFiles } from '../../../core/world/files.ts';
import type { ProcessIdentity } from '../../../core/world/world.ts';

const self: ProcessIdentity = { host: 'des91', boot: 'b', pid: 12, start: '1', user: 'mara' };

const signature: Signature = {
  recipe: 'r',
  params: { cut: 0.2, list: [1, { a: null }] },
  inputs: { 'in/a.txt': 'da', 'in/b "q".txt': 'absent' },
  env: { HOME: '/home/mara' },
  globs: { '*.fits': 'g' },
  deps: { season: 's' },
  gathered: { ccds_1: 'c' },
  observed: { digest: 'o', note: '52 of 59' },
};
const bare: Signature = { ...EMPTY_SIGNATURE, recipe: 'r' };
const built = (run: number, more: Partial<Built> = {}): Built => ({
  kind: 'built',
  how: 'built',
  run,
  at: 1503012785000 + run,
  signature: bare,
  ms: 12,
  because: [{ kind: 'never built' }],
  outputs: { out: `v${run}` },
  ...more,
});
const known = (n: number): KnownFile => ({
  size: n,
  mtime: 1503012785123.456 + n,
  ctime: 1503012785124.457 + n,
  ino: 2 ** 40 + n,
  digest: `d${n}`,
  seen: 1503012786000.5 + n,
});

/** Everything that a memory knows. */
function content(memory: Memory) {
  return {
    traces: Object.fromEntries(memory.traces),
    files: Object.fromEntries(memory.files),
    sightings: Object.fromEntries(memory.sightings),
    damaged: [...memory.damaged],
    warnings: memory.warnings,
  };
}

function segments(tree: { readonly [path: string]: string }): string[] {
  return Object.keys(tree).flatMap((path) =>
    path.startsWith(`${JOURNAL}/`) ? [path.slice(JOURNAL.length + 1)] : [],
  );
}

describe('what was recorded is remembered', () => {
  const full = built(3, { signature, receipt: '1.0@sched', token: 'abc', evidence: 'log' });
  const start = { run: 4, at: 5, signature, because: [], token: 'tok' };
  const all: { readonly [target: string]: Trace } = {
    built: full,
    started: { kind: 'started', ...start, previous: full, due: ['a', 'b'], detached: 'doubt' },
    finishing: { kind: 'finishing', ...start, outputs: { x: 'y' }, previous: built(1) },
    failed: {
      kind: 'failed',
      run: 1,
      at: 2,
      signature,
      ms: 3,
      because: [{ kind: 'param changed', name: 'cut', from: 1, to: 2 }],
      problems: [{ what: 'exit 1', advice: 'look' }],
      previous: full,
    },
    cleaning: { kind: 'cleaning', run: 1, at: 2, signature: bare, done: false, outputs: {} },
    'a "quoted" \\ näme\u2028': built(1, { outputs: { __proto__x: '1', '': '2' } }),
  };

  test('traces of every kind, files and sightings, in this process and the next', () => {
    const { files } = memoryFiles();
    const journal = openJournal(files, self);
    for (const [target, trace] of Object.entries(all)) journal.trace(target, trace);
    journal.file('in/a.txt', known(1));
    journal.sighting('ccds_1', { digest: 'x', since: 99.5 });
    const expected = {
      traces: all,
      files: { 'in/a.txt': known(1) },
      sightings: { ccds_1: { digest: 'x', since: 99.5 } },
      damaged: [],
      warnings: [],
    };
    expect(content(journal)).toEqual(expected);
    expect(content(loadMemory(files))).toEqual(expected);
    journal.close();
    expect(content(loadMemory(files))).toEqual(expected);
    expect(loadMemory(files).mayHaveLost('built')).toBe(false);
  });

  test('any names and values survive', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 8 });
    const map = fc.dictionary(text, text, { maxKeys: 3 });
    const traces = fc.dictionary(
      fc.oneof(text, fc.constantFrom('__proto__', '\\', '"')),
      fc.record({
        run: fc.nat(),
        outputs: map,
        inputs: map,
        params: fc.dictionary(text, fc.jsonValue()),
      }),
      { maxKeys: 4 },
    );
    fc.assert(
      fc.property(traces, (given) => {
        const { files } = memoryFiles();
        const journal = openJournal(files, self);
        const wanted = new Map<string, Trace>();
        for (const [target, { run, outputs, inputs, params }] of Object.entries(given)) {
          const clean = JSON.parse(JSON.stringify(params)) as Signature['params'];
          wanted.set(
            target,
            built(run, { outputs, signature: { ...bare, inputs, params: clean } }),
          );
        }
        for (const [target, trace] of wanted) journal.trace(target, trace);
        journal.close();
        expect(new Map(loadMemory(files).traces)).toEqual(wanted);
      }),
      { numRuns: 50 },
    );
  });

  test('a later record replaces an earlier one, and a drop forgets the target', () => {
    const { files } = memoryFiles();
    const first = openJournal(files, self);
    for (const target of ['a', 'b', 'c']) first.trace(target, built(1));
    first.sighting('b', { digest: 'x', since: 1 });
    first.trace('a', built(2));
    first.close();
    const second = openJournal(files, { ...self, pid: 13 });
    second.drop('b');
    second.trace('c', built(3));
    expect(content(second).traces).toEqual({ a: built(2), c: built(3) });
    second.close();
    expect(content(loadMemory(files))).toEqual({
      traces: { a: built(2), c: built(3) },
      files: {},
      sightings: {},
      damaged: [],
      warnings: [],
    });
  });

  test('the maps can be read in every way a map can', () => {
    const { files } = memoryFiles();
    const { traces, ...journal } = openJournal(files, self);
    journal.trace('a', built(1));
    const seen: unknown[] = [];
    traces.forEach((trace, name, map) => {
      seen.push(name, trace, map === traces);
    });
    expect([
      traces.size,
      traces.has('a'),
      traces.has('b'),
      traces.get('b'),
      [...traces.keys()],
    ]).toEqual([1, true, false, undefined, ['a']]);
    expect([[...traces.values()], [...traces.entries()], seen]).toEqual([
      [built(1)],
      [['a', built(1)]],
      ['a', built(1), true],
    ]);
  });
});

describe('segments', () => {
  test('a journal in which nothing is recorded writes nothing', () => {
    const { files, tree } = memoryFiles();
    openJournal(files, self).close();
    expect(tree()).toEqual({});
    const journal = openJournal(files, self);
    journal.trace('a', built(1));
    journal.close();
    const before = tree();
    openJournal(files, self).close();
    loadMemory(files);
    expect(tree()).toEqual(before);
  });

  test('every process writes a segment of its own, and never to that of another', () => {
    const { files, tree } = memoryFiles();
    const first = openJournal(files, self);
    first.trace('a', built(1));
    first.close();
    const before = tree();
    const second = openJournal(files, { ...self, host: 'des/90', pid: 7 });
    second.trace('b', built(1));
    second.close();
    expect(segments(tree())).toEqual(['000001-des91-12.jsonl', '000002-des_90-7.jsonl']);
    const { [HEADS]: _, ...others } = before;
    expect(tree()).toMatchObject(others);
  });

  test.each(['1', '\n1', '\0\0', '1\n\0'])(
    'what a power cut left of the number of the newest segment (%j) is not part of a later number',
    (left) => {
      const { files } = memoryFiles();
      for (const run of [1, 2]) {
        const journal = openJournal(files, self);
        journal.trace('a', built(run));
        journal.close();
        files.write(HEADS, left);
      }
      const third = openJournal(files, self);
      third.trace('a', built(3));
      third.close();
      expect(loadMemory(files)).toMatchObject({ newest: 3, warnings: [] });
    },
  );

  test('the order of segments is that of their numbers, beyond six digits too', () => {
    const { files, tree } = memoryFiles();
    const first = openJournal(files, self);
    first.trace('a', built(1));
    first.close();
    files.rename(`${JOURNAL}/000001-des91-12.jsonl`, `${JOURNAL}/999999-des91-12.jsonl`);
    for (const run of [2, 3]) {
      const next = openJournal(files, self);
      next.trace('a', built(run));
      next.close();
    }
    expect([segments(tree()).sort(), content(loadMemory(files)).traces]).toEqual([
      ['1000000-des91-12.jsonl', '1000001-des91-12.jsonl', '999999-des91-12.jsonl'],
      { a: built(3) },
    ]);
  });

  test('a durable record is flushed, file and folder, when it returns', () => {
    const { fs } = memoryFiles();
    const calls: string[] = [];
    const spy = new Proxy(fs, {
      get: (target, name) => {
        const member = Reflect.get(target, name) as unknown;
        if (name !== 'writeSync' && name !== 'fsyncSync') return member;
        return (...args: unknown[]) => {
          calls.push(name);
          return Reflect.apply(member as () => unknown, target, args);
        };
      },
    });
    const journal = openJournal(openFiles(WORKSPACE, spy), self);
    journal.trace('a', built(1));
    calls.length = 0;
    journal.trace('a', built(2));
    journal.trace('a', built(3), { durable: true });
    journal.trace('a', built(4), { durable: true });
    expect(calls).toEqual([
      'writeSync',
      'writeSync',
      'fsyncSync',
      'fsyncSync',
      'writeSync',
      'fsyncSync',
    ]);
  });

  test('many small segments become one', () => {
    const { files, tree } = memoryFiles();
    for (let run = 1; run <= 21; run++) {
      const journal = openJournal(files, self);
      journal.trace(`t${run}`, built(run));
      journal.close();
    }
    expect(segments(tree())).toEqual(['000022-des91-12.jsonl']);
    expect(loadMemory(files).traces.size).toBe(21);
  });

  test('when most of many records are dead, only the living are kept', () => {
    const { files, tree } = memoryFiles();
    const journal = openJournal(files, self);
    for (let run = 1; run <= 1100; run++) journal.trace(`t${run % 3}`, built(run));
    journal.close();
    expect(segments(tree())).toEqual(['000002-des91-12.jsonl']);
    expect(tree()[`${JOURNAL}/000002-des91-12.jsonl`]?.split('\n').length).toBe(6);
    expect(content(loadMemory(files)).traces).toEqual({
      t0: built(1098),
      t1: built(1099),
      t2: built(1100),
    });
  });

  test('a state of a newer desgw is refused, and nothing is changed', () => {
    const newer = headerLine({ format: 2, number: 9, host: 'h', pid: 1 });
    const { files, tree } = memoryFiles({ [`${JOURNAL}/000009-h-1.jsonl`]: `${newer}whatever\n` });
    const before = tree();
    for (const open of [() => loadMemory(files), () => openJournal(files, self)]) {
      let error: unknown;
      try {
        open();
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toEqual(
        new UserError(
          '.desgw/journal/000009-h-1.jsonl was written by a newer desgw (format 2; this one reads up to 1). Nothing was changed.',
          'Run the newer desgw that wrote it, or one at least as new. Keep the folder .desgw as it is.',
        ),
      );
      expect((error as UserError).exit).toBe(2);
    }
    expect(tree()).toEqual(before);
  });
});

describe('segments that were there once', () => {
  /** Five of them, each with a target of its own. */
  function five() {
    const memory = memoryFiles();
    for (let run = 1; run <= 5; run++) {
      const journal = openJournal(memory.files, self);
      journal.trace(`t${run}`, built(run));
      journal.close();
    }
    return memory;
  }
  const name = (n: number): string => `${JOURNAL}/00000${n}-des91-12.jsonl`;
  const unproved = (memory: Memory): readonly string[] =>
    ['t1', 't2', 't3', 't4', 't5', 'new'].filter((target) => memory.unproved(target));

  test.each([
    [1, 'nothing is there from before 000002-des91-12.jsonl', ['t1', 'new']],
    [
      3,
      '000004-des91-12.jsonl does not follow upon 000002-des91-12.jsonl',
      ['t1', 't2', 't3', 'new'],
    ],
    [5, 'segment 5 was begun and is not there', ['t1', 't2', 't3', 't4', 't5', 'new']],
  ])(
    'number %i is missed, and what was recorded after it is proved all the same',
    (n, told, lost) => {
      const { files } = five();
      expect(unproved(loadMemory(files))).toEqual([]);
      files.remove(name(n));
      const memory = loadMemory(files);
      expect(memory.warnings).toEqual([expect.stringContaining(told)]);
      expect(unproved(memory)).toEqual(lost);
      const journal = openJournal(files, self);
      journal.trace('new', built(6));
      journal.close();
      // It has been rewritten by now, and the gap is not forgotten.
      expect(unproved(loadMemory(files))).toEqual(lost.filter((target) => target !== 'new'));
    },
  );

  test('are missed when all of them are gone, and when one is that of another workspace', () => {
    const { files } = five();
    const other = memoryFiles();
    for (const target of ['x', 'y', 'z']) {
      const journal = openJournal(other.files, self);
      journal.trace(target, built(1));
      journal.close();
    }
    files.write(name(3), other.files.readText(name(3))!);
    expect(loadMemory(files).unproved('t2')).toBe(true);
    for (let n = 1; n <= 5; n++) files.remove(name(n));
    expect(unproved(loadMemory(files))).toEqual(['t1', 't2', 't3', 't4', 't5', 'new']);
  });
});

describe('a process that died', () => {
  test('may have lost later records of every target it did not record again', () => {
    const { files } = memoryFiles();
    const first = openJournal(files, self);
    first.trace('a', built(1));
    first.close();
    openJournal(files, { ...self, pid: 2 }).trace('b', built(1)); // never closed
    const third = openJournal(files, { ...self, pid: 3 });
    const lost = (memory: Memory) => ['a', 'b', 'c'].filter((t) => memory.mayHaveLost(t));
    expect(lost(third)).toEqual(['a', 'b', 'c']);
    third.trace('b', built(2));
    third.drop('c');
    expect(lost(third)).toEqual(['a']);
    expect(lost(loadMemory(files))).toEqual(['a', 'b', 'c']);
    third.close();
    expect([lost(loadMemory(files)), content(loadMemory(files)).traces]).toEqual([
      [],
      { a: built(1), b: built(2) },
    ]);
  });
});

describe('a full disk', () => {
  test('makes recording fail, keeps what was recorded, and writing goes on when there is room', () => {
    const outcome = new Set<string>();
    for (let failAt = 1; failAt <= 24; failAt++) {
      const { fs, files } = memoryFiles();
      const faulty = faultyFs(fs, { failAt, with: 'ENOSPC' });
      const journal = openJournal(openFiles(WORKSPACE, faulty.fs), self);
      const recorded: { [target: string]: Trace } = {};
      let failed = 'nothing';
      for (let i = 1; i <= 4; i++) {
        try {
          journal.trace(`t${i}`, built(i), { durable: i === 2 });
          recorded[`t${i}`] = built(i);
        } catch (error) {
          failed = `t${i}`;
          expect(error).toMatchObject({ name: 'FileError', code: 'ENOSPC' });
        }
      }
      expect([failAt, content(journal).traces]).toEqual([failAt, recorded]);
      try {
        journal.close();
      } catch (error) {
        failed = 'close';
        expect(error).toMatchObject({ name: 'FileError', code: 'ENOSPC' });
      }
      outcome.add(failed);
      const { traces, warnings } = content(loadMemory(files));
      // A record that could be written but not flushed may be there all the same.
      expect([failAt, traces, warnings]).toEqual([failAt, { ...traces, ...recorded }, []]);
      expect(
        Object.keys(traces)
          .filter((t) => !(t in recorded))
          .every((t) => t === 't2'),
      ).toBe(true);
    }
    expect([...outcome].sort()).toEqual(['close', 'nothing', 't1', 't2', 't3', 't4']);
  });
});
