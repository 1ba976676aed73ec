import { describe, expect, test } from 'vitest';
import { run } from './called.ts';

describe('desgw doctor', () => {
  test('a site that is yet to be made is no fault, and says how it is made', async () => {
    const { status, out } = await run('doctor');
    expect(status).toBe(0);
    expect(out).toContain('desgw build sandbox; then desgw doctor looks at it');
  });

  test('data are a list of findings', async () => {
    const { out } = await run('doctor', { options: { '--json': true } });
    expect(JSON.parse(out)).toEqual([expect.objectContaining({ name: 'sandbox', state: 'warn' })]);
  });
});
