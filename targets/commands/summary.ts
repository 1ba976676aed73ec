/** `desgw summary`: a night in numbers, for the log book and the mailing list. */
import { type Command, type CommandCall, moment } from '../../core/index.ts';
import { readCandidates } from '../candidates/table.ts';
import { candidatesFile } from '../candidates.ts';
import { linkName } from '../postproc.ts';
import {
  type NightSummary,
  nightSummary,
  statisticsCsv,
  summaryHtml,
  summaryText,
} from '../reports/night-summary.ts';
import { progressFromStatus, STEPS, statusFile } from '../reports/postproc-steps.ts';
import { SEASON_FILE } from '../settings/follow-up.ts';
import type { Site } from '../site/site.ts';
import { resultsOf } from './results.ts';

/** Reads the reports that were built last; builds and looks at nothing itself. */
export function summary(site: Site): Command {
  return {
    doc: 'the night in numbers: exposures, CCDs, failures by step, force files, candidates',
    options: {
      '--json': 'print data instead of text',
      '--html': 'print a page that needs nothing else',
      '--on-change':
        'only what stands otherwise than at the last such look; nothing: nothing. For cron',
      '--csv': 'one line an exposure, with a column for every step that failed',
    },
    run: async (call) => {
      if (call.option('--csv') === true) {
        call.print(statisticsCsv(resultsOf(call)).trimEnd());
        return 0;
      }
      if (call.option('--on-change') === true) return tellChanges(call);
      const found = nightOf(site, call);
      const now = moment(call.now);
      if (call.option('--json') === true) call.print(JSON.stringify(found, null, 2));
      else if (call.option('--html') === true) call.print(summaryHtml(found, now).trimEnd());
      else call.print(summaryText(found, now).trimEnd());
      return 0;
    },
  };
}

/** What has changed, for who reads the mails of cron; without a change not a word. */
async function tellChanges(call: CommandCall): Promise<number> {
  const { since, changes, text } = await call.changes();
  if (call.option('--json') === true)
    call.print(
      JSON.stringify({ schema: 'desgw/changes', version: 1, since: since ?? null, changes }),
    );
  else if (text !== '') call.print(text);
  return 0;
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
    postprocessing: status === undefined ? undefined : postprocessingOf(status, call),
  });
}

/** What the status file says, and what failed all the same: it knows nothing of that. */
function postprocessingOf(status: string, call: CommandCall): string | undefined {
  const told = progressFromStatus(status)?.progress;
  const failed = STEPS.flatMap((step) => {
    const record = call.record(linkName(step));
    return record?.state === 'failed' ? [{ step, what: record.what ?? 'it failed' }] : [];
  });
  const [first] = failed;
  if (first === undefined) return told;
  return `${told === undefined ? '' : `${told}; `}step ${first.step} failed: ${first.what}`;
}

function countsOf(table: string): { readonly all: number; readonly good: number } {
  const rows = readCandidates(table);
  return { all: rows.length, good: rows.filter(({ good }) => good > 0).length };
}
