/** Rescues that a build makes of itself: within limits and budget, and they come to an end. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chosenOf, type Decided } from '../../../targets/triage/choice.ts';
import {
  type CcdFacts,
  type Decision,
  decideCcd,
  limitOf,
  type Tried,
} from '../../../targets/triage/policy.ts';

const rescue = (ccd: number, memory = 5000): Decision => ({
  ...{ ccd, cause: 'memory', what: 'RUN18', action: 'rescue', why: '' },
  memory,
});
const final = (ccd: number): Decision => ({
  ...{ ccd, cause: 'geometry', what: 'NOOVERLAPS', action: 'final', why: '' },
});
const open = (jobs: number) => ({ state: 'open', jobs }) as const;
const plain = (all: readonly Decided[], jobs: number, above = false) =>
  [...chosenOf(all, open(jobs), { above })].map(([exposure, ccds]) => [exposure, ...ccds]);

test('CCDs are taken exposure by exposure as far as the budget goes', () => {
  const all = [
    { exposure: '1', enough: false, decisions: [rescue(1), final(2), rescue(3, 2500)] },
    { exposure: '2', enough: false, decisions: [final(1)] },
    { exposure: '3', enough: false, decisions: [rescue(4), rescue(5)] },
  ];
  expect(plain(all, 9)).toEqual([
    ['1', [1, '5000MB'], [3, '2500MB']],
    ['3', [4, '5000MB'], [5, '5000MB']],
  ]);
  expect(plain(all, 3)).toEqual([
    ['1', [1, '5000MB'], [3, '2500MB']],
    ['3', [4, '5000MB']],
  ]);
  expect(plain(all, 0)).toEqual([]);
});

test('an exposure that goes on as it is costs nothing of the budget, unless that is wanted', () => {
  const all = [
    { exposure: '1', enough: true, decisions: [rescue(1)] },
    { exposure: '2', enough: false, decisions: [rescue(2)] },
  ];
  expect(plain(all, 1)).toEqual([['2', [2, '5000MB']]]);
  expect(plain(all, 1, true)).toEqual([['1', [1, '5000MB']]]);
});

test('what looks like the site or the code is not tried again at all', () => {
  const all = [{ exposure: '1', enough: false, decisions: [rescue(1)] }];
  expect([...chosenOf(all, { state: 'broken', why: '' }, { above: true })]).toEqual([]);
});

/** How a try of a CCD ends; undefined: complete. */
const ending = fc.constantFrom(
  undefined,
  [],
  ['NOOVERLAPS'],
  ['RUN01_x'],
  ['RUN02_x'],
  ['RUN18_x'],
  ['RUN23_x'],
  ['RUN77_of_tomorrow'],
);

interface Ccd {
  readonly ccd: number;
  readonly tried: readonly [Tried, ...Tried[]];
  readonly failures: readonly string[] | undefined;
}

test('whatever becomes of the rescues, they end, within the limits of each CCD and the budget of all', () => {
  const CCDS = 20;
  const world = fc.record({
    exposures: fc.integer({ min: 1, max: 5 }),
    budget: fc.double({ min: 0, max: 1, noNaN: true }),
    above: fc.boolean(),
    templatesGrow: fc.boolean(),
    endings: fc.infiniteStream(ending),
  });
  fc.assert(
    fc.property(world, ({ exposures, budget, above, templatesGrow, endings }) => {
      const next = () => endings.next().value;
      let done = 0;
      let spent = 0;
      const submitted = exposures * CCDS;
      let all = Array.from({ length: exposures }, (_, e) => ({
        exposure: String(e),
        ccds: Array.from({ length: CCDS }, (_, c): Ccd => {
          return { ccd: c + 1, tried: [{ memory: 2500, templatesDone: 0 }], failures: next() };
        }),
      }));
      for (let round = 0; ; round++) {
        done += templatesGrow ? 1 : 0;
        const decided = all.map(({ exposure, ccds }): Decided => {
          const failed = ccds.flatMap((one) => (one.failures === undefined ? [] : [one]));
          return {
            exposure,
            enough: failed.length < CCDS / 4,
            decisions: failed.map((one) => decideCcd(factsOf(one, one.failures ?? [], done))),
          };
        });
        const limit = limitOf(
          decided.flatMap(({ decisions }) => decisions),
          { submitted, spent, budget },
        );
        const chosen = chosenOf(decided, limit, { above });
        if (chosen.size === 0) break;
        // A CCD is tried three times more at most, so that there are no more rounds than this.
        expect(round).toBeLessThan(3 * submitted);
        all = all.map(({ exposure, ccds }) => ({
          exposure,
          ccds: ccds.map((one): Ccd => {
            const memory = chosen.get(exposure)?.get(one.ccd);
            if (memory === undefined) return one;
            spent += 1;
            const tried = { memory: Number.parseInt(memory, 10), templatesDone: done };
            return { ...one, tried: [...one.tried, tried], failures: next() };
          }),
        }));
      }
      expect(spent).toBeLessThanOrEqual(Math.floor(budget * submitted));
      for (const { tried } of all.flatMap(({ ccds }) => ccds))
        expect(tried.length).toBeLessThanOrEqual(4);
    }),
  );
});

const factsOf = (
  { ccd, tried }: Ccd,
  failures: readonly string[],
  templatesDone: number,
): CcdFacts => ({
  ...{ ccd, failures, tried, templatesDone },
  ...{ lacks: [], copied: false, late: 0 },
  ...{ templatesSettled: true, templatesComing: false },
  ...{ age: 1800, pause: 1800 },
});
