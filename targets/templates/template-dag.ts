/**
 * DAGs of the template pass. A search DAG as DAGMaker.sh writes it opens with a job line for every
 * template whose single-epoch processing is not complete (`SEdiff.sh -t`, `-N 60`), so that the
 * same template is processed once for every exposure that overlaps it. The pass takes those lines
 * out: each template goes to the grid once, in DAGs of templates alone, and the search DAG follows
 * without them when they have settled. What the search jobs read of templates they look up when
 * they run (copy_pairs of DAGMaker lists them all), so nothing else of the DAG changes.
 */
import { Refusal } from '../../core/index.ts';
import { type DagJob, jobsIn, parseDag } from '../grid/dag.ts';
import { asOneJob, withFlag, withMemory, withoutFlag } from '../grid/job-lines.ts';
import type { Exposure, Nite } from '../settings/domain.ts';

/** A template that an exposure needs, as its DAG names it. */
export type Template = {
  readonly exposure: Exposure;
  readonly nite: Nite;
  readonly band: string;
  /** Version of the single-epoch processing, `r4p7`. */
  readonly processing: string;
  /** The job line of DAGMaker. */
  readonly line: string;
};

/** The templates that a DAG processes, each once, in the order of their lines. */
export function templatesOf(text: string): readonly Template[] {
  const found = new Map<Exposure, Template>();
  for (const job of readable(text).filter(({ kind }) => kind === 'template')) {
    const template = templateFrom(job);
    if (!found.has(template.exposure)) found.set(template.exposure, template);
  }
  return [...found.values()];
}

/** The DAG without its template lines; every other line stays byte for byte. */
export function searchDag(text: string): string {
  const lines = new Set(
    readable(text)
      .filter(({ kind }) => kind === 'template')
      .map(({ line }) => line),
  );
  return text
    .split('\n')
    .filter((_, index) => !lines.has(index + 1))
    .join('\n');
}

/** What of a template is to be processed in one pass. */
export interface TemplateWork {
  readonly template: Template;
  /** CCDs that are missing; all of them go in one line, since SEdiff.sh leaves done ones alone. */
  readonly ccds: readonly number[];
}

/** As many missing CCDs and more are left to one line of sixty jobs, of which done ones end at once. */
export const WHOLE_FROM = 31;

/**
 * A DAG of templates. Each line is a node without children, so that a failure touches no other.
 * @param memory of each job, as `4000MB`
 * @param dummy the line that opens the DAG, as in the DAG of the exposure
 */
export function templateDag(
  works: readonly TemplateWork[],
  { memory, dummy }: { readonly memory: string; readonly dummy: string | undefined },
): string {
  const lines = works.flatMap(({ template, ccds }) => {
    const line = withMemory(withoutFlag(template.line, 'j'), memory);
    return ccds.length >= WHOLE_FROM
      ? [line]
      : ccds.map((ccd) => withFlag(asOneJob(line), 'c', String(ccd)));
  });
  return ['<parallel>', ...(dummy === undefined ? [] : [dummy]), ...lines, '</parallel>', ''].join(
    '\n',
  );
}

/** The line that opens a DAG; undefined where it has none. */
export function dummyLine(text: string): string | undefined {
  return readable(text).find(({ kind }) => kind === 'dummy')?.text;
}

function readable(text: string): readonly DagJob[] {
  const dag = parseDag(text);
  if (dag.syntax.length > 0)
    throw new Refusal(`the DAG is damaged: ${dag.syntax.slice(0, 3).join('; ')}`);
  return jobsIn(dag);
}

function templateFrom({ flags, line, text }: DagJob): Template {
  const of = (letter: string): string => {
    const value = flags.get(letter);
    if (value === undefined || value === '')
      throw new Refusal(`line ${line} of the DAG, a template, has no -${letter}`);
    return value;
  };
  return {
    exposure: of('E'),
    nite: of('n'),
    band: of('b'),
    processing: `r${of('r')}p${of('p')}`,
    line: text,
  };
}
