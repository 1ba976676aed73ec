/** Commands that the rule file adds to the command line. */

import type { Command } from '../api/builds.ts';
import { didYouMean, UserError } from '../api/errors.ts';
import { callOf } from './call.ts';
import { type CommonFlags, type Invocation, type Opened, openProject } from './context.ts';
import { refuseSwallowed } from './npm.ts';
import {
  asksForHelp,
  type Described,
  GLOBAL_OPTIONS,
  globalFlags,
  helpOf,
  parse,
} from './options.ts';

/** Names and purposes of added commands; none when there is no rule file or it is broken. */
export async function addedCommands(
  invocation: Invocation,
): Promise<readonly (readonly [string, string])[]> {
  try {
    const { loaded } = await openProject(invocation, {}, { writes: false });
    return Object.entries(loaded.build.commands ?? {}).map(
      ([name, { doc }]) => [name, doc] as const,
    );
  } catch (error) {
    if (error instanceof UserError) return []; // help must come up all the same
    throw error;
  }
}

/** Runs an added command. @throws UserError when nobody knows the command */
export async function runAdded(
  argv: readonly string[],
  invocation: Invocation,
  builtIn: readonly string[],
): Promise<number> {
  const name = argv[0]!;
  const opened = await openedOr(invocation, globalFlags(argv) as CommonFlags, name, builtIn);
  const commands = opened.loaded.build.commands ?? {};
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) throw unknownCommand(name, [...builtIn, ...Object.keys(commands)]);
  const described = describe(name, command);
  if (asksForHelp(argv)) {
    invocation.terminal.out(helpOf(described));
    return 0;
  }
  refuseSwallowed([...described.options, ...GLOBAL_OPTIONS], invocation);
  const { args, flags } = parse(name, described, argv);
  return command.run(callOf(args, flags, opened, invocation));
}

/** Short forms that mean the same everywhere. */
const SHORT: { readonly [option: string]: string } = { '--dry-run': '-n', '--yes': '-y' };

function describe(name: string, { usage, doc, options = {} }: Command): Described {
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
      throw new UserError(`there is no command '${name}'`, hint);
    throw error;
  }
}

function unknownCommand(name: string, known: readonly string[]): UserError {
  return new UserError(
    `there is no command '${name}'`,
    didYouMean(name, known) ?? 'See `desgw --help`.',
  );
}
