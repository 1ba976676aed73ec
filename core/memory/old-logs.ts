/** Which logs of earlier runs are kept, and deleting the others. */
import type { KeptLogs } from '../api/builds.ts';
import type { Instant } from '../api/values.ts';
import type { Files } from '../world/world.ts';
import { LOGS } from './logs.ts';

const RUNS = 10;
const DAYS = 90;
const DAY_MS = 24 * 60 * 60 * 1000;

/** `<target>.<run>.log`, and `.out` for what was captured of the same run. */
const LOG = /^(.*)\.(\d+)\.(?:log|out)$/s;

/** Deletes logs that are older than `days`, but those of the latest `runs` of each target, and builds. */
export function deleteOldLogs(
  files: Files,
  now: Instant,
  { runs = RUNS, days = DAYS }: KeptLogs = {},
): void {
  const byTarget = new Map<string, Map<number, string[]>>();
  for (const name of files.list(LOGS) ?? []) {
    const [, target, run] = LOG.exec(name) ?? [];
    if (target === undefined) continue;
    const known = byTarget.get(target) ?? new Map<number, string[]>();
    known.set(Number(run), [...(known.get(Number(run)) ?? []), name]);
    byTarget.set(target, known);
  }
  for (const known of byTarget.values()) {
    if (known.size <= runs) continue;
    const latest = [...known.keys()].sort((a, b) => b - a).slice(0, runs);
    for (const [run, names] of known)
      if (!latest.includes(run))
        for (const name of names) deleteIfOld(files, name, now - days * DAY_MS);
  }
}

function deleteIfOld(files: Files, name: string, before: Instant): void {
  const path = `${LOGS}/${name}`;
  const stat = files.stat(path);
  if (stat !== undefined && !stat.directory && stat.mtime < before) files.remove(path);
}
