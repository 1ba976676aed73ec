/** exposures.list, the exposure table in gw_workflow, with its files by band. */
import { exec, type Path, type Rule, type RunFacts, target, write } from '../core/index.ts';
import { bandFileText, missingFrom, parseExposureTable } from './reports/exposure-table.ts';
import { withRows } from './reports/night-rows.ts';
import { rowsText } from './reports/rows.ts';
import { BANDS, type Exposure } from './settings/domain.ts';
import { ROWS_FILE } from './settings/follow-up.ts';
import { PREPARATION } from './settings/phases.ts';
import { type Site, setupOf } from './site/site.ts';

/** Seconds; the query goes over all exposures there are. */
const TIMEOUT = 3600;

/** Seconds after which it is asked again for exposures that it did not have: it goes over all there are. */
const ASK_AGAIN = 1800;

/**
 * Asks the exposure database only when the table is missing, empty or lacks a requested exposure.
 * The files by band are made here, all together: DAGMakers that found one missing would race.
 * @param rows file with rows of exposures that may be added to the table without that query
 */
export function exposuresList(site: Site, exposures: readonly Exposure[], rows?: Path): Rule {
  const list = `${site.gwWorkflow}/exposures.list`;
  const lacking = (text: string | undefined): readonly Exposure[] =>
    text === undefined ? exposures : missingFrom(parseExposureTable(text), exposures);
  return target('exposures.list', {
    doc: 'the exposure table, made by getExposureInfo.sh',
    phase: PREPARATION,
    after: setupOf(site),
    params: { exposures },
    // The table is everybody's: others refresh it too.
    outputs: [ROWS_FILE, { path: list, shared: true, quiet: true }],
    observe: observation(list, lacking),
    recipe: {
      version: '1',
      reads: [list, ...(rows === undefined ? [] : [rows])],
      steps: ({ text, maybeText }) => {
        const table = maybeText(list);
        const grown =
          rows === undefined || table === undefined
            ? undefined
            : withRows(table, text(rows), exposures);
        const query = lacking(grown ?? table).length > 0;
        // What is written last is read before the table is in place.
        const now = (run: RunFacts): string => (query ? run.text(list) : (grown ?? run.text(list)));
        return [
          ...(query
            ? [
                exec(['./getExposureInfo.sh'], {
                  cwd: site.gwWorkflow,
                  env: site.env,
                  passEnv: site.passEnv,
                  timeout: TIMEOUT,
                }),
              ]
            : grown === undefined || grown === table
              ? []
              : [write(list, grown)]),
          ...BANDS.map((band) =>
            write(`${site.gwWorkflow}/exposures_${band}.list`, (run) =>
              bandFileText(parseExposureTable(now(run)), band),
            ),
          ),
          write(ROWS_FILE, (run) => rowsText(parseExposureTable(now(run)), exposures)),
        ];
      },
    },
  });
}

/** Which requested exposures are not in the table; it is asked again now and then for those. */
function observation(
  list: Path,
  lacking: (text: string) => readonly Exposure[],
): NonNullable<Rule['observe']> {
  return {
    reads: [ROWS_FILE],
    look: () => [{ kind: 'stat', path: list }],
    judge: ([table], facts) => {
      const text = facts.maybeText(ROWS_FILE);
      const absent = text === undefined ? [] : lacking(text);
      const value = null;
      if (absent.length === 0) return { state: 'ready', value };
      const asked = table?.kind === 'stat' ? table.stat?.mtime : undefined;
      // The time is asked for only here: what depends on it cannot be remembered.
      if (asked !== undefined && facts.now - asked < ASK_AGAIN * 1000)
        return { state: 'ready', value, note: `${absent.join(', ')} not in it` };
      return {
        state: 'ready',
        value,
        redo: `${absent.join(', ')} ${absent.length > 1 ? 'were' : 'was'} not in it`,
      };
    },
  };
}
