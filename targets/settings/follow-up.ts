/** What the targets of one follow-up share: site, season, parameters, and where everything lies. */
import type { Params, Path } from '../../core/index.ts';
import type { Site } from '../site/site.ts';
import type { Exposure, Season } from './domain.ts';

/** One follow-up: these exposures, processed under this season at this site. */
export interface FollowUp {
  readonly site: Site;
  readonly season: Season;
  readonly exposures: readonly Exposure[];
  readonly params: Params;
}

/** Folder for what people look at: lists, reports, output.txt. */
export const OUTPUTS: Path = 'image_proc_outputs';

/** The claimed season. */
export const SEASON_FILE: Path = `${OUTPUTS}/season`;
/** Rows of the exposure table for the requested exposures alone. */
export const ROWS_FILE: Path = `${OUTPUTS}/exposures.list`;
export const OUTPUT_TXT: Path = `${OUTPUTS}/output.txt`;

/** What each target leaves, by its name in the workspace. */
export const ccdsFile = (exposure: Exposure): Path => `${OUTPUTS}/ccds_${exposure}.json`;
export const forcefilesFile = (exposure: Exposure): Path =>
  `${OUTPUTS}/forcefiles_${exposure}.json`;
/** No time in the name: an unchanged list is an unchanged file. */
export const exposureListFile = (season: Season): Path =>
  `${OUTPUTS}/complete_exposures_S${season}.list`;
/** The ini of post processing, beside the rule file. */
export const iniFile = (season: Season): Path => `postproc_${season}.ini`;

/** Where a follow-up works: two that share nothing but the scripts have different places. */
export type Place = Pick<FollowUp, 'site' | 'season'>;

/** Tells which workspace a directory belongs to. */
export const HOLDER = '.desgw_workspace';

/** The settings of DAGMaker.sh; one for all follow-ups unless they are kept apart. */
export const rcFile = ({ site, season }: Place): Path =>
  site.isolate ? `${site.gwWorkflow}/dagmaker_S${season}.rc` : `${site.gwWorkflow}/dagmaker.rc`;
/** Where DAGMaker.sh runs for an exposure, and where its DAG is submitted from. */
export const workDir = ({ site, season }: Place, exposure: Exposure): Path =>
  site.isolate ? `${site.gwWorkflow}/desgw_S${season}_${exposure}` : site.gwWorkflow;
/** Where DAGMaker.sh writes the DAG. */
export const dagFile = (place: Place, exposure: Exposure): Path =>
  `${workDir(place, exposure)}/desgw_pipeline_${exposure}.dag`;
/** Lies beside the DAG, so that it tells everybody who works there that the DAG was submitted. */
export const markerFile = (place: Place, exposure: Exposure): Path =>
  `${dagFile(place, exposure)}.submitted`;
/** What DAGMaker.sh printed. */
export const dagmakerOutFile = (place: Place, exposure: Exposure): Path =>
  `${workDir(place, exposure)}/dagmaker_${exposure}.out`;
/** Where the folders of candidates with their stamps are. */
export const stampsFolder = (season: Season): Path => `${OUTPUTS}/stamps_S${season}`;
/** What is handed to the grid: a copy that nobody else writes, of the very text that was judged. */
export const handedIn = (season: Season, name: string): Path => `.desgw/dags/S${season}/${name}`;

/** When work on the grid counts as over, in seconds: of this run where it says so, else of the site. */
export function settling(site: Site, params: Params) {
  const { settleAfter, settleDelay } = params;
  return {
    settleAfterSeconds: Number(settleAfter ?? site.settleAfter),
    lateSeconds: Number(settleDelay ?? site.settleDelay),
  };
}

/** Names of targets. */
export const dagmakerName = (exposure: Exposure): string => `dagmaker_${exposure}.out`;
export const submittedName = (exposure: Exposure): string => `submitted_${exposure}`;
export const ccdsName = (exposure: Exposure): string => `ccds_${exposure}`;
export const forcefilesName = (exposure: Exposure): string => `forcefiles_${exposure}`;

/** With how many exposures post processing may begin; `all`: when every one has settled or has enough. */
export function beginsWith({ startWith }: Params): 'all' | number {
  if (startWith === 'enough') return 1;
  return startWith === undefined || startWith === 'all' ? 'all' : Number(startWith);
}

/** Times of day at which post processing is wanted again. */
export const timesOf = ({ postprocAt = [] }: Params): readonly string[] =>
  postprocAt as readonly string[];

/**
 * How many more exposures have post processing begin again: with set times alone none does, before
 * no more is to come.
 */
export function moreOf(params: Params): { readonly more?: number } {
  const more = Number(params.postprocAfter ?? 0);
  if (more > 0) return { more };
  return timesOf(params).length > 0 ? { more: Number.MAX_SAFE_INTEGER } : {};
}

/** What is gathered from exposures goes on without those that are late where so many are there. */
export function leastOf(params: Params): { readonly least?: number } {
  const least = beginsWith(params);
  return least === 'all' ? {} : { least };
}
