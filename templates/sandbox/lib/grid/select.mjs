/** Which jobs a command line of jobsub_q, jobsub_rm and the like means. */

import { troubleOf } from '../calls.mjs';
import { dialsFor, paced } from '../dials.mjs';
import { hang, pause, stop } from '../site.mjs';
import { constraint } from './constraint.mjs';
import { openSchedds } from './schedds.mjs';
import { fail } from './surroundings.mjs';

/** Exits as jobsub_lite does when no group is named. */
export function needGroup(program, group) {
  const named = group ?? process.env.GROUP ?? process.env.JOBSUB_GROUP;
  if (!named) fail(`NameError: ${program} needs -G group or $GROUP in the environment.`);
}

/** A test of ads for ids (`cluster[.proc][@schedd]`), user and constraint; all of it must hold. */
export function selection({ ids, user, constraintText }) {
  const tests = [];
  if (ids.length > 0) {
    const wanted = ids.map(parseId);
    tests.push((ad, schedd) => wanted.some((id) => isMeant(id, ad, schedd)));
  }
  if (user !== undefined) tests.push((ad) => ad.Owner === user);
  if (constraintText !== undefined) tests.push(constraintOrStop(constraintText));
  return (ad, schedd) => tests.every((test) => test(ad, schedd));
}

/** The parts of a job id; `proc` and `schedd` may be missing. */
export function parseId(text) {
  const match = /^(\d+)(?:\.(\d+))?(?:@(.+))?$/.exec(text);
  if (match === null) return fail(`ValueError: '${text}' is not a job id`);
  const [, cluster, proc, schedd] = match;
  return { cluster: Number(cluster), proc: proc === undefined ? undefined : Number(proc), schedd };
}

export function isMeant(id, ad, schedd) {
  if (id.cluster !== ad.ClusterId) return false;
  if (id.proc !== undefined && id.proc !== ad.ProcId) return false;
  return id.schedd === undefined || id.schedd === schedd;
}

function constraintOrStop(text) {
  try {
    return constraint(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return stop(`Error: Couldn't parse constraint expression: ${text}`, 1);
  }
}

/**
 * Applies the dial queue.trouble: the schedds that answer. Does not return when the program is to
 * fail as condor_q does: an error on standard error, nothing else, exit status 0.
 */
export function answeringSchedds(callsBefore) {
  const dials = dialsFor();
  pause(paced(dials.queue.delay, dials));
  const trouble = troubleOf(dials.queue.trouble, callsBefore);
  if (trouble === 'hang') hang();
  if (trouble === 'error') stop(unreachable('collector.fnal.gov'), 0);
  const down = trouble?.startsWith('down:') ? trouble.slice('down:'.length) : undefined;
  if (down !== undefined) process.stderr.write(`${unreachable(down)}\n`);
  return openSchedds().filter((schedd) => schedd !== down);
}

function unreachable(host) {
  return `\n-- Failed to fetch ads from: <192.0.2.29:9615?addrs=192.0.2.29-9615> : ${host}\nCEDAR:6001:Failed to connect to <192.0.2.29:9615?addrs=192.0.2.29-9615>`;
}
