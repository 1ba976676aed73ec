/**
 * Answers a build with nothing to do from memory. Bundled apart, since it is to be loaded faster than
 * all that it spares; says nothing wherever there is any doubt.
 */
import { join } from 'node:path';
import { isMemorable, MEMO, readMemo } from '../memory/memo.ts';
import type { Summary } from '../run/events.ts';
import { noticeText } from '../views/notice.ts';
import { summaryText } from '../views/summary.ts';
import { processTerminal } from '../words/terminal.ts';
import { clockTime } from '../words/time.ts';
import { realClock } from '../world/clock.ts';
import { areAsNoted, readOwn } from '../world/signatures.ts';
import { folderOfRules } from './above.ts';
import { type Call, keyOf } from './memo-key.ts';
import type { Noticed } from './remember.ts';

/**
 * Prints what the same build printed when it had nothing to do, if nothing that it went by has changed.
 * @param dist where the files of desgw are, absolute
 * @returns whether it did
 */
export async function answer(call: Call, dist: string): Promise<boolean> {
  if (!isMemorable(call.words)) return false;
  try {
    const folder = folderOfRules(call.cwd);
    const bytes = folder === undefined ? undefined : readOwn(join(folder, MEMO));
    const memo = bytes === undefined ? undefined : readMemo(bytes);
    if (memo === undefined || JSON.stringify(memo.key) !== JSON.stringify(keyOf(call, dist)))
      return false;
    if (!(await areAsNoted(memo))) return false;
    const { paint, out } = processTerminal(call.env);
    const { notices, ...summary } = memo.summary as unknown as Summary & Noticed;
    for (const notice of notices)
      out(`${paint('dim', clockTime(realClock().now()))} ${noticeText(notice, paint)}`);
    out(summaryText({ ...summary, ms: performance.now() }, paint).trimEnd());
    return true;
  } catch (error) {
    // What cannot be looked at now is met by the command itself, which tells of it.
    if (error instanceof Error) return false;
    throw error;
  }
}
