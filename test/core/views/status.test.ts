import { describe, expect, test } from 'vitest';
import { type Orphans, statusJson, statusText } from '../../../core/views/status.ts';
import { plain } from '../../../core/words/paint.ts';
import { planOf, type Sketch } from '../../support/plans.ts';

const NO_ORPHANS: Orphans = { names: [], live: [] };

const SHOWN = { paint: plain, width: 100, all: false };

test('like targets share a line, and those of them that are not fresh are named below it', () => {
  const night = (n: number, state: Sketch): { [name: string]: Sketch } => ({
    [`dagmaker_${n}.out`]: {},
    [`ccds_${n}`]: state,
  });
  const plan = planOf({
    season: { note: 'season 500' },
    'dagmaker.rc': {
      state: 'stale',
      reasons: [
        { kind: 'param changed', name: 'TEFF_CUT_g', from: 0.2, to: 0.3 },
        { kind: 'param changed', name: 'TWINDOW', from: 0, to: 5 },
        { kind: 'recipe changed' },
      ],
    },
    ...night(668440, { state: 'waiting', note: '31 of 59 CCDs' }),
    ...night(668441, {}),
    ...night(668442, { state: 'waiting', note: '12 of 59 CCDs' }),
    ...night(668443, { state: 'blocked', by: ['dagmaker.rc'] }),
    ...night(668444, { state: 'blocked', by: ['dagmaker.rc'] }),
    ...night(668445, { state: 'blocked', by: ['dagmaker.rc'] }),
    'exposure.list': { state: 'maybe', by: ['ccds_668440', 'ccds_668442'] },
    all: { state: 'maybe', group: true, by: ['exposure.list'] },
  });
  expect(statusText(plan, NO_ORPHANS, SHOWN)).toBe(`season                    fresh    season 500
dagmaker.rc               stale    TEFF_CUT_g: 0.2 -> 0.3 and 2 more reasons
dagmaker_*.out (6)        fresh
ccds_* (6)                1 fresh, 2 waiting, 3 blocked
  ccds_668440             waiting  31 of 59 CCDs
  ccds_668442             waiting  12 of 59 CCDs
  ccds_668443 and 2 more  blocked  by dagmaker.rc
exposure.list             maybe    after ccds_668440 and ccds_668442
all                       maybe    after exposure.list

15 targets: 8 fresh, 2 waiting, 1 maybe, 1 stale, 3 blocked
next: \`desgw build\` makes what is missing; \`desgw build -n\` shows what that would be.
`);
});

test('what is said of several like targets leaves their number out, of a single one it does not', () => {
  const plan = planOf({
    ccds_668440: { state: 'blocked', by: ['submitted_668440'] },
    ccds_668441: { state: 'failed', note: '668441 has no templates' },
    ccds_668442: { state: 'blocked', by: ['submitted_668442'] },
  });
  expect(statusText(plan, NO_ORPHANS, SHOWN).split('\n').slice(0, 3)).toEqual([
    'ccds_* (3)                     2 blocked, 1 failed',
    '  ccds_668440 and ccds_668442  blocked  by submitted_*',
    '  ccds_668441                  failed   668441 has no templates',
  ]);
});

test('when all is fresh it says so', () => {
  const plan = planOf({ a: {}, b: { deps: ['a'] }, all: { group: true, deps: ['b'] } });
  expect(statusText(plan, NO_ORPHANS, SHOWN)).toBe(`a    fresh
b    fresh
all  fresh

2 targets: 2 fresh
Everything is up to date.
`);
});

test('what only a person can decide is said last', () => {
  const plan = planOf({
    'list\n1': { state: 'edited', note: 'list\n1 was changed by hand' },
    sent: { state: 'in doubt', note: 'no job id' },
    after: { state: 'blocked', by: ['sent'] },
  });
  expect(statusText(plan, NO_ORPHANS, SHOWN)).toBe(`list\\n1  edited    list\\n1 was changed by hand
sent     in doubt  no job id
after    blocked   by sent

3 targets: 1 blocked, 1 edited, 1 in doubt
list\\n1 and sent need a person: \`desgw why $'list\\n1'\` says what to do.
`);
});

test('what is left of targets that no rule makes is told of', () => {
  expect(statusText(planOf({ a: {} }), { names: ['old\n1', 'b'], live: [] }, SHOWN)).toContain(
    `1 target: 1 fresh
old\\n1 and b are in no rule any more; \`desgw clean --orphans\` deletes what they left.
Everything is up to date.
`,
  );
});

test('when all that is left is under way, build waits for it', () => {
  const plan = planOf({
    a: {},
    b: { state: 'waiting', note: '3 of 5' },
    c: { state: 'blocked', by: ['b'] },
  });
  expect(statusText(plan, NO_ORPHANS, SHOWN)).toBe(`a  fresh
b  waiting  3 of 5
c  blocked  by b

3 targets: 1 fresh, 1 waiting, 1 blocked
next: \`desgw build\` waits for what is under way, and goes on from there.
`);
});

test('only the state is coloured, also when the name contains it', () => {
  const plan = planOf({ 'fresh fish': { note: 'fresh' } });
  expect(
    statusText(plan, NO_ORPHANS, {
      ...SHOWN,
      paint: (style, text) => `<${style}>${text}</>`,
    }).split('\n')[0],
  ).toBe('fresh fish  <green>fresh</>  fresh');
});

