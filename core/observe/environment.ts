/** The environment given to programs: a short base, what was declared, what sourcing a script leaves. */
import { Refusal } from '../api/errors.ts';
import type { Exit } from '../api/facts.ts';
import type { Exec, Sourced } from '../api/steps.ts';
import type { Path } from '../api/values.ts';
import { tailOf } from '../memory/logs.ts';
import { starPattern } from '../words/quote.ts';
import type { Files, World } from '../world/world.ts';

type Environment = { readonly [name: string]: string };

/** Always passed on: what programs cannot do without, and nothing that should change a result. */
const BASE = ['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR'];

/** Seconds that sourcing may take unless the rule says otherwise. */
const SOURCE_TIMEOUT = 300;

/** Shows that the environment is printed at all: a script that calls `exit` takes the shell with it. */
const MARK = 'DESGW_CAPTURED';

/**
 * Sources a script in a clean bash and prints the environment it leaves. The script's own output
 * goes to stderr, so that it cannot be mistaken for the environment.
 */
const CAPTURE = `script=$1 ok=$2; shift 2; source "$script" "$@" 1>&2 || [ "$ok" = any ] || exit 97; exec env -0 ${MARK}=1`;

/** Shared by all who run programs in one invocation, which has one world. */
const ENVIRONMENTS = new WeakMap<World, Environments>();

/** The environments of an invocation. */
export function environmentsOf(world: World): Environments {
  const known = ENVIRONMENTS.get(world) ?? new Environments(world);
  ENVIRONMENTS.set(world, known);
  return known;
}

/** Environments captured by sourcing, each script once per invocation. */
export class Environments {
  readonly #world: World;
  readonly #captured = new Map<string, Promise<Environment>>();

  constructor(world: World) {
    this.#world = world;
  }

  /**
   * The whole environment of an exec step.
   * @throws Refusal when a script that must be sourced fails
   */
  async of(exec: Exec, declared: readonly string[], signal: AbortSignal): Promise<Environment> {
    const sourced =
      exec.environment === undefined ? {} : await this.#source(exec.environment, signal);
    const passed = this.#pick([...declared, ...(exec.passEnv ?? [])]);
    return { ...this.#pick(BASE), ...sourced, ...passed, ...exec.env };
  }

  /** The variables of ours that are named, or match a pattern: `*` stands for any text. */
  #pick(wanted: readonly string[]): Environment {
    const { env } = this.#world;
    const patterns = wanted.filter((name) => name.includes('*')).map(starPattern);
    const matching =
      patterns.length === 0
        ? []
        : Object.keys(env).filter((name) => patterns.some((pattern) => pattern.test(name)));
    return Object.fromEntries(
      [...wanted, ...matching].flatMap((name) =>
        env[name] === undefined ? [] : [[name, env[name]]],
      ),
    );
  }

  #source(sourced: Sourced, signal: AbortSignal): Promise<Environment> {
    const key = JSON.stringify(sourced);
    let capture = this.#captured.get(key);
    if (capture === undefined) {
      capture = this.#capture(sourced, signal, this.#captured.size);
      this.#captured.set(key, capture);
      // A failed capture is tried again by whoever asks next.
      capture.catch(() => this.#captured.delete(key));
    }
    return capture;
  }

  async #capture(sourced: Sourced, signal: AbortSignal, serial: number): Promise<Environment> {
    const { files, processes } = this.#world;
    const base = `.desgw/tmp/environment-${processes.self.pid}-${serial}`;
    const log = `.desgw/logs/environment.${sourced.script.split('/').pop()}.log`;
    files.makeDirectory('.desgw/tmp');
    files.remove(log);
    // Nobody else may read it: a script that traces itself prints credentials.
    files.write(log, '', 0o600);
    const spawn = {
      argv: [
        'bash',
        '--norc',
        '--noprofile',
        '-c',
        CAPTURE,
        'capture',
        files.absolute(sourced.script),
        sourced.okExits ?? '0',
        ...(sourced.args ?? []),
      ] as const,
      cwd: files.absolute(sourced.cwd ?? '.'),
      env: { ...this.#pick([...BASE, ...(sourced.passEnv ?? [])]), ...sourced.env },
      stdout: files.absolute(base),
      // An environment has credentials in it.
      unnamed: true,
      stderr: files.absolute(log),
      timeout: sourced.timeout ?? SOURCE_TIMEOUT,
    };
    const { exit, printed = '' } = await processes.run(spawn, signal);
    const { [MARK]: mark, ...left } = parse(printed);
    const wrong = complaint(sourced.script, exit, {
      printed: mark !== undefined,
      variables: Object.keys(left).length,
    });
    if (wrong !== undefined) throw new Refusal(wrong, whatItPrinted(files, log));
    return { ...left, ...sourced.set };
  }
}

/** What is wrong with a capture; undefined when nothing is. */
function complaint(
  script: Path,
  exit: Exit,
  { printed, variables }: { readonly printed: boolean; readonly variables: number },
): string | undefined {
  if (exit.kind === 'timeout') return `sourcing ${script} took longer than ${exit.after} s`;
  if (exit.kind !== 'exit') return `sourcing ${script} failed`;
  if (printed && exit.code === 0)
    return variables > 0 ? undefined : `sourcing ${script} left an empty environment`;
  return exit.code === 97
    ? `sourcing ${script} failed`
    : `${script} called exit (status ${exit.code}) before its environment could be taken`;
}

/** The end of what a script printed, which tells why. */
function whatItPrinted(files: Files, log: Path): string {
  const tail = tailOf(files, log)?.trimEnd() ?? '';
  return tail === '' ? 'It printed nothing.' : `It printed last (all of it is in ${log}):\n${tail}`;
}

/** Shell functions travel in odd variables that only bash understands; they and bash's own are left out. */
function parse(text: string): Environment {
  const pairs = text.split('\0').flatMap((entry): [string, string][] => {
    const cut = entry.indexOf('=');
    const name = entry.slice(0, cut);
    return cut > 0 &&
      !['_', 'SHLVL', 'PWD', 'OLDPWD'].includes(name) &&
      !name.startsWith('BASH_FUNC_')
      ? [[name, entry.slice(cut + 1)]]
      : [];
  });
  return Object.fromEntries(pairs);
}
