import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Step } from '../../../core/api/steps.ts';
import type { Action } from '../../../core/plan/verdict.ts';
import { lineDiff } from '../../../core/views/diff.ts';
import { dryRunJson, dryRunText, refusals } from '../../../core/views/dry-run.ts';
import { plain } from '../../../core/words/paint.ts';
import { commandLine, display, displayLines, shellQuote } from '../../../core/words/quote.ts';
import { planOf, run } from '../../support/plans.ts';

/** What a dry run prints of these steps, without the frame around them. */
function shown(steps: readonly Step[], files: { readonly [path: string]: string } = {}): string {
  const plan = planOf({ t: { state: 'missing' } }, [run('t', { reasons: [] })]);
  const text = dryRunText(plan, {
    stepsOf: () => ({ steps }),
    textOf: (path) => files[path],
    workspace: '/night',
    paint: plain,
    full: false,
    refused: [],
  });
  return text.replace(/^run t\n/, '').replace(/\n\nWould run:.*\n$/, '');
}

test('a dry run tells every action with reasons, then what waits and what is held up, then counts', () => {
  const plan = planOf(
    {
      season: {},
      rc: { state: 'stale' },
      sent: { state: 'missing', adopt: { how: 'found in the queue as 12.0@s' } },
      copied: { state: 'running' },
      list: { state: 'maybe', by: ['rc'] },
      'chain:0': { state: 'maybe', by: ['list'] },
      'chain:1': { state: 'maybe', by: ['list'] },
      ccds_1: { state: 'waiting', note: '31 of 59 CCDs' },
      ccds_22: { state: 'waiting', note: '7 of 59 CCDs' },
      unseen: { state: 'failed', note: 'pnfs is not mounted', final: true },
      edited: { state: 'edited', note: 'edited.txt was changed by hand' },
      x: { state: 'blocked', by: ['ccds_1'] },
      y: { state: 'blocked', by: ['x', 'ccds_22'] },
      all: { state: 'blocked', group: true, by: ['y'] },
    },
    [
      run('rc', {
        reasons: [{ kind: 'param changed', name: 'cut', from: 1, to: 2 }, { kind: 'forced' }],
      }),
      run('sent', { kind: 'adopt', reasons: [] }),
      run('copied', { kind: 'attach', reasons: [] }),
      run('list', { certain: false, reasons: [] }),
      run('chain', { certain: false, reasons: [], makes: ['chain:0', 'chain:1'] }),
    ],
  );
  const stepsOf = (action: Action) =>
    action.name === 'chain'
      ? { unknown: 'list has not been made' }
      : { steps: [{ kind: 'exec' as const, argv: ['make', action.name] as const }] };
  const options = {
    stepsOf,
    textOf: () => undefined,
    workspace: '/night',
    paint: plain,
    full: false,
    refused: [],
  };
  expect(dryRunText(plan, options)).toBe(`run rc
  because cut: 1 -> 2
  because asked for with --force
  $ make rc

adopt sent
  was done already (found in the queue as 12.0@s); only put on record

go on with copied
  started earlier; its result is waited for

may run list
  only if rc turns out different
  $ make list

may run chain
  makes chain:0, chain:1
  only if list turns out different
  the steps are not known yet: list has not been made

wait    ccds_1   31 of 59 CCDs
wait    ccds_22  7 of 59 CCDs
cannot  unseen   pnfs is not mounted
ask     edited   edited.txt was changed by hand
held up: 2 targets (x and y), by ccds_1 and ccds_22

Would run: 3 to do, 2 that may follow, 2 waiting, 2 blocked, 1 fresh, 1 target for a person to decide. Nothing was changed.
`);
});

test('a dry run with nothing to do says so', () => {
  const options = {
    stepsOf: () => ({ steps: [] }),
    textOf: () => undefined,
    workspace: '/night',
    paint: plain,
    full: false,
    refused: [],
  };
  expect(dryRunText(planOf({ a: {} }), options)).toBe(
    'Nothing to run: 1 fresh. Nothing was changed.\n',
  );
});

test('the same as data, with null for contents that are computed later', () => {
  const plan = planOf({ a: { state: 'missing' }, b: { state: 'blocked', by: ['a'] } }, [run('a')]);
  const steps: readonly Step[] = [{ kind: 'write', path: 'a', content: () => 'x' }];
  expect(dryRunJson(plan, () => ({ steps }))).toEqual({
    goals: ['b'],
    actions: [
      {
        ...run('a'),
        reasons: [{ kind: 'never built', text: 'never built' }],
        steps: [{ kind: 'write', path: 'a', content: null }],
      },
    ],
    waiting: [],
    blocked: [{ target: 'b', by: ['a'] }],
    person: [],
    unexpanded: [],
    counts: { missing: 1, blocked: 1 },
  });
});

