/** S45 to S53: graphs of every shape, and what is said of those that cannot be. */
import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from 'vitest';
import { build } from './chain.ts';
import { type Ended, test, type Workspace } from './workspace.ts';

/** The line of the rule file on which a text stands for the first time. */
const lineOf = (w: Workspace, text: string): number =>
  w.read('desgwfile.ts').split(text)[0]!.split('\n').length;

const refused = (err: string): Ended => ({ code: 2, out: '', err });

/** What was said, without the lines of the rule file and the code beside it. */
const said = ({ code, out, err }: Ended): Ended => ({
  code,
  out,
  err: err.replace(/^ {2}(\d+| +) \| .*\n/gm, '').replace(/^ {2}\(DG\d+: .*\n/gm, ''),
});

describe.concurrent('graph', () => {
  test('S45 of a cycle that is entered from outside only its members are named, each with its place', async ({
    w,
    expect,
  }) => {
    w.rules(`
      target('entry', { deps: ['a'], recipe: [] }),
      target('a', { deps: ['b'], recipe: [] }),
      target('b', { deps: ['c'], recipe: [] }),
      target('c', { deps: ['a'], recipe: [] }),`);
    const at = (name: string) => `desgwfile.ts:${lineOf(w, `target('${name}'`)}`;
    expect(said(await w.desgw(['build', 'entry']))).toEqual(
      refused(
        `desgw: the rules form a cycle: a -> b -> c -> a\n  a needs b (${at('a')})\n  b needs c (${at('b')})\n  c needs a (${at('c')})\n  Take one of these needs away.\n`,
      ),
    );
  });

  test('S46 for an unknown target up to three near names are offered', async ({ w, expect }) => {
    w.rules(
      `...['report_1', 'report_2', 'report_3', 'report_4', 'other'].map((name) => target(name, { outputs: [name + '.json'], recipe: [] })),`,
    );
    expect(said(await w.desgw(['build', 'raport_1']))).toEqual(
      refused(
        `desgw: there is no target 'raport_1'\n  Did you mean 'report_1' or 'report_2' or 'report_3'?\n`,
      ),
    );
    expect(said(await w.desgw(['build', 'othr.json']))).toEqual(
      refused(`desgw: there is no target 'othr.json'\n  Did you mean 'other.json'?\n`),
    );
    expect(said(await w.desgw(['build', 'nothing like it']))).toEqual(
      refused(
        "desgw: there is no target 'nothing like it'\n  See `desgw targets` for the names there are.\n",
      ),
    );
    expect(w.exists('.desgw/journal')).toBe(false);
  });

  test('S47 for a source that is missing it is told who needs it, and what there is instead', async ({
    w,
    expect,
  }) => {
    w.rules(`
      target('a', { inputs: ['data/exposures.list'], outputs: ['a.txt'], recipe: [sh('a', 'cp data/exposures.list a.txt')] }),
      target('b', { deps: ['a'], outputs: ['b.txt'], recipe: [sh('b', 'cp a.txt b.txt')] }),
      target('other', { outputs: ['o.txt'], recipe: [sh('other', 'touch o.txt')] }),
      group('goal', ['b', 'other']),`);
    w.write('data/exposures.lst', '1\n');
    const { code, out } = await w.desgw(['build']);
    expect(code).toBe(1);
    expect(out).toContain(`failed: a
  data/exposures.list does not exist, and no rule makes it
    It is an input of a (desgwfile.ts:${lineOf(w, `target('a'`)}), which goal needs by way of b. There is data/exposures.lst.
`);
    expect(w.ran()).toEqual(['other']);
    expect((await w.desgw(['build', '-n'])).out).toContain(
      'cannot  a  data/exposures.list does not exist',
    );
    w.write('data/exposures.list', '1\n');
    expect(await build(w)).toEqual(['a', 'b']);
    rmSync(join(w.dir, 'data/exposures.list'));
    expect((await w.desgw(['build'])).code).toBe(1);
    expect([w.ran(), w.read('a.txt')]).toEqual([[], '1\n']);
  });

  test('S48 an output of two rules is refused with both places, by whatever spelling', async ({
    w,
    expect,
  }) => {
    for (const path of ['out/o', './out/o', 'out/../out//o', `${w.dir}/out/o`]) {
      w.rules(`
        target('a', { outputs: ['out/o'], recipe: [] }),
        target('b', { outputs: ['${path}'], recipe: [] }),
        group('goal', ['a']),`);
      const [a, b] = ['a', 'b'].map((name) => `desgwfile.ts:${lineOf(w, `target('${name}'`)}`);
      expect(said(await w.desgw(['build']))).toEqual(
        refused(`desgw: 'out/o' is made by two targets, 'a' and 'b' (${a} and ${b})\n`),
      );
    }
  });

  test('S48 so is one that two names mean because a directory is a symbolic link', async ({
    w,
    expect,
  }) => {
    w.write('out/other', '');
    symlinkSync('out', join(w.dir, 'alias'));
    w.rules(`
      target('a', { outputs: ['out/o'], recipe: [write('out/o', 'a')] }),
      target('b', { outputs: ['alias/o'], recipe: [write('alias/o', 'b')] }),
      group('goal', ['a', 'b']),`);
    const [a, b] = ['a', 'b'].map((name) => `desgwfile.ts:${lineOf(w, `target('${name}'`)}`);
    const error =
      `desgw: 'out/o' and 'alias/o' are one file, made by two targets, 'a' and 'b' (${a} and ${b})\n` +
      '  A directory on the way is a symbolic link. Let one target make the file.\n';
    for (const command of [['build'], ['build', '-n'], ['status']])
      expect(said(await w.desgw(command))).toEqual(refused(error));
    expect(w.exists('out/o')).toBe(false);
  });

  test('S49 a ladder of sixty diamonds is planned, built and explained', async ({ w, expect }) => {
    w.rules(`
      target('n0', { inputs: ['src'], outputs: ['n0'], recipe: [copy('src', 'n0')] }),
      ...Array.from({ length: 60 }, (_, i) => [
        target('l' + i, { deps: ['n' + i], outputs: ['l' + i], recipe: [copy('n' + i, 'l' + i)] }),
        target('r' + i, { deps: ['n' + i], outputs: ['r' + i], recipe: [copy('n' + i, 'r' + i)] }),
        target('n' + (i + 1), { deps: ['l' + i, 'r' + i], outputs: ['n' + (i + 1)], recipe: [copy('l' + i, 'n' + (i + 1))] }),
      ]).flat(),
      group('goal', ['n60']),`);
    w.write('src', 'one\n');
    expect((await w.desgw(['build', '-n'])).out).toContain('Would run: 181 to do.');
    await build(w);
    expect(w.read('n60')).toBe('one\n');
    w.write('src', 'two\n');
    expect((await w.desgw(['build', '-n'])).out).toContain(
      'Would run: 1 to do, 180 that may follow.',
    );
    expect((await w.desgw(['why', 'n60'])).out).toContain('src changed');
  });

  test('S50 five thousand generated targets and a chain of five thousand are planned and shown', async ({
    w,
    expect,
  }) => {
    w.rules(`
      expandFile('names', (text) => {
        const names = text.trim().split('\\n');
        return [
          ...names.map((name) => target(name, { outputs: ['out/' + name], recipe: [write('out/' + name, name)] })),
          ...names.map((name, i) => target('chain_' + name, { deps: i === 0 ? names : ['chain_' + names[i - 1]], recipe: [sh(name, 'true')] })),
          group('goal', ['chain_' + names.at(-1)]),
        ];
      }),`);
    w.write('names', Array.from({ length: 5000 }, (_, i) => `n${i}`).join('\n'));
    expect((await w.desgw(['status'])).out).toBe(
      'n* (5000)        missing  never built\nchain_n* (5000)  missing  never built\ngoal             maybe    after chain_n4999\n\n10000 targets: 10000 missing\nnext: `desgw build` makes what is missing; `desgw build -n` shows what that would be.\n',
    );
    expect((await w.desgw(['build', '-n'])).out).toContain(
      'Would run: 10000 to do. Nothing was changed.',
    );
    const chain = (await w.desgw(['why', '--path', 'n0', 'goal'])).out;
    expect(chain.split('\n').filter((line) => line.includes('->')).length).toBe(5001);
  });

  test('S51 names with blanks, quotes, line ends, wildcards, dashes and accents are taken as they are', async ({
    w,
    expect,
  }) => {
    const names = [
      'with blank',
      `quo"te's`,
      'new\nline',
      '-dash',
      '--force',
      '$HOME `id`',
      'a*?[b]',
      'caf\u00e9',
      'cafe\u0301',
      'back\\slash',
      '__proto__',
      '%41',
      '日本',
    ];
    w.rules(`
      ...${JSON.stringify(names)}.flatMap((name) => [
        target(name, { inputs: ['src'], outputs: ['out/' + name], recipe: [exec(['sh', '-c', 'cat src > "$1"; echo run >> ran; echo copied', 'sh', 'out/' + name])] }),
        target('copy of ' + name, { deps: [name], outputs: ['copy/' + name], recipe: [copy('out/' + name, 'copy/' + name)] }),
      ]),
      group('goal', ${JSON.stringify(names.map((name) => `copy of ${name}`))}),`);
    w.write('src', 'one\n');
    w.write('out/keep', '');
    expect((await build(w)).length).toBe(names.length);
    for (const name of names) expect([name, w.read(`copy/${name}`)]).toEqual([name, 'one\n']);
    expect(await build(w)).toEqual([]);
    expect(Object.keys(w.tree()).filter((path) => path.startsWith('out/')).length).toBe(
      names.length + 1,
    );
    w.write('src', 'two\n');
    expect((await build(w, ['--', ...names])).length).toBe(names.length);
    for (const name of names) expect([name, w.read(`out/${name}`)]).toEqual([name, 'two\n']);
    const logs = Object.keys(w.tree()).filter((path) =>
      /^\.desgw\/logs\/(?!build\.).*\.2\.log$/.test(path),
    );
    expect(logs.length).toBe(names.length);
    for (const args of [
      ['why', '--', 'new\nline'],
      ['log', '--', '-dash'],
      ['status', '--', '--force'],
    ]) {
      expect([args, (await w.desgw(args)).code]).toEqual([args, 0]);
    }
  });

  test('S52 of a list that grows and shrinks only the new is built, and the vanished is cleaned as orphan', async ({
    w,
    expect,
  }) => {
    w.rules(`
      target('list', { inputs: ['src'], outputs: ['list.txt'], recipe: [sh('list', 'sort src > list.txt')] }),
      expand('list', (text) => {
        const names = text.trim().split('\\n').filter(Boolean);
        return [...names.map((name) => target(name, { outputs: [name + '.txt'], recipe: [sh(name, 'touch ' + name + '.txt')] })), group('goal', names)];
      }),`);
    w.write('src', 'y\nx\n');
    expect([...(await build(w))].sort()).toEqual(['list', 'x', 'y']);
    w.write('src', 'y\nz\nx\n');
    expect(await build(w)).toEqual(['list', 'z']);
    w.write('src', 'z\nx\n');
    expect(await build(w)).toEqual(['list']);
    expect((await w.desgw(['status'])).out).toContain(
      'y is in no rule any more; `desgw clean --orphans` deletes what it left.\n',
    );
    const asked = await w.desgw(['clean', '--orphans']);
    expect(asked).toMatchObject({ code: 2, out: 'y: y.txt would be deleted\n' });
    expect(asked.err).toContain('Nothing was changed');
    expect(w.exists('y.txt')).toBe(true);
    expect((await w.desgw(['clean', '--orphans', '--yes'])).out).toBe('y: y.txt deleted\n');
    expect(['x.txt', 'y.txt', 'z.txt'].map(w.exists)).toEqual([true, false, true]);
    expect((await w.desgw(['status'])).out).not.toContain('--orphans');
    expect(await build(w)).toEqual([]);
    // While nobody knows what the list says, nothing can be called an orphan.
    rmSync(join(w.dir, 'list.txt'));
    expect(said(await w.desgw(['clean', '--orphans', '--yes']))).toEqual(
      refused(
        'desgw: which targets there are is not known before list is up to date\n  Make it first: desgw build list\n',
      ),
    );
    expect(['x.txt', 'z.txt'].map(w.exists)).toEqual([true, true]);
  });

  test('S53 a cycle that comes out of a list is told with the list and the rule', async ({
    w,
    expect,
  }) => {
    w.rules(`
      target('list', { inputs: ['src'], outputs: ['list.txt'], recipe: [sh('list', 'cp src list.txt')] }),
      expand('list', (text) => [
        ...text.trim().split('\\n').map((line) => line.split(' ')).map(([name, dep]) => target(name, { deps: [dep], recipe: [] })),
        group('goal', ['x']),
      ]),`);
    w.write('src', 'x y\ny x\n');
    const { code, err } = said(await w.desgw(['build']));
    const at = `desgwfile.ts:${lineOf(w, 'target(name')}, from what 'list' made`;
    expect({ code, err }).toEqual({
      code: 2,
      err: `desgw: the rules form a cycle: x -> y -> x\n  x needs y (${at})\n  y needs x (${at})\n  Take one of these needs away.\n`,
    });
    expect(w.ran()).toEqual(['list']);
  });
});
