/** Several people in one place. Needs root, to be somebody else now and then. */
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  mkdirSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { type Workspace, workspace } from './workspace.ts';

let w: Workspace;
afterEach(() => w.dispose());

const isRoot = process.getuid?.() === 0;
/** Some uid that is nobody's here. */
const STRANGER = 54321;

describe.runIf(isRoot)('a link that a stranger put into a folder for everybody', () => {
  const rules = (path: string) => `
    target('written', { outputs: ['${path}'], recipe: [write('${path}', 'made')] }),
    target('printed', { outputs: ['${path}'], recipe: [exec(['echo', 'made'], { stdout: '${path}' })] }),
    target('detached', { outputs: ['${path}'], recipe: [exec(['echo', 'made'], { stdout: '${path}', detached: 'rerun' })] }),
    target('copied', { inputs: ['src'], outputs: ['${path}'], recipe: [{ kind: 'copy', from: 'src', to: '${path}' }] })`;

  test.each(
    ['written', 'printed', 'detached', 'copied'].flatMap((target) => [
      [target, 'open/out', 'open/out'],
      [target, 'open/dir/out', 'open/dir'],
    ]),
  )(
    '%s through %s: nothing is written through it, and nothing copied from behind it',
    async (target, path, link) => {
      const line = rules(path!)
        .split('\n')
        .find((one) => one.includes(`'${target}'`))!;
      w = workspace(target!, line.replace(/,$/, ''));
      w.put('src', 'made');
      w.put('private/out', 'precious');
      mkdirSync(w.path('open'));
      chmodSync(w.path('open'), 0o1777);
      symlinkSync(w.path(link === path ? 'private/out' : 'private'), w.path(link!));
      lchownSync(w.path(link!), STRANGER, STRANGER);
      const { status, out, err } = await w.desgw('build');
      expect([status, w.text('private/out')], out + err).toEqual([5, 'precious']);
      expect(out + err).toContain('is a link that somebody else put into a folder');
      expect(Object.keys(w.snapshot()).filter((name) => name.includes('kept'))).toEqual([]);
    },
  );

  test('a link of one’s own is written through there as well', async () => {
    w = workspace('written', rules('open/out').split('\n')[1]!.replace(/,$/, ''));
    w.put('private/out', '');
    mkdirSync(w.path('open'));
    chmodSync(w.path('open'), 0o1777);
    symlinkSync(w.path('private/out'), w.path('open/out'));
    expect((await w.desgw('build')).status).toBe(0);
    expect(w.text('private/out')).toBe('made');
  });
});

describe.runIf(isRoot)('a folder in which a group works together', () => {
  const GROUP = 54322;

  test('what is made in it is the group’s to write, whatever the umask', async () => {
    w = workspace(
      'w',
      `target('w', { outputs: ['shared/deep/er/w'], recipe: [write('shared/deep/er/w', 'made')] })`,
    );
    mkdirSync(w.path('shared'));
    chownSync(w.path('shared'), 0, GROUP);
    chmodSync(w.path('shared'), 0o2775);
    const { status } = await w.within(['sh', '-c', 'umask 077; exec "$@"', 'narrow'], ['build']);
    expect(status).toBe(0);
    const of = (name: string) => {
      const { mode, gid } = statSync(w.path(name));
      return [(mode & 0o7777).toString(8), gid];
    };
    expect(of('shared/deep/er/w')).toEqual(['660', GROUP]);
    expect([of('shared/deep'), of('shared/deep/er')]).toEqual([
      ['2770', GROUP],
      ['2770', GROUP],
    ]);
  });

  test('two of them with narrow umasks build by turns', async () => {
    w = workspace(
      'b',
      `target('a', { inputs: ['src'], outputs: ['out/a'], recipe: [sh('mkdir -p out; cp src out/a')] }),
       target('b', { deps: ['a'], inputs: ['src'], outputs: ['out/b'], recipe: [write('out/b', 'b')] })`,
    );
    const users = [54323, 54324];
    chownSync(w.dir, users[0]!, GROUP);
    chmodSync(w.dir, 0o2775);
    for (const user of [...users, ...users]) {
      w.put('src', `${user} ${Math.random()}`);
      chmodSync(w.path('src'), 0o664);
      const words = ['setpriv', `--reuid=${user}`, `--regid=${GROUP}`, '--clear-groups'];
      const home = w.path(`home-${user}`);
      mkdirSync(home, { recursive: true });
      chownSync(home, user, GROUP);
      const narrow = ['sh', '-c', `umask 077; HOME=${home}; export HOME; exec "$@"`, 'narrow'];
      await w.within([...words, ...narrow], ['trust', w.dir]);
      const { status, out, err } = await w.within([...words, ...narrow], ['build']);
      expect(status, out + err).toBe(0);
      expect(w.text('out/a')).toBe(w.text('src'));
    }
    // Compiled code alone is everybody's own: what others could have written is not run.
    const own = ['-name', 'cache*', '-prune', '-o'];
    const closed = ['-not', '(', '-group', `${GROUP}`, '-perm', '-g+rw', ')', '-print'];
    expect(
      spawnSync('find', [w.path('.desgw'), w.path('out'), ...own, ...closed]).stdout.toString(),
    ).toBe('');
  });
});

describe.runIf(isRoot)('code that a stranger wrote is not run for the rule file', () => {
  const EVIL = `require('node:fs').writeFileSync(__dirname + '/ran', '')`;

  test.each([
    ['a package beside it', `import 'x';`, 'node_modules/x/index.js', ''],
    ['a package in a folder above', `import 'x';`, '../above/node_modules/x/index.js', ''],
    ['what a package of one’s own requires', `import 'x';`, 'node_modules/x/more.js', 'more.js'],
    [
      'what createRequire loads',
      `import { createRequire } from 'node:module'; createRequire(import.meta.url)('./more.cjs');`,
      'more.cjs',
      '',
    ],
  ])('%s', async (_what, line, path, required) => {
    w = workspace('a', `target('a', { outputs: ['a'], recipe: [write('a', 'made')] })`);
    const dir = path.startsWith('../above/') ? 'below' : '.';
    const theirs = path.replace('../above/', '');
    if (dir === 'below') {
      w.put('below/desgwfile.ts', w.text('desgwfile.ts')!);
      w.put('desgwfile.ts', '');
    }
    appendFileSync(w.path(`${dir}/desgwfile.ts`), line);
    if (required !== '') w.put('node_modules/x/index.js', `require('./${required}')`);
    w.put(theirs, EVIL);
    chownSync(w.path(theirs), STRANGER, STRANGER);
    const ran = w.path(`${theirs.includes('/') ? 'node_modules/x/' : ''}ran`);
    const there = ['sh', '-c', `cd ${w.path(dir)}; exec "$@"`, 'there'];
    for (const command of ['build', 'status']) {
      const { status, out, err } = await w.within(there, [command]);
      expect([status, existsSync(ran)], out + err).toEqual([2, false]);
      expect(err).toContain(`${w.path(theirs)} is not run: it belongs to another user`);
    }
    await w.within(there, ['trust', w.path(dir)]);
    const { status, err } = await w.within(there, ['build']);
    expect([status, existsSync(ran)], err).toEqual([0, true]);
  });
});
