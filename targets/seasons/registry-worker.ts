/**
 * The part of the season query that may hang, as the source of a worker thread: a thread can be
 * terminated together with its sockets, whereas the driver alone may wait for ever for a server
 * that accepted the connection and then went silent.
 *
 * It is kept as text so that the bundle needs no second file, in plain CommonJS without imports;
 * the driver comes by absolute path and is loaded nowhere else. In: `SeasonJob` as workerData.
 * Out: `{ phase }` on the way and one `SeasonReply`.
 */
import type { WorkerOptions } from 'node:worker_threads';
import { Worker } from 'node:worker_threads';

/** What a worker is asked. The password travels here and nowhere else. */
export interface SeasonJob {
  /** Absolute path of the database driver's main module. */
  readonly driver: string;
  /** One query whose rows are (table, season). */
  readonly sql: string;
  /** Table -> a query that fails if and only if that table cannot be read. */
  readonly probes: { readonly [table: string]: string };
  readonly connection: OracleConnection | SqliteFile;
}

interface OracleConnection {
  readonly kind: 'oracle';
  readonly user: string;
  readonly password: string;
  readonly connectString: string;
  /** Whole seconds, see `seasons.ts` for which part of connecting each one bounds. */
  readonly connectTimeout: number;
  readonly transportConnectTimeout: number;
  /** Milliseconds for each round trip. */
  readonly callTimeout: number;
}

interface SqliteFile {
  readonly kind: 'sqlite';
  /** Absolute path; only ever read. */
  readonly file: string;
  /** Absolute path of the folder for temporary files. */
  readonly temporary: string;
}

/** A driver's complaint: `code` as in `NJS-503` or `ORA-01017`, if it gave one. */
export interface DriverError {
  readonly code: string;
  readonly message: string;
}

type Phase = 'loading' | 'connecting' | 'asking';

/** What the worker answers. */
export type SeasonReply =
  | { readonly kind: 'rows'; readonly rows: readonly (readonly [unknown, unknown])[] }
  /** `unreadable`: tables that cannot be read, when that is why the query failed. */
  | {
      readonly kind: 'error';
      readonly error: DriverError;
      readonly unreadable: readonly string[];
      readonly phase: Phase;
    }
  /** The limit passed, or the caller lost interest; the worker is gone. */
  | { readonly kind: 'late'; readonly phase: Phase }
  | { readonly kind: 'aborted' };

const source = `
'use strict';
const { parentPort, workerData } = require('node:worker_threads');
const { driver, sql, probes, connection } = workerData;
let phase = 'loading';
const enter = (next) => { phase = next; parentPort.postMessage({ phase }); };

async function openOracle() {
  const oracledb = require(driver);
  enter('connecting');
  const { kind, callTimeout, ...options } = connection;
  const session = await oracledb.getConnection({ ...options, retryCount: 0, expireTime: 1 });
  session.callTimeout = callTimeout;
  return {
    query: async (text) => (await session.execute(text, [], { outFormat: oracledb.OUT_FORMAT_ARRAY })).rows,
    close: () => session.close(),
  };
}

// Works on a private copy: the driver locks a file by making a directory beside it, which needs
// write permission, is no business of a dry run, and would stay behind if this thread is ended.
async function openSqlite() {
  const fs = require('node:fs');
  const path = require('node:path');
  enter('connecting');
  const original = connection.file;
  if (!fs.statSync(original).isFile()) throw new Error('file is not a database');
  const refuseWriters = () => {
    if (fs.existsSync(original + '.lock') || fs.existsSync(original + '-journal'))
      throw new Error('database is locked');
  };
  const folder = fs.mkdtempSync(path.join(connection.temporary, 'desgw-seasons-'));
  const copy = path.join(folder, 'seasons.db');
  const drop = () => fs.rmSync(folder, { recursive: true, force: true });
  try {
    refuseWriters();
    fs.copyFileSync(original, copy);
    // The driver opens it for writing, and a copy of a file that may only be read may only be read.
    fs.chmodSync(copy, 0o600);
    refuseWriters();
    const { Database } = require(driver);
    const database = new Database(':memory:');
    database.exec("ATTACH '" + copy.replaceAll("'", "''") + "' AS MARCELLE");
    return {
      query: async (text) => database.all(text).map((row) => Object.values(row)),
      close: async () => { database.close(); drop(); },
    };
  } catch (error) {
    drop();
    throw error;
  }
}

async function answer() {
  const session = await (connection.kind === 'oracle' ? openOracle() : openSqlite());
  try {
    enter('asking');
    return { kind: 'rows', rows: await session.query(sql) };
  } catch (error) {
    if (!/ORA-00942|ORA-00904|ORA-01031|no such (table|column)/.test(error.message)) throw error;
    const unreadable = [];
    for (const [table, probe] of Object.entries(probes))
      await session.query(probe).catch(() => unreadable.push(table));
    return failure(error, unreadable);
  } finally {
    const moment = new Promise((done) => setTimeout(done, 1000));
    await Promise.race([session.close().catch(() => {}), moment]);
  }
}

function failure(error, unreadable) {
  const message = String(error.message);
  const code = String(error.code || (/\\b(ORA|NJS|DPI)-\\d+/.exec(message) || [''])[0]);
  return { kind: 'error', error: { code, message }, unreadable, phase };
}

answer().catch((error) => failure(error, [])).then((reply) => parentPort.postMessage(reply));
`;

/**
 * Asks in a worker and ends it, whatever happens, before it answers. Never rejects.
 * @param limit milliseconds of wall-clock time, loading the driver included
 */
export async function askInWorker(
  job: SeasonJob,
  limit: number,
  signal: AbortSignal,
): Promise<SeasonReply> {
  if (signal.aborted) return { kind: 'aborted' };
  // No inherited environment or options: TNS_ADMIN and loaders must not change what happens.
  const options: WorkerOptions = { eval: true, workerData: job, env: {}, execArgv: [] };
  const worker = new Worker(source, options);
  const reply = await new Promise<SeasonReply>((resolve) => {
    let phase: Phase = 'loading';
    const broken = (message: string): void =>
      resolve({ kind: 'error', error: { code: '', message }, unreadable: [], phase });
    const timer = setTimeout(() => resolve({ kind: 'late', phase }), limit);
    const abort = (): void => resolve({ kind: 'aborted' });
    signal.addEventListener('abort', abort, { once: true });
    worker.on('message', (message: { readonly phase: Phase } | SeasonReply) => {
      if ('kind' in message) resolve(message);
      else phase = message.phase;
    });
    worker.on('error', (error) => broken(error.message));
    worker.on('exit', () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      broken('the database driver ended without an answer');
    });
  });
  await worker.terminate();
  return reply;
}
