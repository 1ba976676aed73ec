/** What `decide` says, case by case: one target `a`, one thing different in each. */
import { describe, expect, test } from 'vitest';
import type { State } from '../../../core/api/builds.ts';
import { target } from '../../../core/api/define.ts';
import type { Sighting } from '../../../core/api/looks.ts';
import type { OnceSighting, Rule } from '../../../core/api/rules.ts';
import type { Node } from '../../../core/graph/graph.ts';
import { resolve } from '../../../core/graph/resolve.ts';
import type { Built, Trace } from '../../../core/memory/trace.ts';
import { lastGood } from '../../../core/memory/trace.ts';
import { decide } from '../../../core/plan/decide.ts';
import { asNeed, causeOf } from '../../../core/plan/needs.ts';
import { pendingAttempt } from '../../../core/plan/record.ts';
import { signatureOf } from '../../../core/plan/signature.ts';
import type { Decision, Verdict } from '../../../core/plan/verdict.ts';
import type { AttemptState, Verdicts, View } from '../../../core/plan/view.ts';
import type { Reason } from '../../../core/words/reasons.ts';
import { verdictsOf, viewOf } from '../../support/views.ts';

/** The facts of one case; what is not named is as it was when `a` was built. */
interface Case {
  readonly rule?: Omit<Rule, 'name'>;
  /** Default: a good build of what is there. */
  readonly trace?: (built: Built) => Trace | undefined;
  readonly files?: { readonly [path: string]: string };
  readonly needs?: { readonly [name: string]: Verdict };
  readonly env?: { readonly [name: string]: string };
  readonly sighting?: Sighting;
  readonly once?: OnceSighting;
  readonly attempt?: AttemptState;
  readonly is?: readonly (
    | 'forced'
    | 'gaveUp'
    | 'madeNow'
    | 'awaitsSight'
    | 'goesOn'
    | 'damaged'
    | 'mayHaveLost'
    | 'unproved'
  )[];
}

const FRESH: Verdict = { state: 'fresh', reasons: [], product: 'dep made' };
const FILES: { readonly [path: string]: string } = { in: 'in-1', a: 'a-1' };
const RULE = {
  deps: ['dep'],
  inputs: ['in'],
  outputs: ['a'],
  recipe: { version: '1', steps: [] },
} satisfies Omit<Rule, 'name'>;

function nodeOf(rule: Omit<Rule, 'name'>): Node {
  const { deps = [], after = [], gathers = [], hold } = rule;
  const held = hold === undefined ? [] : [hold.since, hold.until];
  const needs = [...deps, ...after, ...gathers, ...held];
  return resolve([
    target('a', rule),
    ...[...new Set(needs)].map((name) => target(name, { recipe: [] })),
  ]).nodes.get('a')!;
}

function viewOfCase(
  { files = FILES, env = {}, sighting, once, attempt = 'unclaimed', is = [] }: Case,
  trace: Trace | undefined,
): View {
  return viewOf({
    file: (path) => files[path] ?? 'absent',
    env: (name) => env[name],
    sighting: () => sighting,
    trace: (name) => (name === 'a' ? trace : undefined),
    once: () => once,
    attempt: () => attempt,
    forced: () => is.includes('forced'),
    gaveUp: () => is.includes('gaveUp'),
    awaitsSight: () => is.includes('awaitsSight'),
    refuser: () => undefined,
    goesOn: () => is.includes('goesOn'),
    madeNow: () => (is.includes('madeNow') ? 1 : 0),
    damaged: () => is.includes('damaged'),
    mayHaveLost: () => is.includes('mayHaveLost'),
    unproved: () => is.includes('unproved'),
  });
}

/** Needs are made unless the case says otherwise. */
function needsOfCase({ deps, after, gathers }: Node, { needs = {} }: Case): Verdicts {
  const made = Object.fromEntries([...deps, ...after, ...gathers].map((name) => [name, FRESH]));
  return verdictsOf({ ...made, ...needs });
}

