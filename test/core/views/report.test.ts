import { describe, expect, test } from 'vitest';
import type { BuildEvent, Summary } from '../../../core/run/events.ts';
import { jsonReporter } from '../../../core/views/json.ts';
import { linesReporter } from '../../../core/views/lines.ts';
import { liveReporter } from '../../../core/views/live.ts';
import { summaryText } from '../../../core/views/summary.ts';
import { plain } from '../../../core/words/paint.ts';
import type { Terminal } from '../../../core/words/terminal.ts';
import type { Clock } from '../../../core/world/world.ts';
import { planOf, run } from '../../support/plans.ts';

/** Notes what is written; `!` in front of what goes to standard error, `~` of what is live. */
function recording(isLive = false): { terminal: Terminal; written: string[] } {
  const written: string[] = [];
  const terminal: Terminal = {
    out: (text) => written.push(text),
    err: (text) => written.push(`!${text}`),
    live: (lines) => written.push(`~${lines.join('|')}`),
    paint: plain,
    paintErr: plain,
    width: 80,
    isLive,
    broken: false,
  };
  return { terminal, written };
}

/** A clock whose sleepers wake at each `tick`. */
function tickingClock(): Clock & { tick(ms: number): Promise<void> } {
  let now = 0;
  let sleepers: (() => void)[] = [];
  return {
    now: () => now,
    sleep: (_ms, signal) =>
      new Promise((wake) => {
        sleepers.push(wake);
        signal?.addEventListener('abort', () => wake());
      }),
    async tick(ms) {
      now += ms;
      const due = sleepers;
      sleepers = [];
      for (const wake of due) wake();
      // The sleeper goes on in microtasks.
      await new Promise((settled) => setImmediate(settled));
    },
  };
}

const quiet: Summary = {
  outcome: 'fresh',
  ms: 65_000,
  goals: ['all'],
  built: [],
  spared: [],
  adopted: [],
  failed: [],
  blocked: [],
  waiting: [],
  person: [],
  fresh: 3,
  total: 3,
};

const events: readonly BuildEvent[] = [
  { kind: 'planned', plan: planOf({ a: {} }, [run('a')]), at: 0 },
  { kind: 'action started', action: run('a'), at: 0, log: 'a.log' },
  {
    kind: 'action retried',
    action: run('a'),
    retry: 1,
    delay: 30,
    exit: { kind: 'exit', code: 4 },
  },
  { kind: 'action done', action: run('a'), at: 5, ms: 12_000, changed: true, note: '59 CCDs' },
  {
    kind: 'action done',
    action: run('post', { makes: ['post:0', 'post:1'] }),
    at: 5,
    ms: 100,
    changed: true,
  },
  { kind: 'target spared', target: 'b' },
  { kind: 'target adopted', target: 'c', how: 'found 52 CCD directories' },
  { kind: 'action done', action: run('c', { kind: 'adopt' }), at: 5, ms: 1, changed: true },
  { kind: 'action left', action: run('d'), note: 'still running on its own' },
  {
    kind: 'action failed',
    action: run('e'),
    at: 5,
    ms: 1100,
    problems: [{ what: 'ended with exit status 3', advice: 'Look for templates.' }],
    log: '.desgw/logs/e.1.log',
    tail: 'first\nno\x1b[31m templates\n',
  },
  { kind: 'warning', target: 'e', message: 'the clock is 40 s behind' },
  { kind: 'warning', message: 'a record was damaged' },
  { kind: 'lock wait', holder: 'shifter on des41, pid 12' },
  { kind: 'finished', summary: quiet, at: 9 },
];

