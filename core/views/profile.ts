/** `--profile FILE`: when each action ran, in the Chrome trace format (chrome://tracing, Perfetto). */
import type { Instant } from '../api/values.ts';
import type { Reporter } from './reporter.ts';

interface Slice {
  readonly name: string;
  readonly ph: 'X';
  /** Microseconds. */
  readonly ts: number;
  readonly dur: number;
  readonly pid: 1;
  /** The lane: as few as were needed at the same time. */
  readonly tid: number;
  readonly args: { readonly outcome: string };
}

/** Collects actions and hands the whole profile to `save` at the end. */
export function profiler(save: (json: string) => void): Reporter {
  const slices: Slice[] = [];
  const running = new Map<string, { readonly at: Instant; readonly lane: number }>();
  const finish = (name: string, at: Instant, outcome: string): void => {
    const begun = running.get(name);
    if (begun === undefined) return;
    running.delete(name);
    slices.push({
      name,
      ph: 'X',
      ts: begun.at * 1000,
      dur: (at - begun.at) * 1000,
      pid: 1,
      tid: begun.lane,
      args: { outcome },
    });
  };
  return {
    event(event) {
      if (event.kind === 'action started') {
        const taken = new Set([...running.values()].map(({ lane }) => lane));
        let lane = 1;
        while (taken.has(lane)) lane += 1;
        running.set(event.action.name, { at: event.at, lane });
      } else if (event.kind === 'action done') finish(event.action.name, event.at, 'done');
      else if (event.kind === 'action failed') finish(event.action.name, event.at, 'failed');
      // It goes on elsewhere: no end is known, and its lane is free.
      else if (event.kind === 'action left') running.delete(event.action.name);
    },
    end: () => save(`${JSON.stringify({ traceEvents: slices, displayTimeUnit: 'ms' })}\n`),
  };
}
