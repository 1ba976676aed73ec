/** What a person writes where desgw works is kept, whenever it was written. */
import { renameSync, symlinkSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { type Workspace, workspace } from './workspace.ts';

let w: Workspace;
afterEach(() => w.dispose());

const HAND = 'hand work\n';

/** Files outside `.desgw` that hold what the person wrote. */
const kept = (): readonly string[] =>
  Object.entries(w.snapshot())
    .filter(([path, state]) => !path.startsWith('.desgw/') && state.endsWith(HAND))
    .map(([path]) => path);

describe('an edit of what a run left that has not made its target', () => {
  const RULES = `target('a', { inputs: ['src'], outputs: ['out/a', { path: 'out/*.txt', glob: true }],
    recipe: [sh('mkdir -p out; cp src out/a; cp src out/1.txt; grep -q good src')] })`;

  test.each(['out/a', 'out/1.txt'])('%s, after it failed, is kept', async (path) => {
    w = workspace('a', RULES);
    w.put('src', 'bad\n');
    expect((await w.desgw('build')).status).toBe(1);
    w.put(path, HAND);
    expect((await w.desgw('build')).status).toBe(1);
    expect(kept()).toEqual([`${path}.kept`]);
    w.put('src', 'good\n');
    expect((await w.desgw('build')).status).toBe(0);
    expect([w.text(path), kept()]).toEqual(['good\n', [`${path}.kept`]]);
  });

  test('without an edit nothing is kept, however often it fails', async () => {
    w = workspace('a', RULES);
    for (const text of ['good\n', 'bad\n', 'worse\n', 'good\n']) {
      w.put('src', text);
      await w.desgw('build');
    }
    expect(Object.keys(w.snapshot()).filter((path) => path.includes('kept'))).toEqual([]);
  });

  test('after Ctrl-C it is kept, and what was not edited is not', async () => {
    w = workspace(
      'a',
      `target('a', { outputs: ['a', 'b'], recipe: [sh('echo half > a; echo half > b; [ -f again ] || { echo > ready; sleep 1000; }; echo whole > a')] })`,
    );
    w.pipe('ready');
    const build = w.start(['build']);
    await w.heard('ready');
    build.kill('SIGINT');
    expect((await build.ended).status).toBe(130);
    w.put('a', HAND);
    w.put('again', '');
    expect((await w.desgw('build')).status).toBe(0);
    expect([w.text('a'), kept(), w.text('b.kept')]).toEqual(['whole\n', ['a.kept'], undefined]);
  });
});

test('what is written while a run is under way is kept from its own steps', async () => {
  w = workspace(
    'all',
    `target('written', { outputs: ['w'], recipe: [sh('echo > ready-w; read line < go-w'), write('w', 'made')] }),
     target('printed', { outputs: ['p'], recipe: [sh('echo > ready-p; read line < go-p; echo made', { stdout: 'p' })] }),
     group('all', ['written', 'printed'])`,
  );
  for (const name of ['ready-w', 'go-w', 'ready-p', 'go-p']) w.pipe(name);
  const build = w.start(['build']);
  await Promise.all([w.heard('ready-w'), w.heard('ready-p')]);
  w.put('w', HAND);
  w.put('p', HAND);
  await Promise.all([w.tell('go-w'), w.tell('go-p')]);
  const { status, out, err } = await build.ended;
  expect([status, kept()], out).toEqual([0, ['p.kept', 'w.kept']]);
  expect(out + err).toContain('w held something that desgw did not make; it is kept as w.kept');
});

describe('a file that a step replaces and that is no output', () => {
  const STEPS = {
    write: `write('notes', text)`,
    copied: `{ kind: 'copy', from: 'src', to: 'notes' }`,
    moved: `sh('cp src new'), { kind: 'move', from: 'new', to: 'notes' }`,
    printed: `exec(['cat', 'src'], { stdout: 'notes' })`,
    detached: `exec(['cat', 'src'], { stdout: 'notes', detached: 'rerun' })`,
    linked: `{ kind: 'link', path: 'notes', to: 'src' }`,
  };
  const rules = (step: string) =>
    `target('a', { inputs: ['src'], outputs: ['a'], recipe: { version: '1', reads: ['src'],
       steps: (facts) => { const text = facts.text('src'); return [${step}, sh('cp src a')]; } } })`;

  test.each(Object.entries(STEPS))(
    'of somebody, before the first run or after one, is kept; ours is not (%s)',
    async (_how, step) => {
      w = workspace('a', rules(step));
      w.put('src', 'one\n');
      w.put('notes', HAND);
      expect((await w.desgw('build')).status).toBe(0);
      expect([w.text('notes'), kept()]).toEqual(['one\n', ['notes.kept']]);
      w.put('src', 'two\n');
      expect((await w.desgw('build')).status).toBe(0);
      expect([w.text('notes'), w.text('notes.kept-2')]).toEqual(['two\n', undefined]);
      renameSync(w.path('notes.kept'), w.path('src'));
      expect((await w.desgw('build')).status).toBe(0);
      expect([w.text('notes'), w.text('notes.kept')]).toEqual([HAND, undefined]);
    },
  );

  test('a link of somebody is kept as a link', async () => {
    w = workspace('a', rules(STEPS.linked));
    w.put('src', 'one\n');
    w.put('theirs', HAND);
    symlinkSync('theirs', w.path('notes'));
    const { status, out } = await w.desgw('build');
    expect([status, w.text('notes.link.kept'), w.text('notes')], out).toEqual([0, HAND, 'one\n']);
  });
});

test('an edit of an output that is a link is kept, and `build --force` makes the link again', async () => {
  w = workspace(
    'a',
    `target('a', { inputs: ['src'], outputs: ['a'], recipe: [{ kind: 'link', path: 'a', to: 'src' }] })`,
  );
  w.put('src', 'one\n');
  expect((await w.desgw('build')).status).toBe(0);
  renameSync(w.path('a'), w.path('gone'));
  w.put('a', HAND);
  expect((await w.desgw('build')).status).toBe(4);
  const { status, out } = await w.desgw('build', '--force', 'a');
  expect([status, w.text('a'), kept()], out).toEqual([0, 'one\n', ['a.kept']]);
});

test.each(['x'.repeat(255), 'ü'.repeat(127), '-rf', 'new\nline', '\x1b[2J', '[b]*?'])(
  'an edit of a file with the name %j is kept by `build --force`',
  async (name) => {
    w = workspace(
      'a',
      `target('a', { outputs: [{ path: 'out/*', glob: true }], recipe: [exec(['sh', '-c', 'mkdir -p out; echo made > "out/$1"', 'sh', ${JSON.stringify(name)}])] })`,
    );
    expect((await w.desgw('build')).status).toBe(0);
    w.put(`out/${name}`, HAND);
    expect((await w.desgw('build')).status).toBe(4);
    const { status, out, err } = await w.desgw('build', '--force', 'a');
    expect([status, w.text(`out/${name}`), kept().length], out + err).toEqual([0, 'made\n', 1]);
  },
);
