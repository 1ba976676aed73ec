/**
 * The command line: words in, exit status out. The only module that reads `process.argv` and the
 * environment, handles signals, and sets the exit status. All commands are imported at once: to load
 * one file takes less than to load the several that they would be apart.
 */
import { cac } from 'cac';
import { didYouMean, UserError } from '../api/errors.ts';
import { processTerminal, type Terminal, whenRead } from '../words/terminal.ts';
import type { World } from '../world/world.ts';
import { addedCommands, runAdded } from './added.ts';
import { type BuildFlags, build } from './build.ts';
import { accept, adopt, mark, resubmit, unlock } from './by-hand.ts';
import { clean } from './clean.ts';
import { type CommonFlags, type Invocation, VERSION } from './context.ts';
import { init } from './init.ts';
import { graph, log, params, status, targets, why } from './views.ts';

type Flags = BuildFlags & { readonly [name: string]: unknown };

interface Declared {
  readonly usage: string;
  readonly doc: string;
  readonly options: readonly (readonly [string, string])[];
  readonly examples: readonly string[];
  readonly run: (args: readonly string[], flags: Flags, invocation: Invocation) => Promise<number>;
}

const JSON_OPTION = ['--json', 'print data instead of text'] as const;

const COMMANDS: { readonly [name: string]: Declared } = {
  build: {
    usage: 'build [...targets]',
    doc: 'bring targets up to date (default: the goal of the rule file)',
    options: [
      ['-n, --dry-run', 'show what would run, in order, and why; change nothing'],
      ['--full', 'with -n: every action by itself, with all of its steps'],
      ['-j, --jobs <n>', 'actions at a time (default: 5)'],
      ['-k, --keep-going', 'after a failure go on with whatever does not need it (the default)'],
      ['--fail-fast', 'start nothing new after a failure'],
      ['-f, --force', 'make the named targets again, whatever their record says'],
      ['--no-wait', 'do not wait for the grid or for another builder; exit 3 if there is cause to'],
      ['--wait-timeout <time>', 'wait no longer than this, such as 6h'],
      ['--from-output <file>', 'post processing alone, from a given output.txt'],
      ['-q, --quiet', 'print nothing, build nothing: exit 0 if fresh, else 1'],
      ['-v, --verbose', 'tell of every target, also what starts and what is spared'],
      ['--utc', 'times of day in universal time'],
      ['--profile <file>', 'write when each action ran (Chrome trace format)'],
      ['--json', 'one event a line'],
    ],
    examples: [
      'desgw build',
      'desgw build postproc -n',
      "desgw build 'ccds_*' --no-wait",
      'desgw build --set TEFF_CUT_g=0.3',
    ],
    run: build,
  },
  clean: {
    usage: 'clean [...targets]',
    doc: 'forget targets and delete what they made here, so that the next build makes them again',
    options: [
      ['-n, --dry-run', 'show what would be deleted; change nothing'],
      ['--cancel', 'end work that is still under way first'],
      ['--orphans', 'delete outputs of targets that are not in the rule file any more'],
      ['-y, --yes', 'do not ask'],
    ],
    examples: ['desgw clean postproc:4', "desgw clean 'forcefiles_*' -n"],
    run: clean,
  },
  status: {
    usage: 'status [...targets]',
    doc: 'how everything stands: totals, a table, what failed, what needs a person, what to do next',
    options: [
      ['--all', 'a row for each, also where several stand alike'],
      ['--ascii', 'draw maps with characters that every terminal knows'],
      JSON_OPTION,
    ],
    examples: ['desgw status', "desgw status 'ccds_*'"],
    run: status,
  },
  why: {
    usage: 'why [...targets]',
    doc: 'every reason for the state of a target, with values, down to the first cause',
    options: [['--path', 'with two targets A B: how B depends on A'], JSON_OPTION],
    examples: ['desgw why postproc', 'desgw why --path season postproc:4'],
    run: why,
  },
  graph: {
    usage: 'graph [...targets]',
    doc: 'the graph with states as colours',
    options: [
      ['--format <name>', 'dot (default), mermaid or json'],
      ['--why', 'only what is not fresh'],
      JSON_OPTION,
    ],
    examples: ['desgw graph | dot -Tsvg > graph.svg'],
    run: (args, flags, invocation) =>
      graph(args, flags as CommonFlags & { format?: string; why?: boolean }, invocation),
  },
  targets: {
    usage: 'targets [...patterns]',
    doc: 'every target with its state, its files and what it is',
    options: [JSON_OPTION],
    examples: ["desgw targets 'postproc*'"],
    run: targets,
  },
  log: {
    usage: 'log [target]',
    doc: 'what a target printed when it was last run; without one, what the last build told',
    options: [
      ['--run <n>', 'an earlier run'],
      ['--list', 'the runs there are'],
      ['-f, --follow', 'go on as it prints, until Ctrl-C'],
    ],
    examples: ['desgw log postproc -f'],
    run: (args, flags, invocation) => log(args[0], flags as CommonFlags, invocation),
  },
  params: {
    usage: 'params',
    doc: 'every parameter with its value, where that comes from, and what it is for',
    options: [JSON_OPTION],
    examples: ['desgw params --set TWINDOW=20'],
    run: (_args, flags, invocation) => params(flags, invocation),
  },
  accept: {
    usage: 'accept <...targets>',
    doc: 'take outputs that were changed by hand as they are, until what they are made from changes',
    options: [],
    examples: ['desgw accept postproc_2206.ini'],
    run: accept,
  },
  adopt: {
    usage: 'adopt <...targets>',
    doc: 'put targets on record as made, with the outputs that are there',
    options: [],
    examples: ['desgw adopt dagmaker_668440.out'],
    run: adopt,
  },
  mark: {
    usage: 'mark <state> <...targets>',
    doc: 'decide a doubt: `mark submitted T --job ID` (it happened) or `mark not-submitted T` (it did not)',
    options: [['--job <id>', 'what identifies the work, such as 123.0@jobsub01.fnal.gov']],
    examples: ['desgw mark submitted submitted_668440 --job 123.0@jobsub01.fnal.gov'],
    run: (args, flags, invocation) =>
      mark(args, flags as CommonFlags & { job?: string }, invocation),
  },
  resubmit: {
    usage: 'resubmit <...targets>',
    doc: 'do once more what must not happen twice, on your word and for a reason',
    options: [
      ['--reason <text>', 'why; asked for on a terminal'],
      ['-y, --yes', 'do not ask'],
      ['-n, --dry-run', 'show what is on record and stop'],
    ],
    examples: ["desgw resubmit submitted_668440 --reason 'new templates'"],
    run: (args, flags, invocation) =>
      resubmit(args, flags as CommonFlags & { reason?: string; yes?: boolean }, invocation),
  },
  unlock: {
    usage: 'unlock',
    doc: 'take the lock away from a builder that died on another host',
    options: [['-y, --yes', 'do not ask']],
    examples: ['desgw unlock'],
    run: (_args, flags, invocation) => unlock(flags, invocation),
  },
  init: {
    usage: 'init [folder]',
    doc: 'make a new workspace: a rule file to start from',
    options: [],
    examples: ['desgw init S230518h'],
    run: (args, _flags, invocation) => init(args[0] ?? '.', invocation),
  },
};

