/** The help texts that need no rule file. Written down when desgw is bundled, so that they cost nothing. */
import { COMMANDS, EXIT_HELP } from './commands.ts';
import { VERSION } from './context.ts';
import { helpOf, rows } from './options.ts';

/** What `desgw --help` shows; `added` are names and purposes of commands that a rule file adds. */
export function topHelp(
  added: readonly (readonly [string, string])[] = [],
  heading = 'From the rule file:',
): string {
  return [
    `desgw ${VERSION}: builds what is out of date of a DES gravitational-wave follow-up, and nothing else`,
    '',
    ...rows(Object.entries(COMMANDS).map(([name, { doc }]) => [name, doc] as const)),
    ...(added.length === 0 ? [] : ['', heading, ...rows(added)]),
    '',
    'desgw <command> --help tells more about each; desgw commands lists what the rule file adds.',
    EXIT_HELP,
  ].join('\n');
}

/** Help of every command, by its name. */
export function commandHelps(): { readonly [name: string]: string } {
  return Object.fromEntries(
    Object.entries(COMMANDS).map(([name, declared]) => [name, helpOf(declared)]),
  );
}
