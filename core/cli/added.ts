/** Commands that the rule file adds to the command line. */

import { dirname } from 'node:path';
import type { Command } from '../api/builds.ts';
import { didYouMean, UserError } from '../api/errors.ts';
import { openFiles } from '../world/files.ts';
import { callOf } from './call.ts';
import {
  type CommonFlags,
  type Invocation,
  type Opened,
  openProject,
  ruleFileOf,
  shortcutsOf,
} from './context.ts';
import { refuseSwallowed } from './npm.ts';
import {
  asksForHelp,
  type Described,
  globalFlags,
  helpOf,
  optionsOf,
  parse,
  rows,
} from './options.ts';
import { said } from './said.ts';

/** Lists the commands and options that the rule file adds. (`desgw --help` runs no rule file, so it cannot.) */
export async function commands(
  _args: readonly string[],
  flags: CommonFlags,
  invocation: Invocation,
): Promise<number> {
  const { loaded } = await openProject(invocation, flags, { writes: false });
  const added = Object.entries(loaded.build.commands ?? {});
  const shortcuts = shortcutsOf(loaded.build).map(({ option }) => option);
  if (flags.json === true) {
    invocation.terminal.data({
      commands: added.map(([name, { doc, usage = '', options = {} }]) => ({
        ...{ name, doc, usage, options },
      })),
      options: shortcuts.map(([option, help]) => ({ option, help })),
    });
    return 0;
  }
  const lines = [
    ...(added.length === 0
      ? ['The rule file adds no commands.']
      : rows(added.map(([name, { doc }]) => [name, doc] as const))),
    ...(shortcuts.length === 0 ? [] : ['', 'Options of `desgw build`:', ...rows(shortcuts)]),
  ];
  invocation.terminal.out(lines.join('\n'));
  return 0;
}

/** Runs an added command. @throws UserError when nobody knows the command */
export async function runAdded(
  argv: readonly string[],
  invocation: Invocation,
  builtIn: readonly string[],
): Promise<number> {
  const name = argv[0]!;
  const chosen = globalFlags(argv) as CommonFlags;
  // A misspelt word is no reason to run a program.
  if (!mayAddCommands(invocation, chosen)) throw unknownCommand(name, builtIn);
  const opened = await openedOr(invocation, chosen, name, builtIn);
  const commands = opened.loaded.build.commands ?? {};
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) throw unknownCommand(name, [...builtIn, ...Object.keys(commands)]);
  const described = describe(name, command);
  if (asksForHelp(argv)) {
    invocation.terminal.out(helpOf(described));
    return 0;
  }
  refuseSwallowed(optionsOf(described), invocation);
  const { args, flags } = parse(name, described, argv);
  return said(described, flags, invocation, (called) =>
    command.run(callOf(args, flags, opened, called)),
  );
}

/** Short forms that mean the same everywhere. */
const SHORT: { readonly [option: string]: string } = { '--dry-run': '-n', '--yes': '-y' };

/** An added command as those of desgw itself are described. */
export function describe(name: string, { usage, doc, options = {} }: Command): Described {
  return {
    usage: `${name} [...words]`,
    shown: usage === undefined ? name : `${name} ${usage}`,
    doc,
    options: Object.entries(options).map(([option, help]) => {
      const [flag, value] = option.split(' ');
      const short = SHORT[flag!];
      return [
        `${short === undefined ? '' : `${short}, `}${flag}${value === undefined ? '' : ` <${value.replace(/[<>]/g, '')}>`}`,
        help,
      ];
    }),
  };
}

async function openedOr(
  invocation: Invocation,
  flags: CommonFlags,
  name: string,
  builtIn: readonly string[],
): Promise<Opened> {
  try {
    return await openProject(invocation, flags, { writes: true });
  } catch (error) {
    // Without a rule file, most likely the command was misspelt.
    const hint = didYouMean(name, builtIn);
    if (error instanceof UserError && hint !== undefined)
      throw new UserError(`there is no command '${name}'`, hint).coded('DG101');
    throw error;
  }
}

/** Whether a rule file may add commands at all, told from its text. Yes where there is none: to open it tells that. */
function mayAddCommands(invocation: Invocation, flags: CommonFlags): boolean {
  try {
    const file = ruleFileOf(flags, invocation);
    const text = openFiles(dirname(file)).readText(file) ?? '';
    return /\bcommands\b|\.\.\.|defineBuild\(\s*[^{\s]|export \{/.test(text);
  } catch (error) {
    if (error instanceof UserError) return true;
    throw error;
  }
}

function unknownCommand(name: string, known: readonly string[]): UserError {
  return new UserError(
    `there is no command '${name}'`,
    didYouMean(name, known) ?? 'See `desgw --help`.',
  ).coded('DG101');
}
