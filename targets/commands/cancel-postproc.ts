/** `desgw cancel postproc`: ends a run of run_postproc.py that hangs, or that nobody wants any more. */
import type { CommandCall } from '../../core/index.ts';
import { LINKS, linkName } from '../postproc.ts';

/** Exit status 1 when it is still at it afterwards, or cannot be ended from here. */
export async function cancelPostproc(call: CommandCall): Promise<number> {
  const find = () =>
    LINKS.map((step) => call.running(linkName(step))).find((one) => one !== undefined);
  const found = find();
  if (found === undefined) {
    call.print('Post processing is not running.');
    return 0;
  }
  const { pid, host, since, here } = found;
  call.print(
    `Post processing runs on ${host} (pid ${pid}) since ${new Date(since).toISOString().slice(0, 19).replace('T', ' ')} UTC.`,
  );
  if (!here) {
    call.print(`It can be ended only there: log in to ${host}, and desgw cancel postproc.`);
    return 1;
  }
  if (!(await call.confirm('End it, with everything that it started?'))) {
    call.print('Nothing was changed.');
    return 0;
  }
  await found.stop();
  if (find() !== undefined) {
    call.print(`It is still at it: see pid ${pid} on ${host}.`);
    return 1;
  }
  call.print('It has ended. The next `desgw build` judges what it left and goes on from there.');
  return 0;
}
