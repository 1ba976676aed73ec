/** Season numbers: which are taken, which are reserved, which are free. */
import {
  type Json,
  type Listing,
  type Look,
  type Path,
  Refusal,
  type Seen,
  type Sighting,
} from '../../core/index.ts';

/** The tables of the schema MARCELLE that hold a SEASON column (DESGW-pipeline_automation). */
export const SEASON_TABLES = [
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
] as const;

/** Seasons made for tests, in the order in which `test` tries them; they may be used again. */
export const TEST_SEASONS: readonly string[] = ['2206', '2208', '2211'];

/** The largest season: names of force photometry hold four digits (`WS%04d`, SEdiff.sh). */
const LARGEST_SEASON = 9999;

const FIRST_PUBLIC = 100;
const NIGHTLY = new Map([
  [5000, 'the nightly processing of DES year 5'],
  [6000, 'the nightly processing of DES year 6'],
]);
/** How many numbers `auto` offers: when several people claim at once, each still finds one. */
const OFFERED = 20;

/** A season that the tables hold, with the tables in the order of `SEASON_TABLES`. */
interface TableSeason {
  readonly season: string;
  readonly tables: readonly string[];
}

/** A season that has `dpSEASON` directories, with the directories they lie in. */
export interface DirectorySeason {
  readonly season: string;
  readonly dirs: readonly Path[];
}

/** Everything that is known to be used, ordered by number. */
export interface UsedSeasons {
  readonly tables: readonly TableSeason[];
  readonly pnfs: readonly DirectorySeason[];
}

/** What a season adapter answers to `{ kind: 'seasons' }`. */
export interface SeasonAnswer {
  readonly seasons: readonly TableSeason[];
  /** Rows that name no season, and other things worth a person's look. */
  readonly warnings: readonly string[];
}

/**
 * Seasons to claim, in order of preference: one for a number, the re-usable ones for `test`, the
 * next free ones for `auto`. `used` is ignored for a test season.
 * @throws Refusal when the number is no season, is reserved or in use; it names free numbers
 */
export function judgeSeason(
  wanted: string | number,
  used: UsedSeasons,
): { readonly take: readonly string[] } {
  const text = String(wanted).trim();
  const taken = takenNumbers(used);
  if (text === 'test') return { take: TEST_SEASONS };
  if (text === 'auto') {
    const free = freeNumbers(taken);
    if (free.length === 0)
      throw new Refusal(
        'There is no free season left between 100 and 4999.',
        'Choose a number above 5000 yourself, with the agreement of the group.',
      );
    return { take: free };
  }
  const season = wholeSeason(text);
  const why = whyNot(season, used);
  if (why === undefined) return { take: [String(season)] };
  throw new Refusal(`Season ${season} cannot be taken: ${why}.`, adviceNear(season, taken));
}

/**
 * Why a season must not be taken although it is a proper number, or `undefined` if it may be.
 * Ranges: below 11 the supernova group, up to 99 tests and development (gw_workflow dagmaker.rc).
 */
function whyNot(season: number, used: UsedSeasons): string | undefined {
  if (season < 11) return '1 to 10 belong to the supernova group';
  if (season < FIRST_PUBLIC) return '11 to 99 are reserved for tests and development';
  const nightly = NIGHTLY.get(season);
  if (nightly !== undefined) return `it is reserved for ${nightly}`;
  const name = String(season);
  if (TEST_SEASONS.includes(name)) return undefined;
  const tables = used.tables.find((s) => s.season === name)?.tables ?? [];
  const dirs = used.pnfs.find((s) => s.season === name)?.dirs ?? [];
  const places = [
    ...(tables.length === 0 ? [] : [`the database has it in ${listed(tables)}`]),
    ...(dirs.length === 0 ? [] : [`there is a dp${name} in ${listed(dirs)}`]),
  ];
  return places.length === 0 ? undefined : `it is in use (${places.join('; ')})`;
}

// ---------------------------------------------------------------------------------------------
// What was seen

/**
 * What to look at: the adapter's tables, then the directories that may hold `dpSEASON`.
 * `forcephoto/images` is one listing; patterns below `exp/` cost one for every exposure.
 */
export function seasonLooks(adapter: string, patterns: readonly Path[]): Look[] {
  return [
    { kind: 'ask', adapter, question: { kind: 'seasons' } },
    ...patterns.map((pattern) => ({ kind: 'list', pattern }) as const),
  ];
}

/**
 * Judges what `seasonLooks` asked for. The value is a `UsedSeasons` (see `usedFrom`). Whatever
 * could not be seen makes the sighting fail: an unknown season is never taken for a free one.
 */
export function seasonSighting(seen: readonly Seen[]): Sighting {
  const tables = new Map<string, TableSeason>();
  const listings: Listing[] = [];
  for (const one of seen) {
    if (one.kind === 'failed')
      return {
        state: 'failed',
        why: `The seasons in use cannot be told: ${one.why}`,
        advice: 'Run `desgw doctor`. No season is taken until all of this can be seen.',
      };
    if (one.kind === 'list') listings.push(...one.dirs);
    if (one.kind === 'answer')
      for (const season of answerFrom(one.answer).seasons) tables.set(season.season, season);
  }
  const used: UsedSeasons = {
    tables: byNumber([...tables.values()]),
    pnfs: seasonsInListings(listings),
  };
  const note = `used seasons: ${used.tables.length} in the database, ${used.pnfs.length} on pnfs`;
  return { state: 'ready', value: used as unknown as Json, note };
}

