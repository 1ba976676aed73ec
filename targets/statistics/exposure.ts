/**
 * What became of one exposure, before its rescues and after: counted from the DAGs that were handed over,
 * the FAIL files that rescues have moved aside, and when outputs were written. What nothing tells is null.
 */
import { jobsIn, parseDag } from '../grid/dag.ts';
import { megabytes, memoryOfJob } from '../grid/rescue-memory.ts';
import { type CcdReport, stateByCcd } from '../reports/ccd-report.ts';
import { ccd2 } from '../settings/domain.ts';

/** CCDs by the step at which they failed. */
export type BySteps = { readonly [step: string]: number };

/** One exposure in numbers. */
export type ExposureStatistics = {
  readonly exposure: string;
  readonly band: string;
  readonly nite: string;
  readonly total: number;
  readonly complete: number;
  readonly failed: number;
  readonly notBack: number;
  /** How CCDs ended the first time; of those that were rescued without a FAIL `LEFT_NOTHING`. */
  readonly before: BySteps;
  /** How they stand now. */
  readonly after: BySteps;
  readonly rescues: number;
  /** CCDs that a rescue has handed over again. */
  readonly rescued: number;
  /** Those of them that are complete now, by whether their last rescue had more memory than the run before. */
  readonly cured: { readonly more: number; readonly same: number; readonly untold: number };
  /** Jobs that were handed over. */
  readonly jobs: { readonly search: number; readonly templates: number; readonly rescues: number };
  /** Template jobs of DAGMaker's DAG that were not handed over. */
  readonly spared: number;
  /** Hours from submission to outputs, the queue included; for how many runs, and how many left none. */
  readonly hours: { readonly atMost: number; readonly runs: number; readonly unknown: number };
};

/** What a CCD without a FAIL file and without outputs failed at. */
export const LEFT_NOTHING = 'left nothing';

/** One DAG that was handed over. */
export interface HandedOver {
  readonly dag: string;
  /** When; undefined: nobody knows. */
  readonly at: number | undefined;
}

/** What was found of an exposure. */
export interface ExposureFiles {
  readonly report: CcdReport;
  /** What DAGMaker wrote. */
  readonly dag: string;
  readonly first: HandedOver;
  /** By number. */
  readonly rescues: ReadonlyMap<number, HandedOver>;
  /** Template passes. */
  readonly passes: readonly HandedOver[];
  /** FAIL files that a rescue has moved aside, by CCD (`i_07`) and number. */
  readonly aside: readonly {
    readonly ccd: string;
    readonly rescue: number;
    readonly step: string;
  }[];
  /** Outputs, when they were written; `rescue`: the one that has moved them aside, if any has. */
  readonly outputs: readonly {
    readonly ccd: string;
    readonly rescue: number | undefined;
    readonly at: number;
  }[];
}

/** Counts one exposure. Pure. */
export function exposureStatistics(files: ExposureFiles): ExposureStatistics {
  const { report, rescues } = files;
  const { exposure, band, nites, counts } = report;
  const again = runsOf(files);
  const states = stateByCcd(report);
  const handed = jobCounts(files.first.dag);
  const passed = files.passes.map(({ dag }) => jobCounts(dag).template);
  const templates = [handed.template, ...passed].reduce((sum, n) => sum + n, 0);
  return {
    ...{ exposure, band, nite: nites.join(' ') },
    ...{ total: counts.total, complete: counts.complete, failed: counts.failed },
    notBack: counts.incomplete + counts.missing,
    before: counted([...states.keys()].flatMap((ccd) => firstFailures(files, again, ccd))),
    after: counted([...states.keys()].flatMap((ccd) => failuresNow(report, ccd))),
    rescues: rescues.size,
    rescued: again.size,
    cured: curedOf(files, again, states),
    jobs: {
      search: handed.search,
      templates,
      rescues: [...rescues.values()].reduce((sum, { dag }) => sum + jobCounts(dag).search, 0),
    },
    spared: Math.max(0, jobCounts(files.dag).template - templates),
    hours: hoursOf(files, again),
  };
}

