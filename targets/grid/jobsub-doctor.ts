/** What `desgw doctor` tries of jobsub: its programs, the collector, the queue, a submission of nothing. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AdapterTools, Queue } from '../../core/index.ts';
import type { Check } from '../doctor/doctor.ts';
import { type Verdict, version } from '../doctor/looks.ts';
import { type JobsubOptions, jobsubCommands } from './jobsub-commands.ts';
import { explainSubmitFailure } from './jobsub-failures.ts';
import { jobsubQueue } from './jobsub-queue.ts';
import { readSchedds } from './jobsub-schedds.ts';

/** Seconds: credentials are fetched, and every schedd is asked. */
const LIMIT = 90;

/** The checks of one site. Nothing is submitted, and nothing stays behind. */
export function jobsubChecks(options: JobsubOptions): readonly Check[] {
  const commands = jobsubCommands(options);
  const check = (name: string, look: (tools: AdapterTools) => Promise<Verdict>): Check => ({
    name,
    limit: LIMIT,
    run: async (tools) => ({ name, ...(await look(tools)) }),
  });
  const nameOf = (path: string): string => path.split('/').pop()!;
  return [
    ...commands.versions.map((exec) =>
      check(nameOf(exec.argv[0]), (tools) => version(exec, tools)),
    ),
    check('collector', async (tools) =>
      collector(readSchedds(await tools.run(commands.collector))),
    ),
    check('queue', async (tools) =>
      queue((await jobsubQueue(commands).ask(null, tools)) as unknown as Queue),
    ),
    check('a submission, tried', (tools) => trial(options, tools)),
  ];
}

function collector(answer: ReturnType<typeof readSchedds>): Verdict {
  if (answer.state === 'failed')
    return {
      state: 'bad',
      what: answer.why,
      remedy: 'Without it nobody knows which schedds have answered, and nothing counts as gone.',
    };
  const namesOf = (schedds: typeof answer.schedds): string =>
    schedds.map(({ name }) => name).join(', ');
  const up = namesOf(answer.schedds.filter((one) => !one.down));
  const down = namesOf(answer.schedds.filter((one) => one.down));
  if (up === '')
    return {
      state: 'bad',
      what: 'no schedd takes jobs',
      remedy: 'Try again in a few minutes; if it lasts, ask the service desk.',
    };
  const what = `${up} take jobs`;
  return down === ''
    ? { state: 'ok', what }
    : { state: 'warn', what: `${what}; in downtime: ${down}` };
}

function queue(answer: Queue): Verdict {
  if (answer.state === 'failed')
    return { state: 'bad', what: `it could not be seen: ${answer.why}` };
  const n = answer.jobs.filter(({ token }) => token !== undefined).length;
  return { state: 'ok', what: `${n} ${n === 1 ? 'job' : 'jobs'} of desgw` };
}

/** Everything that jobsub does before condor_submit, on a DAG of one job that does nothing. */
async function trial(options: JobsubOptions, tools: AdapterTools): Promise<Verdict> {
  const folder = await mkdtemp(join(tmpdir(), 'desgw-doctor-'));
  try {
    const dag = 'desgw_doctor.dag';
    const script = 'desgw_doctor.sh';
    const job = `jobsub -n --memory=500MB --expected-lifetime=600s file://${script}`;
    await writeFile(join(folder, dag), `<serial>\n${job}\n</serial>\n`);
    await writeFile(join(folder, script), '#!/bin/sh\nexit 0\n', { mode: 0o755 });
    const tried = jobsubCommands(options).submit({ labels: {}, file: dag }, ['-n']);
    const said = await tools.run({ ...tried, cwd: folder, timeout: LIMIT - 10 });
    if (said.exit.kind === 'exit' && said.exit.code === 0)
      return { state: 'ok', what: 'jobsub would submit; nothing was submitted' };
    const { what, advice, refused } = explainSubmitFailure(said);
    // Nothing was to be submitted: there is nothing to look for in the queue.
    const remedy = refused === undefined ? 'Ask the service desk, with what jobsub says.' : advice;
    return { state: 'bad', what, ...(remedy === undefined ? {} : { remedy }) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
