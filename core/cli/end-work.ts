/** Ends work that is still under way, before what it reads is undone: confirmed first, then seen to be gone. */
import { UserError } from '../api/errors.ts';
import type { Exec } from '../api/steps.ts';
import type { TargetName } from '../api/values.ts';
import { runForAdapter } from '../observe/adapter.ts';
import { display } from '../words/quote.ts';
import type { World } from '../world/world.ts';
import type { Invocation } from './context.ts';
import { confirm } from './prompt.ts';

/** Seconds that cancelled work may take to be seen gone, and between two looks. */
const CANCEL_LIMIT = 300;
const CANCEL_LOOK = 1;

/** Work that can be ended. */
export interface Ending {
  readonly target: TargetName;
  readonly why: string;
  readonly cancel?: Exec;
}

/**
 * Ends what `look` finds, and looks until it finds none that could be ended.
 * @throws UserError when the person does not want it, or when it is not seen to have ended
 */
export async function endWork(
  look: () => Promise<readonly Ending[]>,
  world: World,
  { yes, invocation }: { readonly yes: boolean; readonly invocation: Invocation },
): Promise<void> {
  const { terminal, signal } = invocation;
  const live = (await look()).filter(({ cancel }) => cancel !== undefined);
  const done = new Set<string>();
  for (const { target, why, cancel } of live) {
    const key = JSON.stringify(cancel!.argv);
    if (done.has(key)) continue;
    done.add(key);
    terminal.out(`${display(target)}: ${why}`);
    if (!yes && !(await confirm('End it?', invocation)))
      throw new UserError('nothing was cancelled');
    await runForAdapter(world, cancel!, signal);
  }
  const deadline = world.clock.steady() + CANCEL_LIMIT * 1000;
  while (live.length > 0 && (await look()).some(({ cancel }) => cancel !== undefined)) {
    if (world.clock.steady() > deadline || signal.aborted)
      throw new UserError(
        `the work of ${live.map(({ target }) => target).join(', ')} is not seen to have ended`,
        'Nothing else was done. See what is left of it, then try again.',
        1,
      );
    await world.clock.sleep(CANCEL_LOOK * 1000, signal);
  }
}