describe('steps', () => {
  test('a command can be copied into a shell, with its folder, environment and output', () => {
    expect(
      shown([
        {
          kind: 'exec',
          argv: ['./DAGMaker.sh', '668440', '{token}', "it's"],
          cwd: 'gw workflow',
          env: { ROOT: '{workspace}/x', B: '' },
          environment: {
            script: 'setup.sh',
            args: ['a b'],
            cwd: 'img',
            env: { E: '1' },
            set: { S: '2' },
          },
          stdout: 'out 1.txt',
          timeout: 600,
          silence: 60,
          retry: { times: 2, delay: 5 },
          idempotent: false,
          detached: 'doubt',
          passEnv: ['X509_USER_PROXY'],
        },
        { kind: 'exec', argv: ['A=b', 'c'] },
      ]),
    ).toBe(
      `  $ (cd img && export E=1 && . /night/setup.sh 'a b' && export S=2 && cd '/night/gw workflow' && ROOT=/night/x B='' ./DAGMaker.sh 668440 '<token>' 'it'\\''s') > 'out 1.txt'
      stopped after 10m 00s; stopped when silent for 1m 00s; tried up to 3 times; goes on when desgw ends; never repeated without your word; with X509_USER_PROXY of your environment
  $ 'A=b' c`,
    );
  });

  test('a new file is shown by its first lines', () => {
    const content = Array.from({ length: 30 }, (_, i) => `line ${i}\n`).join('');
    const lines = shown([{ kind: 'write', path: 'f', content }]).split('\n');
    expect([lines.length, lines[0], lines[1], lines[24], lines[25]]).toEqual([
      26,
      '  write f (30 lines)',
      '      +line 0',
      '      +line 23',
      '      ... 6 more lines',
    ]);
  });

  test('a file that is there is shown by its difference', () => {
    const before = 'a\nb\nc\nd\ne\nf\ng\n';
    expect(
      shown([{ kind: 'write', path: 'f', content: 'a\nb\nc\nX\ne\nf\nh\n' }], { f: before }),
    ).toBe(`  write f
      ...
       c
      -d
      +X
       e
       f
      -g
      +h`);
    expect(shown([{ kind: 'write', path: 'f', content: before }], { f: before })).toBe(
      '  write f (as it is)',
    );
  });

  test('an edit is shown by its difference, or by its keys when there is no file yet', () => {
    const edit = {
      kind: 'edit',
      path: 'rc',
      format: 'shell',
      values: { B: '3', C: null },
    } as const;
    expect(shown([edit], { rc: 'A=1\nB=2\n' })).toBe(
      '  edit rc\n       A=1\n      -B=2\n      +B=3',
    );
    expect(shown([{ ...edit, template: 't' }], { t: 'B=2\n' })).toBe(
      '  edit rc, starting from t\n      -B=2\n      +B=3',
    );
    expect(shown([edit])).toBe('  edit rc\n      B = 3\n      C unset');
  });

  test('what is computed from earlier steps is said to be so', () => {
    expect(shown([{ kind: 'write', path: 'f', content: () => '' }])).toBe(
      '  write f\n      its content is known only when the steps before have run',
    );
  });

  test('the others take a line each', () => {
    expect(
      shown([
        { kind: 'copy', from: 'a', to: 'b' },
        { kind: 'link', path: 'l', to: '../x' },
        { kind: 'move', from: 'a', to: 'b' },
        { kind: 'remove', path: 'a\nb' },
        {
          kind: 'claim',
          registry: '/seasons',
          names: ['500', '501', '502'],
          note: 'GW170817',
        },
        { kind: 'claim', registry: '/seasons', names: ['500'], note: 'GW170817' },
      ]),
    ).toBe(`  copy a to b
  link l -> ../x
  move a to b, if it is there
  remove a\\nb, if it is there
  claim the first free of 500, 501 and 502 in /seasons (GW170817)
  claim 500 in /seasons (GW170817)`);
  });
});

describe('quoting', () => {
  test('plain words stay bare, others are quoted, control characters take a form that can be pasted', () => {
    expect(
      ['a-b/c.d', '', 'a b', "it's", '$HOME', '-x', '~', 'a\nb\\', 'é'].map(shellQuote),
    ).toEqual([
      'a-b/c.d',
      "''",
      "'a b'",
      "'it'\\''s'",
      "'$HOME'",
      '-x',
      "'~'",
      "$'a\\nb\\\\'",
      "'é'",
    ]);
  });

  test('bash reads back exactly the words that were quoted', () => {
    const word = fc.string({ unit: 'grapheme', maxLength: 12 }).map((s) => s.replaceAll('\0', ''));
    const tricky = fc.constantFrom(
      "'",
      '\\',
      '\n',
      '\x1b',
      '\u009b',
      '\u202e',
      "$'",
      '!',
      '`',
      '\\\n',
      "\\'",
    );
    const words = fc.array(
      fc.array(fc.oneof(word, tricky), { maxLength: 5 }).map((parts) => parts.join('')),
      { maxLength: 6 },
    );
    const argvs = fc.sample(words, 100).map((argv) => ['%s\\0', ...argv, 'end']);
    const script = argvs.map((argv) => commandLine(['printf', ...argv])).join('\n');
    expect(script.split('\n').length).toBe(argvs.length);
    expect(script).not.toMatch(/[\x1b\u009b\u202e]/);
    const env = { PATH: process.env.PATH ?? '', LC_ALL: 'C.UTF-8' };
    const out = execFileSync('bash', ['-c', script], { encoding: 'utf8', env });
    expect(out).toBe(
      argvs
        .map((argv) =>
          argv
            .slice(1)
            .map((word) => `${word}\0`)
            .join(''),
        )
        .join(''),
    );
  });

  test('what is shown cannot act on the terminal', () => {
    expect(display('a\x1b[2J\u202eb\r\n\t\ud800')).toBe('a\\x1b[2J\\u202eb\\r\\n\\t\ufffd');
    expect(displayLines('10%\r50%\r100%\r\nnext\tcell\x07\n')).toBe('100%\nnext  cell\\x07\n');
  });
});

