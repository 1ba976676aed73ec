/**
 * `desgw ccds EXP --log CCD --fetch`: what the job of a CCD printed, brought from the grid. For a CCD
 * that left nothing on pnfs: its DAG is known by the marker, and the job by its arguments.
 */
import { type CommandCall, exitText, type Path, UserError } from '../../core/index.ts';
import { jobsIn, parseDag } from '../grid/dag.ts';
import { readMarker } from '../grid/marker.ts';
import {
  earlierFrom,
  earlierLooks,
  earlierNumbers,
  rescueLooks,
  textOf,
} from '../grid/rescue-files.ts';
import type { CcdReport } from '../reports/ccd-report.ts';
import type { Site } from '../site/site.ts';
import { entryOf } from './ccd-log.ts';

/** Last lines that are shown. */
const LINES = 40;

/** Where what jobs printed is put. */
const folderOf = (job: string): Path => `.desgw/logs/grid-${job}`;

/**
 * Brings the output of the last submission that the CCD was part of, once, and shows the end of its job's.
 * @throws UserError where the grid keeps none, or the submission is not known
 */
export async function jobLog(
  site: Site,
  call: Pick<CommandCall, 'look' | 'tools' | 'readText'>,
  report: CcdReport,
  typed: string,
): Promise<string> {
  const { ccd } = entryOf(report, typed);
  const number = Number(ccd.split('_').at(-1));
  const job = await submissionOf(site, call, report, number);
  const into = folderOf(job);
  // Looks are made once: what is brought is listed only afterwards.
  const [there] = await call.look([{ kind: 'stat', path: into }]);
  if (there?.kind !== 'stat' || there.stat === undefined) await bring(site, call, job, into);
  const names = await namesIn(call, into);
  const outputs = names.filter((name) => /\.(out|err)$|\.[oe]\d+/.test(name)).sort();
  const own = outputs.filter((name) => isOf(call.readText(`${into}/${name}`) ?? '', number));
  if (own.length === 0)
    return `${ccd}: none of the ${outputs.length} outputs of ${job} names it; they lie in ${into}`;
  return own.map((name) => endOf(ccd, `${into}/${name}`, call)).join('\n');
}

/** The DAG that the CCD was part of last. */
async function submissionOf(
  site: Site,
  { look }: Pick<CommandCall, 'look'>,
  { exposure, season }: CcdReport,
  ccd: number,
): Promise<string> {
  const asked = { exposure, season };
  const seen = await look(rescueLooks(site, asked));
  const earlier = earlierFrom(
    earlierNumbers(exposure, seen),
    await look(earlierLooks(site, asked, seen)),
  );
  const rescue = earlier.findLast(
    ({ dag, marker }) => marker?.job != null && ccdsIn(dag).includes(ccd),
  );
  const job = rescue?.marker?.job ?? readMarker(textOf(seen[1]))?.job;
  if (job != null) return job;
  throw new UserError(
    `under which job ${exposure} was submitted is not known`,
    `\`desgw jobs ${exposure}\` names it while it is in the queue.`,
  );
}

const ccdsIn = (dag: string): readonly number[] =>
  jobsIn(parseDag(dag))
    .filter(({ kind }) => kind === 'search')
    .map(({ flags }) => Number(flags.get('c')));

async function bring(
  { grid }: Site,
  { tools }: Pick<CommandCall, 'tools'>,
  job: string,
  into: Path,
): Promise<void> {
  if (grid.printed === undefined)
    throw new UserError('this grid keeps nothing of what jobs print', 'Use its own program.');
  const { exit, stdout, stderr } = await tools.run(grid.printed(job, `${tools.workspace}/${into}`));
  if (exit.kind === 'exit' && exit.code === 0) return;
  const why = `${stdout}${stderr}`.trim().split('\n').at(-1) ?? '';
  throw new UserError(
    `the output of ${job} was not brought: the program ${exitText(exit)}${why === '' ? '' : `: ${why}`}`,
    'The grid keeps it for some weeks, and no longer.',
  );
}

async function namesIn(
  { look }: Pick<CommandCall, 'look'>,
  folder: Path,
): Promise<readonly string[]> {
  const [seen] = await look([{ kind: 'list', pattern: folder }]);
  return seen?.kind === 'list' ? seen.dirs.flatMap(({ names }) => names) : [];
}

/** A job says first with which arguments it was begun; templates are others (`-t`). */
const isOf = (text: string, ccd: number): boolean =>
  text
    .split('\n')
    .some(
      (line) =>
        line.includes('SEdiff.sh') &&
        new RegExp(`\\s-c\\s*${ccd}(?:\\s|$)`).test(line) &&
        !/\s-t(?:\s|$)/.test(line),
    );

function endOf(ccd: string, path: Path, { readText }: Pick<CommandCall, 'readText'>): string {
  const lines = (readText(path) ?? '').trimEnd().split('\n');
  return [`${ccd}: the end of ${path}`, ...lines.slice(-LINES).map((line) => `  ${line}`)].join(
    '\n',
  );
}
