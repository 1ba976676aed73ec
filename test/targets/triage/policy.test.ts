import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { causeOf, firstFailure } from '../../../targets/triage/causes.ts';
import {
  type CcdFacts,
  type Decision,
  decideCcd,
  findingOf,
  limitOf,
  MOST_MEMORY,
  type Tried,
} from '../../../targets/triage/policy.ts';

const tried = (one: Partial<Tried> = {}): Tried => ({
  memory: 2500,
  templatesDone: 300,
  ...one,
});

const facts = (one: Partial<CcdFacts> = {}): CcdFacts => ({
  ccd: 25,
  failures: [],
  ...{ lacks: [], copied: false, late: 0 },
  tried: [tried()],
  templatesDone: 300,
  templatesSettled: true,
  templatesComing: false,
  age: 1800,
  pause: 1800,
  ...one,
});

const times = (n: number, one: Partial<Tried> = {}): readonly [Tried, ...Tried[]] => [
  tried(one),
  ...Array.from({ length: n - 1 }, () => tried(one)),
];

const outcome = (one: Partial<CcdFacts>): string => {
  const decision = decideCcd(facts(one));
  return decision.action === 'rescue' ? `rescue ${decision.memory}` : decision.action;
};

describe('what a failure means', () => {
  test('the first step that failed is the cause, and no overlap comes before every step', () => {
    expect(firstFailure(['RUN19_combined_coaddWSdiff', 'RUN18_combined+expose_hotpants'])).toBe(
      'RUN18_combined+expose_hotpants',
    );
    expect(firstFailure(['RUN02_expose_makeStarCat', 'NOOVERLAPS'])).toBe('NOOVERLAPS');
    expect(firstFailure([])).toBeUndefined();
  });

  test.each([
    [[], 'died'],
    [['NOOVERLAPS'], 'geometry'],
    [['RUN02_expose_makeStarCat'], 'templates'],
    [['RUN18_combined+expose_hotpants'], 'memory'],
    [['RUN11_combined+expose_doFake'], 'infrastructure'],
    [['RUN22_combined+expose_filterObj'], 'templates'],
    [['RUN77_of_tomorrow'], 'infrastructure'],
  ] as const)('%j is of the kind %s', (failures, cause) => {
    expect(causeOf(failures)).toBe(cause);
  });
});

