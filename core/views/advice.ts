/** What to do about a target, by its state: the commands that decide it. */
import type { State } from '../api/builds.ts';
import type { Code } from '../api/codes.ts';
import type { TargetName } from '../api/values.ts';
import { typed } from '../words/quote.ts';

/** `desgw why X`, with the name as a shell needs it; options behind it, where nothing bars them. */
export function command(name: string, target: TargetName, rest = ''): string {
  return target.startsWith('-')
    ? `\`${typed(name + rest, target)}\``
    : `\`${typed(name, target)}${rest}\``;
}

/**
 * One sentence or two; nothing for what needs nothing of a person.
 * @param work `repeatable`: it may be made again at will
 */
export function advice(
  state: State,
  target: TargetName,
  { repeatable }: { readonly repeatable: boolean },
): string {
  switch (state) {
    case 'edited':
      return `${command('accept', target)} lets the edit stand; ${command('build --force', target)} makes it again and keeps the edit beside it.`;
    case 'in doubt':
      if (repeatable)
        return `It is not begun a second time beside itself. When it does not run any more: ${command('mark not-done', target)} and build again.`;
      return `It is not done again by itself. If it did happen: ${command('mark submitted', target, ' --job ID')}; if it did not: ${command('mark not-submitted', target)} and build again, or ${command('resubmit', target)}.`;
    case 'outdated':
      return `What was submitted stands; ${command('accept', target)} says that this is as it should be, ${command('resubmit', target)} submits again from what is there now.`;
    case 'failed':
      return `${command('log', target)} shows what was printed; ${command('build', target)} tries again.`;
    case 'waiting':
    case 'running':
      return `${command('build', target)} waits for it.`;
    case 'fresh':
    case 'stale':
    case 'missing':
    case 'maybe':
    case 'blocked':
      return '';
  }
}

/** Under which code a state that a person must decide is explained. */
export const personCode = (state: State): Code =>
  state === 'edited' ? 'DG403' : state === 'outdated' ? 'DG405' : 'DG404';
