/**
 * One directory, one follow-up: dagmaker.rc, what DAGMaker.sh leaves, and the results of post
 * processing have the same names for every event, so that two would write over each other.
 */
import { type Claim, claim, type Path } from '../../core/index.ts';
import { HOLDER, type Place } from '../settings/follow-up.ts';

/** First step of whatever writes into gw_workflow: it belongs to this workspace, or nothing happens. */
export function holdWorkflow({ site, season }: Place): readonly Claim[] {
  if (site.isolate) return [holdSeason({ site, season })];
  return [
    claim(site.gwWorkflow, [HOLDER], `season ${season}`, {
      taken: {
        what: `${site.gwWorkflow} is in use for another event`,
        advice: `Set isolate: true for your site in the rule file, so that nothing is shared, or name another checkout of gw_workflow. When that event is over: rm ${site.gwWorkflow}/${HOLDER}`,
      },
    }),
  ];
}

/** Kept apart, follow-ups share nothing but the directories of a season, which tests may use again. */
function holdSeason({ site, season }: Place): Claim {
  const name = `${HOLDER}_S${season}`;
  return claim(site.gwWorkflow, [name], `season ${season}`, {
    taken: {
      what: `season ${season} is in use in ${site.gwWorkflow}`,
      advice: `Take another one (--set season=auto). When that work is over: rm ${site.gwWorkflow}/${name}`,
    },
  });
}

/** The same for the directory that takes the results of post processing. */
export function holdOutputs({ site, season }: Place, outdir: string): Claim {
  const name = outputsHolder(outdir);
  return claim(site.postProcessing, [name], `season ${season}`, {
    taken: {
      what: `the outputs of post processing in ${outdir} are those of another event`,
      advice: `Let this one have its own: --set outdir=./outputs_S${season}, or outdir in the rule file. When that event is over: rm ${pathOf(site.postProcessing, name)}`,
    },
  });
}

/** The file that says whose the outputs in a directory are. */
export function outputsHolder(outdir: string): string {
  const plain = outdir.replace(/^(?:\.\/)+|\/+$/g, '');
  return `${HOLDER}_${plain.replace(/[^A-Za-z0-9]+/g, '_')}`;
}

const pathOf = (dir: Path, name: string): Path => `${dir}/${name}`;
