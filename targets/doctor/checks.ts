/** The checks of `desgw doctor`, made from what the site says of itself. */

import { constants } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Adapter, AdapterTools } from '../../core/index.ts';
import { READ_BY_DAGMAKER } from '../dagmaker.ts';
import { answerFrom } from '../seasons/season-rules.ts';
import {
  type Grid,
  groups,
  type Holder,
  kerberos,
  proxy,
  secretFile,
  token,
} from './credentials.ts';
import type { Check } from './doctor.ts';
import { ownCheckout, sharedRegistry } from './events.ts';
import { command, kind, may, noSuchFile, succeeded, type Verdict, version } from './looks.ts';

/** What the checks need to know. Paths are absolute. */
export interface SiteFacts extends Holder {
  readonly workspace: string;
  readonly home: string;
  /** As in `process.versions.node`. */
  readonly nodeVersion: string;
  /** The gw_workflow directory. */
  readonly workflow: string;
  /** `DAGMaker.sh` for the user desgw, `DAGMaker_proxyuser.sh` for everyone else. */
  readonly dagmaker: string;
  /** The Post-Processing directory. */
  readonly postProcessing: string;
  /** Where post processing writes. */
  readonly outdir: string;
  /** `/pnfs/des/persistent/gw`. */
  readonly pnfs: string;
  /** The interpreter of run_postproc.py, a path or a name. */
  readonly python: string;
  /** What the site tries beside what is looked at everywhere. */
  readonly tried: readonly Check[];
  /** Directories of installed software: cvmfs, conda. */
  readonly software: readonly string[];
  /** Unix groups the user should be in. */
  readonly groups: readonly string[];
  /** With a limit below that of the checks, so that its own message is seen. */
  readonly seasons: Adapter;
  /** Absent for a site without a real grid. */
  readonly grid?: Grid;
  /** Where events meet: files that say who works in a directory, and the folder of season claims. */
  readonly events?: {
    readonly workflowHolder?: string;
    readonly outputsHolder?: string;
    readonly registry: string;
  };
}

const GIB = 1024 ** 3;

/** Files DAGMaker.sh asks for in the home directory; it stops when one is missing. */
const HOME_FILES = ['.pgpass', '.desservices.ini', '.wgetrc-desdm'];

/** What is started in gw_workflow beside DAGMaker. */
const WORKFLOW_SCRIPTS = ['getExposureInfo.sh'];
/** What is sourced, handed to the grid or read there, which takes no run bit; DAGMaker does not check. */
const WORKFLOW_FILES = ['setup_img_proc.sh', ...READ_BY_DAGMAKER];
/** What run_postproc.py needs in its directory. */
const POSTPROC_FILES = [
  'run_postproc.py',
  'diffimg_setup.sh',
  'steplist.txt',
  'tableSortTest.html',
  'forcePhoto_master.pl',
];

/** Every check for a site, in the order in which they are shown. */
export function doctorChecks(site: SiteFacts): Check[] {
  return [
    check('Node', async () => nodeVerdict(site.nodeVersion, site.env)),
    check('clock', clock),
    ...HOME_FILES.map((name) => check(`~/${name}`, () => secretFile(join(site.home, name)))),
    ...(site.grid === undefined
      ? []
      : [
          check('Kerberos', (tools) => kerberos(site, site.grid!, tools)),
          check('token', () => token(site, site.grid!)),
          check('proxy', (tools) => proxy(site, site.grid!, tools)),
        ]),
    ...(site.groups.length === 0 ? [] : [check('groups', (tools) => groups(site.groups, tools))]),
    ...site.software.map((path) => check(path, () => directory(path, 'Is it mounted here?'))),
    check('gw_workflow', () =>
      scripts(site.workflow, [site.dagmaker, ...WORKFLOW_SCRIPTS], WORKFLOW_FILES),
    ),
    check('Post-Processing', () =>
      scripts(site.postProcessing, ['update_forcephoto_links.sh'], POSTPROC_FILES),
    ),
    ...eventChecks(site),
    check('python', (tools) => version(command([site.python, '--version']), tools)),
    ...site.tried,
    check(site.pnfs, () => pnfs(site.pnfs, 'readable')),
    ...['exp', 'forcephoto/images'].map((name) => {
      const path = join(site.pnfs, name);
      return check(path, () => pnfs(path, 'readable and writable'));
    }),
    check('season tables', (tools) => database(site.seasons, tools)),
    check('space, workspace', () => space(site.workspace, 1, 0.1)),
    check('space, outdir', () => space(site.outdir, 50, 1)),
  ];
}

/** Whether another event is in the way. */
function eventChecks({ events, workspace, workflow, postProcessing }: SiteFacts): readonly Check[] {
  if (events === undefined) return [];
  const { workflowHolder, outputsHolder, registry } = events;
  const isolate = 'Set isolate: true for your site, or name another checkout of gw_workflow.';
  const outdir = 'Give this event its own outdir in the rule file (outdir), or another checkout.';
  return [
    ...(workflowHolder === undefined
      ? []
      : [
          check('gw_workflow, other events', () =>
            ownCheckout(workflow, { file: workflowHolder, workspace }, isolate),
          ),
        ]),
    ...(outputsHolder === undefined
      ? []
      : [
          check('outputs, other events', () =>
            ownCheckout(postProcessing, { file: outputsHolder, workspace }, outdir),
          ),
        ]),
    check('season claims', () => sharedRegistry(registry, workspace)),
  ];
}