/** The record of a good build with everything as in FILES, under this rule. */
function builtOf(rule: Omit<Rule, 'name'>, sighting?: Sighting): Built {
  const node = nodeOf(rule);
  const view = viewOfCase(sighting === undefined ? {} : { sighting }, undefined);
  const signature = signatureOf(node, view, needsOfCase(node, {}), node.gathers);
  const outputs = Object.fromEntries(
    node.outputs.map(({ path }) => [path, FILES[path] ?? 'absent']),
  );
  return { kind: 'built', how: 'built', run: 1, at: 0, ms: 1, because: [], signature, outputs };
}

function decided(one: Case): Decision {
  const rule = { ...RULE, ...one.rule };
  const recorded = builtOf(rule, one.rule?.observe === undefined ? undefined : READY);
  const node = nodeOf(rule);
  const trace = one.trace === undefined ? recorded : one.trace(recorded);
  return decide(node, viewOfCase(one, trace), needsOfCase(node, one));
}

const READY: Sighting = { state: 'ready', value: 1, note: 'one' };
const observe = { look: () => [], judge: () => READY };
const once = { look: () => [], judge: () => ({ state: 'not done' }) as const };
const none = () => undefined;
const started =
  (more: object = {}) =>
  (built: Built): Trace => ({
    kind: 'started',
    run: 2,
    at: 5,
    signature: built.signature,
    because: [],
    token: 't',
    previous: built,
    ...more,
  });
const failed =
  (more: object = {}) =>
  (built: Built): Trace => ({
    kind: 'failed',
    run: 2,
    at: 5,
    ms: 1,
    signature: built.signature,
    because: [],
    problems: [{ what: 'exit 1' }],
    previous: built,
    ...more,
  });
const cleaned =
  (more: object = {}) =>
  (built: Built): Trace => ({
    kind: 'cleaning',
    done: true,
    run: 1,
    at: 5,
    signature: built.signature,
    outputs: built.outputs,
    ...more,
  });
const finishing =
  (outputs: { readonly [path: string]: string }) =>
  (built: Built): Trace => ({
    ...(started()(built) as Extract<Trace, { kind: 'started' }>),
    kind: 'finishing',
    outputs,
  });
const pending = (state: State): Verdict => ({ state, reasons: [] });

/** State and reasons, which is what most cases are about. */
const brief = (decision: Decision): object =>
  'look' in decision ? decision : { state: decision.state, reasons: decision.reasons };
const stale = (...reasons: Reason[]): object => ({ state: 'stale', reasons });
const missing = (...reasons: Reason[]): object => ({ state: 'missing', reasons });

describe('a target with a record', () => {
  test('is fresh while everything is as recorded, and stands for what it made', () => {
    expect(decided({})).toEqual({ state: 'fresh', reasons: [], product: 'a-1' });
  });

  test.each<[string, Case, object]>([
    [
      'an input changed',
      { files: { ...FILES, in: 'in-2' } },
      stale({ kind: 'input changed', path: 'in', how: 'changed' }),
    ],
    [
      'what a dep made changed',
      { needs: { dep: { ...FRESH, product: 'other' } } },
      stale({ kind: 'dep changed', target: 'dep' }),
    ],
    [
      'an output is missing',
      { files: { in: 'in-1' } },
      missing({ kind: 'output missing', path: 'a' }),
    ],
    ['it is forced', { is: ['forced'] }, stale({ kind: 'forced' })],
    [
      'several things changed: every reason is given',
      { files: { in: 'in-2' }, needs: { dep: { ...FRESH, product: 'other' } } },
      missing(
        { kind: 'output missing', path: 'a' },
        { kind: 'input changed', path: 'in', how: 'changed' },
        { kind: 'dep changed', target: 'dep' },
      ),
    ],
    ['its record was damaged', { is: ['damaged'] }, stale({ kind: 'record damaged' })],
    [
      'a later record may have been lost, and the output is another',
      { is: ['mayHaveLost'], files: { ...FILES, a: 'a-2' } },
      stale({ kind: 'output changed', path: 'a' }),
    ],
    [
      'an output that others write too changed',
      { rule: { outputs: [{ path: 'a', shared: true }] }, files: { ...FILES, a: 'a-2' } },
      stale({ kind: 'output changed', path: 'a' }),
    ],
  ])('%s', (_what, one, expected) => {
    expect(brief(decided(one))).toEqual(expected);
  });

  test('whose output a person changed is neither trusted nor made again', () => {
    expect(decided({ files: { ...FILES, a: 'a-2' } })).toEqual({
      state: 'edited',
      reasons: [{ kind: 'output changed', path: 'a' }],
      note: 'a was changed by hand',
    });
  });

  test('a quiet output may change, but not vanish', () => {
    const rule = { outputs: ['a', { path: 'log', quiet: true }] };
    const trace = (built: Built): Built => ({ ...built, outputs: { a: 'a-1', log: 'log-1' } });
    expect(brief(decided({ rule, trace, files: { ...FILES, log: 'log-2' } }))).toEqual({
      state: 'fresh',
      reasons: [],
    });
    expect(brief(decided({ rule, trace }))).toEqual(
      missing({ kind: 'output missing', path: 'log' }),
    );
  });
});

