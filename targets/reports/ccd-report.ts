/**
 * What the grid left of one search exposure, CCD by CCD, told from directory listings alone.
 *
 * A CCD directory is `exp/NITE/EXP/dpSEASON/BAND_CC/` with a two-digit CC from 01 to 62. A name in
 * it that ends in `.FAIL` means failed, also beside outputs, for SEdiff.sh copies both and never
 * removes an old FAIL; else a name that begins with `outputs_` means complete; else the CCD is
 * incomplete. Names that begin with a dot do not count. A CCD counts once, however many nites it
 * has a directory under: failed if it failed in any, else complete if it is in any.
 */

import type { Listing, Look, Seen } from '../../core/index.ts';
import { ccd2, SEARCH_CCDS } from '../settings/domain.ts';

/** `missing`: one of the 59 search CCDs without any directory, that is, not started. */
export type CcdState = 'complete' | 'failed' | 'incomplete' | 'missing';

// Reports are type aliases, not interfaces, so that they are Json for the engine.

/** One CCD directory, or a search CCD that has none (`nite` is null). */
export type CcdEntry = {
  /** Band and two digits, `i_07`. */
  readonly ccd: string;
  readonly nite: string | null;
  readonly state: CcdState;
  /** Every failed step, as `RUN02_expose_makeStarCat` or `NOOVERLAPS`. */
  readonly failures: readonly string[];
};

/**
 * The file `ccds_EXP.json`. `counts.total` is the sum of the four others: 59, unless there are
 * directories of further CCDs. `ccds` has an entry for every directory. `strays` are names that look as if they
 * meant something and do not count, written NITE/NAME or NITE/BAND_CC/NAME.
 */
export type CcdReport = {
  readonly schema: 'desgw/ccds';
  readonly version: 1;
  readonly exposure: string;
  readonly band: string;
  readonly season: string;
  /** Nites (yyyymmdd) under which the exposure has a directory of this season. */
  readonly nites: readonly string[];
  readonly counts: {
    readonly complete: number;
    readonly failed: number;
    readonly incomplete: number;
    readonly missing: number;
    readonly total: number;
  };
  /** False: more is to come; it was gone on with what there was. */
  readonly settled?: false;
  /** Complete CCDs that are enough for post processing. */
  readonly threshold: number;
  readonly enough: boolean;
  /** Whether DAGMaker's input_files directory is there. */
  readonly inputFiles: boolean;
  readonly ccds: readonly CcdEntry[];
  readonly strays: readonly string[];
};

/** What is asked about. `band` is one of u g r i z Y. */
export interface Asked {
  readonly exposure: string;
  readonly band: string;
  readonly season: string;
  /** Default 50. */
  readonly threshold?: number;
}

/**
 * What core must look at for `reportFrom`. The last look tells an exposure without directories
 * from a disk that is not mounted.
 * @param pnfs the root that holds `exp` and `forcephoto`
 */
export function ccdLooks(pnfs: string, asked: Pick<Asked, 'exposure' | 'season'>): readonly Look[] {
  const season = `${pnfs}/exp/*/${asked.exposure}/dp${asked.season}/`;
  return [
    { kind: 'list', pattern: season, partly: true },
    { kind: 'list', pattern: `${season}*/`, partly: true },
    { kind: 'stat', path: `${pnfs}/exp` },
  ];
}

/** The report, or why it could not be told. */
export type Judged<Report> =
  | { readonly state: 'ready'; readonly report: Report }
  | { readonly state: 'failed'; readonly why: string; readonly advice: string };

/** Judges what was seen on `ccdLooks`. A look that failed is never taken for "no CCDs". */
export function reportFrom(seen: readonly Seen[], asked: Asked): Judged<CcdReport> {
  const listings = listingsOf(seen, (dir) => couldCount(dir, asked));
  if (listings.state === 'failed') return listings;
  return { state: 'ready', report: ccdReport(listings.report, asked) };
}

/**
 * All listings among what was seen, unless anything could not be seen.
 * @param matters whether there could be something that counts in or below a directory
 */
export function listingsOf(
  seen: readonly Seen[],
  matters: (dir: string) => boolean = () => true,
): Judged<readonly Listing[]> {
  const advice = 'see whether /pnfs is mounted and answers on this host (ls), then build again';
  const listings: Listing[] = [];
  for (const one of seen) {
    if (one.kind === 'failed') return { state: 'failed', why: one.why, advice };
    if (one.kind === 'stat' && one.stat === undefined)
      return { state: 'failed', why: 'the output tree on pnfs is not there', advice };
    if (one.kind !== 'list') continue;
    const unread = one.unread?.find(({ dir }) => matters(dir));
    if (unread !== undefined) return { state: 'failed', why: unread.why, advice };
    listings.push(...one.dirs);
  }
  return { state: 'ready', report: listings };
}

