/** The queue of jobsub_lite as an adapter: one question serves every exposure. */
import type { Adapter, Exec, Json } from '../../core/index.ts';
import { readQueueColumns, saysAnything } from './jobsub-answer.ts';
import type { JobsubCommands } from './jobsub-commands.ts';
import { answeredBy, asJson, readSchedds } from './jobsub-schedds.ts';

/**
 * Asks jobsub_q, and the collector before and after, so that it is known who has answered. A
 * jobsub_q that fails gives a failed `Queue`, never an empty one.
 */
export function jobsubQueue({
  queue,
  collector,
}: Pick<JobsubCommands, 'queue' | 'collector'>): Adapter {
  const limit = (exec: Exec): number => exec.timeout ?? 120;
  return {
    dry: false,
    timeout: limit(queue) + 2 * limit(collector) + 15,
    ask: async (_, { run }) => {
      const before = readSchedds(await run(collector));
      const answer = await run(queue);
      const found = readQueueColumns(answer);
      if (found.state === 'failed') return found as unknown as Json;
      const after = readSchedds(await run(collector));
      const answered = answeredBy(before, after, { said: saysAnything(answer) });
      return { ...found, answered: asJson(answered) } as unknown as Json;
    },
  };
}
