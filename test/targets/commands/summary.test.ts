import { expect, test } from 'vitest';
import { run } from './called.ts';

const texts = {
  'image_proc_outputs/output.txt': '[668440 i, 668441 z]\n2206\n',
  'sandbox/Post-Processing/PostProcStatus2206.txt': '1\n1\n1\n1\n1\n0\n0\n0\n0\nincomplete\n',
};

test('a night of which nothing has been judged yet is told as that', async () => {
  const { status, out } = await run('summary', { texts, params: { ligoid: 'GW170817' } });
  expect(status).toBe(0);
  expect(out).toMatch(/^GW170817 {2}season 2206/);
  expect(out).toContain('2 submitted, 0 judged');
  expect(out).toContain('post proc.  step 3 of 7 done');
});

test('a step that failed is told, whatever the status file says', async () => {
  const done = {
    ...texts,
    'sandbox/Post-Processing/PostProcStatus2206.txt': '1\n1\n1\n1\n1\n1\n1\n1\n1\ncomplete\n',
  };
  const records = {
    'postproc:3': { state: 'failed' as const, at: 1, what: 'host match: 26 updates failed' },
    'postproc:4': { state: 'failed' as const, at: 1, what: 'host match: 26 updates failed' },
  };
  const { out } = await run('summary', { texts: done, records });
  expect(out).toContain('all steps done; step 3 failed: host match: 26 updates failed');
});

test('for programs and for tables', async () => {
  const json = JSON.parse((await run('summary', { texts, options: { '--json': true } })).out);
  expect(json).toMatchObject({ schema: 'desgw/summary', event: null, season: '2206' });
  const { out } = await run('summary', { texts, options: { '--csv': true } });
  expect(out.split('\n').slice(1)).toEqual(['668440,i,,,,,,,,,,,,', '668441,z,,,,,,,,,,,,']);
});

test('without a season there are no numbers of it', async () => {
  const { out } = await run('summary', { season: undefined });
  expect(out).toMatch(/^no season yet/);
});