/** Rescues of each CCD, first to last, with the memory that they asked for. */
type Runs = ReadonlyMap<
  string,
  readonly { readonly rescue: number; readonly memory: number | undefined }[]
>;

function runsOf({ report, rescues }: ExposureFiles): Runs {
  const runs = new Map<string, Runs extends ReadonlyMap<string, infer R> ? R : never>();
  for (const [rescue, { dag }] of [...rescues].sort(([a], [b]) => a - b))
    for (const { flags, text } of searchJobs(dag)) {
      const ccd = `${report.band}_${ccd2(Number(flags.get('c')))}`;
      const run = { rescue, memory: megabytes(memoryOfJob(text)) };
      runs.set(ccd, [...(runs.get(ccd) ?? []), run]);
    }
  return runs;
}

const searchJobs = (dag: string) => jobsIn(parseDag(dag)).filter(({ kind }) => kind === 'search');

/** Jobs of a DAG; a line with `-N 60` is sixty. */
function jobCounts(dag: string): { readonly search: number; readonly template: number } {
  const count = (wanted: string): number =>
    jobsIn(parseDag(dag))
      .filter(({ kind }) => kind === wanted)
      .reduce((sum, { text }) => sum + Number(/\s-N(?:\s+|=)?(\d+)(?=\s)/.exec(text)?.[1] ?? 1), 0);
  return { search: count('search'), template: count('template') };
}

function failuresNow(report: CcdReport, ccd: string): readonly string[] {
  const entries = report.ccds.filter((entry) => entry.ccd === ccd);
  const steps = [...new Set(entries.flatMap(({ failures }) => failures))];
  if (steps.length > 0) return steps;
  return stateByCcd(report).get(ccd) === 'complete' ? [] : [LEFT_NOTHING];
}

function firstFailures({ report, aside }: ExposureFiles, runs: Runs, ccd: string) {
  const first = runs.get(ccd)?.[0];
  if (first === undefined) return failuresNow(report, ccd);
  const own = aside.filter((one) => one.ccd === ccd && one.rescue === first.rescue);
  const steps = [...new Set(own.map(({ step }) => step))];
  return steps.length > 0 ? steps : [LEFT_NOTHING];
}

function counted(steps: readonly string[]): BySteps {
  const counts: { [step: string]: number } = {};
  for (const step of steps) counts[step] = (counts[step] ?? 0) + 1;
  return counts;
}

function curedOf(
  { report, first }: ExposureFiles,
  again: Runs,
  states: ReadonlyMap<string, string>,
): ExposureStatistics['cured'] {
  const own = new Map(
    searchJobs(first.dag).map(({ flags, text }) => [
      `${report.band}_${ccd2(Number(flags.get('c')))}`,
      megabytes(memoryOfJob(text)),
    ]),
  );
  const cured = { more: 0, same: 0, untold: 0 };
  for (const [ccd, runs] of again) {
    if (states.get(ccd) !== 'complete') continue;
    const [before, last] = [own.get(ccd), ...runs.map(({ memory }) => memory)].slice(-2);
    if (before === undefined || last === undefined) cured.untold += 1;
    else if (last > before) cured.more += 1;
    else cured.same += 1;
  }
  return cured;
}

const HOUR = 3_600_000;

/** A run began no sooner than it was handed over, and had ended when its outputs were written. */
function hoursOf({ first, rescues, outputs }: ExposureFiles, runs: Runs) {
  let [ms, known] = [0, 0];
  for (const { ccd, rescue, at } of outputs) {
    const earlier = (runs.get(ccd) ?? []).filter(
      (run) => rescue === undefined || run.rescue < rescue,
    );
    const last = earlier.at(-1);
    const began = last === undefined ? first.at : rescues.get(last.rescue)?.at;
    if (began === undefined || at < began) continue;
    ms += at - began;
    known += 1;
  }
  const all =
    jobCounts(first.dag).search + [...runs.values()].reduce((sum, one) => sum + one.length, 0);
  return {
    atMost: Math.round((ms / HOUR) * 100) / 100,
    runs: known,
    unknown: Math.max(0, all - known),
  };
}