describe('a target without a good record', () => {
  test.each<[string, Case, object]>([
    ['was never built', { trace: none }, missing({ kind: 'never built' })],
    ['was interrupted', { trace: started() }, stale({ kind: 'interrupted', at: 5 })],
    [
      'failed before',
      { trace: failed() },
      { state: 'failed', reasons: [{ kind: 'failed before', problem: 'exit 1' }] },
    ],
    ['was cleaned', { trace: cleaned() }, missing({ kind: 'cleaned' })],
    [
      'was asked for once more',
      { trace: cleaned({ reason: 'new templates' }) },
      missing({ kind: 'asked again', why: 'new templates' }),
    ],
    [
      'died while its outputs were put in place, all of which are',
      { trace: finishing({ a: 'a-1' }) },
      { state: 'fresh', reasons: [] },
    ],
    [
      'died while its outputs were put in place, one of which is not',
      { trace: finishing({ a: 'a-2' }) },
      stale({ kind: 'interrupted', at: 5 }),
    ],
  ])('%s', (_what, one, expected) => {
    expect(brief(decided(one))).toEqual(expected);
  });

  test('one that failed in this invocation is not tried again in it', () => {
    expect(decided({ trace: failed(), is: ['gaveUp'] })).toEqual({
      state: 'failed',
      final: true,
      reasons: [],
      note: 'exit 1',
      code: 'DG401',
    });
  });

  test('one that lacks a file which nothing makes fails before anything is run', () => {
    expect(decided({ trace: none, files: {} })).toEqual({
      state: 'failed',
      final: true,
      reasons: [],
      note: 'in does not exist',
      code: 'DG306',
    });
  });
});

