/** Rules that depend on what an expansion will bring: on its targets, and on files that those make. */
import { describe } from 'vitest';
import { test, type Workspace } from './workspace.ts';

const rules = (need: string): string => `
  target('list', { inputs: ['src'], outputs: ['list.txt'], recipe: [sh('list', 'cat src > list.txt')] }),
  expand('list', (text) => {
    const names = text.trim().split(' ');
    return [
      ...names.map((n) => target('t' + n, { outputs: ['o' + n], recipe: [sh('t' + n, 'echo ' + n + ' > o' + n)] })),
      group('all', names.map((n) => 't' + n)),
    ];
  }, 'N'),
  target('goal', { ${need}, outputs: ['sum'], recipe: [sh('goal', 'cat o1 > sum')] }),`;

function open(w: Workspace, need: string): void {
  w.rules(rules(need));
  w.write('src', '1 2');
}

describe.concurrent('a rule may need what an expansion brings', () => {
  test.for<[string, string, readonly string[]]>([
    ['a target', `deps: ['all']`, ['list', 't1', 't2', 'goal']],
    ['the order of one', `after: ['t1']`, ['list', 't1', 'goal']],
    ['targets to gather', `gathers: ['t1', 't2']`, ['list', 't1', 't2', 'goal']],
    ['a file', `inputs: ['o1']`, ['list', 't1', 'goal']],
  ])('%s', async ([, need, ran], { expect, w }) => {
    open(w, need);
    const before = await w.desgw(['status']);
    expect([before.code, before.err]).toEqual([0, '']);
    expect((await w.desgw(['build'])).code).toBe(0);
    expect([...w.ran()].sort()).toEqual([...ran].sort());
    expect([(await w.desgw(['build'])).code, w.ran()]).toEqual([0, []]);
  });

  test('is not waited for by the adoption of what it follows from', async ({ w, expect }) => {
    open(w, `deps: ['all']`);
    w.write('list.txt', '1 2\n');
    const { code, out } = await w.desgw(['adopt', 'list']);
    expect([code, out]).toEqual([0, 'adopted: list counts as made\n']);
  });

  test('may be made until it is known; a name that does not come is an error then', async ({
    w,
    expect,
  }) => {
    open(w, `deps: ['t3']`);
    expect((await w.desgw(['status'])).out).toMatch(/^t3 +maybe +after list$/m);
    const { code, err } = await w.desgw(['build']);
    expect([code, w.ran(), err]).toEqual([
      2,
      ['list'],
      expect.stringContaining("needs 't3', which no rule makes"),
    ]);
  });

  test('is made until a pattern has met all that it means', async ({ w, expect }) => {
    open(w, `inputs: ['src']`);
    w.write('o1', '1');
    expect((await w.desgw(['build', '*'])).code).toBe(0);
    expect([...w.ran()].sort()).toEqual(['goal', 'list', 't1', 't2']);
  });

  test('is left alone where a pattern can mean nothing of it', async ({ w, expect }) => {
    w.rules(
      `${rules(`inputs: ['src']`)} target('lone', { outputs: ['l'], recipe: [sh('lone', 'echo > l')] }),`,
    );
    w.write('src', '1 2');
    expect((await w.desgw(['build', 'lon*'])).code).toBe(0);
    expect(w.ran()).toEqual(['lone']);
  });

  test('brings what a pattern adopts, link after link', async ({ w, expect }) => {
    open(w, `deps: ['all']`);
    for (const [name, text] of Object.entries({ 'list.txt': '1 2', o1: '1', o2: '2', sum: '1' }))
      w.write(name, `${text}\n`);
    const { code, out } = await w.desgw(['adopt', '*']);
    expect([code, [...out.matchAll(/^adopted: (\S+)/gm)].map(([, name]) => name).sort()]).toEqual([
      0,
      ['all', 'goal', 'list', 't1', 't2'],
    ]);
    expect([(await w.desgw(['build'])).code, w.ran()]).toEqual([0, []]);
  });
});
