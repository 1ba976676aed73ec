/**
 * The season tables: seasons.db, SQLite, ten tables with a column SEASON as the tables of schema
 * MARCELLE have it: floats, some NULL. A database is always written beside and renamed, so that a
 * reader never meets a lock and a killed writer leaves no half.
 */
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { textOf } from './files.mjs';
import { GRID, ROOT } from './site.mjs';

const FILE = join(ROOT, 'seasons.db');
const ALL = [
  'SNAUTOSCAN',
  'SNAUTOSCAN_SAVE',
  'SNCAND',
  'SNFAKEIMG',
  'SNFAKEMATCH',
  'SNFORCE',
  'SNOBS',
  'SNOBSINFO',
  'SNOBS_SAVE',
  'SNSCAN',
];

/** Seasons that earlier processing left: supernova group, nightly processing, events, tests. */
const EVENTS = [
  100,
  101,
  200,
  416,
  417,
  500,
  501,
  502,
  503,
  ...span(600, 612),
  700,
  1381,
  1550,
  1600,
];
const USED = {
  SNAUTOSCAN: EVENTS,
  SNAUTOSCAN_SAVE: [1, 2, 3, 416, 417],
  SNCAND: [...EVENTS, 2206, 2208],
  SNFAKEIMG: [11, 33, ...EVENTS, 2206, 2208],
  SNFAKEMATCH: [33, ...EVENTS, 2208],
  SNFORCE: [...EVENTS, 2206],
  SNOBS: [1, 2, 3, 4, 5, 11, 33, ...EVENTS, 2206, 2208, 5000, 6000],
  SNOBSINFO: [...EVENTS, 613, 2206, 2208],
  SNOBS_SAVE: [1, 2, 3, 4, 5],
  SNSCAN: [416, 417, 500],
};

/** Makes seasons.db unless it exists; `sqlite` is the module node-sqlite3-wasm. */
export function createSeasonTables(sqlite) {
  if (fs.existsSync(FILE)) return;
  change(sqlite, (database) => {
    for (const table of ALL) {
      database.exec(`CREATE TABLE ${table} (SNID INTEGER, SEASON REAL)`);
      insert(database, table, [...USED[table], null]);
    }
  });
}

/** Notes a season in the tables that force photometry fills. */
export function noteSeason(season) {
  const driver = textOf(join(GRID, 'driver'))?.trim();
  if (driver === undefined) return;
  change(createRequire(import.meta.url)(driver), (database) => {
    for (const table of ['SNFORCE', 'SNCAND']) {
      const known = database.get(`SELECT 1 FROM ${table} WHERE SEASON = ?`, [Number(season)]);
      if (!known) insert(database, table, [Number(season)]);
    }
  });
}

function change(sqlite, edit) {
  const beside = `${FILE}.${process.pid}`;
  if (fs.existsSync(FILE)) fs.copyFileSync(FILE, beside);
  const database = new sqlite.Database(beside);
  try {
    database.exec('BEGIN');
    edit(database);
    database.exec('COMMIT');
  } finally {
    database.close();
  }
  fs.renameSync(beside, FILE);
}

function insert(database, table, seasons) {
  seasons.forEach((season, i) => {
    database.run(`INSERT INTO ${table} VALUES (?, ?)`, [1000 + i, season]);
  });
}

function span(first, last) {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}
