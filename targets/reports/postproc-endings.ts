/** The ways in which run_postproc.py is known to end badly, and what to do about each. */

import type { Exit, Problem } from '../../core/index.ts';
import { exitText } from '../../core/index.ts';
import { type PostprocProgress, progressFromStatus } from './postproc-steps.ts';

/** How a run ended. */
export interface RunEnd {
  readonly exit: Exit;
  readonly stdout: string;
  readonly stderr: string;
  /** PostProcStatusSEASON.txt after the run, if the run wrote one. */
  readonly statusText: string | undefined;
}

/** A known end of a run: what shows it, what it means, what to do. */
interface Ending {
  readonly shows: RegExp;
  readonly what: string;
  readonly advice: string;
}

/** Force photometry that gave way to another one; run_postproc.py goes on all the same. */
export const HOST_TAKEN: Ending = {
  shows: /ABORT: force job already running/,
  what: 'another force photometry is running on this host, and only one may',
  advice: 'wait for it (ps -ef shows a perl forcePhoto), or build on another host',
};

const ENDINGS: readonly Ending[] = [
  HOST_TAKEN,
  {
    shows: /Step 6 failed due to empty candidate dfs/,
    what: 'no candidates are left for the plots, and the web page was not made',
    advice:
      'see whether plots.mlscore_cut or GWFORCE.numepochs_min leave any; else there is nothing to show',
  },
  {
    shows: /Need an exposures\.list file|List of exposures file not found or empty/,
    what: 'the exposure list is missing, empty, or holds a line that is not a number',
    advice: 'it must hold one number a line and no blank line: see exposures_listfile in the ini',
  },
  {
    shows: /No(?:Option|Section)Error: (.+)/,
    what: 'the ini is incomplete: $1',
    advice: 'add what is missing to the ini template, then build again',
  },
  {
    shows: /(?:Parsing|MissingSectionHeader|DuplicateOption|DuplicateSection)Error/,
    what: 'the ini cannot be read',
    advice: 'look for a line without = or before the first section in the ini',
  },
  {
    shows: /ZeroDivisionError/,
    what: 'the output check found no directory of this season for any exposure',
    advice: 'see whether the season is right and the CCD directories are on pnfs',
  },
  {
    shows: /Error: .{0,300}?(tableSortTest\.html|steplist\.txt|forcePhoto_master\.pl)/,
    what: '$1 is not in the Post-Processing directory',
    advice: 'run_postproc.py needs a whole checkout of Post-Processing as its working directory',
  },
  {
    shows: /(?:IOError|OSError|FileNotFoundError): (.{1,300})/,
    what: 'a file could not be read: $1',
    advice: 'if a step that was skipped should have made it, desgw build --force postproc:0 does',
  },
  {
    shows: /((?:cx_Oracle|oracledb)\.\w*Error.{0,300}|ORA-\d+.{0,300})/,
    what: 'the database refused: $1',
    advice: 'see whether the database is up (desgw doctor), then build again',
  },
  {
    shows: /^query failed/m,
    what: 'the query for the truth table failed',
    advice: 'see whether the database is up (desgw doctor), then build again',
  },
  {
    shows: /TypeError: only list-like/,
    what: 'the bands of the ini cannot be used',
    advice: 'bands must be a list such as i,z; the word all does not work',
  },
  {
    shows: /IndexError/,
    what: 'the data files step found no candidates',
    advice: 'see whether force photometry found any: the .LOG files below forcephoto/output',
  },
];

/**
 * How a run ended, unless it ended well: with exit status 0 and `complete` in the status file. The
 * script also exits 0 after giving up in step 6.
 */
export function badEnding(run: RunEnd): Problem | undefined {
  const status = run.statusText === undefined ? undefined : progressFromStatus(run.statusText);
  if (run.exit.kind === 'exit' && run.exit.code === 0 && status?.complete === true)
    return undefined;
  const where = status === undefined ? '' : ` (${status.progress})`;
  const said = `${run.stdout}\n${run.stderr}`;
  for (const { shows, what, advice } of ENDINGS) {
    const found = shows.exec(said);
    if (found === null) continue;
    const words = what.replace('$1', () => found[1] ?? '');
    return { what: `post processing: ${words}${where}`, advice };
  }
  return unexplained(run, status, where);
}

function unexplained(
  { exit, stderr, statusText }: RunEnd,
  status: PostprocProgress | undefined,
  where: string,
): Problem {
  if (exit.kind === 'timeout')
    return {
      what: `post processing ${exitText(exit)}${where}`,
      advice:
        'step 5 waits for ever when no .dat file appears in LightCurvesReal, step 2 when ncore is one of 10, 12, 20, 24, 32: see the .LOG files below forcephoto/output',
    };
  if (exit.kind === 'exit' && exit.code === 2)
    return {
      what: 'run_postproc.py refuses its arguments',
      advice: 'see whether this copy of Post-Processing knows --season, --outputdir and --SKIPTO',
    };
  if (exit.kind === 'exit' && exit.code === 0)
    return {
      what:
        statusText === undefined
          ? 'post processing ended without its status file'
          : status === undefined
            ? 'the status file of post processing cannot be read'
            : `post processing ended early, without an error${where}`,
      advice: 'the end of its output, kept in the log, shows what it did last',
    };
  const error = /^\w*(?:Error|Exception)\b.*$/m.exec(stderr)?.[0];
  return {
    what: `post processing ${exitText(exit)}${where}${error === undefined ? '' : `: ${error.slice(0, 200)}`}`,
    advice: 'the end of its output, kept in the log, shows the error',
  };
}
