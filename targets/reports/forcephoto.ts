/** Whether force photometry (step 2 of post processing) finished, told by what it leaves (forcePhoto_master.pl). */

import type { Path, Problem } from '../../core/index.ts';

/** A file in one of the output directories `YYYYMMDD_HHMM_DESYSEASON`. */
export interface LeftFile {
  readonly path: Path;
  readonly mtime: number;
  /** The end of its text. */
  readonly end: string;
}

/**
 * In the newest of its output directories every script RUNnnn has left a `.DONE`, every log ends in
 * `RETURN CODE: 0`, and nothing was aborted. run_postproc.py does not look itself.
 */
export function judgeForcephoto(files: readonly LeftFile[], season: string): readonly Problem[] {
  const isRun = new RegExp(`(?:^|/)(\\d{8}_\\d{4}_DESY${season})/([^/]+)$`);
  const runs = new Map<string, Map<string, LeftFile>>();
  for (const file of files) {
    const [, run, name] = isRun.exec(file.path) ?? [];
    if (run === undefined || name === undefined) continue;
    runs.set(run, (runs.get(run) ?? new Map()).set(name, file));
  }
  const newest = [...runs.keys()].sort().at(-1);
  const advice = 'read the .LOG files there, then build again';
  if (newest === undefined)
    return [
      {
        what: `force photometry of season ${season} has left no output`,
        advice: 'the log of post processing shows what step 2 printed; then build again',
      },
    ];
  const wrong = wrongIn(runs.get(newest)!);
  return wrong.length === 0
    ? []
    : [{ what: `force photometry in ${newest}: ${wrong.join(', ')}`, advice }];
}

function wrongIn(files: ReadonlyMap<string, LeftFile>): readonly string[] {
  const names = [...files.keys()].sort();
  const done = (script: string) => files.has(`${script}.DONE`);
  const open = names.filter((one) => /^RUN\d{3}_[A-Z]+$/.test(one) && !done(one));
  const bad = names.filter(
    (one) => /^RUN\d{3}_[A-Z]+\.LOG$/.test(one) && !/RETURN CODE: *0\s*$/.test(files.get(one)!.end),
  );
  return [
    ...(names.includes('MAKEFORCELIST.ABORT') ? ['it was aborted (MAKEFORCELIST.ABORT)'] : []),
    ...(done('RUN000_MAKELIST') ? [] : ['RUN000_MAKELIST is not done']),
    ...open.filter((script) => script !== 'RUN000_MAKELIST').map((one) => `${one} is not done`),
    ...bad.map((log) => `${log} does not end in RETURN CODE: 0`),
  ];
}