describe('needs', () => {
  test.each<[string, Verdict, object]>([
    ['stale', pending('stale'), { state: 'maybe', reasons: [], by: ['dep'] }],
    ['missing', pending('missing'), { state: 'maybe', reasons: [], by: ['dep'] }],
    ['maybe', pending('maybe'), { state: 'maybe', reasons: [], by: ['dep'] }],
    ['running', pending('running'), { state: 'maybe', reasons: [], by: ['dep'] }],
    ['failed, to be tried again', pending('failed'), { state: 'maybe', reasons: [], by: ['dep'] }],
    [
      'failed for good',
      { ...pending('failed'), final: true },
      { state: 'blocked', reasons: [], by: ['dep'], cause: 'failed' },
    ],
    [
      'waiting',
      pending('waiting'),
      { state: 'blocked', reasons: [], by: ['dep'], cause: 'waiting' },
    ],
    ['edited', pending('edited'), { state: 'blocked', reasons: [], by: ['dep'], cause: 'person' }],
    [
      'in doubt',
      pending('in doubt'),
      { state: 'blocked', reasons: [], by: ['dep'], cause: 'doubt' },
    ],
    [
      'blocked',
      { ...pending('blocked'), cause: 'waiting' },
      { state: 'blocked', reasons: [], by: ['dep'], cause: 'waiting' },
    ],
    ['outdated', { ...FRESH, state: 'outdated' }, { state: 'fresh', reasons: [], product: 'a-1' }],
  ])('a dep that is %s', (_state, dep, expected) => {
    expect(decided({ needs: { dep } })).toEqual(expected);
  });

  test('a target that has a reason of its own is certain to run after its dep', () => {
    expect(decided({ needs: { dep: pending('stale') }, files: { ...FILES, in: 'in-2' } })).toEqual({
      state: 'stale',
      reasons: [{ kind: 'input changed', path: 'in', how: 'changed' }],
      by: ['dep'],
    });
  });

  test('of several causes the worst is told: a failure, then a person, then waiting', () => {
    const rule = { deps: ['x', 'y', 'z'] };
    const [waiting, edited, broken] = [
      pending('waiting'),
      pending('edited'),
      { ...pending('failed'), final: true },
    ];
    expect(decided({ rule, needs: { x: waiting, y: edited, z: broken } })).toMatchObject({
      by: ['x', 'y', 'z'],
      cause: 'failed',
    });
    expect(decided({ rule, needs: { x: waiting, y: edited } })).toMatchObject({
      by: ['x', 'y'],
      cause: 'person',
    });
  });

  test('what is needed only first does not matter in content', () => {
    const rule = { deps: [], after: ['dep'] };
    expect(brief(decided({ rule, needs: { dep: { ...FRESH, product: 'other' } } }))).toEqual({
      state: 'fresh',
      reasons: [],
    });
    expect(brief(decided({ rule, needs: { dep: pending('stale') } }))).toEqual({
      state: 'maybe',
      reasons: [],
    });
  });

  describe('a gathered member', () => {
    const rule = { deps: [], gathers: ['x', 'y'] };
    test.each<[string, Verdict, object]>([
      [
        'that failed is left out',
        { ...pending('failed'), final: true },
        stale({ kind: 'not gathered', target: 'y' }),
      ],
      [
        'that is blocked by a failure is left out',
        { ...pending('blocked'), cause: 'failed' },
        stale({ kind: 'not gathered', target: 'y' }),
      ],
      [
        'that nobody can tell of holds up itself alone',
        pending('in doubt'),
        stale({ kind: 'not gathered', target: 'y' }),
      ],
      [
        'that is blocked by a doubt is left out',
        { ...pending('blocked'), cause: 'doubt' },
        stale({ kind: 'not gathered', target: 'y' }),
      ],
      [
        'that could not be seen is not left out',
        { ...pending('failed'), final: true, unseen: true },
        { state: 'blocked', reasons: [] },
      ],
      [
        'that is blocked by what could not be seen is not left out',
        { ...pending('blocked'), cause: 'unseen' },
        { state: 'blocked', reasons: [] },
      ],
      ['that waits is waited for', pending('waiting'), { state: 'blocked', reasons: [] }],
      [
        'that waits, and whose record is gone on with meanwhile, counts',
        { ...pending('waiting'), product: 'dep made' },
        { state: 'fresh', reasons: [] },
      ],
      ['that needs a person is waited for', pending('edited'), { state: 'blocked', reasons: [] }],
      [
        'that made something else counts',
        { ...FRESH, product: 'other' },
        stale({ kind: 'dep changed', target: 'y' }),
      ],
    ])('%s', (_what, y, expected) => {
      expect(brief(decided({ rule, needs: { y } }))).toEqual(expected);
    });
  });
});

describe('a group', () => {
  const group = resolve([target('g', { deps: ['x'] }), target('x', { recipe: [] })]).nodes.get(
    'g',
  )!;
  const verdictWith = (x: Verdict): Decision => decide(group, viewOf(), verdictsOf({ x }));

  test('is what its deps are', () => {
    expect(verdictWith(FRESH)).toMatchObject({ state: 'fresh', reasons: [] });
    expect(verdictWith(pending('stale'))).toEqual({ state: 'maybe', reasons: [], by: ['x'] });
    expect(verdictWith(pending('waiting'))).toEqual({
      state: 'blocked',
      reasons: [],
      by: ['x'],
      cause: 'waiting',
    });
  });

  test('stands for what its deps made', () => {
    const [one, two] = [
      verdictWith(FRESH),
      verdictWith({ ...FRESH, product: 'other' }),
    ] as Verdict[];
    expect(one!.product).not.toBe(two!.product);
  });
});

