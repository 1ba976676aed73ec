/** What the targets of the test share: where things lie, how programs of the suite are run. */
import { type Exec, exec, type Path, Refusal, type Seen } from '../../core/index.ts';
import { TEST_SEASONS } from '../seasons/season-rules.ts';
import { type Exposure, isExposure, type Season } from '../settings/domain.ts';
import type { Site } from '../site/site.ts';

/** Not the one that `--set season=test` takes first, so that both may run at the same time. */
export const TESTING_SEASON: Season = TEST_SEASONS[1]!;

/** Working directory of the programs of the suite. */
export const SUITE: Path = 'testing/suite';
/** Working directory of gw_workflow. */
export const WORK: Path = 'testing/gw_workflow';
/** Names of the programs that are linked. */
export const PROGRAMS: Path = 'testing/programs.list';
/** The exposures that configure_dag.py chose, one number a line. */
export const LIST: Path = 'testing/exposures.txt';
/** Their rows of the exposure table. */
export const ROWS: Path = 'testing/rows.list';
/** Tells that the test was submitted. */
export const MARKER: Path = 'testing/submitted.json';
/** What fetchJobSubStats.py prints. */
export const STATISTICS: Path = 'testing/statistics.txt';
/** Exposures with enough complete CCDs. Its name must not clash in Post-Processing. */
export const COMPLETE: Path = `testing/complete_exposures_S${TESTING_SEASON}.list`;
/** What run_postproc.py prints. */
export const RUN_OUT: Path = 'testing/postproc.out';
/** Relative to Post-Processing. */
export const OUTDIR = './outputs_testing';

/** Seconds. */
export const HOUR = 3600;
/** Seconds. */
export const DAY = 24 * HOUR;

/** A test under way must not have its inputs replaced. */
export const hold = { since: 'testing:submitted', until: 'testing:statistics' };

/** A path for programs that run elsewhere. */
export const absolute = (path: Path): string =>
  path.startsWith('/') ? path : `{workspace}/${path}`;

/** A program of the suite, in the environment of image processing. */
export function suiteProgram(
  site: Site,
  argv: Exec['argv'],
  options: Omit<Exec, 'kind' | 'argv'>,
): Exec {
  const { env, passEnv, imageSetup } = site;
  const environment = imageSetup === undefined ? {} : { environment: { ...imageSetup, env } };
  return exec(argv, { env, passEnv, ...environment, ...options });
}

/** Exposure numbers of a list, one a line; anything else is none. */
export function exposuresIn(text: string): readonly Exposure[] {
  return [
    ...new Set(
      text
        .split('\n')
        .map((line) => line.trim())
        .filter(isExposure),
    ),
  ];
}

/** Names in all directories that were listed. @throws Refusal when they could not be */
export function namesIn(seen: Seen | undefined): readonly string[] {
  if (seen?.kind === 'failed') throw new Refusal(seen.why);
  return seen?.kind === 'list' ? seen.dirs.flatMap(({ names }) => names) : [];
}
