import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Exit } from '../../../core/api/facts.ts';
import type { Adapter, AdapterTools } from '../../../core/api/looks.ts';
import type { Exec } from '../../../core/api/steps.ts';
import { doctorChecks, type SiteFacts } from '../../../targets/doctor/checks.ts';
import { tokenExpiry } from '../../../targets/doctor/credentials.ts';
import {
  type Check,
  doctorExit,
  doctorTable,
  examine,
  type Finding,
} from '../../../targets/doctor/doctor.ts';

const NOW = Date.parse('2026-03-01T00:00:00Z');
const secret = 'Zm9vYmFyLXNlY3JldA';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'desgw-doctor-'));
  for (const name of [
    'home',
    'gw',
    'pp',
    'out',
    'tmp',
    'cvmfs',
    'pnfs/exp',
    'pnfs/forcephoto/images',
  ])
    mkdirSync(join(folder, name), { recursive: true });
  for (const name of ['.pgpass', '.desservices.ini', '.wgetrc-desdm'])
    writeFileSync(join(folder, 'home', name), secret, { mode: 0o600 });
  for (const name of [
    'DAGMaker.sh',
    'getExposureInfo.sh',
    'setup_img_proc.sh',
    'SEdiff.sh',
    'RUNMON.sh',
  ])
    writeFileSync(join(folder, 'gw', name), '', { mode: 0o755 });
  for (const name of [
    'SE_blacklist.txt',
    'MAKESCRIPT_DIFFIMG_TEMPLATE.INPUT',
    'INTERNAL_INFO_TEMPLATE.DAT',
    'getOverlaps_single_expo.csh',
    'getcorners.sh',
  ])
    writeFileSync(join(folder, 'gw', name), '');
  for (const name of [
    'run_postproc.py',
    'diffimg_setup.sh',
    'steplist.txt',
    'tableSortTest.html',
    'forcePhoto_master.pl',
  ])
    writeFileSync(join(folder, 'pp', name), '');
  writeFileSync(join(folder, 'pp/update_forcephoto_links.sh'), '', { mode: 0o755 });
  writeFileSync(join(folder, 'tmp/bt_token_des_Analysis_77'), jwt(3 * 3600), { mode: 0o600 });
  writeFileSync(join(folder, 'tmp/x509up_u77'), secret, { mode: 0o600 });
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function jwt(secondsLeft: number): string {
  const claims = { sub: secret, exp: NOW / 1000 + secondsLeft };
  return `${secret}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${secret}\n`;
}

function site(change: Partial<SiteFacts> = {}): SiteFacts {
  return {
    workspace: folder,
    home: join(folder, 'home'),
    uid: 77,
    env: {},
    now: () => NOW,
    nodeVersion: '20.19.0',
    workflow: join(folder, 'gw'),
    dagmaker: 'DAGMaker.sh',
    postProcessing: join(folder, 'pp'),
    outdir: join(folder, 'out'),
    pnfs: join(folder, 'pnfs'),
    python: 'python',
    tried: [{ name: 'queue', run: async () => ({ name: 'queue', state: 'ok', what: '3 jobs' }) }],
    software: [join(folder, 'cvmfs')],
    groups: ['des'],
    seasons: seasons(async () => ({
      seasons: [{ season: '416', tables: ['SNOBS'] }],
      warnings: [],
    })),
    grid: { experiment: 'des', role: 'Analysis', temporary: join(folder, 'tmp') },
    ...change,
  };
}

function seasons(ask: Adapter['ask']): Adapter {
  return { dry: true, timeout: 1, ask };
}

type Said = { readonly exit?: Exit; readonly stdout?: string; readonly stderr?: string };

const answers: { readonly [program: string]: Said } = {
  id: { stdout: 'users des\n' },
  klist: {},
  openssl: { stdout: 'notAfter=Mar  1 05:30:00 2026 GMT\n' },
  python: { stderr: 'Python 2.7.18\n' },
  timedatectl: { stdout: 'yes\n' },
};

