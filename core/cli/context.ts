/** What every command starts from: the world, the terminal, the rule file with its parameters. */

import { dirname, resolve } from 'node:path';
import type { Build } from '../api/builds.ts';
import { UserError } from '../api/errors.ts';
import { type ChosenParams, chosenParams } from '../graph/params.ts';
import { codeReader } from '../load/closure.ts';
import { findRuleFile } from '../load/find.ts';
import { type Loaded, loadBuild } from '../load/load.ts';
import { History } from '../memory/history.ts';
import { saltOf } from '../memory/salt.ts';
import type { Project } from '../observe/project.ts';
import type { LockWish } from '../run/opening.ts';
import { looksSecret, type SecretStore, withoutSecrets } from '../words/secrets.ts';
import type { Terminal } from '../words/terminal.ts';
import { realClock } from '../world/clock.ts';
import { openFiles } from '../world/files.ts';
import type { Noting } from '../world/noting.ts';
import { realProcesses } from '../world/processes.ts';
import type { Processes, World } from '../world/world.ts';
import type { Advised } from './advised.ts';
import { explainedProcesses, explainer } from './debug.ts';
import { guardedProcesses } from './guarded.ts';
import { refuseSwallowed } from './npm.ts';
import { type Option, wholeNumber } from './options.ts';
import type { Outdated } from './recall.ts';
import { heeding } from './watchdog.ts';

/** Options that every command takes. */
export interface CommonFlags {
  readonly file?: string;
  readonly set?: readonly string[];
  readonly allowUnknown?: boolean;
  readonly json?: boolean;
}

/** What `main.ts` hands to a command. */
export interface Invocation {
  readonly terminal: Terminal;
  /** How the terminal, and what else people read later, advises commands. */
  readonly advised: Advised;
  readonly env: { readonly [name: string]: string | undefined };
  readonly cwd: string;
  /** The words of the command line. */
  readonly words: readonly string[];
  /** The same in one line, for the lock and for messages, without what is known to be secret by now. */
  readonly command: () => string;
  /** What must not be seen; the rule file adds to it. */
  readonly secrets: SecretStore;
  /** The programs that are started, where several builds share them. */
  readonly processes?: Processes;
  /** Notes what is looked at, for a build that may be remembered. */
  readonly noting?: Noting;
  /** What is remembered of an earlier build like this one, some of whose files have changed since. */
  readonly outdated?: Outdated;
  /** Aborts when the user wants out. */
  readonly signal: AbortSignal;
  /** Told before a program is started. */
  readonly onStart: () => void;
  /** Told once there are processes, so that a second Ctrl-C can kill them. */
  readonly onWorld: (world: World) => void;
  /** Told once there is a rule file, so that what its code throws is not called a fault of desgw. */
  readonly onRules: (loaded: Pick<Loaded, 'siteOf' | 'explain' | 'build'>) => void;
  /** Told the options by which rule file and parameters were chosen, once they are known to be right. */
  readonly onChosen: (flags: CommonFlags) => void;
  /** Told of the history that this command keeps, so that its end can be noted. */
  readonly onHistory: (history: History) => void;
}

/** A loaded project with what went into it. */
export interface Opened {
  readonly project: Project;
  readonly loaded: Loaded;
  readonly chosen: ChosenParams;
}

/** Version of desgw, put in when it is bundled. */
declare const __VERSION__: string | undefined;
/** The version of desgw; of sources that were not bundled, `0.0.0-dev`. */
export const VERSION: string = typeof __VERSION__ === 'string' ? __VERSION__ : '0.0.0-dev';

/** The lock, however long it takes, for a command of a person who waits for it. */
export const lockWish = ({ command, signal, terminal }: Invocation): LockWish => ({
  wait: true,
  command: command(),
  signal,
  onWait: (holder) => terminal.err(`waiting for ${holder}`),
});

/** An option that stands for `--set` of a parameter. */
export interface Shortcut {
  readonly option: Option;
  readonly param: string;
}

/** The parameters that have an option of their own. */
export const shortcutsOf = ({ params = {} }: Build): readonly Shortcut[] =>
  Object.entries(params).flatMap(([param, declared]) =>
    typeof declared === 'object' && declared !== null && 'option' in declared
      ? [{ param, option: [String(declared.option), String(declared.help ?? '')] as const }]
      : [],
  );

/**
 * The world around a workspace.
 * @param writes whether the command may write at all
 */