/**
 * Whether CCDs of the exposure could lie in or below a directory: there are people's own
 * directories, and those of other bands, beside them.
 */
function couldCount(dir: string, { exposure, band, season }: Asked): boolean {
  const [, path] = /(?:^|\/)exp(\/.*|)$/.exec(dir) ?? [];
  if (path === undefined) return true;
  const [nite, exp, dp, ccd, ...below] = path.split('/').filter((name) => name !== '');
  return (
    (nite === undefined || /^\d{8}$/.test(nite)) &&
    (exp === undefined || exp === exposure) &&
    (dp === undefined || dp === `dp${season}`) &&
    (ccd === undefined || ccdOf(ccd, band) !== undefined) &&
    below.length === 0
  );
}

/** Directories and files that DAGMaker.sh and RUNMON.sh leave beside the CCD directories. */
const KNOWN =
  /^(input_files\/?|\d+_run_inputs\.tar\.gz|SN_mon_.*\.list|FILTERCHIP.*|PROCFILES\.LIST|RUNEND_monDiffimg\.LOG|FAKE_OUTLIERS\.LOG|.*\.stdout)$/;
/** Names in a CCD directory that a person could take for outputs or a failure. */
const LOOKALIKE = /outputs?[_.]|fail/i;

/** The report from listings of the season's directory and of the directories in it. */
export function ccdReport(listings: readonly Listing[], asked: Asked): CcdReport {
  const { exposure, band, season, threshold = 50 } = asked;
  const { entries, nites, strays, inputFiles } = collected(listings, asked);
  const started = new Set(entries.map((entry) => entry.ccd));
  const missing = SEARCH_CCDS.map((n) => `${band}_${ccd2(n)}`)
    .filter((ccd) => !started.has(ccd))
    .map((ccd): CcdEntry => ({ ccd, nite: null, state: 'missing', failures: [] }));
  const ccds = [...entries, ...missing].sort(
    (a, b) => order(a.ccd, b.ccd) || order(a.nite ?? '', b.nite ?? ''),
  );
  const merged = [...stateByCcd({ ccds }).values()];
  const count = (state: CcdState) => merged.filter((one) => one === state).length;
  const complete = count('complete');
  return {
    schema: 'desgw/ccds',
    version: 1,
    exposure,
    band,
    season,
    nites,
    counts: {
      complete,
      failed: count('failed'),
      incomplete: count('incomplete'),
      missing: count('missing'),
      total: merged.length,
    },
    threshold,
    enough: complete >= threshold,
    inputFiles,
    ccds,
    strays,
  };
}

/** What the listings hold: a CCD directory may be in one of the two listings alone. */
function collected(
  listings: readonly Listing[],
  asked: Asked,
): Pick<CcdReport, 'nites' | 'strays' | 'inputFiles'> & { readonly entries: CcdEntry[] } {
  const nites = new Set<string>();
  const strays = new Set<string>();
  const entries = new Map<string, CcdEntry>();
  let inputFiles = false;
  for (const { dir, names } of listings) {
    const place = placeOf(dir, asked);
    if (place === undefined) continue;
    const { nite, child } = place;
    nites.add(nite);
    if (child === undefined) {
      for (const name of names) {
        const ccd = name.endsWith('/') ? ccdOf(name.slice(0, -1), asked.band) : undefined;
        if (/^input_files\/?$/.test(name)) inputFiles = true;
        if (ccd === undefined && !KNOWN.test(name)) strays.add(`${nite}/${name}`);
        if (ccd !== undefined && !entries.has(`${nite}/${ccd}`))
          entries.set(`${nite}/${ccd}`, entryFrom(ccd, nite, []));
      }
      continue;
    }
    const ccd = ccdOf(child, asked.band);
    if (ccd === undefined) continue;
    entries.set(`${nite}/${ccd}`, entryFrom(ccd, nite, names));
    for (const name of names)
      if (!counts(name) && LOOKALIKE.test(name)) strays.add(`${nite}/${ccd}/${name}`);
  }
  return {
    nites: [...nites].sort(order),
    strays: [...strays].sort(order),
    entries: [...entries.values()],
    inputFiles,
  };
}

/** State of each CCD over all nites: failed anywhere, else complete anywhere, else incomplete. */
export function stateByCcd({ ccds }: Pick<CcdReport, 'ccds'>): ReadonlyMap<string, CcdState> {
  const rank: readonly CcdState[] = ['missing', 'incomplete', 'complete', 'failed'];
  const states = new Map<string, CcdState>();
  for (const { ccd, state } of ccds) {
    const known = states.get(ccd) ?? 'missing';
    states.set(ccd, rank.indexOf(state) > rank.indexOf(known) ? state : known);
  }
  return states;
}

