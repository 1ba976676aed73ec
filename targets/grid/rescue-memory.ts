/** How much memory search jobs of a rescue ask for. */
import type { CcdReport } from '../reports/ccd-report.ts';
import { ccd2 } from '../settings/domain.ts';
import { causeOf } from '../triage/causes.ts';
import { jobsIn, parseDag } from './dag.ts';

/** Memory when the DAG does not say how much a job had, and the most that is asked for unasked. */
const FIRST_MEMORY = '6000MB';

const MOST_MEMORY_MB = 32_000;

/** Twice as much where memory can be what was lacking, else as much as before. */
export function memoryFor(report: CcdReport, ccd: number, before: string | undefined): string {
  const cause = causeOf(failuresOf(report, ccd));
  const more = raised(before);
  return cause === 'memory' || cause === 'died' ? more : (before ?? more);
}

/** Memory of the search jobs of a DAG, as `2500MB`; undefined when it does not say. */
export function memoryIn(dag: string): string | undefined {
  const search = jobsIn(parseDag(dag)).find((job) => job.kind === 'search');
  return search === undefined ? undefined : memoryOfJob(search.text);
}

/** Memory that a job of a DAG asks for. */
export const memoryOfJob = (line: string): string | undefined =>
  /\s--memory(?:=|\s+)(\S+)/.exec(line)?.[1];

/** Twice as much, but not without end. */
function raised(memory: string | undefined): string {
  const before = megabytes(memory);
  if (before === undefined) return FIRST_MEMORY;
  return `${Math.round(Math.max(before, Math.min(2 * before, MOST_MEMORY_MB)))}MB`;
}

const UNITS: { readonly [unit: string]: number } = {
  K: 1 / 1024,
  M: 1,
  '': 1,
  G: 1024,
  T: 1024 ** 2,
};

/** An amount of memory in MB, which plain numbers are (jobsub_lite); undefined for what is none. */
export function megabytes(memory: string | undefined): number | undefined {
  const found = /^(\d+)([KMGT]?)(?:i?B)?$/.exec(memory ?? '');
  return found === null ? undefined : Number(found[1]) * UNITS[found[2]!]!;
}

/** The last words of each failed step of a CCD. */
export const failuresOf = (report: CcdReport, ccd: number): readonly string[] =>
  report.ccds
    .filter((entry) => entry.ccd === `${report.band}_${ccd2(ccd)}`)
    .flatMap((entry) => entry.failures);
