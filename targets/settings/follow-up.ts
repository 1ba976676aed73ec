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

export const ccdsFile = (exposure: Exposure): Path => `${OUTPUTS}/ccds_${exposure}.json`;
export const forcefilesFile = (exposure: Exposure): Path =>
  `${OUTPUTS}/forcefiles_${exposure}.json`;
/** No time in the name: an unchanged list is an unchanged file. */
export const exposureListFile = (season: Season): Path =>
  `${OUTPUTS}/complete_exposures_S${season}.list`;
export const iniFile = (season: Season): Path => `postproc_${season}.ini`;

export const rcFile = (site: Site): Path => `${site.gwWorkflow}/dagmaker.rc`;
/** Where DAGMaker.sh runs for an exposure, and where its DAG is submitted from. */
export const workDir = (site: Site, exposure: Exposure): Path =>
  site.isolate ? `${site.gwWorkflow}/desgw_${exposure}` : site.gwWorkflow;
export const dagFile = (site: Site, exposure: Exposure): Path =>
  `${workDir(site, exposure)}/desgw_pipeline_${exposure}.dag`;
/** Lies beside the DAG, so that it tells everybody who works there that the DAG was submitted. */
export const markerFile = (site: Site, exposure: Exposure): Path =>
  `${dagFile(site, exposure)}.submitted`;
export const dagmakerOutFile = (site: Site, exposure: Exposure): Path =>
  `${workDir(site, exposure)}/dagmaker_${exposure}.out`;

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
