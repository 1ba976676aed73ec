/**
 * What a run of run_postproc.py leaves for its judge, and how a run is begun so that nothing which
 * an earlier one left can be taken for it.
 */

import {
  type Look,
  type Path,
  type RunFacts,
  remove,
  type Seen,
  type Step,
  write,
} from '../../core/index.ts';
import type { LeftFile } from './forcephoto.ts';
import type { PostprocRun } from './postproc-judge.ts';
import { type StepNumber, statusFile } from './postproc-steps.ts';

/** Where a run leaves its evidence. */
export interface EvidencePlace {
  readonly season: string;
  readonly postProcessing: Path;
  /** The output directory, as a path from the workspace. */
  readonly out: Path;
  /** The exposure list that the run is given. */
  readonly list: Path;
}

/** Ends of logs that tell their return code. */
const END_BYTES = 200;

const status = ({ postProcessing, season }: EvidencePlace): Path =>
  `${postProcessing}/${statusFile(season)}`;
const hostmatch = ({ postProcessing }: EvidencePlace): Path =>
  `${postProcessing}/hostmatchstatus.txt`;
/** Written anew by every run of desgw, on the disk of what it makes: its time tells old files from new. */
export const begunMark = ({
  postProcessing,
  season,
}: Pick<EvidencePlace, 'postProcessing' | 'season'>): Path =>
  `${postProcessing}/.desgw_postproc_${season}`;

/** First steps of a run: marks of earlier runs go, and the moment of the beginning is marked. */
export function beginRun(place: EvidencePlace, due: readonly StepNumber[]): readonly Step[] {
  return [
    remove(status(place)),
    ...(due.includes(3) ? [remove(hostmatch(place))] : []),
    write(begunMark(place), ({ token }) => `${token}\n`),
  ];
}

/** What to look at when a run has ended. */
export function runLooks(place: EvidencePlace): readonly Look[] {
  const { season, postProcessing, out } = place;
  const read = (path: Path): Look => ({ kind: 'read', path });
  return [
    { kind: 'stat', path: begunMark(place) },
    {
      kind: 'ends',
      pattern: `${postProcessing}/forcephoto/output/dp${season}/*_DESY${season}/*`,
      bytes: END_BYTES,
    },
    read(place.list),
    read(status(place)),
    read(hostmatch(place)),
    // The script joins outdir and this name without a separator of its own.
    read(`${out}/hostmatchhostmatch.db.log`),
    read(`${out}/checkoutputs/step0_expnums.txt`),
    read(`${out}/checkoutputs/step0_a_blacklist.txt`),
  ];
}

/** A run as its judge takes it. @param seen what `runLooks` showed */
export function runFrom(
  run: RunFacts,
  seen: readonly Seen[],
  asked: Pick<PostprocRun, 'season' | 'due'>,
): PostprocRun {
  const [mark, forced, ...texts] = seen;
  const [list, statusText, hostmatchText, hostmatchLog, ...checked] = texts.map((one) =>
    one.kind === 'read' ? one.text : undefined,
  );
  const since = mark?.kind === 'stat' ? mark.stat?.mtime : undefined;
  return {
    ...asked,
    exit: run.exits.at(-1) ?? { kind: 'exit', code: 0 },
    stdout: run.stdout,
    stderr: run.stderr,
    statusText,
    hostmatch: hostmatchText,
    hostmatchLog,
    requested: list?.split('\n').filter((line) => line !== '') ?? [],
    checked,
    forced: forced?.kind === 'ends' ? forced.files : [],
    isOfThisRun: ({ mtime }: LeftFile) => since !== undefined && mtime >= since,
    unseen: seen.flatMap((one) => (one.kind === 'failed' ? [one.why] : [])),
  };
}
