/** `desgw summary`: a night in numbers, for the log book and the mailing list. */
import { type Command, type CommandCall, moment } from '../../core/index.ts';
import { readCandidates } from '../candidates/table.ts';
import { candidatesFile } from '../candidates.ts';
import {
  type NightSummary,
  nightSummary,
  statisticsCsv,
  summaryText,
} from '../reports/night-summary.ts';
import { progressFromStatus, statusFile } from '../reports/postproc-steps.ts';
import { SEASON_FILE } from '../settings/follow-up.ts';
import type { Site } from '../site/site.ts';
import { resultsOf } from './results.ts';

/** Reads the reports that were built last; builds and looks at nothing itself. */
export function summary(site: Site): Command {
  return {
    doc: 'the night in numbers: exposures, CCDs, failures by step, force files, candidates',
    options: {
      '--json': 'print data instead of text',
      '--csv': 'one line an exposure, with a column for every step that failed',
    },
    run: async (call) => {
      if (call.option('--csv') === true) {
        call.print(statisticsCsv(resultsOf(call)).trimEnd());
        return 0;
      }
      const found = nightOf(site, call);
      call.print(
        call.option('--json') === true
          ? JSON.stringify(found, null, 2)
          : summaryText(found, moment(call.now)).trimEnd(),
      );
      return 0;
    },
  };
}

/** The numbers of this workspace. */
function nightOf(site: Site, call: CommandCall): NightSummary {
  const season = call.readText(SEASON_FILE)?.trim();
  const event = call.params.ligoid;
  const table = season === undefined ? undefined : call.readText(candidatesFile(season));
  const status =
    season === undefined
      ? undefined
      : call.readText(`${site.postProcessing}/${statusFile(season)}`);
  return nightSummary(resultsOf(call), {
    event: typeof event === 'string' ? event : undefined,
    season,
    candidates: table === undefined ? undefined : countsOf(table),
    postprocessing: status === undefined ? undefined : progressFromStatus(status)?.progress,
  });
}

function countsOf(table: string): { readonly all: number; readonly good: number } {
  const rows = readCandidates(table);
  return { all: rows.length, good: rows.filter(({ good }) => good > 0).length };
}
