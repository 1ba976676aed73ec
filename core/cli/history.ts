/** `desgw history`: earlier invocations, from the record that is never shortened. */

import { dirname } from 'node:path';
import { didYouMean, UserError } from '../api/errors.ts';
import { type PastInvocation, pastInvocations } from '../memory/history.ts';
import { historyJson, historyText } from '../views/history.ts';
import { type CommonFlags, type Invocation, openWorld, ruleFileOf } from './context.ts';
import { isMeant } from './inspect.ts';
import { wholeNumber } from './options.ts';

interface HistoryFlags extends CommonFlags {
  readonly last?: string;
  readonly full?: boolean;
}

/** Invocations that are shown unless told otherwise. */
const LAST = 20;

/** What was done here, or to these targets, the newest last. Needs no rule file that loads. */
export async function history(
  names: readonly string[],
  flags: HistoryFlags,
  invocation: Invocation,
): Promise<number> {
  const { files, processes } = openWorld(dirname(ruleFileOf(flags, invocation)), invocation);
  const { terminal } = invocation;
  const isAlive = processes.isAlive.bind(processes);
  const most = flags.last === undefined ? LAST : wholeNumber('--last', flags.last);
  const found = newest(pastInvocations(files), names, most);
  if (found.length === 0 && names.length > 0) refuseUnknown(names, pastInvocations(files));
  if (flags.json === true) terminal.data(historyJson(found, isAlive));
  else if (found.length === 0)
    terminal.out('Nothing has been done here yet, or before there was a history.');
  else {
    const { paint, width } = terminal;
    terminal.out(historyText(found, { paint, width, full: flags.full === true, isAlive }));
  }
  return 0;
}

/** The newest that did something to one of these targets (or to any), oldest first. */
function newest(
  all: Iterable<PastInvocation>,
  names: readonly string[],
  most: number,
): readonly PastInvocation[] {
  const found: PastInvocation[] = [];
  for (const one of all) {
    if (found.length === most) break;
    const deeds = one.deeds.filter(
      ({ target }) => names.length === 0 || names.some((name) => isMeant(target, name)),
    );
    if (names.length === 0 || deeds.length > 0) found.unshift({ ...one, deeds });
  }
  return found;
}

function refuseUnknown(names: readonly string[], all: Iterable<PastInvocation>): void {
  const known = new Set([...all].flatMap(({ deeds }) => deeds.map(({ target }) => target)));
  throw new UserError(
    `nothing was ever done here to ${names.map((name) => `'${name}'`).join(', ')}`,
    didYouMean(names[0]!, known) ?? '`desgw history` shows all that was done.',
  );
}
