/**
 * A night in numbers, for the log book and the mailing list: totals over all exposures from the
 * reports that were built last. Success is counted against the CCDs that were submitted, never
 * against those that came back.
 */
import type { CcdReport } from './ccd-report.ts';
import { stateByCcd } from './ccd-report.ts';
import type { ForcefileReport } from './forcefile-report.ts';

/** What is known of one exposure; parts that were not built yet are undefined. */
export interface ExposureResult {
  readonly exposure: string;
  readonly band: string;
  readonly ccds: CcdReport | undefined;
  readonly forcefiles: ForcefileReport | undefined;
}

/** The numbers of a night. */
export type NightSummary = {
  readonly schema: 'desgw/summary';
  readonly version: 1;
  readonly event: string | null;
  readonly season: string | null;
  readonly exposures: {
    readonly submitted: number;
    readonly judged: number;
    readonly goOn: number;
    /** Judged, and too few CCDs are complete. */
    readonly short: readonly {
      readonly exposure: string;
      readonly complete: number;
      readonly total: number;
    }[];
  };
  readonly ccds: {
    readonly total: number;
    readonly complete: number;
    readonly failed: number;
    readonly notBack: number;
  };
  /** Failed steps, the most frequent first; a CCD may have failed in several. */
  readonly steps: readonly { readonly step: string; readonly ccds: number }[];
  readonly forcefiles: {
    readonly goOn: number;
    readonly missing: number;
    readonly incomplete: number;
    readonly surplus: readonly string[];
  };
  readonly candidates: { readonly all: number; readonly good: number } | null;
  readonly postprocessing: string | null;
};

/** What is not in the reports of exposures. */
export interface NightFacts {
  readonly event: string | undefined;
  readonly season: string | undefined;
  readonly candidates: { readonly all: number; readonly good: number } | undefined;
  /** What the status file of post processing says, in words. */
  readonly postprocessing: string | undefined;
}

/** Sums a night up. */
export function nightSummary(results: readonly ExposureResult[], facts: NightFacts): NightSummary {
  const reports = results.flatMap(({ ccds }) => ccds ?? []);
  const force = results.flatMap(({ forcefiles }) => forcefiles ?? []);
  const sum = (of: (report: CcdReport) => number): number =>
    reports.reduce((total, report) => total + of(report), 0);
  const short = reports
    .filter(({ enough }) => !enough)
    .map(({ exposure, counts }) => ({
      exposure,
      complete: counts.complete,
      total: counts.total,
    }));
  const missingOf = ({ missing }: ForcefileReport): number =>
    missing.fits.length + missing.psf.length;
  return {
    schema: 'desgw/summary',
    version: 1,
    event: facts.event ?? null,
    season: facts.season ?? null,
    exposures: {
      submitted: results.length,
      judged: reports.length,
      goOn: force.filter(({ goesOn }) => goesOn).length,
      short,
    },
    ccds: {
      total: sum(({ counts }) => counts.total),
      complete: sum(({ counts }) => counts.complete),
      failed: sum(({ counts }) => counts.failed),
      notBack: sum(({ counts }) => counts.incomplete + counts.missing),
    },
    steps: stepsOf(reports),
    forcefiles: {
      goOn: force.filter(({ goesOn }) => goesOn).length,
      missing: force.reduce((total, report) => total + missingOf(report), 0),
      incomplete: force.filter((report) => missingOf(report) > 0).length,
      surplus: force.filter(({ surplus }) => surplus.length > 0).map(({ exposure }) => exposure),
    },
    candidates: facts.candidates ?? null,
    postprocessing: facts.postprocessing ?? null,
  };
}

function stepsOf(reports: readonly CcdReport[]): NightSummary['steps'] {
  const counts = new Map<string, number>();
  for (const { ccds } of reports)
    for (const { failures } of ccds)
      for (const step of failures) counts.set(step, (counts.get(step) ?? 0) + 1);
  return [...counts]
    .map(([step, ccds]) => ({ step, ccds }))
    .sort((a, b) => b.ccds - a.ccds || (a.step < b.step ? -1 : 1));
}

/** Most names in one line. */
const NAMED = 8;

/** The summary for people. @param moment the time of day, as shown everywhere */
export function summaryText(summary: NightSummary, moment: string): string {
  const { title, rows } = summaryRows(summary, moment);
  return `${[title, ...rows.map(([name, text]) => `${name.padEnd(12)}${text}`)].join('\n')}\n`;
}

