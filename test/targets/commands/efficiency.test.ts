/** `desgw efficiency`: the table as it was built last, as bars. */
import { expect, test } from 'vitest';
import { efficiencyCsv } from '../../../targets/candidates/efficiency.ts';
import { schemaFaults } from '../../support/schemas.ts';
import { run } from './called.ts';

const BINS = [
  { band: 'i', from: 21, injected: 10, found: 10 },
  { band: 'i', from: 21.5, injected: 10, found: 5 },
  { band: 'i', from: 22, injected: 10, found: 0 },
  { band: 'z', from: 21, injected: 4, found: 1 },
];
const texts = { 'image_proc_outputs/efficiency_S2206.csv': efficiencyCsv(BINS) };

test('without a table it says how to get one', async () => {
  expect(await run('efficiency')).toMatchObject({
    ...{ status: 1, out: expect.stringContaining('desgw build efficiency') },
  });
});

test('a bar for each magnitude, and where most and half are found', async () => {
  const { out } = await run('efficiency', { texts });
  const lines = out.split('\n').filter((line) => line !== '');
  expect(lines[0]).toBe('i: 90 % at 21.4, 50 % at 21.8');
  expect(lines[1]).toBe(`  21.0-21.5  ${'#'.repeat(40)}  100 %  10 of 10`);
  expect(lines[2]).toContain(` ${'#'.repeat(20)} `);
  expect(lines[4]).toBe('z');
});

test('as data', async () => {
  const { out } = await run('efficiency', { texts, options: { '--json': true } });
  expect(JSON.parse(out)).toEqual(BINS);
  expect(schemaFaults('efficiency', JSON.parse(out))).toBe('');
});