/** `28 of 59 CCDs complete, 3 failed`. */
export function ccdProgress(report: CcdReport): string {
  const { complete, failed, total } = report.counts;
  return `${complete} of ${total} CCDs complete${failed > 0 ? `, ${failed} failed` : ''}`;
}

/** `52 of 59 CCDs complete, 3 failed, 4 incomplete`, and what is wrong when it is not enough. */
export function ccdNote(report: CcdReport): string {
  const { complete, failed, incomplete, missing, total } = report.counts;
  const parts = [
    `${complete} of ${total} CCDs complete`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(incomplete > 0 ? [`${incomplete} incomplete`] : []),
    ...(missing > 0 ? [`${missing} not started`] : []),
  ];
  const nites =
    report.nites.length > 1 ? `; in ${report.nites.length} nites, each CCD counted once` : '';
  return `${parts.join(', ')}${report.enough ? '' : ` (${report.threshold} are needed)`}${nites}`;
}

/** A rescue wants something that came back, and something that did not complete. */
export function shortfallAdvice({ exposure, counts }: CcdReport): string {
  return counts.complete + counts.failed === 0
    ? `nothing at all came back, most likely because a template failed: desgw resubmit ${exposure} --reason 'nothing came back' submits all of it once more`
    : `desgw rescue ${exposure} submits those that did not complete once more`;
}

/**
 * The report for people: a headline, failures by step, and a line for each CCD not complete.
 * @param options `all`: a line for the complete ones as well
 */
export function ccdTable(report: CcdReport, { all = false }: { all?: boolean } = {}): string {
  const steps = new Map<string, number>();
  for (const step of report.ccds.flatMap((entry) => entry.failures))
    steps.set(step, (steps.get(step) ?? 0) + 1);
  const byStep = [...steps].sort((a, b) => b[1] - a[1] || order(a[0], b[0]));
  const shown = report.ccds.filter((entry) => all || entry.state !== 'complete');
  const usual = report.counts.total === SEARCH_CCDS.length;
  const lines = [
    `exposure ${report.exposure}, band ${report.band}, season ${report.season}: ${ccdNote(report)}`,
    ...(usual ? [`  ${SEARCH_CCDS.length} = 1 to 62 without 2, 31 and 61`] : []),
    ...(report.nites.length > 1 ? [`  in several nites: ${report.nites.join(', ')}`] : []),
    ...(report.inputFiles ? [] : ['  input_files not found']),
    ...byStep.map(([step, n]) => `  ${String(n).padStart(4)} x ${step}`),
    ...shown.map((entry) => {
      const state = entry.state === 'missing' ? 'not started' : entry.state;
      const row = `  ${entry.ccd.padEnd(5)} ${(entry.nite ?? '').padEnd(9)} ${state.padEnd(11)}`;
      return `${row} ${entry.failures.join(', ')}`.trimEnd();
    }),
    ...report.strays.map((name) => `  does not count: ${name}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** Where a listed directory lies, if it is one of this exposure and season. */
function placeOf(
  dir: string,
  asked: Asked,
): { readonly nite: string; readonly child: string | undefined } | undefined {
  const found = /(?:^|\/)exp\/([^/]+)\/([^/]+)\/dp([^/]+)(?:\/([^/]+))?\/?$/.exec(dir);
  if (found === null || found[2] !== asked.exposure || found[3] !== asked.season) return undefined;
  return { nite: found[1]!, child: found[4] };
}

function ccdOf(name: string, band: string): string | undefined {
  if (!name.startsWith(`${band}_`)) return undefined;
  const digits = name.slice(band.length + 1);
  const valid = /^\d\d$/.test(digits) && Number(digits) >= 1 && Number(digits) <= 62;
  return valid ? name : undefined;
}

function counts(name: string): boolean {
  return /^outputs_|^[^.].*\.FAIL\/?$/.test(name);
}

function entryFrom(ccd: string, nite: string, names: readonly string[]): CcdEntry {
  const failures = names
    .filter((name) => /^[^.].*\.FAIL\/?$/.test(name))
    .map((name) => name.replace(/\.FAIL\/?$/, ''))
    .sort(order);
  const complete = names.some((name) => name.startsWith('outputs_'));
  const state = failures.length > 0 ? 'failed' : complete ? 'complete' : 'incomplete';
  return { ccd, nite, state, failures };
}

/** By code unit, so that the same listing gives the same bytes in every locale. */
function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
