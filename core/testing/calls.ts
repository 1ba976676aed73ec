/** What programs of a machine in memory are: functions that read, write and print. */
import type { FsModule } from '../world/fs.ts';
import type { Spawn } from '../world/world.ts';
import { Stopped } from './faults.ts';
import { WORKSPACE } from './memory-files.ts';

/** What a program is given. Paths are relative to the workspace. */
export interface Call {
  /** The words after the program's name. */
  readonly args: readonly string[];
  readonly env: { readonly [name: string]: string };
  read(path: string): string | undefined;
  /** In place, byte after byte, as programs do: a kill may leave half of it. */
  write(path: string, text: string): void;
  print(text: string): void;
  /** Writes to standard error. */
  complain(text: string): void;
  /** Gives way to others for `turns` turns; false once the program has been told to stop. */
  pause(turns: number): Promise<boolean>;
}

/** A program's end: its exit status, or killed along with whoever could have told of it. */
export type Ended = number | 'killed';

/** A program. Its exit status is 0 if it says nothing. */
export type Program = (call: Call) => Ended | undefined | Promise<Ended | undefined>;

/** Programs by the first word of a command line. */
export interface Programs {
  readonly [name: string]: Program;
}

/** What a program is given that was started so. What is dead writes nothing. */
export function callOf(
  fs: FsModule,
  spawn: Spawn,
  signal: AbortSignal | undefined,
  isDead: () => boolean,
): Call {
  const living = (act: () => void): void => {
    if (isDead()) throw new Stopped();
    act();
  };
  const full = (path: string): string => (path.startsWith('/') ? path : `${spawn.cwd}/${path}`);
  return {
    args: spawn.argv.slice(1),
    env: spawn.env,
    read: (path) => readIn(fs, full(path)),
    write: (path, text) => living(() => put(fs, full(path), text)),
    print: (text) => living(() => append(fs, spawn.stdout, text)),
    complain: (text) => living(() => append(fs, spawn.stderr, text)),
    async pause(turns) {
      for (let i = 0; i < turns; i++) await Promise.resolve();
      return signal?.aborted !== true;
    },
  };
}

/** What is outside is on another machine, whose disk goes on. */
const OUTSIDE = `${WORKSPACE}/outside/`;

/** Whether something is there. */
export const exists = (fs: FsModule, path: string): boolean =>
  fs.statSync(path, { throwIfNoEntry: false }) !== undefined;

/** Text of a file; undefined without it. */
export const readIn = (fs: FsModule, path: string): string | undefined =>
  exists(fs, path) ? fs.readFileSync(path, 'utf8') : undefined;

/** Writes a file in place. */
export function put(fs: FsModule, path: string, text: string): void {
  writeWith(fs, path, 'w', text);
}

function append(fs: FsModule, path: string, text: string): void {
  writeWith(fs, path, 'a', text);
}

/** Writes or appends in place; what is outside, or is to be flushed, is on its disk for good. */
export function writeWith(
  fs: FsModule,
  path: string,
  how: 'w' | 'a' | 'flushed',
  text: string,
): void {
  fs.mkdirSync(path.slice(0, path.lastIndexOf('/')), { recursive: true });
  const fd = fs.openSync(path, how === 'a' ? 'a' : 'w');
  const bytes = Buffer.from(text);
  fs.writeSync(fd, bytes, 0, bytes.length);
  if (how === 'flushed' || path.startsWith(OUTSIDE)) fs.fsyncSync(fd);
  if (path.startsWith(OUTSIDE)) {
    for (const dir of [OUTSIDE, WORKSPACE]) syncDirectory(fs, dir);
  }
  fs.closeSync(fd);
}

function syncDirectory(fs: FsModule, dir: string): void {
  const fd = fs.openSync(dir, 'r');
  fs.fsyncSync(fd);
  fs.closeSync(fd);
}