/** Reads back the value of a `seasonSighting`; `null` (nothing observed) is nothing in use. */
export function usedFrom(value: Json): UsedSeasons {
  if (value === null) return { tables: [], pnfs: [] };
  return value as unknown as UsedSeasons;
}

/** Reads a season adapter's answer. @throws Error when the adapter answered something else */
export function answerFrom(answer: Json): SeasonAnswer {
  const read = answer as unknown as Partial<SeasonAnswer> | null;
  if (!Array.isArray(read?.seasons) || !Array.isArray(read.warnings))
    throw new Error('internal: the season adapter did not answer {seasons, warnings}');
  return read as SeasonAnswer;
}

/** Seasons whose `dpSEASON/` is among the listed names, with where each was found. */
export function seasonsInListings(listings: readonly Listing[]): DirectorySeason[] {
  const found = new Map<string, Path[]>();
  for (const { dir, names } of listings)
    for (const name of names) {
      const digits = /^dp0*([1-9]\d*)\/$/.exec(name)?.[1];
      if (digits === undefined) continue;
      const dirs = found.get(digits);
      if (dirs === undefined) found.set(digits, [dir]);
      else if (!dirs.includes(dir)) dirs.push(dir);
    }
  return byNumber([...found].map(([season, dirs]) => ({ season, dirs })));
}

/**
 * Seasons in rows of (table, SEASON). The column is a float and may be NULL or NaN; 2206.0 is
 * season 2206, and what is no whole number above zero is left out with one warning a value.
 */
export function readSeasonRows(rows: readonly (readonly [unknown, unknown])[]): SeasonAnswer {
  const order: readonly string[] = SEASON_TABLES;
  const found = new Map<string, Set<string>>();
  const warnings = new Set<string>();
  for (const [rawTable, raw] of rows) {
    const table = String(rawTable);
    const season = seasonOf(raw);
    if (season === undefined) {
      warnings.add(`MARCELLE.${table} has rows ${describe(raw)}; they are left out.`);
      continue;
    }
    const tables = found.get(season);
    if (tables === undefined) found.set(season, new Set([table]));
    else tables.add(table);
  }
  const seasons = [...found].map(([season, tables]) => ({
    season,
    tables: [...tables].sort((a, b) => order.indexOf(a) - order.indexOf(b)),
  }));
  return { seasons: byNumber(seasons), warnings: [...warnings].sort() };
}

// ---------------------------------------------------------------------------------------------

function seasonOf(raw: unknown): string | undefined {
  if (raw === null || raw === '') return undefined;
  if (!['number', 'bigint', 'string'].includes(typeof raw)) return undefined;
  const value = Number(raw);
  return Number.isSafeInteger(value) && value > 0 ? String(value) : undefined;
}

function describe(raw: unknown): string {
  if (raw === null || raw === undefined || raw === '' || Number.isNaN(raw))
    return 'without a season';
  return `with season ${String(raw).slice(0, 40)}, which is no whole number above zero`;
}

function wholeSeason(text: string): number {
  if (!/^[1-9]\d*$/.test(text))
    throw new Refusal(
      `'${text}' is no season.`,
      "A season is a whole number without leading zeros, or 'auto', or 'test'.",
    );
  const season = Number(text);
  if (season > LARGEST_SEASON)
    throw new Refusal(
      `Season ${text} is too large.`,
      `Seasons end at ${LARGEST_SEASON}: file names of the force photometry hold four digits.`,
    );
  return season;
}

/** Every number that is not free, test seasons included: they are taken on purpose only. */
function takenNumbers(used: UsedSeasons): ReadonlySet<number> {
  const taken = new Set([...NIGHTLY.keys(), ...TEST_SEASONS.map(Number)]);
  for (const { season } of [...used.tables, ...used.pnfs]) taken.add(Number(season));
  return taken;
}

/**
 * The next free numbers above every season in use below 5000, so that seasons grow with time and
 * a gap that someone left on purpose stays one; when those run out, the gaps from 100 upwards.
 */
function freeNumbers(taken: ReadonlySet<number>): string[] {
  const end = 5000;
  let largest = FIRST_PUBLIC - 1;
  for (const season of taken)
    if (season > largest && season < end && !TEST_SEASONS.includes(String(season)))
      largest = season;
  const free: string[] = [];
  for (let n = largest + 1; n < end && free.length < OFFERED; n++)
    if (!taken.has(n)) free.push(String(n));
  for (let n = FIRST_PUBLIC; n < largest && free.length < OFFERED; n++)
    if (!taken.has(n)) free.push(String(n));
  return free;
}

function near(season: number, taken: ReadonlySet<number>, count: number): string[] {
  const free: string[] = [];
  for (let distance = 0; distance <= LARGEST_SEASON && free.length < count; distance++)
    for (const n of distance === 0 ? [season] : [season - distance, season + distance])
      if (n >= FIRST_PUBLIC && n <= LARGEST_SEASON && !taken.has(n) && free.length < count)
        free.push(String(n));
  return free;
}

function adviceNear(season: number, taken: ReadonlySet<number>): string {
  const free = near(season, taken, 3);
  const auto = "'auto' picks a free one, 'test' one of the re-usable test seasons.";
  return free.length === 0 ? auto : `The nearest free numbers are ${free.join(', ')}; ${auto}`;
}

function listed(places: readonly string[]): string {
  const shown = places.slice(0, 3).join(', ');
  return places.length > 3 ? `${shown} and ${places.length - 3} more` : shown;
}

function byNumber<T extends { readonly season: string }>(seasons: readonly T[]): T[] {
  return [...seasons].sort((a, b) => Number(a.season) - Number(b.season));
}
