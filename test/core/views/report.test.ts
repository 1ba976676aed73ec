import { describe, expect, test } from 'vitest';
import type { State } from '../../../core/api/builds.ts';
import type { BuildEvent, Summary } from '../../../core/run/events.ts';
import { jsonReporter } from '../../../core/views/json.ts';
import { linesReporter } from '../../../core/views/lines.ts';
import { liveReporter } from '../../../core/views/live.ts';
import type { Reporter } from '../../../core/views/reporter.ts';
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
    data: (value) => written.push(JSON.stringify(value)),
    raw: () => written.push('bytes'),
    err: (text) => written.push(`!${text}`),
    live: (lines) => written.push(`~${lines.join('|')}`),
    paint: plain,
    paintErr: plain,
    width: 80,
    height: 24,
    isLive,
    still: (use) => use(),
    broken: false,
  };
  return { terminal, written };
}

const LIVE = { verbose: false, utc: true, jobs: 5, lastLine: () => 'copying' };

/** A clock whose sleepers wake at each `tick`. */
function tickingClock(): Clock & { tick(ms: number): Promise<void> } {
  let now = 0;
  let sleepers: (() => void)[] = [];
  return {
    now: () => now,
    steady: () => now,
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
    const reporter = linesReporter(terminal, tickingClock(), { verbose: false, utc: true });
    for (const event of events) reporter.event(event);
    reporter.end();
    expect(written.join('\n')).toBe(`00:00:00Z retry   a ended with exit status 4; try 2 in 30s
00:00:00Z done    a  12s  59 CCDs
00:00:00Z done    post (post:0, post:1)  0.1s
00:00:00Z adopted c  found 52 CCD directories
00:00:00Z left    d  still running on its own
00:00:00Z failed  e  1.1s
  ended with exit status 3
    Look for templates.
  | first
  | no\\x1b[31m templates
  log: .desgw/logs/e.1.log
!00:00:00Z warning: e: the clock is 40 s behind
!00:00:00Z warning: a record was damaged
00:00:00Z waiting for another build: shifter on des41, pid 12
all: up to date: nothing to do; 3 of 3 targets fresh, in 1m 05s`);
  });

  test('a failure that was just told is not told again at the end', () => {
    const failure = (name: string): BuildEvent => ({
      kind: 'action failed',
      action: run(name),
      at: 5,
      ms: 1100,
      problems: [{ what: 'killed' }],
    });
    const failed = { target: 'b', problems: [{ what: 'killed' }] };
    const summary = { ...quiet, outcome: 'failed' as const, failed: [failed] };
    const told = (...before: readonly BuildEvent[]) => {
      const { terminal, written } = recording();
      const reporter = linesReporter(terminal, tickingClock(), {
        verbose: false,
        utc: true,
      });
      for (const event of [...before, { kind: 'finished' as const, summary, at: 9 }])
        reporter.event(event);
      return written.join('\n').match(/killed/g)?.length;
    };
    expect(told(failure('b'))).toBe(1);
    // Something else lies between.
    expect(told(failure('b'), { kind: 'warning', message: 'the clock is behind' })).toBe(2);
    expect(told(failure('b'), failure('a'))).toBe(3);
    expect(told()).toBe(1);
  });

  test('with --verbose it tells also what starts and what was spared', () => {
    const { terminal, written } = recording();
    const reporter = linesReporter(terminal, tickingClock(), { verbose: true, utc: true });
    for (const event of events.slice(1, 2)) reporter.event(event);
    for (const event of events.slice(5, 6)) reporter.event(event);
    expect(written).toEqual([
      '00:00:00Z start   a',
      '00:00:00Z spared  b  what it needs came out the same',
    ]);
  });

  test('waiting is told when it begins, and now and then as it moves', async () => {
    const { terminal, written } = recording();
    const clock = tickingClock();
    const reporter = linesReporter(terminal, clock, { verbose: false, utc: true });
    const plan = planOf({ ccds_1: { state: 'waiting' }, ccds_2: { state: 'waiting' } });
    const look = (progress: string, targets: readonly string[]) => {
      reporter.event({ kind: 'progress', target: 'ccds_1', progress, at: 0 });
      reporter.event({ kind: 'waiting', targets, at: clock.now(), nextLook: 1, plan });
    };
    look('1 of 59', ['ccds_1', 'ccds_2']);
    look('2 of 59', ['ccds_1']);
    await clock.tick(11 * 60_000);
    look('2 of 59', []);
    look('3 of 59', ['ccds_1', 'ccds_2']);
    look('4 of 59', ['ccds_1']);
    expect(written).toEqual([
      '00:00:00Z waiting ccds_1 (1 of 59) and ccds_2',
      '00:11:00Z waiting ccds_1 (3 of 59) and ccds_2',
    ]);
  });

  const many = Array.from({ length: 60 }, (_, i) => `dag_${100 + i}`);
  const manyMissing = planOf(
    Object.fromEntries(many.map((name) => [name, { state: 'missing' as const }])),
    many.map((name) => run(name)),
  );
  const end = (reporter: Reporter, name: string, what?: string): void => {
    const at = { action: run(name), at: 1, ms: 1000 };
    if (what === undefined) reporter.event({ kind: 'action done', ...at, changed: true });
    else reporter.event({ kind: 'action failed', ...at, problems: [{ what }], tail: 'no' });
  };

  test('like ones share a line; the first failure of its kind is told in full, the others are named', () => {
    const { terminal, written } = recording();
    const reporter = linesReporter(terminal, tickingClock(), { verbose: false, utc: true });
    reporter.event({ kind: 'planned', plan: manyMissing, at: 0 });
    for (const name of many.slice(0, 56)) end(reporter, name);
    for (const name of many.slice(56, 59)) end(reporter, name, `exposure ${name}: no templates`);
    end(reporter, many[59]!, 'killed');
    reporter.flush();
    expect(written).toEqual([
      '00:00:00Z failed  dag_156  1.0s\n  exposure dag_156: no templates\n  | no',
      '00:00:00Z failed  dag_159  1.0s\n  killed\n  | no',
      '00:00:00Z done    dag_* 56 of 60  1.0s; failed 4: 156, 157, 158 and 159',
    ]);
  });

  test('what is made of many like ones is told after what they have come to', () => {
    const { terminal, written } = recording();
    const reporter = linesReporter(terminal, tickingClock(), { verbose: false, utc: true });
    const names = many.slice(0, 5);
    const sketches = Object.fromEntries(names.map((name) => [name, { state: 'missing' as const }]));
    const plan = planOf({
      ...sketches,
      list: { gathers: names, state: 'maybe' },
      other: { deps: names.slice(0, 1), state: 'maybe' },
    });
    reporter.event({ kind: 'planned', plan, at: 0 });
    for (const name of names.slice(0, 3)) end(reporter, name);
    end(reporter, 'other');
    end(reporter, 'list');
    expect(written).toEqual([
      '00:00:00Z done    other  1.0s',
      '00:00:00Z done    dag_* 3 of 5  1.0s',
      '00:00:00Z done    list  1.0s',
    ]);
  });

  test('one that is made anew in a later round is told by itself; nothing is counted twice', () => {
    const { terminal, written } = recording();
    const reporter = linesReporter(terminal, tickingClock(), { verbose: false, utc: true });
    reporter.event({ kind: 'planned', plan: manyMissing, at: 0 });
    for (const name of many.slice(0, 59)) end(reporter, name);
    end(reporter, many[59]!, 'killed');
    end(reporter, many[3]!);
    end(reporter, many[59]!);
    expect(written).toEqual([
      '00:00:00Z failed  dag_159  1.0s\n  killed\n  | no',
      '00:00:00Z done    dag_103  1.0s',
      '00:00:00Z done    dag_* 60 of 60  1.0s',
    ]);
  });

  test('sixty that fail alike are told once and counted', () => {
    const { terminal, written } = recording();
    const reporter = linesReporter(terminal, tickingClock(), { verbose: false, utc: true });
    reporter.event({ kind: 'planned', plan: manyMissing, at: 0 });
    for (const name of many) end(reporter, name, 'the Kerberos ticket has expired');
    expect(written).toEqual([
      '00:00:00Z failed  dag_100  1.0s\n  the Kerberos ticket has expired\n  | no',
      '00:00:00Z failed  dag_* 60 of 60; 100, 101, 102, 103, 104 and 55 more',
    ]);
  });

  test('with --verbose each has its own line', () => {
    const { terminal, written } = recording();
    const reporter = linesReporter(terminal, tickingClock(), { verbose: true, utc: true });
    reporter.event({ kind: 'planned', plan: manyMissing, at: 0 });
    for (const name of many) end(reporter, name);
    expect(written).toHaveLength(60);
  });

  test('on a screen a long line is wrapped, a very long one is cut and says where the whole is', () => {
    const { terminal, written } = recording(true);
    const log = () => '`desgw log`';
    const reporter = linesReporter(terminal, tickingClock(), { verbose: false, utc: true, log });
    const words = (n: number) => Array.from({ length: n }, (_, i) => `word${i}`).join(' ');
    reporter.event({ kind: 'warning', message: words(30) });
    reporter.event({ kind: 'warning', message: words(600) });
    const [short, long] = written.map((text) => text.split('\n'));
    expect([...short!, ...long!].every((line) => line.length <= 81)).toBe(true);
    expect(short!.join(' ').replace(/ +/g, ' ')).toContain(words(30));
    expect([long!.length, long!.at(-1)]).toEqual([8, '  ... (cut; all of it: `desgw log`)']);
  });
});

