/** Files of which a target owns single keys, through the real command line. */
import { describe } from 'vitest';
import { test, type Workspace } from '../../scenarios/workspace.ts';

const rules = (w: Workspace, values: { readonly [key: string]: string }) =>
  w.rules(
    `target('goal', {
      params: ${JSON.stringify(values)},
      outputs: [{ path: 'a.rc', keys: { format: 'shell', names: ${JSON.stringify(Object.keys(values))} } }],
      recipe: [edit('a.rc', 'shell', ${JSON.stringify(values)})],
    }),`,
  );

describe('keys of a file', () => {
  test('a key that joins or leaves is set, and is no edit by hand', async ({ w, expect }) => {
    w.write('a.rc', 'MINE=1\n');
    rules(w, { SEASON: '1601' });
    expect((await w.desgw(['build'])).code).toBe(0);
    rules(w, { SEASON: '1601', TWINDOW: '20' });
    expect((await w.desgw(['build'])).code).toBe(0);
    expect(w.read('a.rc')).toBe('MINE=1\nSEASON=1601\nTWINDOW=20\n');
    rules(w, { TWINDOW: '30' });
    expect((await w.desgw(['build'])).code).toBe(0);
    expect(w.read('a.rc')).toBe('MINE=1\nSEASON=1601\nTWINDOW=30\n');
  });

  test('a key of ours that was edited by hand is noticed even when others join', async ({
    w,
    expect,
  }) => {
    rules(w, { SEASON: '1601', TWINDOW: '20' });
    await w.desgw(['build']);
    w.write('a.rc', 'SEASON=1602\nTWINDOW=20\n');
    expect((await w.desgw(['build'])).code).toBe(4);
    rules(w, { SEASON: '1601', TWINDOW: '20', PNUM: '4' });
    expect((await w.desgw(['build'])).code).toBe(4);
    expect(w.read('a.rc')).toBe('SEASON=1602\nTWINDOW=20\n');
  });

  test('lines that are not ours may change at will', async ({ w, expect }) => {
    rules(w, { SEASON: '1601' });
    await w.desgw(['build']);
    w.write('a.rc', '# a remark\nSEASON=1601\nMINE=2\n');
    expect((await w.desgw(['build'])).code).toBe(0);
    expect(w.read('a.rc')).toBe('# a remark\nSEASON=1601\nMINE=2\n');
  });
});
