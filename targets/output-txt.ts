/** output.txt: the exposures handed to the grid with their bands, and the season. */
import { type Rule, target, write } from '../core/index.ts';
import type { Entry } from './reports/forcefile-report.ts';
import { writeOutputText } from './reports/output-reader.ts';
import { entriesIn } from './reports/rows.ts';
import { type FollowUp, OUTPUT_TXT, ROWS_FILE, submittedName } from './settings/follow-up.ts';
import { REPORTS } from './settings/phases.ts';

/** Lists what was submitted, in the order of exposures.list, in the form that every reader accepts. */
export function outputTxt({ season, exposures }: FollowUp): Rule {
  return target('output.txt', {
    doc: 'exposures with their bands, and the season',
    phase: REPORTS,
    deps: ['season'],
    after: ['exposures.list'],
    gathers: exposures.map(submittedName),
    params: { season },
    outputs: [OUTPUT_TXT],
    observe: {
      reads: [ROWS_FILE],
      look: () => [],
      judge: (_seen, { text }) => ({
        state: 'ready',
        value: entriesIn(text(ROWS_FILE), exposures),
      }),
    },
    recipe: {
      version: '1',
      steps: ({ value, gathered }) => {
        const submitted = new Set(gathered);
        const entries = (value as unknown as readonly Entry[]).filter((e) =>
          submitted.has(submittedName(e.expnum)),
        );
        return [write(OUTPUT_TXT, writeOutputText(entries, season))];
      },
    },
  });
}
