/**
 * The command line: words in, exit status out. The only module that reads `process.argv` and the
 * environment, handles signals, and sets the exit status. All commands are imported at once: to load
 * one file takes less than to load the several that they would be apart.
 */
import { setMaxListeners } from 'node:events';
import { dirname } from 'node:path';
import { isCode } from '../api/codes.ts';
import { UserError } from '../api/errors.ts';
import { RuleFault } from '../api/rule-code.ts';
import type { History } from '../memory/history.ts';
import { EXIT } from '../run/build.ts';
import { codeText, complaintJson, complaintOf, complaintText } from '../views/complaint.ts';
import { openSecrets, type SecretStore } from '../words/secrets.ts';
import {
  processTerminal,
  reserveStdout,
  type Terminal,
  whenLost,
  whenRead,
} from '../words/terminal.ts';
import { FileError, openFiles } from '../world/files.ts';
import type { World } from '../world/world.ts';
import { runAdded } from './added.ts';
import { advisedFor, advising, choosingWords } from './advised.ts';
import { COMMANDS } from './commands.ts';
import type { CommonFlags, Invocation } from './context.ts';
import { runDeclared } from './declared.ts';
import { topHelp } from './help.ts';
import type { Outdated } from './recall.ts';
import { watchSignals } from './watchdog.ts';

async function main(
  secrets: SecretStore,
  plainTerminal: Terminal,
  outdated: Outdated | undefined,
): Promise<number> {
  reserveStdout();
  const argv = process.argv.slice(2);
  let rules: Parameters<Invocation['onRules']>[0] | undefined;
  let chosen: CommonFlags = {};
  const [command = ''] = argv;
  const names = () => [COMMANDS, rules?.build.commands ?? {}].flatMap(Object.keys);
  const advised = advisedFor(command, () => choosingWords(chosen), names);
  const terminal = advising(plainTerminal, command, advised);
  const interrupt = handleSignals(terminal);
  hideArguments(secrets);
  if (!onlyLooks(argv)) interrupt.listen();
  const invocation: Invocation = {
    terminal,
    advised,
    env: process.env,
    cwd: process.cwd(),
    words: argv,
    command: () => secrets.hide(`desgw ${argv.join(' ')}`),
    secrets,
    signal: interrupt.signal,
    onStart: interrupt.listen,
    onWorld: interrupt.onWorld,
    onRules: (loaded) => {
      rules = loaded;
      hideArguments(secrets);
    },
    onChosen: (flags) => {
      chosen = flags;
    },
    onHistory: interrupt.onHistory,
    ...(outdated === undefined ? {} : { outdated }),
  };
  const run = async (): Promise<number> => {
    try {
      return await dispatch(argv, invocation);
    } catch (error) {
      if (interrupt.signal.aborted && error === interrupt.signal.reason) return INTERRUPTED;
      return complain(placed(error, rules), terminal);
    }
  };
  const status = await run();
  interrupt.ended(status);
  return status;
}

/** What is wrong with the rule file is told with its place there. */
function placed(error: unknown, rules: Parameters<Invocation['onRules']>[0] | undefined): unknown {
  if (rules === undefined || !(error instanceof Error)) return error;
  if (error instanceof RuleFault) return rules.explain(error.cause);
  if (error instanceof UserError) return error.word === undefined ? error : rules.explain(error);
  const theirs = !('code' in error) && rules.siteOf(error.stack ?? '') !== '';
  return theirs ? rules.explain(error) : error;
}

/** What everybody on the machine can see of this process, once what is secret in it is known. */
function hideArguments(secrets: SecretStore): void {
  const shown = [process.execPath, ...process.argv.slice(1)].join(' ');
  const hidden = secrets.hide(shown);
  if (hidden !== shown) process.title = hidden;
}

/**
 * Whether, until it starts a program, nothing has to be put in order when it is killed: then a signal ends
 * it as any program, and the thread that hears signals during long work is not needed.
 */
const onlyLooks = ([first = '', ...more]: readonly string[]): boolean =>
  LOOKING.has(first) && !more.some((word) => word === '-f' || word === '--follow');

const LOOKING: ReadonlySet<string> = new Set([
  ...['status', 'why', 'graph', 'targets', 'log', 'params', 'show', 'history', 'journal', 'stats'],
]);

