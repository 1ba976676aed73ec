/**
 * The force-photometry files of one exposure against its complete CCDs. SEdiff.sh copies one
 * `.fits` and one `.psf` for every CCD that finishes, after the outputs, so that a complete CCD may
 * lack them. Names: `WS<season>_<exposure>_..._combined_<band>_<CC>....fits|.psf`
 * (Post-Processing recopy_forcephoto.sh).
 */

import type { Listing, Look, Problem, Seen, Sighting } from '../../core/index.ts';
import { type CcdReport, type Judged, listingsOf, stateByCcd } from './ccd-report.ts';

type ForceVerdict = 'not-enough-ccds' | 'pass-all' | 'pass-partial' | 'too-few' | 'too-many';

/** When an exposure may go on. */
export interface ForcePolicy {
  /** More than this share of the expected files is enough. Default 0.5. */
  readonly share?: number;
  /**
   * More files than expected: refused by default, because something is unexplained; `accept` for
   * sites where CCDs that were marked failed later keep their files.
   */
  readonly surplus?: 'refuse' | 'accept';
}

/**
 * The file `forcefiles_EXP.json`. `expected` is two for each complete CCD. `found` counts the
 * `.fits` and `.psf` files of the band in all nites. `missing` names complete CCDs without that
 * file, even when the count is right; `surplus` names files that belong to no complete CCD or
 * are there twice; `strays` are names that do not count, relative to the season's directory.
 */
export type ForcefileReport = {
  readonly schema: 'desgw/forcefiles';
  readonly version: 1;
  readonly exposure: string;
  readonly band: string;
  readonly season: string;
  readonly complete: number;
  readonly expected: number;
  readonly found: number;
  readonly verdict: ForceVerdict;
  readonly goesOn: boolean;
  readonly missing: { readonly fits: readonly string[]; readonly psf: readonly string[] };
  readonly surplus: readonly string[];
  readonly strays: readonly string[];
};

/** What core must look at for `forcefilesFrom`. */
export function forcefileLooks(
  pnfs: string,
  asked: { readonly exposure: string; readonly season: string },
): readonly Look[] {
  const root = `${pnfs}/forcephoto/images`;
  return [
    {
      kind: 'list',
      pattern: `${root}/dp${asked.season}/*/${asked.exposure}/`,
      partly: true,
    },
    { kind: 'stat', path: root },
  ];
}

/** Judges what was seen on `forcefileLooks`; a look that failed is never "no files". */
export function forcefilesFrom(
  seen: readonly Seen[],
  ccds: CcdReport,
  policy: ForcePolicy = {},
): Judged<ForcefileReport> {
  const listings = listingsOf(seen, isOfNite);
  if (listings.state === 'failed') return listings;
  return { state: 'ready', report: forcefileReport(listings.report, ccds, policy) };
}

/** People's own directories lie beside those of the nites. */
const isOfNite = (dir: string): boolean =>
  !/(?:^|\/)forcephoto\/images\/dp[^/]+\/(?!\d{8}(?:\/|$))/.test(dir);

const LATER: ReadonlySet<string> = new Set(['incomplete', 'missing']);

/** The report from listings of the exposure's directories and its CCD report. */
export function forcefileReport(
  listings: readonly Listing[],
  ccds: CcdReport,
  policy: ForcePolicy = {},
): ForcefileReport {
  const { exposure, band, season } = ccds;
  const states = stateByCcd(ccds);
  const { found, have, surplus, strays } = counted(listings, ccds, states);
  const expected = 2 * ccds.counts.complete;
  const verdict = verdictOn(ccds, expected, found, policy.share ?? 0.5);
  const complete = [...states].filter(([, state]) => state === 'complete').map(([ccd]) => ccd);
  const without = (suffix: string) => complete.filter((ccd) => !have.has(`${ccd}${suffix}`));
  return {
    schema: 'desgw/forcefiles',
    version: 1,
    exposure,
    band,
    season,
    complete: ccds.counts.complete,
    expected,
    found,
    verdict,
    goesOn:
      verdict === 'pass-all' ||
      verdict === 'pass-partial' ||
      (verdict === 'too-many' && policy.surplus === 'accept'),
    missing: { fits: without('.fits'), psf: without('.psf') },
    surplus: [...surplus].sort(),
    strays: [...strays].sort(),
  };
}

