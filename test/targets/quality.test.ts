/** What is odd about an exposure stays told. */
import { expect, test } from 'vitest';
import type { Quality } from '../../targets/candidates/quality.ts';
import { quality, qualityFile } from '../../targets/quality.ts';
import { factsOf, followUpWith, SEASON, textOf } from '../support/follow-up.ts';

const dim: Quality = {
  ...{ exposure: '4', band: 'i', teff: 0.1, ccds: 58, candidates: 58, zeroPoint: 31.2 },
  ...{ injected: 10, found: 8 },
};

test('what is odd is told with every build as long as the table says so', () => {
  const rule = quality(followUpWith());
  const made = textOf(rule, qualityFile(SEASON), factsOf({}, { value: [{ ...dim }] }));
  const facts = factsOf({ [qualityFile(SEASON)]: made });
  expect(rule.findings!.judge(facts)).toMatchObject([{ what: '4: t_eff 0.1 is below 0.2' }]);
  expect(rule.findings!.judge(factsOf({}))).toEqual([]);
});
