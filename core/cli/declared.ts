/** Runs a command of desgw itself, with what the rule file adds to its options. */

import type { Declared } from './commands.ts';
import {
  type CommonFlags,
  type Invocation,
  openProject,
  type Shortcut,
  shortcutsOf,
} from './context.ts';
import { refuseSwallowed } from './npm.ts';
import {
  asksForHelp,
  globalFlags,
  helpOf,
  nameOf,
  optionsOf,
  parse,
  UnknownOption,
} from './options.ts';
import { said } from './said.ts';

/** Parses the words and runs the command, or shows its help. */
export async function runDeclared(
  name: string,
  declared: Declared,
  argv: readonly string[],
  invocation: Invocation,
): Promise<number> {
  if (asksForHelp(argv)) {
    // Help runs no rule file, so options that one adds are missing: `desgw commands` lists them.
    invocation.terminal.out(helpOf(await complete(declared)));
    return 0;
  }
  refuseSwallowed(optionsOf(declared), invocation);
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(name, declared, argv);
  } catch (error) {
    if (!(error instanceof UnknownOption)) throw error;
    if (declared.moreOptions !== undefined) parsed = parse(name, await complete(declared), argv);
    else {
      const shortcuts = await shortcutsIn(argv, invocation);
      if (shortcuts.length === 0) throw error;
      const options = [...declared.options, ...shortcuts.map(({ option }) => option)];
      parsed = parse(name, { ...declared, options }, argv);
      parsed = { ...parsed, flags: { ...parsed.flags, set: sets(parsed.flags, shortcuts) } };
    }
  }
  const { args, flags } = parsed;
  return said(declared, flags, invocation, (called) => declared.run(args, flags, called));
}

/** A command with the options that had to be looked up. */
async function complete(declared: Declared): Promise<Declared> {
  const more = (await declared.moreOptions?.()) ?? [];
  return { ...declared, options: [...declared.options, ...more] };
}

async function shortcutsIn(
  argv: readonly string[],
  invocation: Invocation,
): Promise<readonly Shortcut[]> {
  const flags = globalFlags(argv) as CommonFlags;
  return shortcutsOf((await openProject(invocation, flags, { writes: false })).loaded.build);
}

function sets(flags: ReturnType<typeof parse>['flags'], shortcuts: readonly Shortcut[]) {
  const given = shortcuts.flatMap(({ option: [flag], param }) => {
    const value = flags[nameOf(flag)];
    return typeof value === 'string' ? [`${param}=${value}`] : [];
  });
  return [flags.set ?? []].flat().map(String).concat(given);
}