describe('what a CCD needs', () => {
  test('what left nothing gets twice the memory, twice', () => {
    expect(outcome({})).toBe('rescue 5000');
    expect(outcome({ tried: times(2, { memory: 5000 }) })).toBe('rescue 10000');
    expect(outcome({ tried: times(3) })).toBe('final');
  });

  test('the subtraction gets more memory once only', () => {
    const failures = ['RUN18_combined+expose_hotpants'];
    expect(outcome({ failures })).toBe('rescue 5000');
    expect(outcome({ failures, tried: times(2) })).toBe('final');
  });

  test('memory ends at the largest nodes', () => {
    expect(outcome({ tried: times(2, { memory: 20_000 }) })).toBe(`rescue ${MOST_MEMORY}`);
    expect(outcome({ tried: times(2, { memory: MOST_MEMORY }) })).toBe('final');
    expect(outcome({ tried: times(1, { memory: 2 * MOST_MEMORY }) })).toBe('final');
  });

  test('a failed copy is tried again as it was, after a while', () => {
    const failures = ['RUN01_expose_prepData'];
    expect(outcome({ failures, age: 1799 })).toBe('wait');
    expect(outcome({ failures })).toBe('rescue 2500');
  });

  test('memory never cures what lacks templates: it waits for more of them, or is final', () => {
    const failures = ['RUN02_expose_makeStarCat'];
    expect(outcome({ failures, templatesComing: true })).toBe('wait');
    expect(outcome({ failures, templatesSettled: false })).toBe('wait');
    expect(outcome({ failures })).toBe('final');
    expect(outcome({ failures, templatesDone: 310 })).toBe('rescue 2500');
    expect(outcome({ failures, templatesDone: 310, tried: times(4) })).toBe('final');
  });

  test('what no template covers is final only when its templates have settled', () => {
    expect(outcome({ failures: ['NOOVERLAPS'], templatesSettled: false })).toBe('wait');
    expect(decideCcd(facts({ failures: ['NOOVERLAPS'] }))).toMatchObject({
      action: 'final',
      why: 'no template covers it',
    });
  });

  test('force files that were not copied are copied, and no job runs for them', () => {
    const lacks = ['.psf'];
    expect(outcome({ lacks })).toBe('copy force files');
    expect(outcome({ lacks, age: 10, late: 60 })).toBe('wait');
    expect(decideCcd(facts({ lacks, age: 10, late: 60 }))).toMatchObject({ seconds: 50 });
    expect(outcome({ lacks, copied: true })).toBe('final');
  });

  test('files that were not copied break no circuit: they cost no job', () => {
    const all = Array.from({ length: 200 }, () => decideCcd(facts({ lacks: ['.fits'] })));
    expect(limitOf(all, { submitted: 200, spent: 0, budget: 0.2 })).toEqual({
      state: 'open',
      jobs: 40,
    });
  });

  test('with whatever outcome, every CCD ends after a bounded number of tries', () => {
    const steps = fc.constantFrom(
      [],
      ['NOOVERLAPS'],
      ['RUN01_x'],
      ['RUN02_x'],
      ['RUN18_x'],
      ['RUN23_x'],
      ['RUN99_x'],
    );
    fc.assert(
      fc.property(
        fc.array(steps, { minLength: 12, maxLength: 12 }),
        fc.boolean(),
        (ends, grows) => {
          let history: [Tried, ...Tried[]] = [tried({ templatesDone: 0 })];
          let done = 0;
          for (const failures of ends) {
            done += grows ? 1 : 0;
            const decision = decideCcd(facts({ failures, tried: history, templatesDone: done }));
            if (decision.action !== 'rescue') return true;
            history = [...history, tried({ memory: decision.memory, templatesDone: done })] as [
              Tried,
              ...Tried[],
            ];
          }
          return false;
        },
      ),
    );
  });
});

describe('what all of it amounts to', () => {
  const many = (n: number, cause: Decision['cause'], what: string): Decision[] =>
    Array.from({ length: n }, (_, i) => ({ ccd: i + 1, cause, what, action: 'final', why: '' }));

  test('37 CCDs without a star catalogue are a matter of the templates', () => {
    expect(findingOf(many(37, 'templates', 'RUN02_expose_makeStarCat'))).toEqual({
      kind: 'templates',
      step: 'RUN02',
      ccds: 37,
    });
    expect(findingOf(many(20, 'templates', 'RUN02_expose_makeStarCat'))).toEqual({
      kind: 'ccd by ccd',
    });
  });

  test('when more than half of a night fails alike nothing is submitted', () => {
    const decisions = many(301, 'infrastructure', 'RUN11_combined+expose_doFake');
    expect(limitOf(decisions, { submitted: 600, spent: 0, budget: 0.2 }).state).toBe('broken');
    expect(limitOf(decisions.slice(2), { submitted: 600, spent: 0, budget: 0.2 })).toEqual({
      state: 'open',
      jobs: 120,
    });
  });

  test('the budget counts what was spent, and has an end', () => {
    expect(limitOf([], { submitted: 600, spent: 119, budget: 0.2 })).toEqual({
      state: 'open',
      jobs: 1,
    });
    expect(limitOf([], { submitted: 600, spent: 500, budget: 0.2 })).toEqual({
      state: 'open',
      jobs: 0,
    });
    expect(limitOf([], { submitted: 100_000, spent: 0, budget: 0.2 })).toEqual({
      state: 'open',
      jobs: 2000,
    });
  });
});
