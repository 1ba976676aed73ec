/**
 * The season registry: which seasons the ten MARCELLE tables hold, asked of Oracle or of an
 * embedded SQLite file with the same SQL text and the same answer.
 *
 * What is proven and what is not. Tests run the real `oracledb` driver (thin mode) against servers
 * made in the test that refuse, stay silent, close, speak another protocol, refuse by listener, or
 * accept and then go silent; and the real SQL text against SQLite attached as MARCELLE. No Oracle
 * database was at hand: a successful login, the query on the real tables, the grants of the
 * account, and the wording of Oracle's own errors (ORA-...) are written after the driver's and
 * Oracle's documentation and have not been seen to work.
 */
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { type Adapter, type Json, UserError } from '../../core/index.ts';
import { explainOracle, explainSqlite } from './registry-errors.ts';
import { askInWorker, type SeasonJob, type SeasonReply } from './registry-worker.ts';
import { readSeasonRows, SEASON_TABLES, type SeasonAnswer } from './season-rules.ts';
import { readService } from './services-file.ts';

/** Where the season tables lie in Oracle. */
export interface OracleOptions {
  /** The DES services file, see `readService`. */
  readonly servicesFile: string;
  /** Its section, `db-dessci` for the tables of the difference imaging. */
  readonly section: string;
  /** Seconds for everything: driver, login, query. Default 60. */
  readonly timeout?: number;
}

/** Where they lie in the sandbox. */
export interface SqliteOptions {
  /** The database file, absolute or relative to the workspace. */
  readonly file: string;
  /** Seconds for everything. Default 30. */
  readonly timeout?: number;
}

/** Distinct seasons of all ten tables with the table's name, in one query. */
export const SEASON_QUERY = SEASON_TABLES.map(
  (table) => `SELECT DISTINCT '${table}' AS TABLE_NAME, SEASON FROM MARCELLE.${table}`,
).join('\nUNION ALL\n');

const PROBES = Object.fromEntries(
  SEASON_TABLES.map((table) => [table, `SELECT SEASON FROM MARCELLE.${table} WHERE 1 = 0`]),
);

/** Core waits this much longer than the adapter's own limit, whose message says more. */
const GRACE = 5;

/**
 * The season tables in Oracle. Answers `{ kind: 'seasons' }` with a `SeasonAnswer`; rejects with a
 * UserError whose message says what, where and what to do, and never holds the password.
 */
export function oracleSeasons(options: OracleOptions): Adapter {
  const limit = options.timeout ?? 60;
  return adapter({ dry: false, limit }, async (workspace, signal) => {
    const { servicesFile, section } = options;
    const service = await readService(servicesFile, section, workspace).catch(inOneSentence);
    const reply = await askInWorker(
      {
        driver: driverPath('oracledb'),
        sql: SEASON_QUERY,
        probes: PROBES,
        connection: {
          kind: 'oracle',
          user: service.user,
          password: service.password,
          connectString:
            `(DESCRIPTION=(ADDRESS=(PROTOCOL=TCP)(HOST=${service.server})(PORT=${service.port}))` +
            `(CONNECT_DATA=(SERVICE_NAME=${service.name})))`,
          // The driver's own limits end a silent connect with a better message. They do not reach
          // a server that accepts and then goes silent; `limit` does.
          connectTimeout: wholeSeconds(limit / 2, 15),
          transportConnectTimeout: wholeSeconds(limit / 3, 10),
          callTimeout: limit * 1000,
        },
      },
      limit * 1000,
      signal,
    );
    const place = { ...service, file: servicesFile, section, limit };
    return answer(reply, (failure) => explainOracle(failure, place), service.warnings);
  });
}

/** The season tables in an SQLite file that is attached as MARCELLE; the file is only read. */
export function sqliteSeasons(options: SqliteOptions): Adapter {
  const limit = options.timeout ?? 30;
  return adapter({ dry: true, limit }, async (workspace, signal) => {
    const file = resolve(workspace, options.file);
    const job: SeasonJob = {
      driver: driverPath('node-sqlite3-wasm'),
      sql: SEASON_QUERY,
      probes: PROBES,
      connection: { kind: 'sqlite', file, temporary: tmpdir() },
    };
    const reply = await askInWorker(job, limit * 1000, signal);
    return answer(reply, (failure) => explainSqlite(failure, file, limit), []);
  });
}

function adapter(
  { dry, limit }: { readonly dry: boolean; readonly limit: number },
  ask: (workspace: string, signal: AbortSignal) => Promise<SeasonAnswer>,
): Adapter {
  return {
    dry,
    timeout: limit + GRACE,
    ask: async (question, tools) => {
      if ((question as { kind?: Json } | null)?.kind !== 'seasons')
        throw new Error(`internal: the season adapter was asked ${JSON.stringify(question)}`);
      return (await ask(tools.workspace, tools.signal)) as unknown as Json;
    },
  };
}

function answer(
  reply: SeasonReply,
  explain: (failure: Exclude<SeasonReply, { kind: 'rows' }>) => string,
  warnings: readonly string[],
): SeasonAnswer {
  if (reply.kind !== 'rows') throw new UserError(explain(reply), undefined, 1);
  const read = readSeasonRows(reply.rows);
  return { ...read, warnings: [...warnings, ...read.warnings] };
}

/** Whoever shows the error may show its message alone: the hint must not get lost. */
function inOneSentence(error: unknown): never {
  if (error instanceof UserError && error.hint !== undefined)
    throw new UserError(`${error.message} ${error.hint}`);
  throw error;
}

/** Where the driver lies; finding it does not load it. */
function driverPath(name: string): string {
  try {
    return createRequire(import.meta.url).resolve(name);
  } catch {
    throw new UserError(
      `The database driver ${name} is not installed. Install desgw again with its dependencies.`,
    );
  }
}

/** The driver takes whole seconds only. */
function wholeSeconds(seconds: number, most: number): number {
  return Math.min(most, Math.max(1, Math.floor(seconds)));
}