/** The same as a page that needs nothing else, for the web or a mail. */
export function summaryHtml(summary: NightSummary, moment: string): string {
  const { title, rows } = summaryRows(summary, moment);
  const lines = rows.map(
    ([name, text]) =>
      `<tr><th scope="row"${name.startsWith(' ') ? ' class="part"' : ''}>${escaped(name.trim())}</th><td>${escaped(text)}</td></tr>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 50rem; padding: 0 1rem; }
th { text-align: left; padding-right: 1.5rem; vertical-align: top; white-space: nowrap; font-weight: 600; }
th.part { padding-left: 1rem; font-weight: 400; }
</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
<table>
${lines.join('\n')}
</table>
</main>
</body>
</html>
`;
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

type Row = readonly [name: string, text: string];

function summaryRows(
  summary: NightSummary,
  moment: string,
): { readonly title: string; readonly rows: readonly Row[] } {
  const { event, season, exposures, ccds, steps, forcefiles, candidates } = summary;
  const title = [
    ...(event === null ? [] : [event]),
    ...(season === null ? ['no season yet'] : [`season ${season}`]),
    `(${moment})`,
  ].join('  ');
  const row = (name: string, text: string): Row => [name, text];
  const rows = [
    row('exposures', `${exposures.submitted} submitted, ${exposures.judged} judged`),
    row(
      'CCDs',
      `${ccds.complete} of ${ccds.total} complete${share(ccds.complete, ccds.total)}, ${ccds.failed} failed, ${ccds.notBack} not back`,
    ),
    ...(steps.length === 0
      ? []
      : [row('  by step', named(steps.map(({ step, ccds: n }) => `${shortStep(step)} ${n}`)))]),
    ...(exposures.short.length === 0
      ? []
      : [
          row(
            '  too few',
            named(
              exposures.short.map((one) => `${one.exposure} (${one.complete} of ${one.total})`),
            ),
          ),
        ]),
    row('force files', forceText(forcefiles, exposures.judged)),
    ...(candidates === null
      ? []
      : [row('candidates', `${candidates.all}, ${candidates.good} with a good score`)]),
    row('post proc.', summary.postprocessing ?? 'not begun'),
  ];
  return { title, rows };
}

const shortStep = (step: string): string => /^RUN\d\d/.exec(step)?.[0] ?? step;

const share = (part: number, whole: number): string =>
  whole === 0 ? '' : ` (${Math.round((100 * part) / whole)} %)`;

function named(all: readonly string[]): string {
  const rest = all.length - NAMED;
  return all.slice(0, NAMED).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

function forceText(force: NightSummary['forcefiles'], judged: number): string {
  const parts = [
    `${force.goOn} of ${judged} exposures go on`,
    ...(force.missing > 0 ? [`${force.missing} files missing in ${force.incomplete} of them`] : []),
    ...(force.surplus.length > 0 ? [`too many in ${named(force.surplus)}`] : []),
  ];
  return parts.join('; ');
}

const COLUMNS = [
  'exposure',
  'band',
  'season',
  'nites',
  'total',
  'complete',
  'failed',
  'incomplete',
  'missing',
  'enough',
  'force_expected',
  'force_found',
  'force_verdict',
  'goes_on',
] as const;

/** One line an exposure, and a column for every step that failed anywhere. */
export function statisticsCsv(results: readonly ExposureResult[]): string {
  const steps = [
    ...new Set(results.flatMap(({ ccds }) => ccds?.ccds.flatMap(({ failures }) => failures) ?? [])),
  ].sort();
  const rows = results.map(({ exposure, band, ccds, forcefiles }) => {
    const { counts } = ccds ?? {};
    const states = ccds === undefined ? new Map() : stateByCcd(ccds);
    const failedAt = (step: string): number =>
      [...states.keys()].filter((ccd) =>
        ccds!.ccds.some((entry) => entry.ccd === ccd && entry.failures.includes(step)),
      ).length;
    return [
      exposure,
      band,
      ccds?.season,
      ccds?.nites.join(' '),
      counts?.total,
      counts?.complete,
      counts?.failed,
      counts?.incomplete,
      counts?.missing,
      ccds?.enough,
      forcefiles?.expected,
      forcefiles?.found,
      forcefiles?.verdict,
      forcefiles?.goesOn,
      ...steps.map((step) => (ccds === undefined ? undefined : failedAt(step))),
    ].map((cell) => (cell === undefined ? '' : String(cell)));
  });
  return `${[[...COLUMNS, ...steps], ...rows].map((row) => row.join(',')).join('\n')}\n`;
}
