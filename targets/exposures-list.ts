/** exposures.list, the exposure table in gw_workflow, with its files by band. */
import { exec, type Rule, target, write } from '../core/index.ts';
import { bandFileText, missingFrom, parseExposureTable } from './reports/exposure-table.ts';
import { rowsText } from './reports/rows.ts';
import { BANDS, type Exposure } from './settings/domain.ts';
import { ROWS_FILE } from './settings/follow-up.ts';
import { PREPARATION } from './settings/phases.ts';
import { type Site, setupOf } from './site/site.ts';

/** Seconds; the query goes over all exposures there are. */
const TIMEOUT = 3600;

/**
 * Asks the exposure database only when the table is missing, empty or lacks a requested exposure.
 * The files by band are made here, all together: DAGMakers that found one missing would race.
 */
export function exposuresList(site: Site, exposures: readonly Exposure[]): Rule {
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
    observe: {
      reads: [ROWS_FILE],
      look: () => [],
      judge: (_seen, { maybeText }) => {
        const text = maybeText(ROWS_FILE);
        const absent = text === undefined ? [] : lacking(text);
        const value = null;
        if (absent.length === 0) return { state: 'ready', value };
        return {
          state: 'ready',
          value,
          redo: `${absent.join(', ')} ${absent.length > 1 ? 'were' : 'was'} not in it`,
        };
      },
    },
    recipe: {
      version: '1',
      reads: [list],
      steps: ({ maybeText }) => {
        const refresh = lacking(maybeText(list)).length > 0;
        return [
          ...(refresh
            ? [
                exec(['./getExposureInfo.sh'], {
                  cwd: site.gwWorkflow,
                  env: site.env,
                  passEnv: site.passEnv,
                  timeout: TIMEOUT,
                }),
              ]
            : []),
          ...BANDS.map((band) =>
            write(`${site.gwWorkflow}/exposures_${band}.list`, ({ text }) =>
              bandFileText(parseExposureTable(text(list)), band),
            ),
          ),
          write(ROWS_FILE, ({ text }) => rowsText(parseExposureTable(text(list)), exposures)),
        ];
      },
    },
  });
}
