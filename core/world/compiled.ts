/**
 * Scripts, with the code that was compiled of them the last time, so that nothing is parsed twice:
 * parsing is most of what a short command would do. What is compiled is kept where nobody but its
 * user can write, since it is run as it is; it may be deleted at any time.
 *
 * A file of compiled code begins with a line that says what it was compiled of and by which Node, with
 * length and checksum of the bytes that follow. It is made anew where it is of another script, another
 * Node, or other options of Node.
 */
import * as fs from 'node:fs';
import { Module } from 'node:module';
import { dirname, join } from 'node:path';
import { Script } from 'node:vm';
import { crc32 } from 'node:zlib';
import { codeOf } from './fs.ts';
import { isPrivate, privateDirectory } from './ownership.ts';
import { readOwn, stateOf } from './signatures.ts';

/** Where compiled code is kept, and what tells its script from any other. */
export interface Kept {
  readonly file: string;
  readonly of: string;
}

/** What a script gave, and how to keep what is compiled of it by now, if anything is to be kept. */
interface Compiled {
  readonly run: unknown;
  keep(): void;
}

/**
 * Compiles and runs a script, in which nothing is imported.
 * @param filename what it is called in stacks
 * @param kept undefined: what is compiled is not kept
 */
export function compile(text: string, filename: string, kept: Kept | undefined): Compiled {
  const cachedData = kept === undefined ? undefined : readKept(kept);
  const script = new Script(text, {
    filename,
    ...(cachedData === undefined ? {} : { cachedData }),
  });
  const isKept = kept === undefined || (cachedData !== undefined && !script.cachedDataRejected);
  return {
    run: script.runInThisContext(),
    keep() {
      if (!isKept) write(kept, script);
    },
  };
}

type Exports = { readonly [name: string]: unknown };
type Around = (exports: object, ...rest: readonly unknown[]) => void;

/** What `require` knows of a file that was loaded here. */
interface Entry {
  readonly exports: Exports;
  keep?(): void;
}

/**
 * The exports of a CommonJS file that comes with desgw: the ones that `require` gives.
 * @param folder for compiled code; undefined: there is none
 */
export function loadCompiled(path: string, folder: string | undefined): Exports {
  const require = Module.createRequire(path);
  const known = require.cache[path];
  if (known !== undefined) return known.exports;
  const kept =
    folder === undefined
      ? undefined
      : { file: join(folder, `${path.replaceAll('/', '%')}.code`), of: stateOf([path]) };
  const module: Module & Entry = new Module(path);
  require.cache[path] = module;
  const { run, keep } = compile(`${HEAD}${fs.readFileSync(path, 'utf8')}\n})`, path, kept);
  module.keep = () => {
    if (kept !== undefined) privateDirectory(fs, dirname(kept.file));
    keep();
  };
  (run as Around)(module.exports, require, module, path, dirname(path));
  module.loaded = true;
  return module.exports;
}

/** Keeps what is compiled of these files by the end of the process: for commands that may write at all. */
export function keepAtEnd(paths: readonly string[]): void {
  process.once('exit', () => {
    for (const path of paths) {
      const entry: Entry | undefined = Module.createRequire(path).cache[path];
      entry?.keep?.();
    }
  });
}

const HEAD = '(function (exports, require, module, __filename, __dirname) { ';

/** Where the compiled code of desgw itself is kept; undefined for a user without a home. */
export function codeFolder(env: {
  readonly [name: string]: string | undefined;
}): string | undefined {
  const cache = env.XDG_CACHE_HOME || (env.HOME && join(env.HOME, '.cache'));
  return env.NODE_DISABLE_COMPILE_CACHE || !cache ? undefined : join(cache, 'desgw', 'compiled');
}

/** V8 takes the bytes as they are, whatever has become of them. */
const headOf = ({ of }: Kept, code: Uint8Array): string =>
  `${of} ${process.version} ${process.arch} ${code.length} ${crc32(code)}\n`;

function readKept(kept: Kept): Buffer | undefined {
  if (!isPrivate(fs, dirname(kept.file))) return undefined;
  const bytes = readOwn(kept.file);
  const end = bytes?.indexOf('\n') ?? -1;
  if (bytes === undefined || end < 0) return undefined;
  const code = bytes.subarray(end + 1);
  return bytes.toString('utf8', 0, end + 1) === headOf(kept, code) ? code : undefined;
}

/** Where nothing can be kept, the next command compiles again. */
function write(kept: Kept, script: Script): void {
  const scratch = `${kept.file}.${process.pid}`;
  const code = script.createCachedData();
  try {
    if (!isPrivate(fs, dirname(kept.file))) return;
    fs.writeFileSync(scratch, Buffer.concat([Buffer.from(headOf(kept, code)), code]), {
      mode: 0o600,
    });
    fs.renameSync(scratch, kept.file);
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
  }
}
