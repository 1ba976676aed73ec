/** The queue of jobsub_lite as an adapter: one question serves every exposure. */
import type { Adapter, Exec, Json } from '../../core/index.ts';
import { readQueueColumns } from './jobsub-answer.ts';

/** Asks by `question`. A jobsub_q that fails gives a failed `Queue`, never an empty one. */
export function jobsubQueue(question: Exec): Adapter {
  return {
    dry: false,
    timeout: (question.timeout ?? 120) + 5,
    ask: async (_, { run }) => readQueueColumns(await run(question)) as unknown as Json,
  };
}
