/**
 * A network's file system as one of its computers sees it: what it has looked at it remembers for a while,
 * so that a file which another one has just made is not there, one that was deleted still is, sizes and
 * times are those of before. As with NFS, what a computer does itself it sees at once, opening a file that
 * it knows to be there asks the server, and creating one that must not be there is decided by the server.
 */
import { dirname } from 'node:path';
import { CHANGING_NAMES } from '../../core/testing/disk.ts';
import { isReading, systemError } from '../../core/testing/faults.ts';
import type { FsModule } from '../../core/world/fs.ts';

type Call = (...args: unknown[]) => unknown;
type Answered = (error: unknown, answer?: unknown) => void;

interface Remembered {
  readonly answer: unknown;
  readonly error: unknown;
  /** The last look that it serves. */
  readonly until: number;
}

const LOOKS: ReadonlySet<string> = new Set<keyof FsModule>([
  'lstatSync',
  'readdirSync',
  'statSync',
]);
const LATER: ReadonlySet<string> = new Set<keyof FsModule>(['lstat', 'readdir', 'stat']);
const OPENING: ReadonlySet<string> = new Set<keyof FsModule>([
  'openSync',
  'readFileSync',
  'readlinkSync',
]);
const WRITING: ReadonlySet<string> = new Set<keyof FsModule>(['fchmodSync', 'writeSync']);

/** @param looks how many looks of this computer an answer serves */
export function staleFs(fs: FsModule, looks: number): FsModule {
  const sight = new Sight(looks);
  return new Proxy(fs, {
    get(target, name: string) {
      const member = Reflect.get(target, name) as unknown;
      if (typeof member !== 'function') return member;
      const call = member.bind(target) as Call;
      if (LOOKS.has(name)) return sight.look(name, call);
      if (LATER.has(name)) return sight.lookLater(target, name);
      if (OPENING.has(name)) return sight.open(name, call);
      if (WRITING.has(name)) return sight.write(call);
      return (CHANGING_NAMES as readonly string[]).includes(name) ? sight.change(call) : call;
    },
  });
}

/** What one computer remembers. */
class Sight {
  readonly #looks: number;
  readonly #remembered = new Map<string, Remembered>();
  /** Names that are remembered as not there, with the last look that this serves. */
  readonly #gone = new Map<string, number>();
  readonly #paths = new Map<unknown, string>();
  #count = 0;

  constructor(looks: number) {
    this.#looks = looks;
  }

  look(name: string, call: Call): Call {
    return (...args) => {
      const { answer, error } = this.#ask(keyOf(name, args[1], args[0]), () => call(...args));
      if (error !== undefined) throw error;
      return answer;
    };
  }

  lookLater(fs: FsModule, name: string): Call {
    const now = Reflect.get(fs, `${name}Sync`).bind(fs) as Call;
    return (...args) => {
      const done = args.at(-1) as Answered;
      const options = args.slice(1, -1);
      const key = keyOf(`${name}Sync`, options[0], args[0]);
      const { answer, error } = this.#ask(key, () => now(args[0], ...options));
      setImmediate(() => (error === undefined ? done(null, answer) : done(error)));
    };
  }

  /** Opening asks the server, unless the name is remembered as one that is not there. */
  open(name: string, call: Call): Call {
    return (...args) => {
      const path = args[0];
      const reads = name !== 'openSync' || isReading(args[1]);
      if (reads && typeof path === 'string' && this.#isKnownAsGone(path))
        throw systemError('ENOENT', name);
      const opened = call(...args);
      if (name === 'openSync') this.#paths.set(opened, String(path));
      if (typeof path === 'string') this.#forget(path, { isChanged: !reads });
      return opened;
    };
  }

  write(call: Call): Call {
    return (...args) => {
      this.#forget(this.#paths.get(args[0]) ?? '', { isChanged: false });
      return call(...args);
    };
  }

  change(call: Call): Call {
    return (...args) => {
      try {
        return call(...args);
      } finally {
        for (const path of args.slice(0, 2))
          if (typeof path === 'string') this.#forget(path, { isChanged: true });
      }
    };
  }

  #ask(key: string, truth: () => unknown): Pick<Remembered, 'answer' | 'error'> {
    this.#count++;
    const known = this.#remembered.get(key);
    if (known !== undefined && this.#count <= known.until) return known;
    const until = this.#count + this.#looks;
    const found = { ...outcomeOf(truth), until };
    this.#remembered.set(key, found);
    if (found.answer === undefined) this.#gone.set(pathOf(key), until);
    return found;
  }

  #isKnownAsGone(path: string): boolean {
    return this.#count <= (this.#gone.get(path) ?? -1);
  }

  /** What was done here is seen here: the file, all below it, and the folder in which its name stands. */
  #forget(path: string, { isChanged }: { readonly isChanged: boolean }): void {
    const dir = dirname(path);
    this.#gone.delete(path);
    for (const key of this.#remembered.keys()) {
      const about = pathOf(key);
      if (about === path || (isChanged && (about === dir || about.startsWith(`${path}/`))))
        this.#remembered.delete(key);
    }
  }
}

/** What is asked, with which options, of which path. */
const keyOf = (name: string, options: unknown, path: unknown): string =>
  `${name} ${JSON.stringify(options ?? null)} ${path}`;

const pathOf = (key: string): string => key.slice(key.indexOf(' ', key.indexOf(' ') + 1) + 1);

function outcomeOf(truth: () => unknown): Pick<Remembered, 'answer' | 'error'> {
  try {
    return { answer: truth(), error: undefined };
  } catch (error) {
    return { answer: undefined, error };
  }
}
