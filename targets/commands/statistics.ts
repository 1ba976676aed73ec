/** `desgw statistics`: totals over exposures, nights and events, as they were counted last. */
import {
  type Command,
  type CommandCall,
  type ExhibitTable,
  table,
  UserError,
} from '../../core/index.ts';
import { OUTPUTS } from '../settings/follow-up.ts';
import {
  grouped,
  readStatistics,
  type Statistics,
  statisticsCsv,
  statisticsTables,
} from '../statistics/totals.ts';
import { statisticsFile } from '../statistics.ts';
import { claimedSeason } from './asked.ts';

/** Sums up what `desgw build statistics` has counted, here or in several workspaces. */
export function statistics(): Command {
  return {
    doc: 'totals over exposures, nights and events: CCDs, failures, rescues, jobs, grid hours',
    options: {
      '--workspaces PATTERN': 'of all workspaces of a pattern, an event each; quote it',
      '--csv': 'one line an exposure, with two columns for every step that failed',
      '--json': 'print data instead of text',
    },
    run: async (call) => {
      const pattern = call.option('--workspaces');
      const several = typeof pattern === 'string';
      const found = several ? await statisticsOf(call, pattern) : hereAlone(call);
      if (found.length === 0) {
        call.print('There are no statistics yet: desgw build statistics counts them.');
        return 1;
      }
      if (call.option('--json') === true) call.print(JSON.stringify(found));
      else if (call.option('--csv') === true) call.print(statisticsCsv(found).trimEnd());
      else call.print(tablesOf(found, { several }).map(asText).join('\n\n'));
      return 0;
    },
  };
}

function hereAlone(call: CommandCall): readonly Statistics[] {
  const found = readStatistics(call.readText(statisticsFile(claimedSeason(call))));
  return found === undefined ? [] : [found];
}

/** @throws UserError where no workspace is like the pattern */
async function statisticsOf(call: CommandCall, pattern: string): Promise<readonly Statistics[]> {
  const place = `${pattern.replace(/\/+$/, '')}/${OUTPUTS}`;
  const [listed] = await call.look([{ kind: 'list', pattern: place, partly: true }]);
  const dirs = listed?.kind === 'list' ? listed.dirs : [];
  if (dirs.length === 0)
    throw new UserError(
      `no workspace is like '${pattern}'`,
      "Quote the pattern: desgw statistics --workspaces '/data/followups/*'",
    );
  return dirs.flatMap(({ dir, names }) =>
    names
      .filter((name) => /^statistics_S\d+\.json$/.test(name))
      .flatMap((name) => readStatistics(call.readText(`${dir}/${name}`)) ?? []),
  );
}

function tablesOf(
  found: readonly Statistics[],
  { several }: { readonly several: boolean },
): readonly ExhibitTable[] {
  if (!several)
    return statisticsTables(
      grouped(found[0]!.exposures, ({ nite }) => nite),
      'night',
    );
  const events = found.map(
    ({ event, season, exposures }) => [event ?? `season ${season}`, exposures] as const,
  );
  return statisticsTables(events, 'event');
}

const asText = ({ title, head, rows, note = '' }: ExhibitTable): string =>
  [
    title,
    ...table([head, ...rows]).map((line) => `  ${line}`),
    ...(note === '' ? [] : [note.replace(/([.;]) /g, '$1\n')]),
  ].join('\n');