function tools(said: { readonly [program: string]: Said } = {}): AdapterTools {
  return {
    workspace: folder,
    signal: new AbortController().signal,
    run: async (exec: Exec) => {
      const answer = { ...answers, ...said }[exec.argv[0]];
      const absent: Exit = { kind: 'spawn', message: 'ENOENT' };
      const exit = answer?.exit ?? (answer === undefined ? absent : { kind: 'exit', code: 0 });
      return { exit, stdout: answer?.stdout ?? '', stderr: answer?.stderr ?? '' };
    },
  };
}

async function findings(
  change: Partial<SiteFacts> = {},
  said: { readonly [program: string]: Said } = {},
): Promise<Map<string, Finding>> {
  const found = await examine(doctorChecks(site(change)), tools(said));
  expect(JSON.stringify(found)).not.toContain(secret);
  return new Map(found.map((finding) => [finding.name, finding]));
}

async function finding(
  name: string,
  change: Partial<SiteFacts> = {},
  said: { readonly [program: string]: Said } = {},
): Promise<Omit<Finding, 'name'> | undefined> {
  const found = (await findings(change, said)).get(name);
  if (found === undefined) return undefined;
  const { name: _, ...rest } = found;
  return rest;
}

const exited = (code: number): Said => ({ exit: { kind: 'exit', code } });
const notStarted: Said = { exit: { kind: 'spawn', message: 'ENOENT' } };

describe('a healthy site', () => {
  test('has every finding ok, in the order of the checks, and nothing is changed', async () => {
    const before = readdirSync(folder, { recursive: true }).sort();
    const found = await findings({ outdir: folder });
    const told = [...found.values()].filter(({ name }) => !name.startsWith('space'));
    expect(told.map(({ name, state, what }) => [name, state, what])).toEqual([
      ['Node', 'ok', '20.19.0'],
      ['clock', 'ok', 'synchronised'],
      ['~/.pgpass', 'ok', 'mode 600'],
      ['~/.desservices.ini', 'ok', 'mode 600'],
      ['~/.wgetrc-desdm', 'ok', 'mode 600'],
      ['Kerberos', 'ok', 'a valid ticket'],
      ['token', 'ok', `${folder}/tmp/bt_token_des_Analysis_77, 3 h left`],
      ['proxy', 'ok', `${folder}/tmp/x509up_u77, 5 h left`],
      ['groups', 'ok', 'des'],
      [`${folder}/cvmfs`, 'ok', 'present'],
      ['gw_workflow', 'ok', `${folder}/gw`],
      ['Post-Processing', 'ok', `${folder}/pp`],
      ['python', 'ok', 'Python 2.7.18'],
      ['queue', 'ok', '3 jobs'],
      [`${folder}/pnfs`, 'ok', 'readable'],
      [`${folder}/pnfs/exp`, 'ok', 'readable and writable'],
      [`${folder}/pnfs/forcephoto/images`, 'ok', 'readable and writable'],
      ['season tables', 'ok', '1 seasons in use'],
    ]);
    expect(found.get('space, workspace')?.what).toMatch(/^\d+\.\d GiB free/);
    expect(readdirSync(folder, { recursive: true }).sort()).toEqual(before);
  });

  test('without a grid has no credentials to check', async () => {
    const { grid: _, ...local } = site();
    const names = doctorChecks({ ...local, groups: [] }).map((check) => check.name);
    expect(names).not.toEqual(expect.arrayContaining(['Kerberos']));
    expect(names.filter((name) => ['token', 'proxy', 'groups'].includes(name))).toEqual([]);
  });
});

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

