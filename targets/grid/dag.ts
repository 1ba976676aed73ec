/**
 * The DAG that DAGMaker.sh writes for one exposure, in jobsub's dialect (jobsub_lite
 * lib/dagnabbit.py): what its lines mean, whether it is what was asked for, and the part of it
 * that runs some CCDs again. Arguments are found by flag, never by position: JOBSUB_OPTS of
 * dagmaker.rc moves every position.
 */

import { type Problem, Refusal } from '../../core/index.ts';
import { SEARCH_CCDS } from '../settings/domain.ts';
import { withMemory } from './job-lines.ts';

/** One job line. `dummy` opens the DAG, `template` prepares a template, `search` is one CCD. */
export interface DagJob {
  readonly kind: 'dummy' | 'template' | 'search' | 'runmon' | 'other';
  /** Counted from 1. */
  readonly line: number;
  readonly text: string;
  /** Name of the program behind `file://`. */
  readonly script: string;
  readonly args: readonly string[];
  /** Arguments of the program by letter; '' for a flag without a value. */
  readonly flags: ReadonlyMap<string, string>;
}

interface DagBlock {
  readonly kind: 'parallel' | 'serial';
  readonly line: number;
  readonly jobs: readonly DagJob[];
}

/** A DAG as DAGMaker.sh writes it. */
export interface Dag {
  readonly blocks: readonly DagBlock[];
  /** What jobsub would reject or ignore, with line numbers. */
  readonly syntax: readonly string[];
}

/** Options of SEdiff.sh and RUNMON.sh that take a value (their getopts strings). */
const VALUED: { readonly [script: string]: string } = {
  'SEdiff.sh': 'ErpnbScdmvVTF',
  'RUNMON.sh': 'rpEnfdmvS',
};

