/** The help texts that need no rule file. Written down when desgw is bundled, so that they cost nothing. */
import type { Command } from '../api/builds.ts';
import type { Start } from '../api/start.ts';
import { describe } from './added.ts';
import { COMMANDS, EXIT_HELP } from './commands.ts';
import type { KeptCommands } from './complete.ts';
import { VERSION } from './context.ts';
import { optionsFor } from './init.ts';
import { manPage } from './man.ts';
import { type Described, GLOBAL_OPTIONS, helpOf, rows } from './options.ts';

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
export const commandHelps = (own: KeptCommands['commands']): { readonly [name: string]: string } =>
  mapped(own, (_name, one) => helpOf(one));

/** What completion goes by, and the manual page; `added` are the commands of a follow-up. */
export function described(
  added: { readonly [name: string]: Command },
  start: Start,
): { readonly commands: KeptCommands; readonly page: string } {
  const own = mapped(
    COMMANDS,
    (_name, { run: _run, moreOptions, ...one }): Described =>
      moreOptions === undefined ? one : { ...one, options: [...one.options, ...optionsFor(start)] },
  );
  const more = mapped(added, describe);
  const commands = { commands: own, added: more, global: GLOBAL_OPTIONS };
  return { commands, page: manPage(own, more, GLOBAL_OPTIONS) };
}

const mapped = <A, B>(
  all: { readonly [name: string]: A },
  made: (name: string, one: A) => B,
): { readonly [name: string]: B } =>
  Object.fromEntries(Object.entries(all).map(([name, one]) => [name, made(name, one)]));