describe('an observation', () => {
  const rule = { observe };
  test.each<[string, Case, Decision | object]>([
    ['is asked for first', { rule }, { look: 'sighting' }],
    [
      'as recorded leaves the target fresh',
      { rule, sighting: READY },
      { state: 'fresh', reasons: [], product: 'a-1' },
    ],
    [
      'of another value makes it stale',
      { rule, sighting: { ...READY, value: 2, note: 'two' } },
      stale({ kind: 'observation changed', from: 'one', to: 'two' }),
    ],
    [
      'that waits holds the target up',
      { rule, sighting: { state: 'waiting', progress: '3 of 5' } },
      { state: 'waiting', reasons: [], note: '3 of 5' },
    ],
    [
      'that waits with the value on record does not',
      { rule, sighting: { state: 'waiting', progress: '3 of 5', value: 1 } },
      { state: 'fresh', reasons: [], product: 'a-1' },
    ],
    [
      'that failed is a failure, and no negative fact',
      { rule, sighting: { state: 'failed', why: 'no permission', advice: 'kinit' } },
      {
        state: 'failed',
        final: true,
        unseen: true,
        reasons: [],
        note: 'no permission (kinit)',
        code: 'DG408',
      },
    ],
    [
      'that failed is waited for while the invocation has patience',
      {
        rule,
        sighting: { state: 'failed', why: 'no permission', advice: 'kinit' },
        is: ['awaitsSight'],
      },
      {
        state: 'waiting',
        unseen: true,
        reasons: [],
        note: 'it cannot be seen yet: no permission',
      },
    ],
    [
      'that failed for good is not waited for',
      {
        rule,
        sighting: { state: 'failed', why: 'no such band', definite: true },
        is: ['awaitsSight'],
      },
      { state: 'failed', final: true, reasons: [], note: 'no such band', code: 'DG401' },
    ],
    [
      'may ask for a new making',
      { rule, sighting: { ...READY, redo: 'late data' } },
      stale({ kind: 'observation asks', what: 'late data' }),
    ],
    [
      'does not ask twice in one invocation',
      { rule, sighting: { ...READY, redo: 'late data' }, is: ['madeNow'] },
      { state: 'fresh', reasons: [], product: 'a-1' },
    ],
    [
      'is not made while a dep is pending',
      { rule, needs: { dep: pending('stale') } },
      { state: 'maybe', reasons: [], by: ['dep'] },
    ],
    [
      'that is sticky is not made again',
      { rule: { observe: { ...observe, sticky: true } } },
      { state: 'fresh', reasons: [], product: 'a-1' },
    ],
    [
      'that is sticky is made again when something else changed',
      { rule: { observe: { ...observe, sticky: true } }, files: { ...FILES, in: 'in-2' } },
      { look: 'sighting' },
    ],
  ])('%s', (_what, one, expected) => {
    const found = decided(one);
    expect(
      'product' in expected || 'look' in expected || 'note' in expected || 'by' in expected
        ? found
        : brief(found),
    ).toEqual(expected);
  });
});