describe('credentials', () => {
  const renewed = 'jobsub gets a new one by itself while the Kerberos ticket is valid.';

  test.each([
    ['about to expire', 30 * 60, 'warn', ', 30 min left'],
    ['expired', -60, 'warn', ' has expired'],
  ])('a token that is %s is a warning', async (_, seconds, state, what) => {
    const path = join(folder, 'tmp/bt_token_des_Analysis_77');
    writeFileSync(path, jwt(seconds));
    expect(await finding('token')).toEqual({ state, what: `${path}${what}`, remedy: renewed });
  });

  test('a token elsewhere is found through BEARER_TOKEN_FILE; garbage is unknown', async () => {
    const path = join(folder, 'mine');
    writeFileSync(path, `${secret} not a token`, { mode: 0o600 });
    expect(await finding('token', { env: { BEARER_TOKEN_FILE: path } })).toEqual({
      state: 'unknown',
      what: `${path}, expiry not readable`,
      remedy: renewed,
    });
  });

  test('the expiry of any text is a number or unknown, and never an exception', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json().map((t) => `a.${Buffer.from(t).toString('base64url')}.c`),
        ),
        (text) => {
          const end = tokenExpiry(text);
          expect(end === undefined || Number.isFinite(end)).toBe(true);
        },
      ),
    );
    expect(tokenExpiry(jwt(0))).toBe(NOW);
  });

  test('no ticket is bad, unless a token lasts; without klist it is unknown', async () => {
    const remedy = 'kinit; without a ticket jobsub gets no new token.';
    expect(await finding('Kerberos', {}, { klist: exited(1) })).toEqual({
      state: 'warn',
      what: 'no valid ticket, but a token',
      remedy,
    });
    rmSync(join(folder, 'tmp/bt_token_des_Analysis_77'));
    expect(await finding('Kerberos', {}, { klist: exited(1) })).toEqual({
      state: 'bad',
      what: 'no valid ticket, and no token that lasts',
      remedy,
    });
    expect(await finding('Kerberos', {}, { klist: notStarted })).toEqual({
      state: 'unknown',
      what: 'klist is not installed',
    });
  });

  test('X509_USER_PROXY goes before other proxies; unreadable or absent ones are told', async () => {
    const path = join(folder, 'proxy.pem');
    writeFileSync(path, secret);
    const env = { X509_USER_PROXY: path };
    expect((await finding('proxy', { env }))?.what).toBe(`${path}, 5 h left`);
    expect((await finding('proxy', { env }, { openssl: exited(1) }))?.what).toBe(
      `${path}, expiry not readable`,
    );
    expect((await finding('proxy', { env }, { openssl: notStarted }))?.what).toBe(
      `${path}, expiry not known without openssl`,
    );
    rmSync(join(folder, 'tmp/x509up_u77'));
    expect((await finding('proxy'))?.what).toBe('none');
  });

  test('a group that is missing is a warning', async () => {
    expect((await finding('groups', { groups: ['des', 'e1234'] }))?.what).toBe(
      'you are not in e1234',
    );
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

describe('the whole examination', () => {
  const ok: Finding = { name: 'a', state: 'ok', what: 'fine' };
  const bad: Finding = { name: 'longer', state: 'bad', what: 'gone', remedy: 'bring it back' };
  const still: Check = { name: 'still', run: () => new Promise(() => {}) };

  test('does not wait for a check that hangs, tells it by its signal, and keeps the order', async () => {
    const signals: AbortSignal[] = [];
    const watching: Check = {
      name: 'watching',
      run: ({ signal }) => {
        signals.push(signal);
        return new Promise(() => {});
      },
    };
    const failing: Check = { name: 'failing', run: () => Promise.reject(new Error('EIO')) };
    const quick: Check = { name: 'a', run: async () => ok };
    expect(await examine([still, watching, failing, quick], tools(), 0.05)).toEqual([
      ...['still', 'watching'].map((name) => ({
        name,
        state: 'unknown',
        what: 'no answer within 0.05 s',
        remedy: 'Is a file system or a server hanging?',
      })),
      { name: 'failing', state: 'unknown', what: 'EIO' },
      ok,
    ]);
    expect(signals.map((signal) => signal.aborted)).toEqual([true]);
  });

  test('is shown as a table with remedies and counts, and ends with 1 only if something is bad', () => {
    expect(doctorTable([ok, bad, { ...ok, state: 'unknown' }])).toBe(
      [
        'ok       a       fine',
        'bad      longer  gone',
        '                 -> bring it back',
        'unknown  a       fine',
        '',
        '1 ok, 1 bad, 1 unknown',
        '',
      ].join('\n'),
    );
    expect([doctorExit([ok, bad]), doctorExit([ok, { ...ok, state: 'unknown' }])]).toEqual([1, 0]);
  });
});