/** Reads a DAG. Never throws: what is wrong is in `syntax`. */
export function parseDag(text: string): Dag {
  const blocks: DagBlock[] = [];
  const syntax: string[] = [];
  const open: { kind: 'parallel' | 'serial'; line: number; jobs: DagJob[] }[] = [];
  text.split('\n').forEach((raw, index) => {
    const line = index + 1;
    const words = raw.trim();
    const mark = /<(\/?)(parallel|serial)>/.exec(words);
    if (mark !== null) {
      const kind = mark[2] === 'parallel' ? 'parallel' : 'serial';
      if (mark[1] === '') {
        if (kind === 'parallel' && open.at(-1)?.kind === 'parallel')
          syntax.push(`line ${line}: <parallel> inside <parallel>`);
        open.push({ kind, line, jobs: [] });
      } else if (open.at(-1)?.kind === kind) blocks.push(open.pop()!);
      else syntax.push(`line ${line}: </${kind}> closes nothing`);
    } else if (words.includes('jobsub')) {
      const job = jobFrom(words, line);
      if (typeof job === 'string') syntax.push(job);
      else if (open.length === 0) syntax.push(`line ${line}: a job outside every block`);
      else open.at(-1)!.jobs.push(job);
    } else if (words !== '' && !/^(#|prescript |postscript )/.test(words)) {
      syntax.push(`line ${line}: not understood: ${words.slice(0, 80)}`);
    }
  });
  for (const { kind, line } of open) syntax.push(`line ${line}: <${kind}> is never closed`);
  return { blocks: blocks.sort((a, b) => a.line - b.line), syntax };
}

function jobFrom(text: string, line: number): DagJob | string {
  // jobsub splits on blanks alone and then takes off one layer of quotes and backslashes.
  const words = text.split(/\s+/).map((word) => word.replace(/'/g, '').replace(/\\(.)/g, '$1'));
  const at = words.findIndex((word) => word.startsWith('file://'));
  if (at < 0) return `line ${line}: a job without file://`;
  const script = words[at]!.slice('file://'.length).split('/').at(-1)!;
  return { ...jobOf(script, words.slice(at + 1)), line, text };
}

/** What a program of a DAG is told to do by its arguments. */
export function jobOf(
  script: string,
  args: readonly string[],
): Pick<DagJob, 'kind' | 'script' | 'args' | 'flags'> {
  const flags = flagsOf(args, VALUED[script] ?? '');
  return { kind: kindOf(script, flags), script, args, flags };
}

/** As getopts reads: letters may be bundled, and a value may be joined or follow. */
function flagsOf(words: readonly string[], valued: string): ReadonlyMap<string, string> {
  const flags = new Map<string, string>();
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (!/^-[A-Za-z]/.test(word)) break;
    for (let j = 1; j < word.length; j++) {
      const letter = word[j]!;
      if (!valued.includes(letter)) {
        flags.set(letter, '');
        continue;
      }
      const joined = word.slice(j + 1);
      flags.set(letter, joined === '' ? (words[++i] ?? '') : joined);
      break;
    }
  }
  return flags;
}

function kindOf(script: string, flags: ReadonlyMap<string, string>): DagJob['kind'] {
  switch (script) {
    case 'dummyjob.sh':
      return 'dummy';
    case 'RUNMON.sh':
      return 'runmon';
    case 'SEdiff.sh':
      return flags.has('t') ? 'template' : 'search';
    default:
      return 'other';
  }
}

/** All jobs of a DAG in the order of its lines. */
export function jobsIn(dag: Dag): readonly DagJob[] {
  return dag.blocks.flatMap((block) => block.jobs).sort((a, b) => a.line - b.line);
}

/** What a DAG must be for. */
export interface DagPurpose {
  readonly exposure: string;
  readonly season: string;
}

/** Everything that keeps a DAG from being the one for this exposure and season. */
export function judgeDag(dag: Dag, { exposure, season }: DagPurpose): readonly Problem[] {
  const problems: Problem[] = [];
  const add = (what: string, advice: string) => problems.push({ what, advice });
  const again = `desgw build --force dagmaker_${exposure}.out makes it again`;
  if (dag.syntax.length > 0)
    add(`the DAG is damaged: ${listed(dag.syntax)}`, `it may have been cut short; ${again}`);

  const jobs = jobsIn(dag);
  const search = jobs.filter((job) => job.kind === 'search');
  const others = distinct(search.map((job) => job.flags.get('E') ?? 'none')).filter(
    (one) => one !== exposure,
  );
  if (others.length > 0)
    add(
      `the DAG holds search jobs of exposure ${listed(others)}, not only of ${exposure}`,
      `each exposure has a DAG of its own; ${again}`,
    );

  problems.push(...judgeCcds(search, exposure, again));

  const wanted = `dp${season}`;
  const seasons = distinct([
    ...jobs.flatMap((job) => (job.script === 'SEdiff.sh' ? [job.flags.get('S') ?? 'none'] : [])),
    ...jobs.flatMap((job) => (job.kind === 'runmon' ? [job.flags.get('p') ?? 'none'] : [])),
  ]).filter((one) => one !== wanted);
  if (seasons.length > 0)
    add(
      `the DAG is for ${listed(seasons)}, wanted is ${wanted}`,
      `SEASON in dagmaker.rc was another when DAGMaker ran, or the DAG is an old one; ${again}`,
    );

  const runmon = dag.blocks.some(
    (block) => block.kind === 'serial' && block.jobs.some((job) => job.kind === 'runmon'),
  );
  if (!runmon)
    add(
      'the DAG has no RUNMON block, which means that there are no templates',
      'loosen TEFF_CUT, TWINDOW, MIN_NITE or MAX_NITE in dagmaker.rc, or leave the exposure out',
    );
  return problems;
}

function judgeCcds(search: readonly DagJob[], exposure: string, again: string): readonly Problem[] {
  const ccds = search
    .filter((job) => job.flags.get('E') === exposure)
    .map((job) => job.flags.get('c') ?? 'none');
  const wanted = SEARCH_CCDS.map(String);
  const missing = wanted.filter((ccd) => !ccds.includes(ccd));
  const twice = distinct(ccds.filter((ccd, i) => ccds.indexOf(ccd) !== i));
  const unknown = distinct(ccds.filter((ccd) => !wanted.includes(ccd)));
  const wrong = [
    ...(missing.length > 0 ? [`missing ${listed(missing)}`] : []),
    ...(twice.length > 0 ? [`twice ${listed(twice)}`] : []),
    ...(unknown.length > 0 ? [`not a search CCD: ${listed(unknown)}`] : []),
  ];
  if (wrong.length === 0) return [];
  const what = `the DAG has ${ccds.length} search CCDs of exposure ${exposure}, wanted are ${wanted.length}: ${wrong.join('; ')}`;
  return [{ what, advice: `see the output of DAGMaker for the reason; ${again}` }];
}

/** Which CCDs to run again, and with how much memory each (`6000MB`; left out: as in the DAG). */
export interface Rescue {
  readonly exposure: string;
  readonly ccds: readonly number[];
  readonly memoryOf?: (ccd: number) => string;
}

/**
 * The DAG that runs only some CCDs of an exposure again. The block with the dummy job stays, so
 * that the structure is the one known to work; templates are done and are left out, as is
 * RUNMON, which needs all 59.
 * @throws Refusal for a damaged DAG, a CCD that it does not hold exactly once, or odd values
 */
export function rescueDag(text: string, { exposure, ccds, memoryOf }: Rescue): string {
  if (!/^\d{6,7}$/.test(exposure)) throw new Refusal(`'${exposure}' is not an exposure number`);
  if (ccds.length === 0) throw new Refusal(`no CCD of exposure ${exposure} is to run again`);
  if (/[^\t\n\r\x20-\x7e]/.test(text))
    throw new Refusal(`the DAG of exposure ${exposure} holds bytes that are not text`);
  const dag = parseDag(text);
  if (dag.syntax.length > 0)
    throw new Refusal(`the DAG of exposure ${exposure} is damaged: ${listed(dag.syntax)}`);
  const jobs = jobsIn(dag);
  const dummy = jobs.find((job) => job.kind === 'dummy');
  const lines = [...new Set(ccds)]
    .sort((a, b) => a - b)
    .map((ccd) => {
      const found = jobs.filter(
        (job) =>
          job.kind === 'search' &&
          job.flags.get('E') === exposure &&
          job.flags.get('c') === String(ccd),
      );
      if (found.length !== 1)
        throw new Refusal(
          `the DAG of exposure ${exposure} holds CCD ${ccd} ${found.length} times, wanted is once`,
        );
      const memory = memoryOf?.(ccd);
      if (memory === undefined) return found[0]!.text;
      if (!/^[1-9]\d{0,6}(?:[KMGT]i?B)?$/.test(memory))
        throw new Refusal(`'${memory}' is not an amount of memory`, 'write it as 6000MB or 6GB');
      return withMemory(found[0]!.text, memory);
    });
  const first = dummy === undefined ? [] : ['<parallel>', dummy.text, '</parallel>'];
  return [...first, '<parallel>', ...lines, '</parallel>', ''].join('\n');
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)];
}

/** The first dozen, and how many more there are. */
function listed(values: readonly string[]): string {
  const rest = values.length - 12;
  return values.slice(0, 12).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