describe('what must not happen twice', () => {
  const rule = { once };
  test.each<[string, Case, object]>([
    ['without a record the outside is asked first', { rule, trace: none }, { look: 'once' }],
    [
      'shown done by the outside, it is adopted',
      { rule, trace: none, once: { state: 'done', how: 'in the queue', receipt: '12.0' } },
      {
        state: 'missing',
        reasons: [],
        note: 'in the queue',
        adopt: { how: 'in the queue', receipt: '12.0' },
      },
    ],
    [
      'not done, it is to be done',
      { rule, trace: none, once: { state: 'not done' } },
      missing({ kind: 'never built' }),
    ],
    [
      'unknown, and nothing was tried, it is waited for',
      {
        rule,
        trace: none,
        once: { state: 'unknown', unanswered: true, why: 'the queue is down', advice: 'ask later' },
      },
      {
        state: 'waiting',
        reasons: [],
        note: 'the queue is down; ask later',
        tell: [{ about: 'the queue is down', text: 'the queue is down; ask later' }],
      },
    ],
    [
      'unknown after an attempt without a result, it is in doubt',
      {
        rule,
        trace: failed({ token: 'u' }),
        once: { state: 'unknown', unanswered: true, why: 'the queue is down', advice: 'ask later' },
      },
      {
        state: 'in doubt',
        reasons: [{ kind: 'failed before', problem: 'exit 1' }],
        note: 'the queue is down; ask later',
      },
    ],
    [
      'with a damaged record and nothing outside, it is in doubt',
      { rule, is: ['damaged'], once: { state: 'not done' } },
      {
        state: 'in doubt',
        reasons: [{ kind: 'record damaged' }],
        note: 'an earlier attempt left no result; nothing outside shows that it took effect',
      },
    ],
    [
      'with records lost and nothing outside, it is in doubt',
      { rule, trace: () => undefined, is: ['unproved'], once: { state: 'not done' } },
      {
        state: 'in doubt',
        reasons: [{ kind: 'never built' }],
        note: 'records are missing; nothing outside shows whether it took effect',
      },
    ],
    [
      'with records lost, but with something outside that would show it, it is done',
      { rule, trace: () => undefined, is: ['unproved'], once: { state: 'not done', proved: true } },
      { state: 'missing', reasons: [{ kind: 'never built' }] },
    ],
    [
      'after an attempt of unknown effect, it is in doubt',
      { rule, trace: failed({ token: 't' }), once: { state: 'not done' } },
      {
        state: 'in doubt',
        reasons: [{ kind: 'failed before', problem: 'exit 1' }],
        note: 'exit 1; nothing outside shows that it took effect',
      },
    ],
    [
      'after an attempt that surely had no effect, it is done again',
      { rule, trace: failed(), once: { state: 'not done' } },
      { state: 'failed', reasons: [{ kind: 'failed before', problem: 'exit 1' }] },
    ],
    [
      'done and changed afterwards, it is only told of',
      { rule, files: { ...FILES, in: 'in-2' } },
      {
        state: 'outdated',
        reasons: [{ kind: 'input changed', path: 'in', how: 'changed' }],
        product: 'a-1',
      },
    ],
    [
      'done, with its marker gone, it is put back',
      { rule, files: { in: 'in-1' } },
      {
        state: 'stale',
        reasons: [{ kind: 'output missing', path: 'a' }],
        note: 'put back from the record',
      },
    ],
    [
      'a person who asked for it once more is not asked again',
      { rule, trace: cleaned({ reason: 'r' }) },
      missing({ kind: 'asked again', why: 'r' }),
    ],
    [
      'force does not do it again',
      { rule, is: ['forced'] },
      { state: 'fresh', reasons: [], product: 'a-1' },
    ],
  ])('%s', (_what, one, expected) => {
    const found = decided(one);
    expect(Object.keys(expected).length > 2 || 'look' in expected ? found : brief(found)).toEqual(
      expected,
    );
  });
});

describe('work that was done before there was a record', () => {
  const rule = { doneBefore: once };
  test.each<[string, Case, object]>([
    ['is looked for', { rule, trace: none }, { look: 'once' }],
    [
      'is relied on at once, and put on record',
      { rule, trace: none, once: { state: 'done', how: 'its files' } },
      {
        state: 'fresh',
        reasons: [],
        product: 'a-1',
        note: 'its files',
        adopt: { how: 'its files' },
      },
    ],
    [
      'that is not there is done',
      { rule, trace: none, once: { state: 'not done' } },
      missing({ kind: 'never built' }),
    ],
    ['is not looked for with a record', { rule }, { state: 'fresh', reasons: [], product: 'a-1' }],
    ['is not looked for after cleaning', { rule, trace: cleaned() }, missing({ kind: 'cleaned' })],
    [
      'is not looked for when forced',
      { rule, trace: none, is: ['forced'] },
      missing({ kind: 'forced' }, { kind: 'never built' }),
    ],
  ])('%s', (_what, one, expected) => {
    const found = decided(one);
    expect(Object.keys(expected).length > 2 || 'look' in expected ? found : brief(found)).toEqual(
      expected,
    );
  });
});

