/** Stand-in for jobsub_fetchlog: the output files of a submission's jobs as ID.tgz in cwd. */
import fs from 'node:fs';
import { basename, join } from 'node:path';
import { recordCall } from '../calls.mjs';
import { put } from '../files.mjs';
import { stop } from '../site.mjs';
import { tarGz } from '../tar.mjs';
import { needGroup, parseId } from './select.mjs';
import { submissions } from './store.mjs';
import { surroundings } from './surroundings.mjs';

/** What a job that did not succeed prints before it ends. */
const LAST_WORDS = {
  noOverlaps: 'FOUND NO OVERLAPS, EXITING',
  copyFailure: 'FAILURE: ifdh cp of the outputs tar returned 1',
  seFailure: 'SE processing failed',
  silent: 'Job was evicted',
};

export function fetchlog(argv) {
  const asked = {};
  for (let at = 0; at < argv.length; at++) {
    const [word, inline] = argv[at].split('=');
    const value = () => inline ?? argv[++at];
    if (word === '-G' || word === '--group') asked.group = value();
    else if (word === '-J' || word === '--jobid') asked.id = value();
    else if (/^--(destdir|dest-dir|unzipdir)$/.test(word)) asked.into = value();
    else if (word === '--role') asked.role = value();
    else if (/^--(archive-format|auth-methods)$/.test(word)) value();
    else if (!word.startsWith('-')) asked.id = word;
  }
  surroundings(asked.role);
  needGroup('jobsub_fetchlog', asked.group);
  recordCall('jobsub_fetchlog', asked.id);
  const { cluster } = parseId(asked.id ?? '');
  const found = submissions().find(({ dag }) => dag.cluster === cluster);
  if (found === undefined) {
    stop(
      `\n\nError: HTTPError: 404 Client Error: Not Found for url: https://jobsub.fnal.gov/logs/${asked.id}\n`,
      1,
    );
  }
  const files = logsOf(found);
  if (asked.into === undefined) return put(`${asked.id}.tgz`, tarGz(files));
  fs.mkdirSync(asked.into, { recursive: true });
  for (const [name, text] of Object.entries(files)) put(join(asked.into, name), text);
}

function logsOf({ dag, state }) {
  const files = {
    [`${basename(dag.file)}.dagman.out`]: `${dag.file}: ${state.end ?? 'running'}\n`,
  };
  for (const job of state.jobs) {
    const node = dag.nodes[job.node];
    const stem = `${basename(node.script)}.${dag.cluster + 1 + job.node}.${job.proc}`;
    const step = job.outcome.startsWith('RUN') ? `${job.outcome} failed` : undefined;
    const words = [
      `${node.script} ${node.args.join(' ')}`,
      LAST_WORDS[job.outcome] ?? step,
      exitWords(job),
    ];
    files[`${stem}.out`] = `${words.filter((line) => line !== undefined).join('\n')}\n`;
    files[`${stem}.err`] = job.hold === undefined ? '' : `${job.hold}\n`;
  }
  return files;
}

function exitWords(job) {
  return job.exit === undefined ? undefined : `exit status ${job.exit}`;
}