export function openWorld(
  workspace: string,
  invocation: Invocation,
  { writes = false }: { readonly writes?: boolean } = {},
): World {
  const { noting, secrets } = invocation;
  const clock = realClock();
  const explain = explainer(invocation.env.DESGW_DEBUG, invocation.terminal);
  const started = invocation.processes ?? realProcesses();
  const real = heeding(guardedProcesses(started, secrets), invocation.onStart);
  const processes = noting === undefined ? real : noting.processes(real);
  const files = openFiles(workspace, noting?.fs);
  secrets.saltWith(() => saltOf(files, { mayWrite: writes }));
  const world = {
    files,
    secrets,
    processes: explain === undefined ? processes : explainedProcesses(processes, explain, clock),
    clock,
    explain,
    env: invocation.env,
    ...(noting === undefined ? {} : { doubt: (why: string) => noting.doubt(why) }),
  };
  invocation.onWorld(world);
  return world;
}

/** The rule file that was named, or the nearest one here or above. */
export function ruleFileOf({ file }: CommonFlags, { cwd }: Invocation): string {
  if (file !== undefined) return resolve(cwd, file);
  const files = openFiles(cwd);
  return findRuleFile(cwd, (path) => files.stat(path) !== undefined);
}

/**
 * Finds and loads the rule file and chooses its parameters.
 * @param writes whether the command may write at all (a bundle of the rule file is kept then)
 */
export async function openProject(
  invocation: Invocation,
  flags: CommonFlags,
  { writes }: { readonly writes: boolean },
): Promise<Opened> {
  const file = ruleFileOf(flags, invocation);
  invocation.onChosen({ ...(flags.file === undefined ? {} : { file: flags.file }) });
  const world = openWorld(dirname(file), invocation, { writes });
  const loaded = await unlessInterrupted(
    loadBuild(file, {
      files: world.files,
      cache: writes ? 'use' : 'readonly',
      version: VERSION,
      env: invocation.env,
    }),
    invocation.signal,
  );
  const { secrets } = invocation;
  learn(loaded.build, flags.set ?? [], secrets);
  // A copy of what is to be seen nowhere else is not kept.
  if (writes && secrets.hide(loaded.text) !== loaded.text) loaded.forget();
  invocation.onRules(loaded);
  refuseSwallowed(
    shortcutsOf(loaded.build).map(({ option }) => option),
    invocation,
  );
  const chosen = chosenParams(loaded.build, flags.set ?? [], {
    allowUnknown: flags.allowUnknown === true,
  });
  invocation.onChosen(flags);
  const { build, siteOf, explain } = loaded;
  const params = chosen.values;
  for (const [name, value] of Object.entries(params))
    if (secrets.isSecret(name)) secrets.learn(name, value);
  const { env } = invocation;
  const code = codeReader(params, secrets.sealText, (name) =>
    secrets.seal(name, env[name] ?? null),
  );
  const given = Object.fromEntries(
    Object.entries(chosen.sources)
      .filter(([, source]) => source === '--set')
      .map(([name]) => [name, params[name]!]),
  );
  const history = historyOf(world, invocation);
  const project = { world, build, params, given, siteOf, explain, code, history };
  return { project, loaded, chosen };
}

/** Keeps what this command does; nothing is written before it does anything. */
function historyOf({ files, clock, processes }: World, invocation: Invocation): History {
  const command = withoutSecrets(invocation.command());
  const doer = { command, desgw: VERSION, node: process.version, by: processes.self };
  const history = new History(files, clock, doer, invocation.secrets.hide);
  invocation.onHistory(history);
  return history;
}

/** Before values are checked, since one that is refused is told. */
function learn({ params = {} }: Build, set: readonly string[], secrets: SecretStore): void {
  for (const [name, declared] of Object.entries(params)) {
    const param = typeof declared === 'object' && declared !== null && 'default' in declared;
    const isMarked = param && 'secret' in declared && declared.secret === true;
    if (isMarked || looksSecret(name)) secrets.learn(name, param ? declared.default : declared);
  }
  for (const given of set) {
    const at = given.indexOf('=');
    const name = given.slice(0, at).trim();
    if (at > 0 && secrets.isSecret(name)) secrets.learn(name, given.slice(at + 1));
  }
}

/** A rule file may wait for something that never comes. */
async function unlessInterrupted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let leave = (): void => {};
  const interrupted = new Promise<never>((_resolve, reject) => {
    leave = () => reject(signal.reason);
  });
  signal.addEventListener('abort', leave, { once: true });
  try {
    return await Promise.race([work, interrupted]);
  } finally {
    signal.removeEventListener('abort', leave);
  }
}

const DEFAULT_JOBS = 5;

/** Actions at a time, as the command line or else the rule file says. @throws UserError for what is no number of them */
export function jobsOf(
  { jobs = DEFAULT_JOBS }: Build,
  given: { readonly jobs?: string } = {},
): number {
  if (given.jobs !== undefined) return wholeNumber('--jobs', given.jobs);
  if (Number.isInteger(jobs) && jobs > 0) return jobs;
  throw new UserError(`the rule file says jobs: ${jobs}`, 'It must be a whole number above 0.');
}
