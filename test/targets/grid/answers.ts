/** What tests of grid share. */
import type { Exit } from '../../../core/api/facts.ts';
import { type Answer, jobsState, type Known, type Queue } from '../../../core/api/grid.ts';
import type { Exec } from '../../../core/api/steps.ts';
import { jobsub } from '../../../targets/grid/jobsub.ts';
import type { JobsubOptions } from '../../../targets/grid/jobsub-commands.ts';

export const exit = (code: number): Exit => ({ kind: 'exit', code });
export const answer = (stdout: string, stderr = '', code = 0) => ({
  exit: exit(code),
  stdout,
  stderr,
});

export const OPTIONS: JobsubOptions = {
  programs: {
    submit: 'jobsub_submit_dag',
    queue: 'jobsub_q',
    remove: 'jobsub_rm',
    release: 'jobsub_release',
    logs: 'jobsub_fetchlog',
    collector: 'condor_status',
  },
  group: 'des',
  role: 'desgw',
  storageModify: ['/des/persistent/gw/exp', '/des/persistent/gw/forcephoto'],
  env: {},
  passEnv: [],
};
export const grid = jobsub(OPTIONS);
export const submitted = (labels: { readonly [name: string]: string }, options = OPTIONS) =>
  jobsub(options).submit({ labels, file: 'desgw_pipeline_668439.dag', cwd: 'gw', timeout: 60 });
export const jobsOf = (queue: Queue, known: Known) => jobsState(grid.jobsOf(queue, known));

export const line = (
  id: number,
  status: number,
  node: string,
  reason = 'undefined',
  token = 'tok1',
) => `${id}.0@jobsub01.fnal.gov ${token} 668439 2206 ${status} ${node} 1772000000 ${reason}\n`;

export const COLLECTOR = [
  'condor_status',
  '-schedd',
  '-constraint',
  'IsJobsubLite=?=true && STRINGLISTIMEMBER("des", SupportedVOList) && !regexp(".*dev.*", Machine)',
  '-autoformat',
  'Name',
  'InDownTime',
  'TotalJobAds',
  'InDownTime != true',
];

export const BOTH = 'jobsub01.fnal.gov false 7 true\njobsub02.fnal.gov false 0 true\n';

export const IDLE = 'All queues are empty\n';

/** Asks the queue of a world in which the programs print these texts, the collector one after the other. */
export async function askedOf({
  queue = answer(IDLE),
  collector = [answer(BOTH)],
}: {
  readonly queue?: Answer;
  readonly collector?: readonly Answer[];
}): Promise<{ readonly asked: readonly (readonly string[])[]; readonly found: Queue }> {
  const asked: (readonly string[])[] = [];
  const says = [...collector];
  const run = async ({ argv }: Exec): Promise<Answer> => {
    asked.push(argv);
    if (argv[0] === 'jobsub_q') return queue;
    return says.length > 1 ? says.shift()! : says[0]!;
  };
  const tools = { run, workspace: '/w', signal: new AbortController().signal };
  const found = (await grid.queue().ask(null, tools)) as unknown as Queue;
  return { asked, found };
}