describe('a detached program of an earlier invocation', () => {
  const trace = started({ detached: 'rerun' });
  test.each<[AttemptState, object]>([
    ['alive', { state: 'running', reasons: [], note: 'started earlier, still running' }],
    ['ended', { state: 'running', reasons: [], note: 'has ended; its result is to be collected' }],
    [
      'elsewhere',
      {
        state: 'in doubt',
        reasons: [],
        note: 'started on another host, or before this one was started anew; look there whether it still runs',
      },
    ],
    ['unclaimed', stale({ kind: 'interrupted', at: 5 })],
    ['lost', stale({ kind: 'interrupted', at: 5 })],
  ])('that is %s', (attempt, expected) => {
    expect(decided({ trace, attempt })).toEqual(expected);
  });

  test('that must not happen twice and is lost is looked for outside, and else in doubt', () => {
    const lost: Case = { rule: { once }, trace: started({ detached: 'doubt' }), attempt: 'lost' };
    expect(decided(lost)).toEqual({ look: 'once' });
    expect(decided({ ...lost, once: { state: 'not done' } })).toMatchObject({ state: 'in doubt' });
    expect(decided({ ...lost, once: { state: 'done', how: 'seen' } })).toMatchObject({
      adopt: { how: 'seen' },
    });
  });
});

describe('a target held back while work is under way', () => {
  const rule: Case['rule'] = { hold: { since: 'submitted', until: 'settled' } };
  const changed = { ...FILES, in: 'in-2' };
  const held = (records: { readonly [name: string]: Trace }, more: Case = {}): Decision => {
    const own = builtOf({ ...RULE, ...rule });
    const view = viewOfCase({ rule, files: changed, ...more }, own);
    const trace = (name: string) => (name === 'a' ? own : records[name]);
    const node = nodeOf({ ...RULE, ...rule });
    return decide(node, { ...view, trace }, needsOfCase(node, more));
  };
  const done = builtOf(RULE);

  test('stays as it was until that is settled, and says so', () => {
    expect(held({ submitted: done })).toEqual({
      state: 'fresh',
      reasons: [{ kind: 'input changed', path: 'in', how: 'changed' }],
      product: 'a-1',
      until: 'settled',
      note: 'held back until settled is settled',
    });
  });

  test('is not made even when a person wants it made again', () => {
    expect(held({ submitted: done }, { is: ['forced'] })).toEqual({
      state: 'failed',
      final: true,
      reasons: [],
      note: 'it is not made again while the work of submitted may read it: `desgw build settled` waits for the end of that',
      code: 'DG407',
    });
  });

  test('stays as well while nobody knows whether that work has begun', () => {
    for (const trace of [failed({ token: 't' })(done), started()(done)])
      expect(held({ submitted: trace })).toMatchObject({ state: 'fresh', until: 'settled' });
  });

  test('keeps those from running that need its files when these are gone', () => {
    const need: Verdict = {
      ...{ state: 'fresh', product: 'dep made', note: 'held back until settled is settled' },
      reasons: [{ kind: 'output missing', path: 'dep' }],
    };
    expect(decided({ needs: { dep: need }, files: changed })).toEqual({
      state: 'waiting',
      reasons: [{ kind: 'input changed', path: 'in', how: 'changed' }],
      note: 'needs dep, whose files are gone; it is held back until settled is settled',
    });
    expect(decided({ needs: { dep: need } })).toMatchObject({ state: 'fresh' });
  });

  test.each<[string, { readonly [name: string]: Trace }, Case]>([
    ['nothing was started', {}, {}],
    ['it is settled', { submitted: done, settled: done }, {}],
    ['it is forced then', { submitted: done, settled: done }, { is: ['forced'] }],
    ['what was started was refused', { submitted: failed()(done) }, {}],
  ])('is made when %s', (_what, records, more) => {
    expect(held(records, more)).toMatchObject({ state: 'stale' });
  });
});

