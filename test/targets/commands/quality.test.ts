/** `desgw quality`: the table as it was built last, what is odd marked. */
import { expect, test } from 'vitest';
import { qualityCsv } from '../../../targets/candidates/quality.ts';
import { schemaFaults } from '../../support/schemas.ts';
import { run } from './called.ts';

const json = { options: { '--json': true } } as const;
const row = { exposure: '1', band: 'i', teff: 0.1, ccds: 58, candidates: 3, zeroPoint: null };
const texts = {
  'image_proc_outputs/quality_S2206.csv': qualityCsv([{ ...row, injected: 4, found: 3 }]),
};

test('shows the exposures and what is odd', async () => {
  expect((await run('quality')).status).toBe(1);
  const { out } = await run('quality', { texts });
  expect(out.split('\n').slice(1)).toEqual([
    expect.stringMatching(/^1 +i +0\.10 +58 +3 +- +3 of 4$/),
    '1: t_eff 0.1 is below 0.2',
  ]);
});

test('as data', async () => {
  const data = JSON.parse((await run('quality', { texts, ...json })).out);
  expect(data).toMatchObject([{ exposure: '1', odd: ['t_eff 0.1 is below 0.2'] }]);
  expect(schemaFaults('quality', data)).toBe('');
});
