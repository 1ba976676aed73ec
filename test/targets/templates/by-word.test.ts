/** Templates that are processed once more on a person's word. */
import { describe, expect, test } from 'vitest';
import type { Step } from '../../../core/index.ts';
import { TEMPLATE_CCDS } from '../../../targets/settings/domain.ts';
import {
  type ByWord,
  byWordDag,
  byWordRule,
  type Reason,
} from '../../../targets/templates/by-word.ts';
import { templatesOf } from '../../../targets/templates/template-dag.ts';
import { dagText } from '../../fixtures/postproc/dag-text.ts';
import { factsOf, followUpWith, stepsOf } from '../../support/follow-up.ts';

const [template] = templatesOf(dagText({ exposure: '668440', templates: ['512345'] }));
const { site } = followUpWith();
const asked = (reason: Reason, ccds = TEMPLATE_CCDS): ByWord => ({
  ...{ exposure: '668440', season: '1600', number: 1, memory: '6000MB', dummy: undefined },
  works: [{ template: template!, ccds, reason }],
  code: 'now',
});
const take = (claimed: string | undefined): Reason => ({ kind: 'take', pass: 0, claimed });
const steps = (reason: Reason) => stepsOf(byWordRule(site, asked(reason), 60), factsOf({}));
const inShort = (step: Step): readonly unknown[] =>
  step.kind === 'claim'
    ? ['claim', step.names[0]!.replace(/(over|was)-.*/, '$1')]
    : step.kind === 'move'
      ? [
          'move',
          step.to
            .replace(/was-.*/, 'was')
            .split('/')
            .pop(),
        ]
      : [step.kind];
const FREE = '20150817_512345.pass0';

describe('taking over', () => {
  test('claims the very takeover first, then puts the dead claim aside, then claims, then submits', () => {
    expect(steps(take('{"user":"somebody"}')).map(inShort)).toEqual([
      ['claim', `${FREE}.over`],
      ['move', `${FREE}.was`],
      ['claim', FREE],
      ['claim', 'desgw_templates_668440_S1600_word1.dag.submitting'],
      ['write'],
      ['exec'],
      ['write'],
    ]);
  });

  test('of another claim is another takeover; of none there is nothing to put aside', () => {
    const name = (text: string) => JSON.stringify(steps(take(text))[0]);
    expect(name('a')).toBe(name('a'));
    expect(name('a')).not.toBe(name('b'));
    expect(inShort(steps(take(undefined))[0]!)).toEqual(['claim', FREE]);
  });
});

test('what is made once more is claimed for that code, and made whatever is there', () => {
  const reason: Reason = { kind: 'redo', code: 'now' };
  expect(inShort(steps(reason)[0]!)).toEqual(['claim', '20150817_512345.code-now']);
  const lines = byWordDag(asked(reason)).split('\n');
  expect(lines.filter((line) => line.includes('SEdiff.sh'))).toEqual([
    expect.stringMatching(/--memory=6000MB .*-c 0 .* -O$/),
  ]);
  expect(lines.slice(-2)).toEqual(['</parallel>', '']);
});

test('what lacks little comes CCD by CCD', () => {
  const lines = byWordDag(asked(take('x'), [3, 4])).split('\n');
  expect(lines.filter((line) => line.includes('SEdiff.sh'))).toEqual([
    expect.stringMatching(/-c 3 /),
    expect.stringMatching(/-c 4 /),
  ]);
});
