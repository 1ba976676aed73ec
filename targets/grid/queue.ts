/** The grid's queue as an adapter: one question serves every exposure. */
import type { Adapter, Json } from '../../core/index.ts';
import { queueCommand, readQueueColumns } from './jobsub.ts';

export interface QueueOptions {
  readonly program: string;
  readonly group: string;
  readonly env: { readonly [name: string]: string };
  readonly passEnv: readonly string[];
  /** Seconds until a silent jobsub_q is given up. */
  readonly timeout?: number;
}

/** Asks jobsub_q. The answer is a `Queue`; a failing jobsub_q is a failed one, never an empty one. */
export function gridQueue({ program, group, env, passEnv, timeout = 120 }: QueueOptions): Adapter {
  return {
    dry: false,
    timeout: timeout + 5,
    ask: async (_question, { run }) => {
      const answer = await run({
        kind: 'exec',
        argv: queueCommand({ program, group }),
        env,
        passEnv,
        timeout,
      });
      return readQueueColumns(answer) as unknown as Json;
    },
  };
}
