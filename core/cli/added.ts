/** Commands that the rule file adds to the command line. */

import type { Command, CommandCall, OnRecord, RuleItem } from '../api/builds.ts';
import { didYouMean, UserError } from '../api/errors.ts';
import type { TargetName } from '../api/values.ts';
import { loadMemory } from '../memory/journal.ts';
import type { Trace } from '../memory/trace.ts';
import { runForAdapter } from '../observe/adapter.ts';
import { Looker } from '../observe/looker.ts';
import { forget } from '../repair/clean.ts';
import { EXIT, runBuild } from '../run/build.ts';
import { withJournal } from '../run/opening.ts';
import { type Invocation, lockWish, type Opened, openProject } from './context.ts';
import { confirm } from './prompt.ts';
import { DEFAULT_JOBS, logReporter, screenReporter, together } from './reporting.ts';

/** Names and purposes of added commands; none when there is no rule file or it is broken. */
export async function addedCommands(
  invocation: Invocation,
): Promise<readonly (readonly [string, string])[]> {
  try {
    const { loaded } = await openProject(invocation, {}, false);
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
  const common = commonFlags(argv.slice(1));
  const opened = await openedOr(invocation, common.flags, name, builtIn);
  const commands = opened.loaded.build.commands ?? {};
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) throw unknownCommand(name, [...builtIn, ...Object.keys(commands)]);
  const { args, options } = parse(name, command, common.rest);
  if (options.has('--help')) {
    invocation.terminal.out(usage(name, command));
    return 0;
  }
  return command.run(callFor(args, options, opened, invocation));
}

async function openedOr(
  invocation: Invocation,
  flags: Parameters<typeof openProject>[1],
  name: string,
  builtIn: readonly string[],
): Promise<Opened> {
  try {
    return await openProject(invocation, flags, true);
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

function commonFlags(words: readonly string[]): {
  flags: { file?: string; set: string[] };
  rest: string[];
} {
  const flags: { file?: string; set: string[] } = { set: [] };
  const rest: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const value = /^--(file|set)=(.*)$/s.exec(word);
    if (value?.[1] === 'file') flags.file = value[2]!;
    else if (value?.[1] === 'set') flags.set.push(value[2]!);
    else if (word === '--file') flags.file = words[++i] ?? '';
    else if (word === '--set') flags.set.push(words[++i] ?? '');
    else rest.push(word);
  }
  return { flags, rest };
}

function parse(
  name: string,
  command: Command,
  words: readonly string[],
): { args: string[]; options: Map<string, string | true> } {
  const takesValue = new Map<string, boolean>([
    ['--help', false],
    ['--json', false],
  ]);
  for (const option of Object.keys(command.options ?? {})) {
    const [flag, value] = option.split(' ');
    takesValue.set(flag!, value !== undefined);
  }
  const args: string[] = [];
  const options = new Map<string, string | true>();
  for (let i = 0; i < words.length; i++) {
    const [word, given] = split(words[i]!);
    if (!word.startsWith('-')) {
      args.push(words[i]!);
      continue;
    }
    const flag = ALIASES[word] ?? word;
    const value = takesValue.get(flag);
    if (value === undefined) {
      throw new UserError(
        `there is no option ${word} of desgw ${name}`,
        didYouMean(word, takesValue.keys()) ?? `See \`desgw ${name} --help\`.`,
      );
    }
    const text = value ? (given ?? words[++i]) : true;
    if (text === undefined)
      throw new UserError(`${word} needs a value`, `See \`desgw ${name} --help\`.`);
    options.set(flag, text);
  }
  return { args, options };
}

const ALIASES: { readonly [short: string]: string } = {
  '-h': '--help',
  '-n': '--dry-run',
  '-y': '--yes',
};

function split(word: string): [string, string | undefined] {
  const cut = word.startsWith('--') ? word.indexOf('=') : -1;
  return cut < 0 ? [word, undefined] : [word.slice(0, cut), word.slice(cut + 1)];
}

function usage(name: string, { doc, usage: words, options = {} }: Command): string {
  const lines = Object.entries(options);
  const width = Math.max(0, ...lines.map(([option]) => option.length));
  return [
    `desgw ${name}${words === undefined ? '' : ` ${words}`}`,
    '',
    `  ${doc}`,
    ...(lines.length > 0
      ? ['', ...lines.map(([option, help]) => `  ${option.padEnd(width)}  ${help}`)]
      : []),
  ].join('\n');
}

function callFor(
  args: readonly string[],
  options: ReadonlyMap<string, string | true>,
  opened: Opened,
  invocation: Invocation,
): CommandCall {
  const { project } = opened;
  const { world, build } = project;
  const { signal, terminal, command } = invocation;
  const looker = new Looker(world, { adapters: build.adapters ?? {}, dry: false, signal });
  return {
    args,
    option: (name) => options.get(name),
    params: project.params,
    tools: {
      run: (exec) => runForAdapter(world, exec, signal),
      workspace: world.files.root,
      signal,
    },
    env: world.env,
    now: world.clock.now(),
    readText: (path) => world.files.readText(path),
    look: (looks) => looker.look(looks),
    record: (target) => onRecord(loadMemory(world.files).traces.get(target)),
    build: async (items: readonly RuleItem[], goal: TargetName) => {
      const log = logReporter(world, invocation);
      const screen = { verbose: false, utc: false, jobs: DEFAULT_JOBS, log: () => log.path };
      const reporter = together([log, screenReporter(world, invocation, screen)]);
      const rules = (): readonly RuleItem[] => [...build.rules(project.params), ...items];
      try {
        const summary = await runBuild(
          { ...project, build: { ...build, goal, rules } },
          {
            goals: [goal],
            jobs: DEFAULT_JOBS,
            failFast: false,
            force: false,
            wait: options.get('--no-wait') === undefined,
            waitTimeout: undefined,
            command,
            signal,
            emit: (event) => reporter.event(event),
          },
        );
        return EXIT[summary.outcome];
      } finally {
        reporter.end();
      }
    },
    forget: (targets) =>
      withJournal(
        project,
        { wish: lockWish(invocation), looking: { dry: false, signal } },
        ({ journal }) => {
          for (const target of targets) forget(target, journal, world.clock.now());
        },
      ),
    print: (text) => terminal.out(text),
    ...(terminal.isLive ? { screen: { width: terminal.width, paint: terminal.paint } } : {}),
    confirm: (question) =>
      options.get('--yes') === undefined ? confirm(question, invocation) : Promise.resolve(true),
  };
}

function onRecord(trace: Trace | undefined): OnRecord | undefined {
  if (trace === undefined) return undefined;
  const { at } = trace;
  switch (trace.kind) {
    case 'built':
      return {
        state: 'made',
        at,
        ...(trace.receipt === undefined ? {} : { receipt: trace.receipt }),
      };
    case 'started':
    case 'finishing':
      return { state: 'begun', at };
    case 'failed':
      return { state: 'failed', at };
    case 'cleaning':
      return { state: 'forgotten', at };
  }
}
