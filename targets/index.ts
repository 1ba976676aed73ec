/** What rule files of the pipeline are written with, and commands that work on its reports. */
export { claimedSeason } from './commands/asked.ts';
export { completeFollowUp } from './commands/complete.ts';
export { followUpCommands } from './commands/index.ts';
export { resultsOf } from './commands/results.ts';
export { followUpStart } from './commands/start.ts';
export { type Marker, readMarker } from './grid/marker.ts';
export { type NightOf, nightOf } from './night.ts';
export { followUp, followUpParams } from './pipeline.ts';
export {
  type CcdEntry,
  type CcdReport,
  type CcdState,
  ccdTable,
  stateByCcd,
} from './reports/ccd-report.ts';
export { type ForcefileReport, forcefileNote } from './reports/forcefile-report.ts';
export type { ExposureResult } from './reports/night-summary.ts';
export { type OutputEntry, type OutputText, readOutputText } from './reports/output-reader.ts';
export { readCcdReport, readForcefileReport } from './reports/read.ts';
export type { Exposure, Season } from './settings/domain.ts';
export {
  ccdsFile,
  ccdsName,
  dagFile,
  dagmakerName,
  dagmakerOutFile,
  exposureListFile,
  forcefilesFile,
  forcefilesName,
  iniFile,
  markerFile,
  OUTPUT_TXT,
  type Place,
  ROWS_FILE,
  SEASON_FILE,
  submittedName,
} from './settings/follow-up.ts';
export { type FermilabOptions, fermilab } from './site/fermilab.ts';
export { sandbox, sandboxExposures } from './site/sandbox.ts';
export type { Site } from './site/site.ts';
export { testing } from './testing/testing.ts';
