/**
 * The exposure database of DECam as an adapter: which exposures have been taken. The real one is
 * PostgreSQL; its password comes from ~/.pgpass, as libpq reads it, and is never seen here.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Adapter, Json } from '../../core/index.ts';
import { isWanted, type NightQuestion, type NightRow } from '../reports/night-rows.ts';

/** Where the database is (gw_workflow getExposureInfo.py). */
export interface DatabaseOptions {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
}

/** The database of exposures at Fermilab; its password is in ~/.pgpass. */
export const DECAM_DATABASE: DatabaseOptions = {
  host: 'des90.fnal.gov',
  port: 5442,
  database: 'decam_prd',
  user: 'decam_reader',
};

/** Milliseconds. */
const CONNECT = 15_000;
const STATEMENT = 60_000;

/** The nite of an exposure is the date of its evening: twelve hours before UTC. */
const QUERY = `
  SELECT id::text AS expnum,
         TO_CHAR(date - '12 hours'::INTERVAL, 'YYYYMMDD') AS nite,
         ROUND((EXTRACT(EPOCH FROM date AT TIME ZONE 'UTC') / 86400 + 40587)::numeric, 6)::text AS mjd,
         ra::text AS ra, declination::text AS dec, filter AS band, exptime::text AS exptime,
         COALESCE(propid, 'None') AS propid, COALESCE(qc_teff::text, 'NaN') AS teff,
         REGEXP_REPLACE(COALESCE(object, ''), '\\s+', ' ', 'g') AS object
  FROM exposure.exposure
  WHERE flavor = 'object' AND ra IS NOT NULL AND declination IS NOT NULL
    AND propid = ANY($1)
    AND TO_CHAR(date - '12 hours'::INTERVAL, 'YYYYMMDD') BETWEEN $2 AND $3
    AND ($4 = '' OR object ~* $4)
  ORDER BY id`;

/** Asks PostgreSQL, read-only, within a minute and a quarter. A failing query is a failed look. */
export function postgresExposures(options: DatabaseOptions = DECAM_DATABASE): Adapter {
  return {
    dry: false,
    timeout: (CONNECT + STATEMENT) / 1000 + 5,
    ask: async (question) => {
      const { propids, nites, object } = question as unknown as NightQuestion;
      const { default: pg } = await import('pg');
      const client = new pg.Client({
        ...options,
        password: () => passwordOf(options),
        connectionTimeoutMillis: CONNECT,
        statement_timeout: STATEMENT,
        query_timeout: STATEMENT + 1000,
        options: '-c default_transaction_read_only=on',
        application_name: 'desgw',
      });
      try {
        await client.connect();
        const { rows } = await client.query<NightRow>(QUERY, [
          [...propids],
          nites[0],
          nites[1],
          object,
        ]);
        return { rows: rows.map((row) => ({ ...row })) } as unknown as Json;
      } finally {
        await client.end();
      }
    },
  };
}

/** The password in ~/.pgpass, or in $PGPASSFILE; the server refuses an empty one with a word. */
function passwordOf(options: DatabaseOptions): Promise<string> {
  // The package has no types.
  const pgpass: (
    connection: DatabaseOptions,
    found: (password: string | undefined) => void,
  ) => void = createRequire(import.meta.url)('pgpass');
  return new Promise((resolve) => {
    pgpass(options, (password) => resolve(password ?? ''));
  });
}

/** The table of the sandbox, a text file with a heading and tabs between the columns. */
export function fileExposures(file: string): Adapter {
  return {
    dry: true,
    timeout: 5,
    ask: async (question, { workspace }) => {
      const path = file.startsWith('/') ? file : `${workspace}/${file}`;
      const [head = '', ...lines] = readFileSync(path, 'utf8').trimEnd().split('\n');
      const columns = head.split('\t');
      const rows = lines
        .map((line) => rowFrom(columns, line.split('\t')))
        .filter((row) => isWanted(row, question as unknown as NightQuestion));
      return { rows } as unknown as Json;
    },
  };
}

function rowFrom(columns: readonly string[], cells: readonly string[]): NightRow {
  const cell = (name: string): string => cells[columns.indexOf(name)] ?? '';
  return {
    expnum: cell('expnum'),
    nite: cell('nite'),
    mjd: cell('mjd_obs'),
    ra: cell('radeg'),
    dec: cell('decdeg'),
    band: cell('band'),
    exptime: cell('exptime'),
    propid: cell('propid'),
    teff: cell('teff'),
    object: cell('object'),
  };
}
