import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exited, finding, findings, folder, notStarted, seasons } from './examined.ts';

describe('files and directories', () => {
  test('a file missing in the home directory is bad, an open one a warning with the remedy', async () => {
    rmSync(join(folder, 'home/.pgpass'));
    chmodSync(join(folder, 'home/.desservices.ini'), 0o640);
    const found = await findings();
    const open = join(folder, 'home/.desservices.ini');
    expect([found.get('~/.pgpass'), found.get('~/.desservices.ini')]).toEqual([
      {
        name: '~/.pgpass',
        state: 'bad',
        what: 'missing',
        remedy: `DAGMaker.sh stops without ${folder}/home/.pgpass.`,
      },
      {
        name: '~/.desservices.ini',
        state: 'warn',
        what: 'mode 640',
        remedy: `${open} holds secrets and is open to your group (mode 640): chmod 600 ${open}`,
      },
    ]);
  });

  test('scripts that are missing, not executable, or whose folder is wrong are bad', async () => {
    rmSync(join(folder, 'gw/SEdiff.sh'));
    chmodSync(join(folder, 'pp/update_forcephoto_links.sh'), 0o644);
    const found = await findings();
    expect(found.get('gw_workflow')?.what).toBe(`${folder}/gw lacks SEdiff.sh`);
    expect(found.get('Post-Processing')).toEqual({
      name: 'Post-Processing',
      state: 'bad',
      what: 'not executable or not readable: update_forcephoto_links.sh',
      remedy: `cd ${folder}/pp && chmod u+rx update_forcephoto_links.sh`,
    });
    expect(await finding('gw_workflow', { workflow: '/no/such' })).toEqual({
      state: 'bad',
      what: '/no/such is no directory',
      remedy: 'Correct it in the rule file.',
    });
  });

  test('pnfs that is not mounted and a missing output directory are bad', async () => {
    const found = await findings({ pnfs: '/no/pnfs', outdir: '/no/out', software: ['/no/cvmfs'] });
    expect([...found.values()].filter(({ state }) => state === 'bad')).toEqual([
      { name: '/no/cvmfs', state: 'bad', what: 'missing', remedy: 'Is it mounted here?' },
      ...['/no/pnfs', '/no/pnfs/exp', '/no/pnfs/forcephoto/images'].map((name) => ({
        name,
        state: 'bad',
        what: 'no such directory',
        remedy: 'Is pnfs mounted here, and are you in the right group?',
      })),
      {
        name: 'space, outdir',
        state: 'bad',
        what: '/no/out does not exist',
        remedy: 'mkdir -p /no/out',
      },
    ]);
  });
});

describe('programs and services', () => {
  test('a program that cannot be started is bad, one that fails a warning', async () => {
    expect(await finding('python', {}, { python: notStarted })).toEqual({
      state: 'bad',
      what: 'python cannot be started',
      remedy: 'Is it in PATH? Is the software it comes with set up?',
    });
    const failing = { ...exited(1), stderr: 'no module named x\nmore\n' };
    expect(await finding('python', {}, { python: failing })).toEqual({
      state: 'warn',
      what: '--version failed: no module named x',
      remedy: 'Try: python --version',
    });
    const confused = { stdout: 'Traceback: line 3.2\nImportError: no x 1.0 here\n' };
    expect(await finding('python', {}, { python: confused })).toEqual({
      state: 'warn',
      what: 'tells no version: Traceback: line 3.2',
      remedy: 'Try: python --version',
    });
  });

  test('a database that fails is bad with its message, one with odd rows a warning', async () => {
    const failing = seasons(() => Promise.reject(new Error('The season database x is away.')));
    expect(await finding('season tables', { seasons: failing })).toEqual({
      state: 'bad',
      what: 'The season database x is away.',
    });
    const odd = seasons(async () => ({ seasons: [], warnings: ['one.', 'two.'] }));
    expect(await finding('season tables', { seasons: odd })).toEqual({
      state: 'warn',
      what: '0 seasons in use',
      remedy: 'one. And 1 more like this.',
    });
  });

  test.each([
    ['18.20.0', {}, 'bad'],
    ['20.18.3', {}, 'bad'],
    ['20.19.0', { NODE_EXTRA_CA_CERTS: '/etc/ca.pem' }, 'warn'],
    ['22.0.0', { NODE_EXTRA_CA_CERTS: '/etc/ca.pem' }, 'ok'],
  ])('Node %s with %j is %s', async (nodeVersion, env, state) => {
    expect((await finding('Node', { nodeVersion, env }))?.state).toBe(state);
  });
});
