/**
 * Whether a run of run_postproc.py succeeded, and which of its steps stand when it did not. What
 * counts is what this run has left: marks and files of earlier runs say nothing.
 */

import type { Problem } from '../../core/index.ts';
import { judgeForcephoto, type LeftFile } from './forcephoto.ts';
import { badEnding, HOST_TAKEN, type RunEnd } from './postproc-endings.ts';
import { progressFromStatus, type StepNumber } from './postproc-steps.ts';

/** One run of run_postproc.py and what it left. */
export interface PostprocRun extends RunEnd {
  readonly season: string;
  /** The steps that the run was to make. */
  readonly due: readonly StepNumber[];
  /** hostmatchstatus.txt, if the run wrote one: how many updates failed. */
  readonly hostmatch: string | undefined;
  /** hostmatchhostmatch.db.log. */
  readonly hostmatchLog: string | undefined;
  /** Exposures of the list that the run was given. */
  readonly requested: readonly string[];
  /** step0_expnums.txt and step0_a_blacklist.txt. */
  readonly checked: readonly (string | undefined)[];
  /** What lies in the output directories of force photometry. */
  readonly forced: readonly LeftFile[];
  /** Whether a file was written in this run. */
  readonly isOfThisRun: (file: LeftFile) => boolean;
  /** What could not be looked at, and why. */
  readonly unseen: readonly string[];
}

/** A problem, with the step that it is about. */
interface Finding extends Problem {
  readonly step: StepNumber;
}

/** Everything wrong with a run. */
export function judgePostproc(run: PostprocRun): readonly Problem[] {
  if (run.unseen.length > 0)
    return run.unseen.map((why) =>
      problem(
        `what post processing has left cannot be looked at: ${why}`,
        'mend that, then build again',
      ),
    );
  const wrong = wrongSteps(run).map(({ what, advice }) => problem(what, advice));
  const ending = badEnding(run);
  if (ending === undefined) return wrong;
  return [ending, ...wrong.filter(({ advice }) => advice !== ending.advice)];
}

/**
 * The steps that a run has made although it failed: those that it says it has, up to the first
 * that is wrong, since each is made from those before.
 */
export function stepsThatStand(run: PostprocRun): readonly StepNumber[] {
  if (run.unseen.length > 0) return [];
  const wrong = wrongSteps(run)[0]?.step ?? 8;
  return claimedSteps(run).filter((step) => step < wrong);
}

/** With SKIPTO the script marks steps that it has left out, too. */
function claimedSteps({ due, statusText }: PostprocRun): readonly StepNumber[] {
  const reached = progressFromStatus(statusText ?? '')?.reached ?? -1;
  return due.filter((step) => step <= reached);
}

function wrongSteps(run: PostprocRun): readonly Finding[] {
  const claimed = claimedSteps(run);
  const judges: readonly [StepNumber, () => readonly Problem[]][] = [
    [0, () => judgeChecked(run)],
    [2, () => judgeForced(run)],
    [3, () => judgeHostmatch(run)],
    [4, () => judgeTruth(run)],
  ];
  return judges.flatMap(([step, judge]) =>
    claimed.includes(step) ? judge().map((found) => ({ ...found, step })) : [],
  );
}

const problem = (what: string, advice: string | undefined): Problem =>
  advice === undefined ? { what } : { what, advice };

/** Exposures that the database lists under another program, or in another band, vanish silently. */
function judgeChecked({ checked, requested }: PostprocRun): readonly Problem[] {
  const numbers = checked.map((text) => text?.split(/\s+/).filter((word) => word !== ''));
  if (numbers.includes(undefined))
    return [
      problem(
        'post processing: the output check left no lists of exposures',
        'see step0_expnums.txt and step0_a_blacklist.txt below checkoutputs in the output directory',
      ),
    ];
  const seen = new Set(numbers.flatMap((some) => some ?? []));
  const lacking = requested.filter((exposure) => !seen.has(exposure));
  const foreign = [...seen].filter((exposure) => !requested.includes(exposure));
  return [
    ...(lacking.length === 0
      ? []
      : [
          problem(
            `post processing left out ${lacking.join(', ')} without a word`,
            'the database lists them under a program that post processing does not take, or in a band that the ini lacks; take them off the list of exposures, or see bands in the ini',
          ),
        ]),
    ...(foreign.length === 0
      ? []
      : [
          problem(
            `post processing worked on ${foreign.join(', ')}, not on the list that it was given`,
            'see exposures_listfile in the ini, and build again',
          ),
        ]),
  ];
}

function judgeForced({
  stdout,
  stderr,
  forced,
  season,
  isOfThisRun,
}: PostprocRun): readonly Problem[] {
  const { shows, what, advice } = HOST_TAKEN;
  if (shows.test(`${stdout}\n${stderr}`)) return [problem(`post processing: ${what}`, advice)];
  return judgeForcephoto(forced.filter(isOfThisRun), season);
}

function judgeHostmatch({ hostmatch, hostmatchLog }: PostprocRun): readonly Problem[] {
  const failed = hostmatch?.trim();
  const refused = /Database Update:\s*FAILURE/.test(hostmatchLog ?? '');
  if (failed === '0' && !refused) return [];
  const what =
    failed === undefined
      ? 'it has left no hostmatchstatus.txt'
      : failed === '0'
        ? 'the database was not updated'
        : /^\d+$/.test(failed)
          ? `${failed} updates failed`
          : 'its status cannot be read';
  return [problem(`host match: ${what}`, 'see hostmatchhostmatch.db.log in the output directory')];
}

/** The script takes a query that failed for one that found nothing. */
function judgeTruth({ stdout }: PostprocRun): readonly Problem[] {
  if (!/^query failed/m.test(stdout)) return [];
  return [
    problem(
      'post processing: the query for the truth table failed',
      'see whether the database is up (desgw doctor), then build again',
    ),
  ];
}
