/** What `--set` wrote into a file of people stays there, and is told until somebody settles it. */
import { describe } from 'vitest';
import { type Ended, test, type Workspace } from './workspace.ts';

/** A file of which the rule sets what is given, like `dagmaker.rc`. */
const rules = (w: Workspace, declared: string) =>
  w.rules(
    `(() => {
      const values = { SEASON: '1601', ...(params.CUT === null ? {} : { CUT: String(params.CUT) }) };
      return target('goal', {
        params: values,
        outputs: [{ path: 'a.rc', keys: { format: 'shell', names: Object.keys(values) } }],
        recipe: [edit('a.rc', 'shell', values)],
      });
    })(),`,
    `goal: 'goal', params: { CUT: ${declared} }`,
  );
const LEFT_TO_THE_FILE = `param(null, { type: 'number', help: 'a cut', check: (it) => (it < 1 ? undefined : 'it is too much') })`;

const TOLD = /^goal holds CUT=0\.3, set on \d+ [A-Z][a-z][a-z] by --set$/m;

/** What the next plain commands say. */
async function plainly(w: Workspace): Promise<readonly Ended[]> {
  return [await w.desgw(['status']), await w.desgw(['build']), await w.desgw(['status'])];
}

describe('what --set wrote into a file', () => {
  test('is told by plain commands with two ways to go on, however often they come', async ({
    w,
    expect,
  }) => {
    w.write('a.rc', 'CUT=.2\n');
    rules(w, LEFT_TO_THE_FILE);
    const set = await w.desgw(['build', '--set', 'CUT=0.3']);
    expect(set.out).not.toMatch(/by --set/);
    for (const { code, out } of [...(await plainly(w)), ...(await plainly(w))]) {
      expect(code).toBe(0);
      expect(out).toMatch(TOLD);
      expect(out.replaceAll(/\s+/g, ' ')).toContain(
        'To keep it, write CUT: 0.3 into `params` of the rule file; to take it back, `desgw build --set CUT=.2` puts back what was there.',
      );
    }
    expect(w.read('a.rc')).toBe('CUT=0.3\nSEASON=1601\n');
  });

  test('is told no more when it stands in the rule file', async ({ w, expect }) => {
    w.write('a.rc', 'CUT=.2\n');
    rules(w, LEFT_TO_THE_FILE);
    await w.desgw(['build', '--set', 'CUT=0.3']);
    await w.desgw(['build']);
    rules(w, '0.3');
    for (const { out } of await plainly(w)) expect(out).not.toMatch(/by --set/);
  });

  test('is told no more when it was taken back as advised', async ({ w, expect }) => {
    w.write('a.rc', 'CUT=.2\n');
    rules(w, LEFT_TO_THE_FILE);
    await w.desgw(['build', '--set', 'CUT=0.3']);
    await w.desgw(['build']);
    expect((await w.desgw(['build', '--set', 'CUT=.2'])).code).toBe(0);
    expect(w.read('a.rc')).toBe('CUT=0.2\nSEASON=1601\n');
    for (const { out } of await plainly(w)) expect(out).not.toMatch(/by --set/);
  });

  test('is told no more when a person changed the line', async ({ w, expect }) => {
    rules(w, LEFT_TO_THE_FILE);
    await w.desgw(['build', '--set', 'CUT=0.3']);
    const [before] = await plainly(w);
    expect(before!.out.replaceAll(/\s+/g, ' ')).toContain('to take it back, change it in a.rc.');
    w.write('a.rc', 'SEASON=1601\nCUT=0.4\n');
    for (const { out } of await plainly(w)) expect(out).not.toMatch(/by --set/);
  });

  test('can be put back by --set only where --set would take it', async ({ w, expect }) => {
    w.write('a.rc', 'CUT=7\n');
    rules(w, LEFT_TO_THE_FILE);
    await w.desgw(['build', '--set', 'CUT=0.3']);
    const { out } = await w.desgw(['status']);
    expect(out.replaceAll(/\s+/g, ' ')).toContain('to take it back, change it in a.rc.');
  });

  test('survives a second --set: what is put back is what was there at first', async ({
    w,
    expect,
  }) => {
    w.write('a.rc', 'CUT=.2\n');
    rules(w, LEFT_TO_THE_FILE);
    await w.desgw(['build', '--set', 'CUT=0.4']);
    await w.desgw(['build', '--set', 'CUT=0.3']);
    const { out } = await w.desgw(['status']);
    expect(out).toMatch(TOLD);
    expect(out).toContain('desgw build --set CUT=.2');
  });
});
