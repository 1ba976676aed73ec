/**
 * The question to the exposure database, put to a true PostgreSQL on this machine. Skipped, and
 * said so, where Debian's postgresql is not installed.
 */
import { execFileSync, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { AdapterTools } from '../../core/index.ts';
import type { NightRow } from '../../targets/reports/night-rows.ts';
import { type DatabaseOptions, postgresExposures } from '../../targets/site/exposure-database.ts';

const VERSIONS = '/usr/lib/postgresql';
const version = fs.existsSync(VERSIONS) ? fs.readdirSync(VERSIONS).sort().at(-1) : undefined;
const bin = (name: string): string => join(VERSIONS, version ?? '', 'bin', name);
const installed = version !== undefined && fs.existsSync(bin('postgres'));
const isRoot = process.getuid?.() === 0;

const TABLE = `
  CREATE ROLE decam_reader LOGIN PASSWORD 'sesame';
  CREATE SCHEMA exposure;
  CREATE TABLE exposure.exposure (
    id int, date timestamp, ra float8, declination float8, filter text, exptime float8,
    propid text, flavor text, qc_teff float8, object text);
  INSERT INTO exposure.exposure VALUES
    (668440, '2017-08-17 23:30:00', 197.45, -23.38, 'i', 30, '2017B-0110', 'object', 0.66, 'NS event  hex 2'),
    (668441, '2017-08-18 02:00:00', 197.5, -23.4, 'z', 30, '2017B-0110', 'object', NULL, 'NS event hex 3'),
    (668442, '2017-08-18 13:00:00', 197.5, -23.4, 'z', 30, '2017B-0110', 'object', 0.5, 'the night after'),
    (668443, '2017-08-17 23:40:00', 197.5, -23.4, 'z', 30, '2012B-0001', 'object', 0.5, 'NS of another'),
    (668444, '2017-08-17 23:40:00', 197.5, -23.4, 'z', 30, '2017B-0110', 'zero', 0.5, 'NS bias');
  GRANT USAGE ON SCHEMA exposure TO decam_reader;
  GRANT SELECT ON exposure.exposure TO decam_reader;`;

vi.setConfig({ hookTimeout: 300_000 });

/** PostgreSQL does not run as root. */
function asServer(argv: readonly [string, ...string[]]): readonly [string, ...string[]] {
  return isRoot
    ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups', ...argv]
    : argv;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? address!.port : 0));
    });
  });
}

describe.skipIf(!installed)('the exposure database (skipped without postgresql)', () => {
  const dir = fs.mkdtempSync(join(tmpdir(), 'desgw-postgres-'));
  let options: DatabaseOptions;
  let stop = (): void => {};

  beforeAll(async () => {
    if (isRoot) execFileSync('chown', ['postgres', dir]);
    const data = join(dir, 'data');
    const [init, ...initArgs] = asServer([
      bin('initdb'),
      '-D',
      data,
      '-A',
      'scram-sha-256',
      '-U',
      'admin',
      '--pwfile',
      passwordFile(),
    ]);
    execFileSync(init, initArgs, { stdio: 'ignore', cwd: '/' });
    const port = await freePort();
    const [server, ...args] = asServer([
      bin('postgres'),
      '-D',
      data,
      '-p',
      String(port),
      '-h',
      '127.0.0.1',
      '-k',
      dir,
      '-F',
    ]);
    const running = spawn(server, args, { stdio: 'ignore', cwd: '/' });
    stop = () => running.kill('SIGINT');
    const psql = (sql: string) =>
      execFileSync(
        bin('psql'),
        [
          '-h',
          '127.0.0.1',
          '-p',
          String(port),
          '-U',
          'admin',
          '-d',
          'postgres',
          '-v',
          'ON_ERROR_STOP=1',
          '-c',
          sql,
        ],
        {
          env: { ...process.env, PGPASSWORD: 'admin' },
          stdio: 'pipe',
        },
      );
    await vi.waitFor(() => psql('SELECT 1'), { timeout: 240_000, interval: 200 });
    psql(TABLE);
    const passwords = join(dir, 'pgpass');
    fs.writeFileSync(passwords, `127.0.0.1:${port}:postgres:decam_reader:sesame\n`, {
      mode: 0o600,
    });
    vi.stubEnv('PGPASSFILE', passwords);
    options = { host: '127.0.0.1', port, database: 'postgres', user: 'decam_reader' };
  });

  afterAll(() => {
    stop();
    vi.unstubAllEnvs();
    fs.rmSync(dir, { recursive: true, force: true });
  });

  function passwordFile(): string {
    const path = join(dir, 'admin');
    fs.writeFileSync(path, 'admin\n', { mode: 0o644 });
    return path;
  }

  const ask = async (object = '') => {
    const question = { propids: ['2017B-0110'], nites: ['20170817', '20170817'], object };
    const answer = await postgresExposures(options).ask(question, {} as AdapterTools);
    return (answer as unknown as { rows: NightRow[] }).rows;
  };

  test('gives science exposures of the proposal whose evening lies in the nights asked for', async () => {
    expect(await ask()).toEqual([
      {
        expnum: '668440',
        nite: '20170817',
        mjd: '57982.979167',
        ra: '197.45',
        dec: '-23.38',
        band: 'i',
        exptime: '30',
        propid: '2017B-0110',
        teff: '0.66',
        object: 'NS event hex 2',
      },
      expect.objectContaining({ expnum: '668441', nite: '20170817', teff: 'NaN' }),
    ]);
  });

  test('narrows by the name of the object, capital or not', async () => {
    expect((await ask('HEX 3$')).map(({ expnum }) => expnum)).toEqual(['668441']);
  });

  test('that refuses the password is a failure without the password in it', async () => {
    vi.stubEnv('PGPASSFILE', join(dir, 'none'));
    const failure = await ask().catch((error: unknown) => String(error));
    expect(failure).toMatch(/password/i);
    expect(failure).not.toContain('sesame');
  });
});
