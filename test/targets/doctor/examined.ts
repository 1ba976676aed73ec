/** What tests of doctor share. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import type { Exit } from '../../../core/api/facts.ts';
import type { Adapter, AdapterTools } from '../../../core/api/looks.ts';
import type { Exec } from '../../../core/api/steps.ts';
import { doctorChecks, type SiteFacts } from '../../../targets/doctor/checks.ts';
import { examine, type Finding } from '../../../targets/doctor/doctor.ts';

export const NOW = Date.parse('2026-03-01T00:00:00Z');
export const secret = 'Zm9vYmFyLXNlY3JldA';

export let folder = '';
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

export function jwt(secondsLeft: number): string {
  const claims = { sub: secret, exp: NOW / 1000 + secondsLeft };
  return `${secret}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${secret}\n`;
}

export function site(change: Partial<SiteFacts> = {}): SiteFacts {
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

export function seasons(ask: Adapter['ask']): Adapter {
  return { dry: true, timeout: 1, ask };
}

export type Said = { readonly exit?: Exit; readonly stdout?: string; readonly stderr?: string };

const answers: { readonly [program: string]: Said } = {
  id: { stdout: 'users des\n' },
  klist: {},
  openssl: { stdout: 'notAfter=Mar  1 05:30:00 2026 GMT\n' },
  python: { stderr: 'Python 2.7.18\n' },
  timedatectl: { stdout: 'yes\n' },
};

export function tools(said: { readonly [program: string]: Said } = {}): AdapterTools {
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

export async function findings(
  change: Partial<SiteFacts> = {},
  said: { readonly [program: string]: Said } = {},
): Promise<Map<string, Finding>> {
  const found = await examine(doctorChecks(site(change)), tools(said));
  expect(JSON.stringify(found)).not.toContain(secret);
  return new Map(found.map((finding) => [finding.name, finding]));
}

export async function finding(
  name: string,
  change: Partial<SiteFacts> = {},
  said: { readonly [program: string]: Said } = {},
): Promise<Omit<Finding, 'name'> | undefined> {
  const found = (await findings(change, said)).get(name);
  if (found === undefined) return undefined;
  const { name: _, ...rest } = found;
  return rest;
}

export const exited = (code: number): Said => ({ exit: { kind: 'exit', code } });
export const notStarted: Said = { exit: { kind: 'spawn', message: 'ENOENT' } };
