/** `desgw stamps`: what was taken, and what could not be had. */
import { expect, test } from 'vitest';
import type { Seen } from '../../../core/api/looks.ts';
import { schemaFaults } from '../../support/schemas.ts';
import { run } from './called.ts';

const json = { options: { '--json': true } } as const;
const folder = 'image_proc_outputs/stamps_S2206';
const texts = { [`${folder}/fail_objids.txt`]: '9 20170817 668440 i 05 0.9\n' };
const names = ['7', '8'].flatMap((object) => [`diff${object}.gif`, `srch${object}.gif`]);
const seen = (): Seen => ({
  kind: 'list',
  dirs: [{ dir: `${folder}/11`, names: [...names, 'temp7.gif'] }],
});

test('are those of which all three are there; what could not be had is told', async () => {
  expect((await run('stamps')).status).toBe(1);
  const { out } = await run('stamps', { texts, seen });
  expect(out.split('\n')).toEqual([
    'stamps of 1 observations of 1 candidates; 1 could not be had',
    expect.stringMatching(/stamps_S2206\/11 +7$/),
    '  not had: 9 (exposure 668440, i_05, score 0.9)',
  ]);
});

test('as data', async () => {
  const data = JSON.parse((await run('stamps', { texts, seen, ...json })).out);
  expect(data.candidates).toEqual([{ snid: '11', folder: `${folder}/11`, objects: ['7'] }]);
  expect(schemaFaults('stamps', data)).toBe('');
});