const GLOBAL_OPTIONS = [
  ['--file <path>', 'the rule file (default: desgwfile.ts here or above)'],
  ['--set <key=value>', 'a parameter, for this run and for the record; may be repeated'],
  ['--allow-unknown', 'let --set name parameters that the rule file does not declare'],
] as const;

const EXIT_HELP =
  'Exit status: 0 all fresh, 1 a target failed, 2 wrong use, 3 still waiting, 4 needs a person, 130 interrupted.';

async function main(): Promise<number> {
  const terminal = processTerminal(process.env);
  const interrupt = handleSignals(terminal);
  const argv = process.argv.slice(2);
  const invocation: Invocation = {
    terminal,
    env: process.env,
    cwd: process.cwd(),
    command: `desgw ${argv.join(' ')}`,
    signal: interrupt.signal,
    onWorld: interrupt.onWorld,
  };
  try {
    return await dispatch(argv, invocation);
  } catch (error) {
    return complain(error, terminal);
  }
}

async function dispatch(argv: readonly string[], invocation: Invocation): Promise<number> {
  const [first] = argv;
  if (first === undefined || first === 'help' || first === '--help' || first === '-h') {
    if (argv[1] === undefined) return help(invocation);
    return dispatch([argv[1], '--help'], invocation);
  }
  if (first.startsWith('-'))
    throw new UserError(`the command comes first, not ${first}`, 'See `desgw --help`.');
  const declared = Object.hasOwn(COMMANDS, first) ? COMMANDS[first] : undefined;
  if (declared !== undefined) return runDeclared(first, declared, argv, invocation);
  return runAdded(argv, invocation, Object.keys(COMMANDS));
}

