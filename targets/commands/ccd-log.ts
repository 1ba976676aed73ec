/** `desgw ccds EXP --log CCD`: what the step printed at which a CCD stopped, out of its outputs. */
import { type CommandCall, type Path, type Seen, UserError } from '../../core/index.ts';
import type { CcdEntry, CcdReport } from '../reports/ccd-report.ts';
import type { Site } from '../site/site.ts';

/** Last lines that are shown: a step prints thousands. */
const LINES = 40;
/** Seconds that an archive on pnfs may take. */
const TIMEOUT = 300;

/**
 * The end of the log of the failed step, or of the last step where none failed. SEdiff.sh packs the
 * logs of all steps into the outputs of the CCD.
 * @param typed `i_25`, or `25`
 * @throws UserError when there is no such CCD, or it left no outputs
 */
export async function ccdLog(
  site: Site,
  call: Pick<CommandCall, 'look' | 'tools'>,
  report: CcdReport,
  typed: string,
): Promise<string> {
  const entry = entryOf(report, typed);
  const archive = await archiveOf(site, call, report, entry);
  const members = (await tar(call, ['tzf', archive])).split('\n');
  const member = logAmong(members, entry.failures);
  if (member === undefined) throw new UserError(`there is no log of a step in ${archive}`);
  const lines = (await tar(call, ['xzOf', archive, member])).trimEnd().split('\n');
  const shown = lines.slice(-LINES);
  const head = `${entry.ccd}: ${member}${shown.length < lines.length ? `, the last ${LINES} of ${lines.length} lines` : ''}`;
  return [head, ...shown.map((line) => `  ${line}`), `  (${archive})`].join('\n');
}

/** @throws UserError when there is no such CCD */
export function entryOf({ exposure, band, ccds }: CcdReport, typed: string): CcdEntry {
  const number = /^(?:[a-zA-Z]+_)?(\d{1,2})$/.exec(typed)?.[1]?.padStart(2, '0');
  const found = ccds.find(({ ccd }) => ccd === typed || ccd === `${band}_${number}`);
  if (found !== undefined) return found;
  throw new UserError(
    `${exposure} has no CCD ${typed} on record`,
    `\`desgw ccds ${exposure} --all\` names those that there are.`,
  );
}

/** The archive of the last try; what an earlier one left was moved to previous/N/ by a rescue. */
async function archiveOf(
  { pnfs }: Site,
  { look }: Pick<CommandCall, 'look'>,
  { exposure, season }: CcdReport,
  { ccd, nite }: CcdEntry,
): Promise<Path> {
  const folder = `${pnfs}/exp/${nite}/${exposure}/dp${season}/${ccd}`;
  const [now, before] = await look([
    { kind: 'list', pattern: folder },
    { kind: 'list', pattern: `${folder}/previous/*` },
  ]);
  const found = [...archivesIn(before), ...archivesIn(now)].at(-1);
  if (found !== undefined) return found;
  throw new UserError(
    `${ccd} of ${exposure} left no outputs, so that no log of it is on pnfs`,
    `What its job printed is brought from the grid by: desgw ccds ${exposure} --log ${ccd} --fetch`,
  );
}

function archivesIn(seen: Seen | undefined): readonly Path[] {
  if (seen?.kind === 'failed') throw new UserError(`the outputs cannot be listed: ${seen.why}`);
  if (seen?.kind !== 'list') return [];
  return seen.dirs.flatMap(({ dir, names }) =>
    names.filter((name) => /^outputs_.*\.tar\.gz$/.test(name)).map((name) => `${dir}/${name}`),
  );
}

async function tar(
  { tools }: Pick<CommandCall, 'tools'>,
  words: readonly string[],
): Promise<string> {
  const { exit, stdout, stderr } = await tools.run({
    kind: 'exec',
    argv: ['tar', ...words],
    timeout: TIMEOUT,
  });
  if (exit.kind === 'exit' && exit.code === 0) return stdout;
  const why = stderr.trim().split('\n').at(-1);
  throw new UserError(`tar cannot read ${words[1]}${why === '' ? '' : `: ${why}`}`);
}

/** The log of the step that failed first, or of the last step that ran. */
export function logAmong(
  members: readonly string[],
  failures: readonly string[],
): string | undefined {
  const logs = members.filter((name) => /(^|\/)RUN\d\d[^/]*\.LOG$/.test(name)).sort();
  const failed = failures.map((step) => logs.find((name) => name.endsWith(`${step}.LOG`)));
  return failed.find((name) => name !== undefined) ?? logs.at(-1);
}
