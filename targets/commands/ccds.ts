/** `desgw ccds`: the CCD and forcefile reports for reading. */
import {
  type Command,
  type CommandCall,
  knowsUnicode,
  mapLines,
  type Paint,
  UserError,
} from '../../core/index.ts';
import { type CcdReport, ccdTable, shortfallAdvice } from '../reports/ccd-report.ts';
import { focalPlane } from '../reports/focal-plane.ts';
import { type ForcefileReport, forcefileNote } from '../reports/forcefile-report.ts';
import { readOutputText } from '../reports/output-reader.ts';
import { readCcdReport, readForcefileReport } from '../reports/read.ts';
import type { Exposure } from '../settings/domain.ts';
import { ccdsFile, forcefilesFile, OUTPUT_TXT } from '../settings/follow-up.ts';
import type { Site } from '../site/site.ts';
import { strangeAmong, typedExposures } from './asked.ts';
import { ccdLog } from './ccd-log.ts';
import { jobLog } from './job-log.ts';

/** Shows the reports as they were built last; builds and looks at nothing itself. */
export function ccds(site: Site): Command {
  return {
    doc: 'which CCDs of an exposure failed, at which step, and its force-photometry files',
    usage: '[exposure...]',
    options: {
      '--all': 'name the complete CCDs too',
      '--map': 'draw the focal plane also where there is no screen',
      '--ascii': 'draw it with characters that every terminal knows',
      '--log CCD': 'the end of what the step printed at which it stopped, such as i_25',
      '--fetch':
        'with --log: bring what the job of the CCD printed from the grid, for one that left nothing',
      '--json': 'print data instead of text',
    },
    run: async (call) => {
      const exposures = exposuresOf(call);
      const asked = call.option('--log');
      if (typeof asked === 'string') return showLog(site, call, exposures, asked);
      if (call.option('--json') === true)
        call.print(JSON.stringify(exposures.map((exposure) => reportsOf(call, exposure))));
      else
        for (const exposure of exposures) {
          const text = reportText(call, exposure);
          if (text !== undefined) call.print(`${text}\n`);
        }
      const lacking = exposures.filter((one) => reportsOf(call, one).ccds === null);
      if (lacking.length === 0 || call.option('--json') === true) return 0;
      const strange = await strangeAmong(call);
      for (const exposure of lacking)
        call.print(
          strange(exposure) ??
            `${exposure}: no report yet; \`desgw build ccds_${exposure}\` makes it`,
        );
      return lacking.some((exposure) => strange(exposure) !== undefined) ? 2 : 0;
    },
  };
}

async function showLog(
  site: Site,
  call: CommandCall,
  exposures: readonly Exposure[],
  ccd: string,
): Promise<number> {
  const [exposure, ...more] = exposures;
  if (exposure === undefined || more.length > 0)
    throw new UserError('--log needs one exposure', 'Like: desgw ccds 668445 --log i_25');
  const report = reportsOf(call, exposure).ccds;
  if (report === null)
    throw new UserError(
      `${exposure} has no report yet`,
      `\`desgw build ccds_${exposure}\` makes it.`,
    );
  const fetched = call.option('--fetch') === true;
  call.print(await (fetched ? jobLog : ccdLog)(site, call, report, ccd));
  return 0;
}

function exposuresOf(call: CommandCall): readonly Exposure[] {
  const typed = typedExposures(call);
  if (typed.length > 0) return typed;
  const text = call.readText(OUTPUT_TXT);
  return text === undefined ? [] : readOutputText(text).entries.map((entry) => entry.expnum);
}

interface Reports {
  readonly exposure: Exposure;
  readonly ccds: CcdReport | null;
  readonly forcefiles: ForcefileReport | null;
}

function reportsOf({ readText }: CommandCall, exposure: Exposure): Reports {
  return {
    exposure,
    ccds: readCcdReport(readText(ccdsFile(exposure))) ?? null,
    forcefiles: readForcefileReport(readText(forcefilesFile(exposure))) ?? null,
  };
}

/** The report in words; none where there is none yet. */
function reportText(call: CommandCall, exposure: Exposure): string | undefined {
  const { ccds: report, forcefiles } = reportsOf(call, exposure);
  if (report === null) return undefined;
  const table = ccdTable(report, { all: call.option('--all') === true }).trimEnd();
  const [headline = '', ...rest] = table.split('\n');
  return [
    headline,
    ...mapOf(call, report),
    ...rest,
    ...(report.enough ? [] : [`  ${shortfallAdvice(report)}`]),
    ...(forcefiles === null ? [] : [forcefileNote(forcefiles)]),
  ].join('\n');
}

/** The focal plane, north up and east left. */
function mapOf(call: CommandCall, report: CcdReport): readonly string[] {
  const { screen, env } = call;
  if (screen === undefined && call.option('--map') !== true) return [];
  const ascii = call.option('--ascii') === true || !knowsUnicode(env);
  const paint: Paint = screen?.paint ?? ((_style, text) => text);
  return ['', 'north up, east left', ...mapLines(focalPlane(report), { paint, ascii }), ''].map(
    (line) => (line === '' ? line : `  ${line}`),
  );
}
