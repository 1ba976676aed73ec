/**
 * Long work that nothing can interrupt from within: hashing, matching patterns, planning, the code of
 * the rule file. While it lasts no signal is seen by this process, so that the system's own way with
 * signals has to hold: it ends the process at once, which leaves nothing that the next one does not
 * put in order.
 */

let begin = (): void => {};
let end = (): void => {};
let depth = 0;

/** Does work that may take long without a break. */
export function whileBusy<T>(work: () => T): T {
  enterBusy();
  try {
    return work();
  } finally {
    leaveBusy();
  }
}

/** Work begins that may take long without a break; within other such work this changes nothing. */
export function enterBusy(): void {
  if (depth++ === 0) begin();
}

/** It is over. */
export function leaveBusy(): void {
  if (--depth === 0) end();
}

/** Says how signals are left to the system when such work begins, and taken back when it ends. */
export function leaveSignals(whenItBegins: () => void, whenItEnds: () => void): void {
  begin = whenItBegins;
  end = whenItEnds;
}
