/** Sums of statistics over exposures, nights and events, as tables and as comma-separated values. */
import type { ExhibitTable } from '../../core/index.ts';
import type { BySteps, ExposureStatistics } from './exposure.ts';

/** The file `statistics_SEASON.json`. */
export type Statistics = {
  readonly schema: 'desgw/statistics';
  readonly version: 1;
  readonly event: string | null;
  readonly season: string;
  readonly exposures: readonly ExposureStatistics[];
};

/** Reads one; undefined for what is none. */
export function readStatistics(text: string | undefined): Statistics | undefined {
  try {
    const found: Statistics | null = JSON.parse(text ?? 'null');
    return found?.schema === 'desgw/statistics' && found.version === 1 ? found : undefined;
  } catch {
    return undefined; // half a file, or somebody's own
  }
}

/** How the hours are to be read. */
const HOURS_NOTE =
  'Grid hours are an upper bound: from submission to outputs, waiting in the queue included, of runs that left outputs. Of the others, and of template jobs, nothing on record tells how long they took; so the hours that were saved are not known, only the jobs.';

/** Sums of numbers of the same name. */
function summed(all: readonly ExposureStatistics[]) {
  const sum = (of: (one: ExposureStatistics) => number): number =>
    all.reduce((total, one) => total + of(one), 0);
  return {
    exposures: all.length,
    total: sum(({ total }) => total),
    complete: sum(({ complete }) => complete),
    failed: sum(({ failed }) => failed),
    notBack: sum(({ notBack }) => notBack),
    rescues: sum(({ rescues }) => rescues),
    rescued: sum(({ rescued }) => rescued),
    curedMore: sum(({ cured }) => cured.more),
    curedSame: sum(({ cured }) => cured.same),
    curedUntold: sum(({ cured }) => cured.untold),
    searchJobs: sum(({ jobs }) => jobs.search),
    templateJobs: sum(({ jobs }) => jobs.templates),
    rescueJobs: sum(({ jobs }) => jobs.rescues),
    sparedJobs: sum(({ spared }) => spared),
    hoursAtMost: Math.round(sum(({ hours }) => hours.atMost) * 100) / 100,
    hoursOf: sum(({ hours }) => hours.runs),
    hoursUnknown: sum(({ hours }) => hours.unknown),
  };
}

/** Failures over several exposures, the most frequent first. */
export function stepsOf(
  all: readonly ExposureStatistics[],
): readonly { readonly step: string; readonly before: number; readonly after: number }[] {
  const add = (of: (one: ExposureStatistics) => BySteps): ReadonlyMap<string, number> => {
    const counts = new Map<string, number>();
    for (const one of all)
      for (const [step, n] of Object.entries(of(one)))
        counts.set(step, (counts.get(step) ?? 0) + n);
    return counts;
  };
  const [before, after] = [add((one) => one.before), add((one) => one.after)];
  return [...new Set([...before.keys(), ...after.keys()])]
    .map((step) => ({ step, before: before.get(step) ?? 0, after: after.get(step) ?? 0 }))
    .sort((a, b) => b.before - a.before || b.after - a.after || (a.step < b.step ? -1 : 1));
}

/** Exposures by night, or by event. */
export function grouped<T>(
  all: readonly T[],
  by: (one: T) => string,
): readonly [string, readonly T[]][] {
  const groups = new Map<string, T[]>();
  for (const one of all) groups.set(by(one), [...(groups.get(by(one)) ?? []), one]);
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
}

const HEAD = [
  ...['exposures', 'CCDs', 'complete', 'failed', 'not back', 'rescues', 'CCDs again'],
  ...['complete since: more memory', 'as much memory', 'untold'],
  ...['search jobs', 'template jobs', 'rescue jobs', 'template jobs spared'],
  ...['grid hours at most', 'of runs', 'unknown of runs'],
];

const cells = (all: readonly ExposureStatistics[]): readonly string[] =>
  Object.values(summed(all)).map((n) => n.toLocaleString('en-US'));

/** For people: totals turned so that a row is a number, failures by step. */
export function statisticsTables(
  groups: readonly (readonly [string, readonly ExposureStatistics[]])[],
  word: string,
): readonly ExhibitTable[] {
  const everything = groups.flatMap(([, some]) => some);
  if (everything.length === 0) return [];
  const columns = groups.length === 1 ? groups : [...groups, ['all', everything] as const];
  const values = columns.map(([, some]) => cells(some));
  return [
    {
      title: `Totals by ${word}`,
      head: ['', ...columns.map(([name]) => name)],
      rows: HEAD.map((name, i) => [name, ...values.map((column) => column[i]!)]),
      note: HOURS_NOTE,
    },
    {
      title: 'CCDs by failed step, before rescues and now',
      head: ['step', 'the first time', 'now'],
      rows: stepsOf(everything).map(({ step, before, after }) => [
        step,
        String(before),
        String(after),
      ]),
    },
  ];
}

/** One line an exposure, with two columns for every step that failed anywhere. */
export function statisticsCsv(events: readonly Statistics[]): string {
  const steps = stepsOf(events.flatMap(({ exposures }) => exposures))
    .map(({ step }) => step)
    .sort();
  const rows = events.flatMap(({ event, season, exposures }) =>
    exposures.map((one) => {
      const { exposures: _, ...numbers } = summed([one]);
      return [
        ...[event ?? '', season, one.exposure, one.band, one.nite],
        ...Object.values(numbers),
        ...steps.flatMap((step) => [one.before[step] ?? 0, one.after[step] ?? 0]),
      ];
    }),
  );
  const head = [
    ...['event', 'season', 'exposure', 'band', 'nites'],
    ...['total', 'complete', 'failed', 'not_back', 'rescues', 'rescued_ccds'],
    ...['cured_more_memory', 'cured_same_memory', 'cured_untold'],
    ...['search_jobs', 'template_jobs', 'rescue_jobs', 'template_jobs_spared'],
    ...['hours_at_most', 'hours_of_runs', 'hours_unknown_runs'],
    ...steps.flatMap((step) => [`${step}_before`, `${step}_now`]),
  ];
  return `${[head, ...rows].map((row) => row.map(csvCell).join(',')).join('\n')}\n`;
}

const csvCell = (cell: string | number): string =>
  /[",\n]/.test(String(cell)) ? `"${String(cell).replaceAll('"', '""')}"` : String(cell);
