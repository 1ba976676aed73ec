/**
 * Where the output of runs is kept: one file a run, named by target and number of the run; and
 * `build.N.log`, what the N-th build that had anything to do said of itself.
 */
import { digestOf } from '../api/digest.ts';
import type { Path, TargetName } from '../api/values.ts';
import { foldedAlike } from '../words/alike.ts';
import type { Files } from '../world/world.ts';

/** Where the logs of runs lie, in the workspace. */
export const LOGS: Path = '.desgw/logs';
/** Names that are longer are cut, in characters and, as file systems count, in bytes (most take 255). */
const LONGEST_NAME = 150;
const LONGEST_BYTES = 200;

/** The log of one run. */
export function logPath(target: TargetName, run: number): Path {
  return `${LOGS}/${logName(target)}.${run}.log`;
}

/** The log of the run before. */
export const logBefore = (log: Path): Path =>
  log.replace(/(\d+)\.log$/, (_, run) => `${Number(run) - 1}.log`);

/** Logs of a target, oldest first. */
export function logsOf(files: Files, target: TargetName): readonly { run: number; path: Path }[] {
  return logsNamed(files, logName(target));
}

/** Logs of builds, oldest first. */
export function buildLogs(files: Files): readonly { run: number; path: Path }[] {
  return logsNamed(files, BUILD);
}

/** A new log of a build with these first lines, its number taken by nobody else. */
export function newBuildLog(files: Files, head: string): Path {
  for (let run = (buildLogs(files).at(-1)?.run ?? 0) + 1; ; run++) {
    const path = `${LOGS}/${BUILD}.${run}.log`;
    if (files.createExclusive(path, head)) return path;
  }
}

const BUILD = 'build';

function logsNamed(files: Files, name: string): readonly { run: number; path: Path }[] {
  const prefix = `${name}.`;
  return (files.list(LOGS) ?? [])
    .filter((name) => name.startsWith(prefix) && /^\d+\.log$/.test(name.slice(prefix.length)))
    .map((name) => ({
      run: Number.parseInt(name.slice(prefix.length), 10),
      path: `${LOGS}/${name}`,
    }))
    .sort((a, b) => a.run - b.run);
}

/** Where a run keeps standard output that something is to read; the log has the rest. */
export const capturePath = (log: Path): Path => log.replace(/\.log$/, '.out');

/** All that a run printed, by the path of its log. Either file may be missing. */
export const partsOf = (log: Path): readonly Path[] => [capturePath(log), log];

/** The log of a run as a field; none where nothing was printed. */
export const logThere = (files: Files, log: Path): { readonly log?: Path } =>
  partsOf(log).some((path) => files.stat(path) !== undefined) ? { log } : {};

/** A target's name as part of a file name: separators and control characters are spelled out. */
function logName(target: TargetName): string {
  const name = target.replace(
    /[%/\\\p{Cc}]|^[.-]/gu,
    (c) => `%${c.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
  if (name === BUILD) return '%62uild'; // logs of builds have that name
  const bytes = Buffer.from(name);
  if (name.length <= LONGEST_NAME && bytes.length <= LONGEST_BYTES) return name;
  // Of a character that is cut through, nothing is kept.
  const start = bytes.toString('utf8', 0, LONGEST_NAME).replace(/\ufffd$/, '');
  return `${start}%${digestOf(name)}`;
}

/** So many of its last lines are looked through for like ones. */
const LOOKED_THROUGH = 500;

/** The last lines of a log, for showing why something failed; like ones count as one. */
export function tailOf(files: Files, path: Path, lines = 20): string {
  const bytes = files.readEnd(path, 64 * 1024);
  if (bytes === undefined) return '';
  const text = new TextDecoder().decode(bytes).replace(/[\n\r]+$/, '');
  const ends = text.split('\n').slice(-LOOKED_THROUGH);
  return foldedAlike(ends).slice(-lines).join('\n');
}
