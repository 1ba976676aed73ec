/** Stand-in for run_gw_workflow.py: DAGMaker for every exposure, five at a time, then submits. */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { recordCall } from '../calls.mjs';
import { linesOf, textOf } from '../files.mjs';
import { optionsOf } from './options.mjs';

const AT_ONCE = 5;

export async function run(argv) {
  const options = optionsOf(argv, 'run_gw_workflow.py', {
    needed: ['exp_list'],
    optional: ['coadd'],
  });
  recordCall('run_gw_workflow.py');
  const waiting = linesOf(textOf(options.exp_list)).map((line) => line.trim());
  const problems = [];
  const work = async () => {
    for (let exposure = waiting.shift(); exposure !== undefined; exposure = waiting.shift()) {
      if (!(await makeAndSubmit(exposure))) problems.push(exposure);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  fs.writeFileSync(
    'Problematic_DAGmaker_Outputs.txt',
    problems
      .sort()
      .map((e) => `${e}\n`)
      .join(''),
  );
}

/** False when the last lines of DAGMaker's output do not end in a command to submit. */
async function makeAndSubmit(exposure) {
  const log = `dagmaker_${exposure}.out`;
  await runInto(log, ['./DAGMaker.sh', exposure]);
  const [third, , command] = linesOf(textOf(log)).slice(-3);
  if (third === 'NO TEMPLATE IMAGES, DIFFIMG WILL FAIL') return false;
  if (!command?.startsWith('jobsub_submit_dag')) return false;
  await runInto(`jobsub_${exposure}.out`, command.split(' '));
  return true;
}

/** Runs a program with both of its streams into one file. */
function runInto(file, [program, ...args]) {
  const out = fs.openSync(file, 'w');
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['ignore', out, out] });
    child.on('error', () => {
      fs.writeSync(out, `/bin/sh: ${program}: No such file or directory\n`);
      resolve();
    });
    child.on('close', resolve);
  }).finally(() => fs.closeSync(out));
}
