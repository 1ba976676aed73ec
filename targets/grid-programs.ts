/** grid_programs: what hands DAGs to the grid can be started; told once, for all exposures. */
import { type Rule, type Sighting, type TargetName, target } from '../core/index.ts';
import { PREPARATION } from './settings/phases.ts';
import type { LackingProgram } from './site/programs-look.ts';
import { type Site, setupOf } from './site/site.ts';

const NAME: TargetName = 'grid_programs';
/** Adapter of sites that can tell. */
const ADAPTER = 'programs';

/** What submissions come after where the site can tell. */
export const programsOf = (site: Site): readonly TargetName[] =>
  site.adapters[ADAPTER] === undefined ? [] : [NAME];

/** Looked at as long as there is something to do. */
export function gridPrograms(site: Site): readonly Rule[] {
  if (programsOf(site).length === 0) return [];
  return [
    target(NAME, {
      doc: 'programs that hand DAGs to the grid can be started here',
      phase: PREPARATION,
      after: setupOf(site),
      observe: {
        fleeting: true,
        look: () => [{ kind: 'ask', adapter: ADAPTER, question: null }],
        // What could not be looked at is not lacking: a submission will say so if it is.
        judge: ([seen]) =>
          judged(seen?.kind === 'answer' ? (seen.answer as unknown as LackingProgram[]) : []),
      },
      recipe: { version: '1', steps: () => [] },
    }),
  ];
}

function judged(lacking: readonly LackingProgram[]): Sighting {
  if (lacking.length === 0) return { state: 'ready', value: null };
  const remedies = [...new Set(lacking.map(({ remedy }) => remedy))].join(' ');
  return {
    state: 'failed',
    definite: true,
    why: `nothing can be submitted from here: ${lacking.map(({ what }) => what).join('; ')}`,
    advice: `${remedies} \`desgw doctor\` looks at the rest.`,
  };
}
