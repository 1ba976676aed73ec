/**
 * Signals while nothing listens. A process that hashes, expands rules or runs code of the rule file
 * sees a signal only when it comes up for air, and that may be never. To take the handlers away for
 * so long would lose signals that have come and were not looked at yet. So a thread of its own hears
 * them too, and ends the process when the main thread has not taken notice in time, or has and then
 * goes on with long work all the same: from a signal on it has to show again and again that it hears.
 */
import { constants } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Processes } from '../world/world.ts';

/** How long the main thread may take: Ctrl-C is obeyed within two seconds. */
const PATIENCE_MS = 1500;

/** How often the thread looks whether it has. */
const LOOK_MS = 250;

/**
 * Node gives no signals to other threads than the main one, and a process beside this one hears a
 * terminal's but not what is sent to this one alone. So the thread takes libuv's own handles, which
 * every Node from 20 to 26 shows to a thread that was started for it. Where one shows them no more,
 * signals are seen when the work is over, and nothing else changes.
 */
const SOURCE = `
const { parentPort, workerData } = require('node:worker_threads');
const { writeSync } = require('node:fs');
const noticed = new Int32Array(workerData.noticed);
let watching = false;
function watch() {
  if (watching) return;
  watching = true;
  let beats = Atomics.load(noticed, 0);
  let silent = 0;
  setInterval(() => {
    const now = Atomics.load(noticed, 0);
    silent = now === beats ? silent + workerData.look : 0;
    beats = now;
    if (silent < workerData.patience) return;
    try {
      writeSync(2, workerData.farewell);
    } catch {}
    process.kill(process.pid, 'SIGKILL');
  }, workerData.look);
}
// Of a signal that came before this thread was there the main thread tells.
parentPort.on('message', watch);
try {
  const { Signal } = require('internal/test/binding').internalBinding('signal_wrap');
  for (const number of workerData.signals) {
    const handle = new Signal();
    handle.onsignal = watch;
    handle.start(number);
  }
} catch {}
`;

const FAREWELL =
  '\ndesgw: interrupted in the midst of long work; the same command goes on from here.\n';

/** How often the main thread shows that it hears, once a signal has come. */
const BEAT_MS = 300;

/** Watches over these signals; call what it returns whenever one was noticed. */
export function watchSignals(signals: readonly (keyof typeof constants.signals)[]): () => void {
  const shared = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const noticed = new Int32Array(shared);
  let worker: Worker | undefined;
  try {
    worker = new Worker(SOURCE, {
      eval: true,
      env: {},
      execArgv: ['--expose-internals', '--no-warnings'],
      workerData: {
        noticed: shared,
        signals: signals.map((name) => constants.signals[name]),
        look: LOOK_MS,
        patience: PATIENCE_MS,
        farewell: FAREWELL,
      },
    });
    worker.on('error', () => {});
    worker.unref();
  } catch {
    // No room for a thread: signals are seen when the work is over.
  }
  const beat = (): void => {
    Atomics.add(noticed, 0, 1);
  };
  let isBeating = false;
  return () => {
    beat();
    if (isBeating) return;
    isBeating = true;
    worker?.postMessage('noticed');
    setInterval(beat, BEAT_MS).unref();
  };
}

/** What starts something, or ends it. */
const STARTS: ReadonlySet<keyof Processes> = new Set([
  ...(['run', 'launch', 'stop', 'sweep', 'vouch'] as const),
]);

/** Processes of which the first is started only when signals are listened to. */
export const heeding = (processes: Processes, listen: () => void): Processes =>
  new Proxy(processes, {
    get(all, name: keyof Processes) {
      if (STARTS.has(name)) listen();
      return all[name];
    },
  });
