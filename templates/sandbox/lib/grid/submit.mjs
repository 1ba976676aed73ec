/**
 * Stand-in for jobsub_submit and jobsub_submit_dag of jobsub_lite. Only a job id proves that a
 * submission was accepted: as with the true one, neither exit status does.
 */
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import { basename, join } from 'node:path';
import { recordCall, troubleOf } from '../calls.mjs';
import { dialsFor, paced } from '../dials.mjs';
import { put, textOf } from '../files.mjs';
import { die, GRID, hang, pause, stop } from '../site.mjs';
import { DagError, flag, readDag, usage } from './dag.mjs';
import { attributesOf, parseOptions, UsageError } from './options.mjs';
import { openSchedds } from './schedds.mjs';
import { scheddOf, startEngine, submissions, takeCluster } from './store.mjs';
import { fail, NO_TOKEN, surroundings } from './surroundings.mjs';

const RULE = '=-'.repeat(30);
const NO_SCHEDDS = 'RuntimeError: Error: No schedds satisfying the constraint were found';

/** Runs the program called `program` with these arguments in the current directory. */
export function submit(program, argv) {
  const { options, rest } = orStop(program, () => parseOptions(argv));
  if (options.has('--version')) return console.log('jobsub_lite version 1.12');
  if (options.has('--help') || options.has('-h')) return console.log(usage(program));
  surroundings(options.get('--role')?.at(-1));
  const isDag = program === 'jobsub_submit_dag' || options.has('--dag');
  const group = options.get('--group')?.at(-1) ?? process.env.GROUP ?? process.env.JOBSUB_GROUP;
  if (!group) fail('NameError: jobsub_submit needs -G group or $GROUP in the environment.');
  if (!rest[0]?.startsWith('file://')) {
    orStop(program, () => {
      throw new UsageError(
        `argument executable: invalid verify_executable_starts_with_file_colon value: '${rest[0] ?? ''}'`,
      );
    });
  }
  const file = rest[0].slice('file://'.length);
  const extra = (process.env.JOBSUB_EXTRA_LINES ?? '').split(',').filter((line) => line !== '');
  const attributes = orStop(program, () =>
    attributesOf([...(options.get('--lines') ?? []), ...extra]),
  );
  const text = textOf(file);
  const nodes =
    isDag && text !== undefined ? nodesOf(text, file) : [singleNode(file, rest.slice(1))];
  const about = describe(nodes);
  const calls = recordCall(program, about.exposure ?? basename(file));
  const dials = dialsFor(about.exposure);
  const trouble = troubleOf(dials.submit.trouble, calls);
  if (text === undefined) fail(`FileNotFoundError: [Errno 2] No such file or directory: '${file}'`);
  for (const { script } of nodes) {
    if (!fs.existsSync(script)) {
      fail(`FileNotFoundError: [Errno 2] No such file or directory: '${script}'`);
    }
  }

  if (trouble === 'token') fail(NO_TOKEN);
  if (trouble === 'noSchedds' || openSchedds().length === 0) fail(NO_SCHEDDS);
  if (options.has('-n')) return console.log(`Submission files are in: ${GRID}/js_not_submitted`);
  pause(paced(dials.submit.delay, dials));
  if (troubleOf(dials.submit.dieAt, calls) === 'before') die();
  if (trouble === 'hangBefore') hang();
  if (trouble === 'condor') return condorFails();

  const record = { file, attributes, nodes, ...about };
  const { cluster, schedd } = accept(record, dials);
  if (troubleOf(dials.submit.dieAt, calls) === 'after') die();
  if (trouble === 'hangAfter') hang();
  pause(paced(dials.submit.delayAfter, dials));
  report({ cluster, schedd, trouble });
  const hook = options.get('--job-info')?.at(-1);
  if (hook !== undefined && dials.submit.jobInfo && trouble === null) {
    const repr = `[${[program, ...argv].map((word) => `'${word.replace(/'/g, "\\'")}'`).join(', ')}]`;
    const run = spawnSync(hook, [`${cluster}.0@${schedd}`, repr], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    if (run.error) process.stderr.write(`Error: job info hook ${hook}: ${run.error.code}\n`);
  }
}

function nodesOf(text, file) {
  try {
    return readDag(text, file, process.env, (line) => process.stderr.write(`${line}\n`));
  } catch (error) {
    if (!(error instanceof DagError)) throw error;
    return error.exit === 2 ? stop(error.message, 2) : fail(error.message.replace(/^Error: /, ''));
  }
}

function singleNode(script, args) {
  return { name: 'stage_1', count: 1, script, args, attributes: {}, parents: [] };
}

/** What a DAG is about: the exposure and season of its search jobs. */
function describe(nodes) {
  const jobs = nodes.filter((node) => flag(node.args, '-E') !== undefined);
  const search = jobs.find((node) => !node.args.includes('-t')) ?? jobs[0];
  const season = search === undefined ? undefined : flag(search.args, '-S');
  return {
    exposure: search === undefined ? null : flag(search.args, '-E'),
    season: season?.replace(/^dp/, '') ?? null,
  };
}

/** Puts the DAG into the grid: from the moment dag.json appears the job exists. */
function accept(record, dials) {
  const attempt = submissions().filter(
    ({ dag }) => dag.exposure === record.exposure && dag.season === record.season,
  ).length;
  const cluster = takeCluster();
  const schedd = scheddOf(cluster, dials.seed, openSchedds());
  const spool = join(GRID, String(cluster));
  // Later edits of these files do not reach the jobs.
  for (const name of new Set([record.file, ...record.nodes.map((node) => node.script)])) {
    fs.copyFileSync(name, join(spool, basename(name)));
  }
  const now = Date.now();
  const owner = process.env.USER || 'desgw';
  put(
    join(spool, 'dag.json'),
    JSON.stringify({ cluster, schedd, uuid: randomUUID(), owner, qdate: now, attempt, ...record }),
  );
  const line = [
    new Date(now).toISOString(),
    `${cluster}.0@${schedd}`,
    basename(record.file),
    record.exposure ?? '-',
    record.season ?? '-',
    JSON.stringify(record.attributes),
  ];
  fs.appendFileSync(join(GRID, 'submissions.log'), `${line.join('\t')}\n`);
  startEngine(cluster);
  return { cluster, schedd };
}

function report({ cluster, schedd, trouble }) {
  if (trouble === 'exit1') fail('RuntimeError: connection to the web sandbox was reset');
  const text = `Submitting job(s).\n1 job(s) submitted to cluster ${cluster}.\n`;
  const id = `Use job id ${cluster}.0@${schedd} to retrieve output`;
  process.stderr.write(
    'warning: JOBSUB_OUTPUT_URL not defined, web logs will not be available for this submission\n',
  );
  if (trouble === 'noId') return;
  process.stdout.write(
    trouble === 'noNewline' ? `${text}${RULE}\n\n${id}` : `${text}${RULE}\n\n${id}\n${RULE}\n`,
  );
}

/** condor_submit fails: an error on standard error, no job, and yet exit status 0. */
function condorFails() {
  process.stderr.write(
    `${RULE}\n\nERROR: Failed to commit job submission into the queue.\nError: condor_submit exited with failed status code 1\n\n${RULE}\n`,
  );
}

function orStop(program, parse) {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return stop(`${usage(program)}\n${program}: error: ${error.message}`, 2);
  }
}
