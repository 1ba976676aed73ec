/** The results of a workspace as its reports tell them, for commands that sum up. */
import type { CommandCall } from '../../core/index.ts';
import type { ExposureResult } from '../reports/night-summary.ts';
import { readOutputText } from '../reports/output-reader.ts';
import { readCcdReport, readForcefileReport } from '../reports/read.ts';
import { ccdsFile, forcefilesFile, OUTPUT_TXT } from '../settings/follow-up.ts';

/** Every exposure that output.txt lists, with the reports that were built last. */
export function resultsOf({ readText }: Pick<CommandCall, 'readText'>): readonly ExposureResult[] {
  const text = readText(OUTPUT_TXT);
  if (text === undefined) return [];
  return readOutputText(text).entries.map(({ expnum, band }) => ({
    exposure: expnum,
    band,
    ccds: readCcdReport(readText(ccdsFile(expnum))),
    forcefiles: readForcefileReport(readText(forcefilesFile(expnum))),
  }));
}
