/**
 * `--json` of commands that have nothing but sentences to give: one object a line, each sentence as it
 * is said, then the exit status. Those that have data of their own declare `--json` themselves.
 */

import { plain } from '../words/paint.ts';
import type { Terminal } from '../words/terminal.ts';
import type { Invocation } from './context.ts';
import { type Described, hasOwnJson } from './options.ts';

/** Runs a command, whose sentences become data where that is asked for. */
export async function said(
  described: Described,
  flags: { readonly json?: unknown },
  invocation: Invocation,
  run: (invocation: Invocation) => Promise<number>,
): Promise<number> {
  if (flags.json !== true || hasOwnJson(described)) return run(invocation);
  const { terminal } = invocation;
  const exit = await run({ ...invocation, terminal: speaking(terminal) });
  terminal.data({ kind: 'ended', exit });
  return exit;
}

/** Text becomes data; data stay as they are. */
function speaking(terminal: Terminal): Terminal {
  const say = (text: string): void => terminal.data({ kind: 'said', text: text.trimEnd() });
  return {
    ...terminal,
    out: say,
    raw: (bytes) => say(new TextDecoder().decode(bytes)),
    paint: plain,
    isLive: false,
    live() {},
  };
}