describe('line by line', () => {
  test('what was done, failed or needs attention gets a line, and nothing else', () => {
    const { terminal, written } = recording();
    const reporter = linesReporter(terminal, tickingClock(), { verbose: false });
    for (const event of events) reporter.event(event);
    reporter.end();
    expect(written.join('\n')).toBe(`retry   a ended with exit status 4; try 2 in 30s
done    a  12s  59 CCDs
done    post (post:0, post:1)  0.1s
adopted c  found 52 CCD directories
left    d  still running on its own
failed  e  1.1s
  ended with exit status 3
    Look for templates.
  | first
  | no\\x1b[31m templates
  log: .desgw/logs/e.1.log
!warning: e: the clock is 40 s behind
!warning: a record was damaged
waiting for another build: shifter on des41, pid 12
all: up to date: nothing to do; 3 of 3 targets fresh, in 1m 05s`);
  });

  test('with --verbose it tells also what starts and what was spared', () => {
    const { terminal, written } = recording();
    const reporter = linesReporter(terminal, tickingClock(), { verbose: true });
    for (const event of events.slice(1, 2)) reporter.event(event);
    for (const event of events.slice(5, 6)) reporter.event(event);
    expect(written).toEqual(['start   a', 'spared  b  what it needs came out the same']);
  });

  test('waiting is told when it begins, when its targets change, and now and then as it moves', async () => {
    const { terminal, written } = recording();
    const clock = tickingClock();
    const reporter = linesReporter(terminal, clock, { verbose: false });
    const look = (progress: string, targets: readonly string[]) => {
      reporter.event({ kind: 'progress', target: 'ccds_1', progress, at: 0 });
      reporter.event({ kind: 'waiting', targets, nextLook: 1 });
    };
    look('1 of 59', ['ccds_1', 'ccds_2']);
    look('2 of 59', ['ccds_1', 'ccds_2']);
    await clock.tick(11 * 60_000);
    look('2 of 59', []);
    look('3 of 59', ['ccds_1', 'ccds_2']);
    look('4 of 59', ['ccds_1']);
    expect(written).toEqual([
      'waiting ccds_1 (1 of 59) and ccds_2',
      'waiting ccds_1 (3 of 59) and ccds_2',
      'waiting ccds_1 (4 of 59)',
    ]);
  });
});

describe('with a live line', () => {
  test('it shows what is done, what runs since when, and what is awaited', async () => {
    const { terminal, written } = recording(true);
    const clock = tickingClock();
    const reporter = liveReporter(terminal, clock, { verbose: false });
    const plan = planOf({ a: {} }, [run('a'), run('b'), run('c', { certain: false })]);
    reporter.event({ kind: 'planned', plan, at: 0 });
    reporter.event({ kind: 'action started', action: run('a'), at: 0 });
    await clock.tick(3000);
    reporter.event({ kind: 'action started', action: run('b'), at: 3000 });
    await clock.tick(1000);
    reporter.event({ kind: 'action done', action: run('a'), at: 4000, ms: 4000, changed: true });
    reporter.event({ kind: 'target spared', target: 'c' });
    reporter.event({ kind: 'progress', target: 'd', progress: '31 of 59', at: 4000 });
    await clock.tick(20_000);
    reporter.event({
      kind: 'action done',
      action: run('b'),
      at: 24_000,
      ms: 21_000,
      changed: true,
    });
    reporter.event({ kind: 'waiting', targets: ['d'], nextLook: 1 });
    await clock.tick(1000);
    reporter.event({ kind: 'lock wait', holder: 'x on des41' });
    await clock.tick(1000);
    reporter.event({ kind: 'finished', summary: quiet, at: 26_000 });
    reporter.end();
    await clock.tick(1000);
    expect(written).toEqual([
      '~[0/3]',
      '~[0/3] a 3.0s',
      '~[0/3] a 4.0s, b 1.0s',
      'done    a  4.0s',
      '~[2/3] b 21s',
      'done    b  21s',
      'waiting d (31 of 59)',
      '~[3/3] waiting: d (31 of 59)',
      'waiting for another build: x on des41',
      '~waiting for another build: x on des41',
      'all: up to date: nothing to do; 3 of 3 targets fresh, in 1m 05s',
      '~',
      '~',
    ]);
  });

  test('a thousand events at once are drawn once', async () => {
    const { terminal, written } = recording(true);
    const clock = tickingClock();
    const reporter = liveReporter(terminal, clock, { verbose: false });
    const names = Array.from({ length: 1000 }, (_, i) => `t${i}`);
    const plan = planOf(
      { a: {} },
      names.map((name) => run(name, { certain: false })),
    );
    reporter.event({ kind: 'planned', plan, at: 0 });
    for (const target of names.slice(1)) reporter.event({ kind: 'target spared', target });
    await clock.tick(1000);
    reporter.end();
    expect(written).toEqual(['~[0/1000]', '~[999/1000]', '~']);
  });

  test('without a screen it is the plain report', () => {
    const { terminal, written } = recording(false);
    const reporter = liveReporter(terminal, tickingClock(), { verbose: false });
    for (const event of events.slice(0, 4)) reporter.event(event);
    reporter.end();
    expect(written).toEqual([
      'retry   a ended with exit status 4; try 2 in 30s',
      'done    a  12s  59 CCDs',
    ]);
  });
});

