/** The results of a workspace as its reports tell them, for commands that sum up. */
import type { CommandCall } from '../../core/index.ts';
import type { CcdReport } from '../reports/ccd-report.ts';
import type { ForcefileReport } from '../reports/forcefile-report.ts';
import type { ExposureResult } from '../reports/night-summary.ts';
import { readOutputText } from '../reports/output-reader.ts';
import { ccdsFile, forcefilesFile, OUTPUT_TXT } from '../settings/follow-up.ts';

/** Every exposure that output.txt lists, with the reports that were built last. */
export function resultsOf({ readText }: Pick<CommandCall, 'readText'>): readonly ExposureResult[] {
  const text = readText(OUTPUT_TXT);
  if (text === undefined) return [];
  return readOutputText(text).entries.map(({ expnum, band }) => ({
    exposure: expnum,
    band,
    ccds: parsed<CcdReport>(readText(ccdsFile(expnum))),
    forcefiles: parsed<ForcefileReport>(readText(forcefilesFile(expnum))),
  }));
}

function parsed<Report>(text: string | undefined): Report | undefined {
  return text === undefined ? undefined : (JSON.parse(text) as Report);
}
