/**
 * Answers a build with nothing to do from memory. Bundled apart, since it is to be loaded faster than
 * all that it spares; says nothing wherever there is any doubt.
 */
import { join } from 'node:path';
import { askedOf, MEMO, type Memo, type MemoView, readMemo, screenOf } from '../memory/memo.ts';
import { noticeText } from '../views/notice.ts';
import { summaryText } from '../views/summary.ts';
import { processTerminal, type Terminal } from '../words/terminal.ts';
import { clockTime } from '../words/time.ts';
import { realClock } from '../world/clock.ts';
import { differencesFrom, readOwn } from '../world/signatures.ts';
import { folderOfRules } from './above.ts';
import { type Call, keyOf } from './memo-key.ts';
import type { Outdated } from './recall.ts';
import type { Remembered } from './remember.ts';

/**
 * Prints what the same build printed when it had nothing to do, if nothing that it went by has changed;
 * or what a command that only looks would show of it.
 * @param dist where the files of desgw are, absolute
 * @returns whether it did; or what of it may be used by the build itself
 */
export async function answer(call: Call, dist: string): Promise<boolean | Outdated> {
  const asked = askedOf(call.words);
  if (asked === undefined) return false;
  try {
    const folder = folderOfRules(call.cwd);
    const bytes = folder === undefined ? undefined : readOwn(join(folder, MEMO));
    const memo = bytes === undefined ? undefined : readMemo(bytes);
    const key = keyOf({ ...call, words: asked.build }, dist);
    if (memo === undefined || JSON.stringify(memo.key) !== JSON.stringify(key)) return false;
    const terminal = processTerminal(call.env);
    const text =
      memo.summary === null
        ? undefined
        : shown(memo.summary as unknown as Remembered, asked.view, terminal);
    const isToldHere = text !== undefined && !advises(text(), call.words);
    const mayRecall = asked.view === 'build' && memo.judged !== undefined;
    if (!isToldHere && !mayRecall) return false;
    const changed = await differencesFrom(memo, mayRecall ? bearableIn(memo) : NONE);
    if (changed === undefined) return false;
    if (changed.length > 0 || !isToldHere) return { memo, changed };
    terminal.out(text());
    return true;
  } catch (error) {
    // What cannot be looked at now is met by the command itself, which tells of it.
    if (error instanceof Error) return false;
    throw error;
  }
}

/** Where more has changed than this, everything is judged anew. */
const bearableIn = ({ paths, shared }: Memo) => ({
  from: shared,
  most: Math.max(FEW, (paths.length - shared) / 10),
});
const FEW = 100;
const NONE = { from: Number.POSITIVE_INFINITY, most: 0 };

/** Whether commands are advised that want options of this call, which is left to those who know all commands. */
const advises = (text: string, words: readonly string[]): boolean =>
  words.some((word) => word.startsWith('--')) && /\bdesgw [a-z]/.test(text);

/** What is shown; undefined when that was not kept, or for another screen. */
function shown(
  { notices, views, ...summary }: Remembered,
  view: MemoView,
  terminal: Pick<Terminal, 'paint' | 'width'>,
): (() => string) | undefined {
  const { paint } = terminal;
  if (view !== 'build') {
    const text = views?.screen === screenOf(terminal) ? views[view] : undefined;
    return text === undefined ? undefined : () => text;
  }
  return () =>
    [
      ...notices.map(
        (it) => `${paint('dim', clockTime(realClock().now()))} ${noticeText(it, paint)}`,
      ),
      summaryText({ ...summary, ms: performance.now() }, paint).trimEnd(),
    ].join('\n');
}
