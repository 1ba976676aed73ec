import { describe, expect, test } from 'vitest';
import { didYouMean, nearest, Refusal, UserError } from '../../../core/api/errors.ts';

describe('the name that was meant', () => {
  test.each([
    ['a letter left out', 'postpro', ['postproc', 'season'], ['postproc']],
    ['two letters swapped', 'saeson', ['postproc', 'season'], ['season']],
    ['another case', 'POSTPROC', ['postproc', 'season'], ['postproc']],
    ['nothing near', 'banana', ['postproc', 'season'], []],
    [
      'the nearest first, at most three',
      'ab',
      ['abc', 'ab', 'xb', 'abd', 'abe'],
      ['ab', 'abc', 'abd'],
    ],
    ['a short name may differ by one', 'a', ['b', 'cc'], ['b']],
    ['no candidates', 'a', [], []],
  ])('%s', (_what, name, candidates, found) => {
    expect(nearest(name, candidates)).toEqual(found);
  });

  test('is offered as a question, or not at all', () => {
    expect(didYouMean('xeason', ['season', 'reason'])).toBe("Did you mean 'reason' or 'season'?");
    expect(didYouMean('x', ['season'])).toBe(undefined);
  });
});

test('an error of use ends with 2 unless it says otherwise', () => {
  const { message, hint, exit, name } = new UserError('what', 'what to do');
  expect({ message, hint, exit, name }).toEqual({
    message: 'what',
    hint: 'what to do',
    exit: 2,
    name: 'UserError',
  });
  expect(new UserError('what', undefined, 3).exit).toBe(3);
});

test('a refusal carries what to do about it', () => {
  expect(new Refusal('no templates', 'widen the window')).toMatchObject({
    message: 'no templates',
    advice: 'widen the window',
  });
});