function check(name: string, look: (tools: AdapterTools) => Promise<Verdict>): Check {
  return { name, run: async (tools) => ({ name, ...(await look(tools)) }) };
}

// ---------------------------------------------------------------------------------------------
// This machine

function nodeVerdict(installed: string, env: SiteFacts['env']): Verdict {
  const [major = 0, minor = 0] = installed.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19))
    return { state: 'bad', what: installed, remedy: 'desgw needs Node 20.19 or newer.' };
  if (major === 20 && env.NODE_EXTRA_CA_CERTS !== undefined)
    return {
      state: 'warn',
      what: `${installed}, with NODE_EXTRA_CA_CERTS set: every start takes longer`,
      remedy: 'desgw does not need that variable: unset NODE_EXTRA_CA_CERTS, or use Node 22.',
    };
  return { state: 'ok', what: installed };
}

/** Best effort: what the time service says of itself. Freshness does not depend on the clock. */
async function clock(tools: AdapterTools): Promise<Verdict> {
  const marker = await kind('/run/systemd/timesync/synchronized');
  if (marker !== 'missing') return { state: 'ok', what: 'synchronised' };
  const { exit, stdout } = await tools.run(
    command(['timedatectl', 'show', '--property=NTPSynchronized', '--value']),
  );
  if (!succeeded(exit)) return { state: 'unknown', what: 'no time service can be asked' };
  if (stdout.trim() === 'yes') return { state: 'ok', what: 'synchronised' };
  return {
    state: 'warn',
    what: 'not synchronised',
    remedy: 'Nothing is rebuilt for that, but credentials may seem valid or expired wrongly.',
  };
}

async function space(path: string, warnBelow: number, badBelow: number): Promise<Verdict> {
  const found = await statfs(path).catch(noSuchFile);
  if (found === undefined)
    return { state: 'bad', what: `${path} does not exist`, remedy: `mkdir -p ${path}` };
  const free = (found.bavail * found.bsize) / GIB;
  // File systems without a fixed number of inodes report 0 of 0.
  const inodes = found.files === 0 ? Number.POSITIVE_INFINITY : found.ffree;
  const what = `${free.toFixed(1)} GiB free${Number.isFinite(inodes) ? `, ${inodes} inodes` : ''}`;
  if (free < badBelow || inodes < 1000)
    return { state: 'bad', what, remedy: `Make room below ${path} before you start.` };
  if (free < warnBelow || inodes < 50_000)
    return { state: 'warn', what, remedy: `A night may not fit: make room below ${path}.` };
  return { state: 'ok', what };
}

// ---------------------------------------------------------------------------------------------
// Programs, directories, database

async function scripts(
  folder: string,
  executables: readonly string[],
  files: readonly string[],
): Promise<Verdict> {
  if ((await kind(folder)) !== 'directory')
    return {
      state: 'bad',
      what: `${folder} is no directory`,
      remedy: 'Correct it in the rule file.',
    };
  const missing: string[] = [];
  const closed: string[] = [];
  for (const name of [...executables, ...files]) {
    const path = join(folder, name);
    if ((await kind(path)) !== 'file') missing.push(name);
    else if (!(await may(path, executables.includes(name) ? constants.X_OK : constants.R_OK)))
      closed.push(name);
  }
  if (missing.length > 0)
    return {
      state: 'bad',
      what: `${folder} lacks ${missing.join(', ')}`,
      remedy: 'Is it a complete checkout? git status there shows what was deleted.',
    };
  if (closed.length > 0)
    return {
      state: 'bad',
      what: `not executable or not readable: ${closed.join(', ')}`,
      remedy: `cd ${folder} && chmod u+rx ${closed.join(' ')}`,
    };
  return { state: 'ok', what: folder };
}

async function directory(path: string, remedy: string): Promise<Verdict> {
  if ((await kind(path)) === 'missing') return { state: 'bad', what: 'missing', remedy };
  return { state: 'ok', what: 'present' };
}

async function pnfs(path: string, wanted: 'readable' | 'readable and writable'): Promise<Verdict> {
  const remedy = 'Is pnfs mounted here, and are you in the right group?';
  if ((await kind(path)) !== 'directory')
    return { state: 'bad', what: 'no such directory', remedy };
  if (!(await may(path, constants.R_OK | constants.X_OK)))
    return { state: 'bad', what: 'not readable', remedy };
  if (wanted === 'readable and writable' && !(await may(path, constants.W_OK)))
    return { state: 'bad', what: 'not writable', remedy };
  return { state: 'ok', what: wanted };
}

async function database(adapter: Adapter, tools: AdapterTools): Promise<Verdict> {
  try {
    const { seasons, warnings } = answerFrom(await adapter.ask({ kind: 'seasons' }, tools));
    const what = `${seasons.length} seasons in use`;
    if (warnings.length === 0) return { state: 'ok', what };
    const more = warnings.length > 1 ? ` And ${warnings.length - 1} more like this.` : '';
    return { state: 'warn', what, remedy: `${warnings[0]}${more}` };
  } catch (error) {
    return { state: 'bad', what: (error as Error).message };
  }
}