test('as JSON every event is one line, and the plan is reduced to what it says', () => {
  const { terminal, written } = recording();
  const reporter = jsonReporter(terminal);
  const plan = planOf({ a: { state: 'missing', reasons: [{ kind: 'never built' }] } }, [run('a')]);
  reporter.event({ kind: 'planned', plan, at: 7 });
  reporter.event({ kind: 'target spared', target: 'b\n' });
  reporter.end();
  expect(written.map((line) => JSON.parse(line))).toEqual([
    {
      kind: 'planned',
      at: 7,
      plan: {
        goals: ['a'],
        targets: [{ target: 'a', state: 'missing', reasons: [{ kind: 'never built' }] }],
        actions: [run('a')],
      },
    },
    { kind: 'target spared', target: 'b\n' },
  ]);
  expect(written.every((line) => !line.includes('\n'))).toBe(true);
});

describe('the summary', () => {
  const many = (n: number) => Array.from({ length: n }, (_, i) => `x${i}`);

  test('tells consequences in a line first and the first cause last', () => {
    const summary: Summary = {
      ...quiet,
      outcome: 'failed',
      built: ['rc'],
      spared: ['s'],
      adopted: ['t', 'u'],
      failed: [
        {
          target: 'dag_1',
          problems: [{ what: 'no templates', advice: 'Exclude it.\nOr wait.' }],
          log: '.desgw/logs/dag_1.1.log',
        },
        { target: 'dag_2', problems: [{ what: 'killed' }] },
      ],
      blocked: many(40).map((target) => ({ target, by: ['dag_1'] })),
      waiting: [
        { target: 'ccds_3', progress: '31 of 59' },
        { target: 'ccds_44', progress: '7 of 59' },
      ],
      person: [{ target: 'sent_9', state: 'in doubt', note: 'no job id' }],
      total: 50,
    };
    expect(summaryText(summary, plain)).toBe(`waiting:
  ccds_3   31 of 59
  ccds_44  7 of 59

held up: 40 targets (x0, x1, x2 and 37 more), by dag_1

needs a person:
  sent_9  in doubt: no job id

failed: dag_2
  killed
failed: dag_1
  no templates
    Exclude it.
    Or wait.
  log: .desgw/logs/dag_1.1.log

all: failed: 1 built, 2 adopted, 1 spared, 2 failed, 2 waiting, 40 held up, 1 to decide; 3 of 50 targets fresh, in 1m 05s
next: \`desgw log dag_1\` shows what was printed; \`desgw build dag_1\` tries again.
`);
  });

  test('of very many of a kind names the first', () => {
    const waiting = many(23).map((target) => ({ target, progress: '1 of 2' }));
    const lines = summaryText({ ...quiet, outcome: 'waiting', waiting }, plain).split('\n');
    expect([lines.length, lines[20], lines[21]]).toEqual([26, '  x19  1 of 2', '  and 3 more']);
  });

  test('of what only a person can decide names the commands', () => {
    const person = [
      { target: 'a list', state: 'edited', note: 'a list was changed by hand' },
    ] as const;
    expect(summaryText({ ...quiet, outcome: 'person', person }, plain)).toBe(`needs a person:
  a list  edited: a list was changed by hand

all: needs a person: 1 to decide; 3 of 3 targets fresh, in 1m 05s
next: \`desgw accept 'a list'\` lets the edit stand; \`desgw build --force 'a list'\` makes it again and keeps the edit beside it.
      \`desgw why 'a list'\` tells more.
`);
  });

  test.each([
    [
      'waiting',
      'still waiting',
      'the same command goes on from here; what is under way needs no watching.',
    ],
    [
      'interrupted',
      'interrupted',
      'the same command goes on from here; nothing that was finished is lost.',
    ],
  ] as const)('says what to do next when the build ends %s', (outcome, words, next) => {
    expect(summaryText({ ...quiet, outcome }, plain)).toBe(
      `all: ${words}: nothing to do; 3 of 3 targets fresh, in 1m 05s\nnext: ${next}\n`,
    );
  });
});