async function dispatch(argv: readonly string[], invocation: Invocation): Promise<number> {
  const [first] = argv;
  if (first === undefined || first === 'help' || first === '--help' || first === '-h') {
    if (argv[1] === undefined || argv[1].startsWith('-')) return help(invocation);
    const code = argv[1].toUpperCase();
    if (isCode(code)) {
      invocation.terminal.out(codeText(code));
      return 0;
    }
    return dispatch([argv[1], '--help'], invocation);
  }
  if (first.startsWith('-'))
    throw new UserError(`the command comes first, not ${first}`, 'See `desgw --help`.');
  const declared = Object.hasOwn(COMMANDS, first) ? COMMANDS[first] : undefined;
  if (declared !== undefined) return runDeclared(first, declared, argv, invocation);
  return runAdded(argv, invocation, Object.keys(COMMANDS));
}

function help(invocation: Invocation): number {
  invocation.terminal.out(topHelp());
  return 0;
}

/** The bits of a umask that take from the group. */
const GROUP = 0o070;

const INTERRUPTED = EXIT.interrupted;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** First Ctrl-C: stop what can be stopped and leave; second: at once. */
function handleSignals(terminal: Terminal): {
  signal: AbortSignal;
  onWorld: (world: World) => void;
  onHistory: (history: History) => void;
  ended: (status: number) => void;
  /** From now on signals are listened to. */
  listen: () => void;
} {
  const abort = new AbortController();
  // As many listen as there are actions at a time.
  setMaxListeners(0, abort.signal);
  let world: World | undefined;
  const histories: History[] = [];
  const ended = (status: number): void => {
    for (const history of histories) {
      history.end(status);
      if (history.lost !== undefined)
        terminal.err(`desgw: what was done is on record, but not in the history: ${history.lost}`);
    }
  };
  let noticed: (() => void) | undefined;
  const onSignal = (): void => {
    noticed?.();
    if (abort.signal.aborted) {
      world?.processes.killAll();
      ended(INTERRUPTED);
      process.exit(INTERRUPTED);
    }
    terminal.live([]);
    abort.abort();
  };
  return {
    listen() {
      if (noticed !== undefined) return;
      noticed = watchSignals(SIGNALS);
      for (const name of SIGNALS) process.on(name, onSignal);
    },
    signal: abort.signal,
    ended,
    onHistory: (history) => void histories.push(history),
    onWorld(opened) {
      world = opened;
      // Where a group works together, what one makes the others can go on with, programs' files too.
      if (opened.files.sharedWithGroup) process.umask(process.umask() & ~GROUP);
    },
  };
}

/** Whether what desgw keeps for itself may not be written: no failed target, but how files are shared. */
function isSomebodyElses(error: unknown): error is FileError {
  return (
    error instanceof FileError &&
    (error.code === 'EACCES' || error.code === 'EPERM') &&
    error.path.includes('/.desgw/')
  );
}

/** Tells of an error, on standard output too where data were asked for; the exit status. */
function complain(error: unknown, terminal: Terminal): number {
  terminal.live([]);
  const complaint = complaintOf(
    isSomebodyElses(error) ? new UserError(error.message, SHARE).coded('DG503') : error,
    (path) => readAbove(process.cwd(), path),
  );
  if (process.argv.includes('--json')) terminal.data(complaintJson(complaint));
  terminal.err(complaintText(complaint, { width: terminal.isLive ? terminal.width : Infinity }));
  if (process.env.DESGW_DEBUG !== undefined && error instanceof Error)
    terminal.err(error.stack ?? '');
  return complaint.exit;
}

const SHARE =
  'It belongs to another person. Whoever made this workspace shares it with the group by: chmod -R g+rwX .desgw && chmod g+ws .';

/** Places are told from the workspace, which may be a folder above. */
function readAbove(folder: string, path: string): string | undefined {
  const text = openFiles(folder).readText(path);
  const above = dirname(folder);
  return text !== undefined || above === folder ? text : readAbove(above, path);
}

/**
 * Runs the command that the process was called for, and ends it.
 * @param outdated what is remembered of an earlier one like it
 */
export function runCommand(outdated?: Outdated): void {
  const secrets = openSecrets(process.env, process.argv.slice(2));
  const terminal = processTerminal(process.env, secrets.hide);
  // A fault in something nobody waits for is told like any other, not thrown at people.
  process.on('unhandledRejection', (error) => {
    process.exit(complain(error, terminal));
  });
  let lost: string | undefined;
  whenLost((why) => {
    lost ??= why;
  });
  // Anything still under way (a hanging socket of a driver) must not keep the command from ending,
  // but what was printed has to have been read first: a pipe takes only so much at a time.
  main(secrets, terminal, outdated).then((status) => {
    process.exitCode = status;
    whenRead(() => setTimeout(() => process.exit(), 200).unref());
  });
  process.on('exit', () => {
    if (lost === undefined) return;
    terminal.err(`desgw: what it printed was lost: ${lost}`);
    process.exitCode = 5;
  });
}