async function runDeclared(
  name: string,
  declared: Declared,
  argv: readonly string[],
  invocation: Invocation,
): Promise<number> {
  const words = spelledOut(argv);
  const parser = cac('desgw');
  const command = parser.command(declared.usage, declared.doc);
  for (const [flag, doc] of [...declared.options, ...GLOBAL_OPTIONS]) command.option(flag, doc);
  for (const example of declared.examples) command.example(`  ${example}`);
  let result: Promise<number> = Promise.resolve(0);
  command.action((...given: unknown[]) => {
    const flags = given.at(-1) as Flags;
    const args = given
      .slice(0, -1)
      .flat()
      .filter((word): word is string => word !== undefined)
      .map(plainWord);
    result = declared.run(args, flags, invocation);
  });
  if (words.includes('--help') || words.includes('-h')) {
    invocation.terminal.out(commandHelp(name, declared));
    return 0;
  }
  try {
    parser.parse(['node', 'desgw', ...words], { run: false });
    await parser.runMatchedCommand();
  } catch (error) {
    if (error instanceof Error && error.name === 'CACError')
      throw usageError(error, name, declared);
    throw error;
  }
  return result;
}

/** Marks words that are names whatever they look like; the parser does not know that about `--`. */
const NAME = '\0';

/** The words for the parser: `-j5` as make takes it, and names after `--` marked as such. */
function spelledOut(argv: readonly string[]): string[] {
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length;
  const words = argv
    .slice(0, end)
    .flatMap((word) => (/^-j\d+$/.test(word) ? ['-j', word.slice(2)] : [word]));
  return [...words, ...argv.slice(end + 1).map((name) => NAME + name)];
}

const plainWord = (word: string): string =>
  word.startsWith(NAME) ? word.slice(NAME.length) : word;

function usageError(error: Error, name: string, declared: Declared): UserError {
  const unknown = /Unknown option `(.*)`/.exec(error.message)?.[1];
  if (unknown === undefined) return new UserError(error.message, `See \`desgw ${name} --help\`.`);
  const flags = [...declared.options, ...GLOBAL_OPTIONS].flatMap(([flag]) =>
    flag.split(/[ ,]+/).filter((word) => word.startsWith('--')),
  );
  return new UserError(
    `there is no option ${unknown} of desgw ${name}`,
    didYouMean(unknown, flags) ?? `See \`desgw ${name} --help\`.`,
  );
}

function commandHelp(name: string, { usage, doc, options, examples }: Declared): string {
  return [
    `desgw ${usage}${options.length + GLOBAL_OPTIONS.length > 0 ? ' [options]' : ''}`,
    '',
    `  ${doc}`,
    '',
    ...rows([...options, ...GLOBAL_OPTIONS]),
    '',
    'Examples:',
    ...examples.map((example) => `  ${example}`),
    ...(name === 'build' ? ['', EXIT_HELP] : []),
  ].join('\n');
}

async function help(invocation: Invocation): Promise<number> {
  const added = await addedCommands(invocation);
  invocation.terminal.out(
    [
      `desgw ${VERSION}: builds what is out of date of a DES gravitational-wave follow-up, and nothing else`,
      '',
      ...rows(Object.entries(COMMANDS).map(([name, { doc }]) => [name, doc] as const)),
      ...(added.length === 0 ? [] : ['', 'From the rule file:', ...rows(added)]),
      '',
      'desgw <command> --help tells more about each.',
      EXIT_HELP,
    ].join('\n'),
  );
  return 0;
}

function rows(pairs: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...pairs.map(([left]) => left.length));
  return pairs.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}

/** First Ctrl-C: stop what can be stopped and leave; second: at once. */
function handleSignals(terminal: Terminal): {
  signal: AbortSignal;
  onWorld: (world: World) => void;
} {
  const abort = new AbortController();
  let world: World | undefined;
  const onSignal = (): void => {
    if (abort.signal.aborted) {
      world?.processes.killAll();
      process.exit(130);
    }
    terminal.live([]);
    abort.abort();
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, onSignal);
  return {
    signal: abort.signal,
    onWorld(opened) {
      world = opened;
    },
  };
}

function complain(error: unknown, terminal: Terminal): number {
  terminal.live([]);
  if (error instanceof UserError) {
    terminal.err(`desgw: ${error.message}${error.hint === undefined ? '' : `\n  ${error.hint}`}`);
    return error.exit;
  }
  const message = error instanceof Error ? error.message : String(error);
  terminal.err(`desgw: ${message}`);
  const known = error instanceof Error && 'code' in error;
  if (!known)
    terminal.err(
      '  This is a fault of desgw itself, not yours. Nothing it believed was written down wrongly; DESGW_DEBUG=1 shows where it happened.',
    );
  if (process.env.DESGW_DEBUG !== undefined && error instanceof Error)
    terminal.err(error.stack ?? '');
  return 1;
}

// A fault in something nobody waits for is told like any other, not thrown at people.
process.on('unhandledRejection', (error) => {
  process.exit(complain(error, processTerminal(process.env)));
});

// Anything still under way (a hanging socket of a driver) must not keep the command from ending,
// but what was printed has to have been read first: a pipe takes only so much at a time.
main().then((status) => {
  process.exitCode = status;
  whenRead(() => setTimeout(() => process.exit(status), 200).unref());
});