/** The files of an exposure: those that belong to complete CCDs, one of each, and others. */
function counted(
  listings: readonly Listing[],
  ccds: CcdReport,
  states: ReturnType<typeof stateByCcd>,
) {
  const { exposure, band, season } = ccds;
  const have = new Set<string>();
  const surplus = new Set<string>();
  const strays = new Set<string>();
  let found = 0;
  for (const { dir, names } of listings) {
    const nite = niteOf(dir, exposure, season);
    if (nite === undefined) continue;
    for (const name of names) {
      if (!isForceFile(name, band)) {
        strays.add(`${nite}/${exposure}/${name}`);
        continue;
      }
      const ccd = ccdOf(name, band);
      // Of CCDs that came after their report was made, which is made once more in the end.
      if (ccds.settled === false && LATER.has(states.get(ccd ?? '') ?? 'missing')) continue;
      found += 1;
      const key = `${ccd}${name.slice(name.lastIndexOf('.'))}`;
      if (ccd === undefined || states.get(ccd) !== 'complete' || have.has(key))
        surplus.add(`${nite}/${exposure}/${name}`);
      have.add(key);
    }
  }
  return { found, have, surplus, strays };
}

function verdictOn(
  { enough }: Pick<CcdReport, 'enough'>,
  expected: number,
  found: number,
  share: number,
): ForceVerdict {
  if (!enough) return 'not-enough-ccds';
  if (found === expected) return 'pass-all';
  if (found > expected) return 'too-many';
  return found > expected * share ? 'pass-partial' : 'too-few';
}

/** Most surplus files that are named one by one. */
const NAMED = 4;

/**
 * Whether the files may still be on their way: they are copied after the outputs that make a CCD
 * complete. Times in seconds.
 */
export function forcefileSighting(facts: {
  readonly report: ForcefileReport;
  readonly unchangedForSeconds: number;
  readonly lateSeconds: number;
}): Sighting {
  const { report } = facts;
  const late = report.verdict === 'pass-partial' || report.verdict === 'too-few';
  if (late && facts.unchangedForSeconds < facts.lateSeconds) {
    return {
      state: 'waiting',
      value: report,
      progress: `${report.found} of ${report.expected} force-photometry files`,
    };
  }
  const note = forcefileNote(report);
  const shortfall = forcefileShortfall(report);
  const leftOut = shortfall && `${note}: ${shortfall.advice}`;
  return { state: 'ready', value: report, note, ...(leftOut && { leftOut }) };
}

/** `104 of 106 force-photometry files: goes on; i_26 lacks .fits and .psf`. */
export function forcefileNote(report: ForcefileReport): string {
  if (report.verdict === 'not-enough-ccds')
    return `${report.complete} complete CCDs are not enough, force-photometry files do not matter`;
  const lacking = inWords(report.missing);
  return `${report.found} of ${report.expected} force-photometry files: ${
    report.goesOn ? 'goes on' : report.verdict === 'too-many' ? 'too many' : 'too few'
  }${lacking === '' ? '' : `; ${lacking}`}`;
}

