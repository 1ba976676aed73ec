/** What is no plain file: patterns, links, directories, pipes; and whose a file is. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe } from 'vitest';
import { BIN, type Ended, test, type Workspace } from './workspace.ts';

const said = ({ out, err }: Ended): string => out + err;

describe.concurrent('a pattern as output', () => {
  const EACH = `
  target('a', { globs: ['in/*'], outputs: [{ path: 'out/*', glob: true }], recipe: [sh('a', 'mkdir -p out; for f in in/*; do cp $f out/; done')] }),
  target('goal', { deps: ['a'], outputs: ['all'], recipe: [sh('goal', 'cat out/* > all')] }),`;

  async function built(w: Workspace): Promise<void> {
    w.rules(EACH);
    w.write('in/1', 'one\n');
    w.write('in/2', 'two\n');
    await w.desgw(['build']);
    w.ran();
  }

  test('that is made again is what dependents are made from, and is never called edited', async ({
    w,
    expect,
  }) => {
    await built(w);
    w.write('in/1', 'ONE\n');
    expect((await w.desgw(['build'])).code).toBe(0);
    expect([w.read('all'), (await w.desgw(['build'])).code, w.ran()]).toEqual([
      'ONE\ntwo\n',
      0,
      ['a', 'goal'],
    ]);
  });

  test('has members that are known by name: edited, deleted, made by others', async ({
    w,
    expect,
  }) => {
    await built(w);
    w.write('out/2', 'hand work\n');
    const edited = await w.desgw(['build']);
    expect([edited.code, said(edited)]).toEqual([
      4,
      expect.stringContaining('out/2 was changed by hand'),
    ]);
    expect((await w.desgw(['build', '--force', 'a'])).err).toContain('it is kept as out/2.kept');
    expect([w.read('out/2'), w.read('out/2.kept')]).toEqual(['two\n', 'hand work\n']);
    rmSync(join(w.dir, 'out/1'));
    expect(said(await w.desgw(['why', 'a']))).toContain('out/1 is missing');
    await w.desgw(['build']);
    w.write('out/notes', 'mine\n');
    expect((await w.desgw(['status'])).out).toMatch(
      /^a +fresh +out\/notes beside what it made is not of its making/m,
    );
  });

  test('has files that others may name as their input, and that nobody else may make', async ({
    w,
    expect,
  }) => {
    const made = `target('a', { outputs: [{ path: 'out/*.txt', glob: true }], recipe: [sh('a', 'mkdir -p out; echo 1 > out/x.txt')] })`;
    w.rules(
      `${made}, target('goal', { inputs: ['out/x.txt'], outputs: ['o'], recipe: [sh('goal', 'cp out/x.txt o')] })`,
    );
    expect([(await w.desgw(['build'])).code, w.ran()]).toEqual([0, ['a', 'goal']]);
    w.rules(`${made}, target('goal', { deps: ['a'], outputs: ['out/y.txt'], recipe: [] })`);
    const { code, err } = await w.desgw(['build']);
    expect([code, err]).toEqual([2, expect.stringContaining("'out/y.txt' is made by two targets")]);
  });

  for (const [how, output] of [
    ['by name', `'data/x.txt'`],
    ['as one of a pattern', `{ path: 'data/*.txt', glob: true }`],
  ] as const)
    test(`as input waits for whoever makes files that it matches, ${how}`, async ({
      w,
      expect,
    }) => {
      w.rules(`
  target('sum', { globs: ['data/*'], outputs: ['o'], recipe: [sh('sum', 'cat data/* > o')] }),
  target('maker', { outputs: [${output}], recipe: [sh('maker', 'sleep 0.2; echo made > data/x.txt')] }),
  group('goal', ['sum', 'maker']),`);
      w.write('data/own', 'own\n');
      await w.desgw(['build']);
      expect([w.ran(), w.read('o')]).toEqual([['maker', 'sum'], 'own\nmade\n']);
      expect([(await w.desgw(['build'])).code, w.ran()]).toEqual([0, []]);
    });

  test('is cleaned file by file: what others put there stays', async ({ w, expect }) => {
    w.write('out/notes', 'mine\n');
    await built(w);
    w.write('out/2', 'hand work\n');
    const { out } = await w.desgw(['clean', 'a']);
    expect(out.split('\n').slice(0, 3)).toEqual([
      'a: out/1 deleted',
      'kept out/2: it was changed since desgw made it',
      'kept out/notes: desgw did not make it',
    ]);
    expect(readdirSync(join(w.dir, 'out'))).toEqual(['2', 'notes']);
  });

  test('names what an earlier run left and this one did not make', async ({ w, expect }) => {
    await built(w);
    rmSync(join(w.dir, 'in/2'));
    const again = await w.desgw(['build']);
    expect([again.code, again.err]).toEqual([
      0,
      expect.stringContaining('warning: a: out/2 is as an earlier run left it'),
    ]);
  });

  test('of which no file is made is a failure that says what there is', async ({ w, expect }) => {
    w.rules(
      `target('goal', { outputs: [{ path: 'out/*.txt', glob: true }], recipe: [sh('a', 'mkdir -p out; echo > out/a.csv')] }),`,
    );
    const { code, out } = await w.desgw(['build']);
    expect([code, out]).toEqual([
      1,
      expect.stringContaining('out/*.txt: nothing was made\n    There is out/a.csv.'),
    ]);
  });
});

describe.concurrent('a pattern as input', () => {
  test('that matches nothing is told, and the files it matches are named when they change', async ({
    w,
    expect,
  }) => {
    w.rules(
      `target('goal', { globs: ['in/*.dat'], outputs: ['o'], recipe: [sh('a', 'ls in > o')] }),`,
    );
    mkdirSync(join(w.dir, 'in'));
    expect((await w.desgw(['build'])).err).toContain('goal: in/*.dat matches no file');
    w.write('in/1.dat', '');
    expect((await w.desgw(['why', 'goal'])).out).toContain('in/1.dat appeared');
    expect((await w.desgw(['build'])).err).toBe('');
  });

  test('that means a name which is not UTF-8 is refused, with the name', async ({ w, expect }) => {
    w.rules(
      `target('goal', { globs: ['in/*.dat'], outputs: ['o'], recipe: [sh('a', 'cat in/* > o')] }),`,
    );
    mkdirSync(join(w.dir, 'in'));
    writeFileSync(
      Buffer.concat([Buffer.from(`${w.dir}/in/caf`), Buffer.from([0xe9]), Buffer.from('.dat')]),
      'x',
    );
    const { code, out } = await w.desgw(['build']);
    expect([code, out]).toEqual([1, expect.stringContaining('its name is not UTF-8; rename it')]);
  });
});

describe.concurrent('links', () => {
  for (const [how, step] of [
    ['the link step', `link('latest', 'a')`],
    ['ln -s', `sh('latest', 'ln -sf a latest')`],
    ['ln', `sh('latest', 'ln -f a latest')`],
  ] as const)
    test(`made by ${how} are not edited when the file they lead to was made anew`, async ({
      w,
      expect,
    }) => {
      w.rules(`
  target('a', { inputs: ['in'], outputs: ['a'], recipe: [sh('a', 'cat in > a')] }),
  target('latest', { inputs: ['a'], outputs: ['latest'], recipe: [${step}] }),
  target('goal', { inputs: ['latest'], outputs: ['c'], recipe: [sh('c', 'cat latest > c')] }),`);
      w.write('in', '1');
      await w.desgw(['build']);
      w.write('in', '2');
      await w.desgw(['build', 'a']);
      expect([(await w.desgw(['build'])).code, w.read('c')]).toEqual([0, '2']);
    });

  test('that a person made are written through, and edits behind them are noticed and kept', async ({
    w,
    expect,
  }) => {
    w.rules(
      `target('goal', { inputs: ['in'], outputs: ['o'], recipe: { version: '1', reads: ['in'], steps: ({ text }) => [write('o', text('in'))] } }),`,
    );
    w.write('in', 'one');
    mkdirSync(join(w.dir, 'store'));
    symlinkSync('store/o', join(w.dir, 'o'));
    expect((await w.desgw(['build'])).code).toBe(0);
    w.write('store/o', 'hand work');
    expect((await w.desgw(['build'])).code).toBe(4);
    await w.desgw(['build', '--force']);
    expect([w.read('store/o'), w.read('o.kept'), readlinkSync(join(w.dir, 'o'))]).toEqual([
      'one',
      'hand work',
      'store/o',
    ]);
  });

  test('that a person changed are edits, and are kept', async ({ w, expect }) => {
    w.rules(`target('goal', { outputs: ['o'], recipe: [link('o', 'here')] }),`);
    w.write('here', '1');
    w.write('there', '2');
    await w.desgw(['build']);
    rmSync(join(w.dir, 'o'));
    symlinkSync('there', join(w.dir, 'o'));
    expect((await w.desgw(['build'])).code).toBe(4);
    await w.desgw(['build', '--force']);
    const leads = (path: string) => readlinkSync(join(w.dir, path));
    expect([leads('o'), leads('o.link.kept')]).toEqual(['here', 'there']);
  });
});

describe.concurrent('what is no file', () => {
  test.for([
    ['inputs', `inputs: ['conf'], outputs: ['o']`, `globs: ['conf/**']`],
    ['outputs', `outputs: ['conf']`, `{ path: 'conf/**', glob: true }`],
  ] as const)(
    'directories as %s are refused, with the pattern to write',
    async ([, io, pattern], { expect, w }) => {
      w.rules(`target('goal', { ${io}, recipe: [sh('a', 'true')] }),`);
      w.write('conf/c', '1');
      const { code, err } = await w.desgw(['build']);
      expect([code, err]).toEqual([2, expect.stringContaining(pattern)]);
      expect(w.ran()).toEqual([]);
    },
  );

  test('a directory that a run leaves in the place of an output fails it', async ({
    w,
    expect,
  }) => {
    w.rules(`target('goal', { outputs: ['dir'], recipe: [sh('a', 'mkdir dir; echo > dir/x')] }),`);
    const first = await w.desgw(['build']);
    expect([first.code, first.out]).toEqual([1, expect.stringContaining('dir is a directory')]);
    expect((await w.desgw(['build'])).code).toBe(2);
  });

  test('a pipe among the files of a pattern fails the target, and does not go unnoticed', async ({
    w,
    expect,
  }) => {
    w.rules(`target('goal', { globs: ['in/*'], outputs: ['o'], recipe: [sh('g', 'ls in > o')] })`);
    w.write('in/a', '');
    execFileSync('mkfifo', [join(w.dir, 'in/p')]);
    const { code, out } = await w.desgw(['build']);
    expect([code, out, w.ran()]).toEqual([1, expect.stringMatching(/in\/p: it is a pipe/), []]);
  });

  test('a pipe fails the target that reads it, at once, and the others go on', async ({
    w,
    expect,
  }) => {
    w.rules(`
  target('a', { inputs: ['pipe'], outputs: ['a'], recipe: [sh('a', 'cat pipe > a')] }),
  target('b', { outputs: ['b'], recipe: [sh('b', 'echo > b')] }),
  group('goal', ['a', 'b']),`);
    execFileSync('mkfifo', [join(w.dir, 'pipe')]);
    const { code, out } = await w.desgw(['build']);
    expect([code, out, w.ran()]).toEqual([
      1,
      expect.stringContaining('pipe is a pipe, not a file'),
      ['b'],
    ]);
  });
});

describe.concurrent('what people wrote', () => {
  for (const kind of ['quiet', 'shared'] as const)
    test(`into an output that is ${kind} is kept when it is made again, and once`, async ({
      w,
      expect,
    }) => {
      w.rules(
        `target('goal', { inputs: ['in'], outputs: [{ path: 'o', ${kind}: true }], recipe: [sh('a', 'cat in > o')] }),`,
      );
      w.write('in', '1');
      await w.desgw(['build']);
      for (const text of ['2', '3']) {
        w.write('o', 'hand work');
        w.write('in', text);
        expect((await w.desgw(['build'])).code).toBe(0);
      }
      expect([w.read('o'), w.read('o.kept'), w.exists('o.kept-2')]).toEqual([
        '3',
        'hand work',
        false,
      ]);
    });
});

test('what a killed build has half written is nobody’s input, and goes with the next build', async ({
  w,
  expect,
}) => {
  w.rules(`
  target('c', { inputs: ['one'], outputs: ['counts/one'], recipe: [exec(['sh', '-c', 'wc -w < one'], { stdout: 'counts/one' })] }),
  target('goal', { after: ['c'], globs: ['counts/*'], outputs: ['total'], recipe: [sh('t', 'cat counts/* > total; ls -A counts > names')] }),`);
  w.write('one', 'a b c\n');
  const killed = await w.desgw(['build'], { with: { killBefore: 'rename .*counts/one$' } });
  expect([killed.code, readdirSync(join(w.dir, 'counts')).length]).toEqual([null, 1]);
  await w.desgw(['build']);
  expect([w.read('total').trim(), w.read('names')]).toEqual(['3', 'one\n']);
});

test('in a folder that a group may write, all that is made is the group’s, whatever the umask', ({
  w,
  expect,
}) => {
  w.rules(
    `target('goal', { outputs: ['o', 'p'], recipe: [sh('a', 'echo > o'), write('p', 'p')] }),`,
  );
  const made = (mode: number): readonly string[] => {
    chmodSync(w.dir, mode);
    rmSync(join(w.dir, '.desgw'), { recursive: true, force: true });
    rmSync(join(w.dir, 'o'), { force: true });
    rmSync(join(w.dir, 'p'), { force: true });
    const build = `umask 077; exec "$0" "$1" build`;
    execFileSync('sh', ['-c', build, process.execPath, BIN], { cwd: w.dir });
    const paths = ['o', 'p', '.desgw', '.desgw/journal'];
    return paths.map((path) => (statSync(join(w.dir, path)).mode & 0o777).toString(8));
  };
  expect(made(0o755)).toEqual(['600', '600', '700', '700']);
  expect(made(0o775)).toEqual(['660', '660', '770', '770']);
});