describe('a difference of lines', () => {
  test('leads from the old text to the new one', () => {
    const text = fc
      .array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 8 })
      .map((l) => l.map((x) => `${x}\n`).join(''));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const diff = lineDiff(before, after);
        const side = (sign: string) =>
          diff
            .filter((l) => l.startsWith(sign))
            .map((l) => l.slice(1))
            .sort();
        const count = (t: string) => t.split('\n').slice(0, -1).sort();
        // What is added and removed accounts for the difference, line by line.
        expect([...count(before), ...side('+')].sort()).toEqual(
          [...count(after), ...side('-')].sort(),
        );
        expect(diff.length === 0).toBe(before === after);
      }),
      { numRuns: 100 },
    );
  });

  test('of two long texts without anything in common replaces one by the other', () => {
    const lines = (c: string) => Array.from({ length: 600 }, (_, i) => `${c}${i}`);
    expect(lineDiff(lines('a').join('\n'), lines('b').join('\n'))).toEqual([
      ...lines('a').map((l) => `-${l}`),
      ...lines('b').map((l) => `+${l}`),
    ]);
  });
});

describe('of many actions', () => {
  const names = Array.from({ length: 60 }, (_, i) => `dag_${668400 + i}`);
  const plan = planOf(
    {
      season: { state: 'missing' },
      ...Object.fromEntries(names.map((name) => [name, { state: 'missing' as const }])),
      list: { state: 'maybe', by: names },
    },
    [
      run('season'),
      ...names.map((name) => run(name)),
      run('list', { certain: false, reasons: [] }),
    ],
  );
  const stepsOf = ({ name }: Action) =>
    name === 'list'
      ? { unknown: 'known later' }
      : {
          steps: [
            { kind: 'remove', path: 'old' },
            { kind: 'exec', argv: ['./make', name] },
          ] as readonly Step[],
        };
  const options = {
    stepsOf,
    textOf: () => undefined,
    workspace: '/night',
    paint: plain,
    full: false,
    refused: [],
  };

  test('totals come first, and like ones share a block with the commands of one of them', () => {
    expect(dryRunText(plan, options)).toBe(`62 actions: 61 to do, 1 that may follow
  61  run      never built
  1   may run  what it needs may change

run season  never built
    $ ./make season
    and 1 file written, moved or linked
run dag_* (60: 668400, 668401, 668402 and 57 more)  never built
    $ ./make dag_668400
    and 1 file written, moved or linked
may run list  only if dag_668400, dag_668401, dag_668402 and 57 more turn out different

--full shows each of them with all of its steps.

Would run: 61 to do, 1 that may follow. Nothing was changed.
`);
  });

  test('of like reasons the numbers that are the same stay, the others are stars', () => {
    const because = (was: string) => [
      { kind: 'param changed' as const, name: 'threshold', from: 50, to: 45 },
      { kind: 'observation changed' as const, from: was, to: `${was}, settled` },
    ];
    const ready = planOf(
      Object.fromEntries(names.map((name) => [name, { state: 'stale' as const }])),
      names.map((name, i) => run(name, { reasons: because(`${40 + i} of 59 CCDs`) })),
    );
    expect(dryRunText(ready, options)).toContain(
      'threshold: 50 -> 45; seen: * of 59 CCDs -> * of 59 CCDs, settled',
    );
  });

  test('so do the needs on which it depends whether they are run', () => {
    const open = planOf(
      Object.fromEntries(
        names.map((name) => [name, { state: 'maybe' as const, by: [`x${name}`] }]),
      ),
      names.map((name) => run(name, { certain: false, reasons: [] })),
    );
    expect(dryRunText(open, options)).toContain('57 more)  only if xdag_* turns out different');
  });

  test('--full shows each of them', () => {
    const text = dryRunText(plan, { ...options, full: true });
    expect(text.match(/^ {2}\$ \.\/make dag_/gm)).toHaveLength(60);
    expect(text).not.toContain('--full');
  });

  test('what the build would be refused is told once a kind', () => {
    const refusing = () => ({ unknown: 'all seasons are taken', refused: true, advice: 'wait' });
    const refused = refusals(plan, refusing);
    expect(refused).toEqual([
      'season: all seasons are taken (wait)',
      'dag_668400: all seasons are taken (wait)',
    ]);
    expect(dryRunText(plan, { ...options, refused }).split('\n')[0]).toBe(
      'refused: season: all seasons are taken (wait)',
    );
  });
});
