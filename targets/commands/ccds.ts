/** `desgw ccds`: the CCD and forcefile reports for reading. */
import type { Command, CommandCall } from '../../core/index.ts';
import { type CcdReport, ccdTable } from '../reports/ccd-report.ts';
import { type ForcefileReport, forcefileNote } from '../reports/forcefile-report.ts';
import { readOutputText } from '../reports/output-reader.ts';
import type { Exposure } from '../settings/domain.ts';
import { ccdsFile, forcefilesFile, OUTPUT_TXT } from '../settings/follow-up.ts';
import { typedExposures } from './asked.ts';

/** Shows the reports as they were built last; builds and looks at nothing itself. */
export function ccds(): Command {
  return {
    doc: 'which CCDs of an exposure failed, at which step, and its force-photometry files',
    usage: '[exposure...]',
    run: async (call) => {
      for (const exposure of exposuresOf(call)) call.print(`${reportText(call, exposure)}\n`);
      return 0;
    },
  };
}

function exposuresOf(call: CommandCall): readonly Exposure[] {
  const typed = typedExposures(call);
  if (typed.length > 0) return typed;
  const text = call.readText(OUTPUT_TXT);
  return text === undefined ? [] : readOutputText(text).entries.map((entry) => entry.expnum);
}

function reportText({ readText }: CommandCall, exposure: Exposure): string {
  const ccdText = readText(ccdsFile(exposure));
  if (ccdText === undefined)
    return `${exposure}: no report yet; \`desgw build ccds_${exposure}\` makes it`;
  const ccdReport: CcdReport = JSON.parse(ccdText);
  const forceText = readText(forcefilesFile(exposure));
  const force: ForcefileReport | undefined =
    forceText === undefined ? undefined : JSON.parse(forceText);
  return force === undefined
    ? ccdTable(ccdReport)
    : `${ccdTable(ccdReport).trimEnd()}\n${forcefileNote(force)}`;
}