describe('with a live block', () => {
  const ccds = { unit: 'CCDs', total: 59, complete: 20, failed: 1, running: 30, idle: 4, held: 4 };
  const state = (n: number, dag: State, grid: State) => ({
    [`dag_${n}`]: { state: dag, phase: 'DAGMaker' },
    [`ccds_${n}`]: { state: grid, phase: 'grid', ...(grid === 'waiting' ? { tally: ccds } : {}) },
  });
  const before = planOf(
    {
      ...state(1, 'missing', 'maybe'),
      ...state(2, 'missing', 'maybe'),
      ...state(3, 'fresh', 'waiting'),
    },
    [run('dag_1'), run('dag_2'), run('ccds_1', { certain: false })],
  );

  test('it shows every phase, what runs since when and what it prints, and how far all is', async () => {
    const { terminal, written } = recording(true);
    const clock = tickingClock();
    const reporter = liveReporter(terminal, clock, LIVE);
    reporter.event({ kind: 'planned', plan: before, at: 0 });
    await clock.tick(1000);
    reporter.event({ kind: 'action started', action: run('dag_1'), at: 1000, log: 'l' });
    await clock.tick(11_000);
    reporter.event({
      kind: 'action done',
      action: run('dag_1'),
      at: 12_000,
      ms: 11_000,
      changed: true,
    });
    const after = planOf({
      ...state(1, 'fresh', 'waiting'),
      ...state(2, 'failed', 'blocked'),
      ...state(3, 'fresh', 'waiting'),
    });
    await clock.tick(1000);
    reporter.event({
      kind: 'waiting',
      targets: ['ccds_1', 'ccds_3'],
      at: 13_000,
      nextLook: 42,
      plan: after,
    });
    await clock.tick(1000);
    reporter.event({ kind: 'lock wait', holder: 'x on des41' });
    await clock.tick(1000);
    reporter.event({ kind: 'finished', summary: quiet, at: 26_000 });
    reporter.end();
    await clock.tick(1000);
    const screens = written.map((text) => text.replaceAll('|', '\n'));
    expect(screens).toEqual([
      `~DAGMaker  1 of 3
grid      0 of 3  1 under way
  20 of 59 CCDs complete, 1 failed, 30 running, 4 idle, 4 held
[0/5] 0.0s; 2 of them may not be needed`,
      `~DAGMaker  1 of 3
grid      0 of 3  1 under way
  20 of 59 CCDs complete, 1 failed, 30 running, 4 idle, 4 held
[0/5] 1.0s; 2 of them may not be needed`,
      `~DAGMaker  1 of 3  1 running
grid      0 of 3  1 under way
  20 of 59 CCDs complete, 1 failed, 30 running, 4 idle, 4 held
  dag_1      11s  copying
[0/5] 12s; 2 of them may not be needed`,
      '00:00:12Z done    dag_1  11s',
      `~DAGMaker  2 of 3
grid      0 of 3  1 under way
  20 of 59 CCDs complete, 1 failed, 30 running, 4 idle, 4 held
[1/5] 13s; 2 of them may not be needed`,
      `~DAGMaker  2 of 3  1 failed
grid      0 of 3  2 under way, 1 held up
  40 of 118 CCDs complete, 2 failed, 60 running, 8 idle, 8 held
  last looked 00:00:13Z, again in 41s
[1/5] 14s`,
      '00:00:14Z waiting for another build: x on des41',
      '~waiting for another build: x on des41, 15s',
      '~',
      'all: up to date: nothing to do; 3 of 3 targets fresh, in 1m 05s',
      '~',
    ]);
  });

  test('the total never shrinks, whatever later plans say', async () => {
    const { terminal, written } = recording(true);
    const clock = tickingClock();
    const reporter = liveReporter(terminal, clock, LIVE);
    const totals: number[] = [];
    const fresh = planOf({ ...state(1, 'fresh', 'fresh'), ...state(2, 'fresh', 'missing') }, [
      run('ccds_2'),
    ]);
    for (const plan of [before, fresh, before]) {
      reporter.event({ kind: 'planned', plan, at: 0 });
      await clock.tick(1000);
      totals.push(Number(/\[\d+\/(\d+)\]/.exec(written.at(-1)!)![1]));
    }
    reporter.end();
    expect(totals).toEqual([5, 5, 5]);
  });

  test('a thousand events at once are drawn once', async () => {
    const { terminal, written } = recording(true);
    const clock = tickingClock();
    const reporter = liveReporter(terminal, clock, LIVE);
    const names = Array.from({ length: 1000 }, (_, i) => `t${i}`);
    const plan = planOf(
      Object.fromEntries(names.map((name) => [name, { state: 'maybe' as const }])),
      names.map((name) => run(name, { certain: false })),
    );
    reporter.event({ kind: 'planned', plan, at: 0 });
    for (const target of names.slice(1)) reporter.event({ kind: 'target spared', target });
    await clock.tick(1000);
    reporter.end();
    expect(written).toEqual([
      '~[0/1,000] 0.0s; 1,000 of them may not be needed',
      '~[999/1,000] 1.0s; 1 of them may not be needed',
      '~',
    ]);
  });

  test('without a screen it is the plain report', () => {
    const { terminal, written } = recording(false);
    const reporter = liveReporter(terminal, tickingClock(), LIVE);
    for (const event of events.slice(0, 4)) reporter.event(event);
    reporter.end();
    expect(written).toEqual([
      '00:00:00Z retry   a ended with exit status 4; try 2 in 30s',
      '00:00:00Z done    a  12s  59 CCDs',
    ]);
  });

  test('without a screen a line a minute tells that it goes on, while nothing else is told', async () => {
    const { terminal, written } = recording(false);
    const clock = tickingClock();
    const reporter = liveReporter(terminal, clock, LIVE);
    reporter.event({ kind: 'planned', plan: before, at: 0 });
    for (let second = 0; second < 125; second++) await clock.tick(1000);
    reporter.end();
    const line = (took: string) =>
      `[0/5] ${took}; 2 of them may not be needed; DAGMaker 1 of 3; grid 0 of 3 1 under way; 20 of 59 CCDs complete, 1 failed, 30 running, 4 idle, 4 held`;
    expect(written).toEqual([
      `00:01:00Z at it   ${line('1m 00s')}`,
      `00:02:00Z at it   ${line('2m 00s')}`,
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
      \`desgw help DG401\` tells what that may mean.
and:  sent_9: It is not done again by itself. If it did happen: \`desgw mark submitted sent_9 --job ID\`; if it did not: \`desgw mark not-submitted sent_9\` and build again, or \`desgw resubmit sent_9\`.
`);
  });

  test('of those that wait for the same says so once', () => {
    const progress = 'the queue could not be seen';
    const waiting = many(12).map((target) => ({ target, progress }));
    const text = summaryText({ ...quiet, outcome: 'waiting', waiting }, plain);
    expect(text).toMatch(/^waiting:\n {2}x0, x1, x2 and 9 more {2}the queue could not be seen\n\n/);
  });

  test('of very many of a kind names the first', () => {
    const waiting = many(23).map((target, i) => ({ target, progress: `${i} of 24` }));
    const lines = summaryText({ ...quiet, outcome: 'waiting', waiting }, plain).split('\n');
    expect([lines.length, lines[20], lines[21]]).toEqual([26, '  x19  19 of 24', '  and 3 more']);
  });

  test('of what only a person can decide names the commands', () => {
    const person = [
      { target: 'a list', state: 'edited', note: 'a list was changed by hand' },
    ] as const;
    expect(summaryText({ ...quiet, outcome: 'person', person }, plain)).toBe(`needs a person:
  a list  edited: a list was changed by hand

all: needs a person: 1 to decide; 3 of 3 targets fresh, in 1m 05s
next: \`desgw accept 'a list'\` lets the edit stand; \`desgw build --force 'a list'\` makes it again and keeps the edit beside it.
      \`desgw why 'a list'\` and \`desgw help DG403\` tell more.
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
