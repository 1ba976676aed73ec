/** What `desgw doctor` examines, told from the site and from the machine it runs on. */
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import type { CommandCall } from '../../core/index.ts';
import { HOLDER } from '../settings/follow-up.ts';
import { outputsHolder } from '../site/holding.ts';
import type { Site } from '../site/site.ts';
import type { SiteFacts } from './checks.ts';

/** Software that the scripts of the pipeline take from cvmfs (DAGMaker.sh, setup_img_proc.sh). */
const SOFTWARE = ['/cvmfs/des.opensciencegrid.org', '/cvmfs/fermilab.opensciencegrid.org'];

/** The facts of a site; relative paths start at the workspace. */
export function doctorFacts(
  site: Site,
  call: Pick<CommandCall, 'tools' | 'env' | 'params' | 'now'>,
): SiteFacts {
  const { workspace } = call.tools;
  const filled = (text: string): string => text.replaceAll('{workspace}', workspace);
  const absolute = (path: string): string => resolve(workspace, filled(path));
  const postProcessing = absolute(site.postProcessing);
  const outdir = resolve(postProcessing, String(call.params.outdir ?? '.'));
  const { account } = site;
  return {
    workspace,
    home: filled(site.env.HOME ?? call.env.HOME ?? '~'),
    uid: process.getuid?.() ?? -1,
    env: call.env,
    now: () => call.now,
    nodeVersion: process.versions.node,
    workflow: absolute(site.gwWorkflow),
    dagmaker: site.dagmaker.replace(/^\.\//, ''),
    postProcessing,
    // Post processing makes its output tree by itself; the room for it is where it will lie.
    outdir: existsSync(outdir) ? outdir : postProcessing,
    pnfs: absolute(site.pnfs),
    python: filled(site.programs.python),
    tried: site.checks,
    software: account === undefined ? [] : SOFTWARE,
    groups: [],
    seasons: site.adapters.seasons,
    ...(account === undefined ? {} : { events: eventFacts(site, call, absolute) }),
    ...(account === undefined ? {} : { grid: { ...account, temporary: tmpdir() } }),
  };
}

/** Files by which other events show themselves; an outdir that the season is part of is nobody else's. */
function eventFacts(
  site: Site,
  { params }: Pick<CommandCall, 'params'>,
  absolute: (path: string) => string,
): NonNullable<SiteFacts['events']> {
  const outdir = String(params.outdir ?? site.outdir);
  return {
    registry: absolute(site.registry),
    ...(site.isolate ? {} : { workflowHolder: HOLDER }),
    ...(outdir.includes('{season}') ? {} : { outputsHolder: outputsHolder(outdir) }),
  };
}