test.each<[State, 'usable' | 'pending' | 'down']>([
  ['fresh', 'usable'],
  ['outdated', 'usable'],
  ['stale', 'pending'],
  ['missing', 'pending'],
  ['maybe', 'pending'],
  ['running', 'pending'],
  ['failed', 'pending'],
  ['waiting', 'down'],
  ['blocked', 'down'],
  ['edited', 'down'],
  ['in doubt', 'down'],
])('to those who need it, a target that is %s is %s', (state, standing) => {
  expect(asNeed({ state, reasons: [] })).toBe(standing);
});

test('what is gathered and needed in another way as well is not left out when it fails', () => {
  const failure: Verdict = { state: 'failed', final: true, reasons: [] };
  const gathers = (rule: Case['rule']) =>
    decided({ rule: { ...rule, gathers: ['dep', 'other'] }, needs: { dep: failure } });
  expect(gathers({ deps: [] })).not.toMatchObject({ state: 'blocked' });
  expect(gathers({ deps: ['dep'] })).toMatchObject({ state: 'blocked', by: ['dep'] });
  expect(gathers({ deps: [], after: ['dep'] })).toMatchObject({ state: 'blocked', by: ['dep'] });
});

test('when no gathered member is left, they hold up what gathers them', () => {
  const failure: Verdict = { state: 'failed', final: true, reasons: [] };
  const follows: Verdict = { state: 'blocked', cause: 'failed', by: ['x'], reasons: [] };
  const doubt: Verdict = { state: 'in doubt', reasons: [] };
  const gathers = (x: Verdict, y: Verdict, rule: Case['rule'] = {}) =>
    decided({ rule: { deps: [], gathers: ['x', 'y'], ...rule }, needs: { x, y } });
  const all = { state: 'blocked', by: ['x', 'y'], cause: 'failed' };
  expect(gathers(failure, follows)).toMatchObject(all);
  expect(gathers(failure, failure, { least: 1 })).toMatchObject(all);
  expect(gathers(doubt, doubt)).toMatchObject({ ...all, cause: 'doubt' });
  // One that is still to be made may be enough.
  expect(gathers(failure, pending('missing'))).not.toMatchObject({ state: 'blocked' });
  expect(decided({ rule: { deps: [], gathers: [] } })).not.toMatchObject({ state: 'blocked' });
});

test('the cause of a blocked target is that of what blocks it', () => {
  expect([
    causeOf(pending('waiting')),
    causeOf(pending('edited')),
    causeOf(pending('failed')),
    causeOf({ ...pending('blocked'), cause: 'person' }),
  ]).toEqual(['waiting', 'person', 'failed', 'person']);
});

test('the last good run is found in whatever record there is', () => {
  const built = builtOf(RULE);
  const records = [
    built,
    started()(built),
    failed()(built),
    finishing({})(built),
    cleaned()(built),
    undefined,
  ];
  expect(records.map(lastGood)).toEqual([built, built, built, built, undefined, undefined]);
});

test('an attempt that may have had an effect is asked about by its token', () => {
  const built = builtOf(RULE);
  const records = [
    built,
    started()(built),
    failed()(built),
    failed({ token: 'u' })(built),
    undefined,
  ];
  expect(records.map(pendingAttempt)).toEqual([
    undefined,
    { token: 't', at: 5, again: false },
    undefined,
    { token: 'u', at: 5, again: false },
    undefined,
  ]);
});

test('what was asked for once more stays so until it is made', () => {
  const built = builtOf(RULE);
  const records = [
    cleaned()(built),
    started({ again: true })(built),
    failed({ again: true, token: 'u' })(built),
    failed({ again: true })(built),
  ];
  expect(records.map(pendingAttempt)).toEqual([
    undefined,
    { token: 't', at: 5, again: true },
    { token: 'u', at: 5, again: true },
    { at: 5, again: true },
  ]);
});