/** Why the exposure does not go on, and what to do; undefined when it does. */
export function forcefileShortfall(
  report: ForcefileReport,
): Required<Pick<Problem, 'what' | 'advice'>> | undefined {
  if (report.goesOn) return undefined;
  const what = `exposure ${report.exposure}: ${forcefileNote(report)}`;
  switch (report.verdict) {
    case 'too-many':
      return {
        what: `${what}${report.surplus.length === 0 ? '' : `; not expected: ${surplusInWords(report)}`}`,
        advice:
          'files of CCDs that failed or of another nite: look at them, then remove them, or let them count with --set acceptSurplus=true',
      };
    case 'not-enough-ccds':
      return { what, advice: ccdAdvice(report) };
    default:
      return {
        what,
        advice: `desgw rescue ${report.exposure} --triage copies missing files out of the outputs of CCDs that are complete`,
      };
  }
}

/** With no complete CCD it takes the CCD report to tell whether there is anything to rescue. */
const ccdAdvice = ({ exposure, complete }: ForcefileReport): string =>
  complete > 0
    ? `desgw rescue ${exposure} submits those that did not complete once more`
    : `desgw ccds ${exposure} tells what became of each CCD, and what can be done`;

/** One exposure in the order of output.txt. */
export type Entry = {
  readonly expnum: string;
  readonly band: string;
};

/**
 * The exposures that go on, each once, and the bands of those alone, both in the order of
 * output.txt. Nothing goes on: both are empty, and post processing must not be started.
 */
export function goingOn(
  entries: readonly Entry[],
  reports: ReadonlyMap<string, ForcefileReport>,
): { readonly exposures: readonly string[]; readonly bands: readonly string[] } {
  const passing = entries.filter(({ expnum }) => reports.get(expnum)?.goesOn === true);
  return {
    exposures: [...new Set(passing.map((entry) => entry.expnum))],
    bands: [...new Set(passing.map((entry) => entry.band))],
  };
}

function inWords(missing: ForcefileReport['missing']): string {
  const words = [...new Set([...missing.fits, ...missing.psf])].sort().map((ccd) => {
    const lacks = [
      ...(missing.fits.includes(ccd) ? ['.fits'] : []),
      ...(missing.psf.includes(ccd) ? ['.psf'] : []),
    ];
    return `${ccd} lacks ${lacks.join(' and ')}`;
  });
  return words.join(', ');
}

/** A few files by their names, many by their directories and CCDs; the report has all names. */
function surplusInWords({ surplus, band }: Pick<ForcefileReport, 'surplus' | 'band'>): string {
  if (surplus.length <= NAMED) return surplus.join(', ');
  const byDir = new Map<string, string[]>();
  for (const path of surplus) {
    const cut = path.lastIndexOf('/');
    const ccd = ccdOf(path.slice(cut + 1), band)?.slice(`${band}_`.length) ?? path.slice(cut + 1);
    byDir.set(path.slice(0, cut), [...(byDir.get(path.slice(0, cut)) ?? []), ccd]);
  }
  return [...byDir]
    .map(([dir, ccds]) => {
      const which = [...new Set(ccds)].sort();
      return `${ccds.length} files in ${dir} of ${which.length === 1 ? 'CCD' : 'CCDs'} ${which.join(', ')}`;
    })
    .join('; ');
}

function niteOf(dir: string, exposure: string, season: string): string | undefined {
  const found = /(?:^|\/)forcephoto\/images\/dp([^/]+)\/([^/]+)\/([^/]+)\/?$/.exec(dir);
  return found !== null && found[1] === season && found[3] === exposure ? found[2] : undefined;
}

function isForceFile(name: string, band: string): boolean {
  return !name.startsWith('.') && /\.(fits|psf)$/.test(name) && name.includes(`_${band}_`);
}

/** The CCD a file belongs to, from `combined_BAND_CC`, else the last `_BAND_CC`. */
function ccdOf(name: string, band: string): string | undefined {
  const mark = name.includes(`combined_${band}_`) ? `combined_${band}_` : `_${band}_`;
  const rest = name.slice(name.lastIndexOf(mark) + mark.length);
  const digits = /^\d\d(?!\d)/.exec(rest)?.[0];
  return digits === undefined ? undefined : `${band}_${digits}`;
}
