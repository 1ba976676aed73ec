/** A rescue as its files tell it: what is asked for, what is planned, where everything lies. */
import type { Look, Path, Seen } from '../../core/index.ts';
import { ccdLooks } from '../reports/ccd-report.ts';
import type { Exposure, Season } from '../settings/domain.ts';
import { dagFile, markerFile, type Place, ROWS_FILE } from '../settings/follow-up.ts';
import type { Site } from '../site/site.ts';
import { type Marker, readMarker } from './marker.ts';

/** What is asked for on the command line. */
export interface RescueAsked {
  readonly exposure: Exposure;
  readonly season: Season;
  /** As `6000MB`; undefined: twice as much as the last time. */
  readonly memory?: string;
  /** Only these CCDs, each with its memory; without, all that are not complete. */
  readonly chosen?: ReadonlyMap<number, string>;
  /** CCDs of its templates that are done now, where triage has seen it. */
  readonly templatesDone?: number;
  /** Only CCDs that failed first at this step, such as `RUN18`. */
  readonly step?: string;
  /** A person says how an unfinished rescue ended: it has this job id, or was never submitted. */
  readonly marked?: { readonly job: string } | 'not submitted';
}

/** One rescue, ready to be made, or begun earlier and not known to be finished. */
export interface RescuePlan {
  readonly kind: 'ready' | 'unfinished';
  readonly exposure: Exposure;
  readonly season: Season;
  readonly number: number;
  readonly ccds: readonly number[];
  /** Memory of the jobs, in words: `5000MB`, or `2500MB to 5000MB`. */
  readonly memory: string;
  /** Text of the rescue DAG. */
  readonly dag: string;
  readonly moves: readonly { readonly from: Path; readonly to: Path }[];
  /** How the CCDs ended, in words. */
  readonly why: string;
  /** Tokens of the other submissions of this exposure: jobs with another one belong to this rescue. */
  readonly others: readonly string[];
  /** For one begun earlier: whether this workspace has a record of that. */
  readonly record: 'begun' | 'unknown';
  readonly marked?: RescueAsked['marked'];
  readonly templatesDone?: number;
}

/** Name of the target that submits a rescue. */
export const rescueName = (exposure: Exposure, number: number): string =>
  `rescue_${exposure}_${number}`;

/** The exposure of a target that submits a rescue; undefined for any other target. */
export const rescuedBy = (target: string): Exposure | undefined =>
  /^rescue_(\d+)_\d+$/.exec(target)?.[1];

/** The DAG of a rescue, beside that of the exposure. */
export const rescueFile = (place: Place, exposure: Exposure, number: number): Path =>
  dagFile(place, exposure).replace(/\.dag$/, `_rescue${number}.dag`);

/** Folder of a path. */
export const folderOf = (path: Path): Path => path.slice(0, path.lastIndexOf('/'));
/** Last part of a path. */
export const nameOf = (path: Path): string => path.slice(path.lastIndexOf('/') + 1);

/** What to look at first: what was submitted, which rescues there were, the CCDs. */
export function rescueLooks(site: Site, { exposure, season }: RescueAsked): readonly Look[] {
  const dag = dagFile({ site, season }, exposure);
  return [
    { kind: 'read', path: dag },
    { kind: 'read', path: markerFile({ site, season }, exposure) },
    { kind: 'read', path: ROWS_FILE },
    { kind: 'list', pattern: folderOf(dag) },
    ...ccdLooks(site.pnfs, { exposure, season }),
  ];
}

/** Files of earlier rescues, told from the listing among what `rescueLooks` saw. */
export function earlierLooks(
  site: Site,
  { exposure, season }: RescueAsked,
  seen: readonly Seen[],
): readonly Look[] {
  return earlierNumbers(exposure, seen).flatMap((number): Look[] => {
    const dag = rescueFile({ site, season }, exposure, number);
    return [
      { kind: 'read', path: dag },
      { kind: 'read', path: `${dag}.submitted` },
      { kind: 'stat', path: `${dag}.submitting` },
    ];
  });
}

/** Numbers of the rescues there have been, told from what `rescueLooks` saw. */
export function earlierNumbers(exposure: Exposure, seen: readonly Seen[]): readonly number[] {
  const folder = seen[3];
  const names = folder?.kind === 'list' ? folder.dirs.flatMap((dir) => dir.names) : [];
  const pattern = new RegExp(`^desgw_pipeline_${exposure}_rescue([1-9]\\d{0,3})\\.dag$`);
  return names
    .flatMap((name) => pattern.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
}

/** An earlier rescue as its files tell it. */
export interface Earlier {
  readonly number: number;
  readonly dag: string;
  readonly marker: Marker | undefined;
  readonly claimed: boolean;
}

/** The rescues of these numbers, told from what `earlierLooks` saw. */
export function earlierFrom(numbers: readonly number[], seen: readonly Seen[]): readonly Earlier[] {
  return numbers.map((number, i) => {
    const [dag, marker, claimed] = seen.slice(3 * i, 3 * i + 3);
    return {
      number,
      dag: textOf(dag) ?? '',
      marker: readMarker(textOf(marker)),
      claimed: claimed?.kind === 'stat' && claimed.stat !== undefined,
    };
  });
}

/** The text that was read, if there is one. */
export const textOf = (seen: Seen | undefined): string | undefined =>
  seen?.kind === 'read' ? seen.text : undefined;
