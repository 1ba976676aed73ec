/** postproc_turn: nobody else post processes here; whoever does is waited for. */
import { type Rule, type Sighting, type TargetName, target } from '../core/index.ts';
import { POST_PROCESSING } from './settings/phases.ts';
import type { OtherRun } from './site/other-runs.ts';
import { type Site, setupOf } from './site/site.ts';

const NAME: TargetName = 'postproc_turn';
/** Adapter of sites that can see who else is at it. */
const ADAPTER = 'postprocessing';

/** What every step of post processing comes after. */
export const turnOf = (site: Site): readonly TargetName[] =>
  site.adapters[ADAPTER] === undefined ? [] : [NAME];

/** Of a site that can tell; looked at as long as there is something to do. */
export function postprocTurn(site: Site): readonly Rule[] {
  if (turnOf(site).length === 0) return [];
  return [
    target(NAME, {
      doc: 'nobody else post processes here at the same time',
      phase: POST_PROCESSING,
      after: setupOf(site),
      observe: {
        fleeting: true,
        look: () => [{ kind: 'ask', adapter: ADAPTER, question: site.postProcessing }],
        judge: ([seen]) => {
          // What cannot be looked at is not claimed.
          const runs = seen?.kind === 'answer' ? (seen.answer as unknown as OtherRun[]) : [];
          return turn(runs, site.postProcessing);
        },
      },
      recipe: { version: '1', steps: () => [] },
    }),
  ];
}

function turn([run, ...more]: readonly OtherRun[], folder: string): Sighting {
  if (run === undefined) return { state: 'ready', value: null };
  const whose = run.uid === null ? '' : ` of user id ${run.uid}`;
  const why =
    run.where === 'here'
      ? `it runs in ${folder}, and two there would write over each other`
      : 'force photometry stops when another one runs on this host';
  const others = more.length === 0 ? '' : ` (and ${more.length} more)`;
  const progress = `pid ${run.pid}${whose}${others} is at it: ${run.command.slice(0, 120)}; ${why}`;
  return {
    state: 'waiting',
    progress,
    tell: [{ about: 'post processing of others', text: `post processing waits: ${progress}` }],
  };
}