test('the same as data', () => {
  const plan = planOf({
    a: { state: 'missing', reasons: [{ kind: 'never built' }] },
    b: { state: 'maybe', by: ['a'] },
  });
  expect(statusJson(plan, { names: ['gone'], live: [] })).toEqual({
    goals: ['b'],
    orphans: ['gone'],
    liveOrphans: [],
    counts: { maybe: 1, missing: 1 },
    targets: [
      { target: 'a', state: 'missing', reasons: [{ kind: 'never built' }] },
      { target: 'b', state: 'maybe', reasons: [], by: ['a'] },
    ],
    next: ['next: `desgw build` makes what is missing; `desgw build -n` shows what that would be.'],
  });
});

describe('where targets are about subjects', () => {
  const tally = { unit: 'CCDs', total: 59, complete: 40, failed: 1, running: 10, idle: 0, held: 4 };
  const exposure = (n: number, dag: Sketch, grid: Sketch): { [name: string]: Sketch } => {
    const subject = { kind: 'exposure', name: String(n) };
    return {
      [`dag_${n}`]: { phase: 'DAGMaker', subject, ...dag },
      [`ccds_${n}`]: { phase: 'grid', subject, ...grid },
    };
  };
  const many = Array.from({ length: 54 }, (_, i) => exposure(668500 + i, {}, {}));
  const plan = planOf({
    season: { phase: 'preparation' },
    ...Object.assign({}, ...many),
    ...exposure(668440, {}, { state: 'waiting', tally }),
    ...exposure(668441, {}, { state: 'waiting', tally }),
    ...exposure(668442, { state: 'failed', note: '668442: no templates' }, { state: 'blocked' }),
    ...exposure(668443, { state: 'failed', note: '668443: no templates' }, { state: 'blocked' }),
    ...exposure(668444, {}, { state: 'in doubt', note: 'no job id' }),
    list: { phase: 'reports', state: 'maybe' },
  });

  test('totals come first, then those that stand alike in one row, then what is not well', () => {
    expect(
      statusText(plan, NO_ORPHANS, SHOWN),
    ).toBe(`59 exposures: 54 done, 2 under way (80 of 118 CCDs complete, 2 failed, 8 held), 2 failed, 1 needs a
  person

exposures     DAGMaker  grid
54 exposures  done      done            668500, 668501, 668502, 668503, 668504, 668505, 668506, ...
2 exposures   done      waiting 80/118  668440, 668441
2 exposures   failed    held up         668442, 668443
668444        done      in doubt

done of the rest: preparation 1 of 1, reports 0 of 1

failed:
  dag_668442 and dag_668443  *: no templates

needs a person:
  ccds_668444  no job id

120 targets: 112 fresh, 2 waiting, 1 maybe, 2 blocked, 2 failed, 1 in doubt
next: \`desgw why dag_668442\` says why it failed, \`desgw log dag_668442\` what it printed;
      \`desgw build\` tries again.
ccds_668444 needs a person: \`desgw why ccds_668444\` says what to do.
`);
  });

  test('what is not used any further counts as left out, with why', () => {
    const left = planOf({
      ...exposure(1, {}, { leftOut: 'too few CCDs' }),
      ...exposure(2, {}, { leftOut: 'too few CCDs' }),
      ...exposure(3, {}, {}),
    });
    const lines = statusText(left, NO_ORPHANS, SHOWN).split('\n');
    expect(lines[0]).toBe('3 exposures: 1 done, 2 left out');
    expect(lines).toContain('  1 and 2  too few CCDs');
  });

  test('of one that is left out it says so too, and nothing twice that is told as a finding', () => {
    const left = planOf(exposure(1, {}, { leftOut: 'too few CCDs: desgw rescue 1' }));
    const alone = statusText(left, NO_ORPHANS, SHOWN);
    expect(alone).toContain('\nleft out:\n  1  too few CCDs: desgw rescue 1\n');
    const problems = [{ what: '0 of 1 exposures go on; not 1: too few CCDs' }];
    const findings = [{ target: 'list', problems, strict: false }];
    expect(statusText(left, NO_ORPHANS, { ...SHOWN, findings })).not.toContain('left out:');
  });

  test('each can be asked for by itself, and nothing is wider than the screen', () => {
    const all = statusText(plan, NO_ORPHANS, { ...SHOWN, width: 60, all: true }).split('\n');
    expect(all.filter((line) => /^6685\d\d +done +done$/.test(line))).toHaveLength(54);
    expect(all.slice(1).every((line) => line.length <= 60)).toBe(true);
  });

  test('the same as data', () => {
    expect(statusJson(plan, NO_ORPHANS)).toMatchObject({
      subjects: { kind: 'exposure', done: 54, 'under way': 2, failed: 2, 'needs a person': 1 },
      phases: [
        { phase: 'preparation', states: { fresh: 1 } },
        { phase: 'DAGMaker', states: { fresh: 57, failed: 2 } },
        { phase: 'grid', tally: { total: 118, complete: 80, held: 8 } },
        { phase: 'reports', states: { maybe: 1 } },
      ],
    });
  });
});

test('work of a target that is in no rule any more is told while it is on the grid', () => {
  const live = [{ target: 'submitted_1', what: '61 idle', advice: 'desgw cancel 1' }];
  const text = statusText(planOf({ a: {} }), { names: ['dag_1', 'submitted_1'], live }, SHOWN);
  expect(text).toContain(
    'submitted_1 is in no rule any more, but its work is still on the grid: 61 idle. Put it back, or `desgw cancel 1` ends it.',
  );
  expect(text).toContain('dag_1 is in no rule any more; `desgw clean --orphans`');
});
