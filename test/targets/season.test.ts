/** An event that was begun by hand is continued: its season is taken as it is, with the claim. */
import { expect, test } from 'vitest';
import { season } from '../../targets/season.ts';
import { sandbox } from '../../targets/site/sandbox.ts';

const stepsOf = (wanted: string, value: string) => season(sandbox(), wanted).adoptAs!(value);

test('the season that is given is claimed and written, whatever data it has', () => {
  expect(stepsOf('auto', '1600')).toMatchObject([
    { kind: 'claim', registry: 'sandbox/seasons-claimed', names: ['season-1600'] },
    { kind: 'write', path: 'image_proc_outputs/season', content: '1600\n' },
  ]);
});

test('a test season is nobody’s, and is not claimed', () => {
  expect(stepsOf('auto', '2206').map(({ kind }) => kind)).toEqual(['write']);
});

test('what is no season, or contradicts the parameter, is refused', () => {
  for (const value of ['x', '0', '16000', '../7'])
    expect(() => stepsOf('auto', value)).toThrow('is not a season number');
  expect(() => stepsOf('1700', '1600')).toThrow('the parameter season says 1700, not 1600');
});
