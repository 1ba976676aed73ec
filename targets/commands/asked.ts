/** What several commands need: exposures as typed, the season of this workspace, the queue as it is now. */
import { type CommandCall, type Grid, type Queue, UserError } from '../../core/index.ts';
import {
  jobsOfAll,
  type Submissions,
  submissionsIn,
  submissionsLook,
} from '../grid/submissions.ts';
import { type Exposure, isSeason, parseExposure, type Season } from '../settings/domain.ts';
import { SEASON_FILE } from '../settings/follow-up.ts';
import type { Site } from '../site/site.ts';

/** The exposures on the command line, each once. @throws UserError for anything that is none */
export function typedExposures({ args }: Pick<CommandCall, 'args'>): readonly Exposure[] {
  return [...new Set(args.map(parseExposure))];
}

/** As `typedExposures`, and at least one. @throws UserError */
export function neededExposures(
  call: Pick<CommandCall, 'args'>,
  command: string,
): readonly Exposure[] {
  const exposures = typedExposures(call);
  if (exposures.length > 0) return exposures;
  throw new UserError(`${command} needs exposures`, `For example: desgw ${command} 668440`);
}

/** Whether an exposure is followed up here, and what to do about one that is not. */
export async function strangeAmong(
  call: Pick<CommandCall, 'status'>,
): Promise<(exposure: Exposure) => string | undefined> {
  const subjects = new Set((await call.status()).map(({ subject }) => subject));
  return (exposure) =>
    subjects.has(exposure)
      ? undefined
      : `${exposure} is not among the exposures of the rule file: add it there, or see \`desgw status\` for those there are`;
}

/** The season that this workspace has claimed. @throws UserError when there is none */
export function claimedSeason({ readText }: Pick<CommandCall, 'readText'>): Season {
  const season = readText(SEASON_FILE)?.trim();
  if (season !== undefined && isSeason(season)) return season;
  const found = season === undefined ? 'there is no' : 'there is no season in';
  throw new UserError(
    `no season is claimed here: ${found} ${SEASON_FILE}`,
    'Is this the workspace of the follow-up? `desgw build season` claims one.',
  );
}

/** Asks the queue anew; whatever goes wrong is a failed answer, never an empty one. */
export async function askQueue(site: Site, { tools }: Pick<CommandCall, 'tools'>): Promise<Queue> {
  try {
    return (await site.adapters.queue.ask(null, tools)) as unknown as Queue;
  } catch (error) {
    return {
      state: 'failed',
      why: error instanceof Error ? error.message : String(error),
      jobs: [],
    };
  }
}

/** What exposures were handed over as, by the markers beside their DAGs. */
export async function submissionsOf(
  site: Site,
  { look }: Pick<CommandCall, 'look'>,
  { exposures, season }: { readonly exposures: readonly Exposure[]; readonly season: Season },
): Promise<readonly Submissions[]> {
  const seen = await look(exposures.map((one) => submissionsLook({ site, season }, one)));
  return exposures.map((exposure, i) => submissionsIn(seen[i], { exposure, season }));
}

/** Whose jobs are not there for certain, and of whom that is not known. */
export function absences(
  grid: Grid,
  queue: Queue,
  all: readonly Submissions[],
  what: string,
): { readonly lines: readonly string[]; readonly unseen: boolean } {
  let unseen = false;
  const lines = all.map((one) => {
    const why = jobsOfAll(grid, queue, one).unseen;
    if (why === undefined)
      return `${one.exposure} has no ${what} of season ${one.season} in the queue.`;
    unseen = true;
    return `${one.exposure}: whether it has ${what} in the queue is not known: ${why}.`;
  });
  return { lines, unseen };
}

/** An age for people: `12 min`, `3 h`, `2 d`. */
export function ageInWords(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  if (minutes < 120) return `${minutes} min`;
  return minutes < 48 * 60
    ? `${Math.floor(minutes / 60)} h`
    : `${Math.floor(minutes / (24 * 60))} d`;
}
