/** What is used of the file system module, and the error in which its failures are told. */

/** The part of `node:fs` in use, so that a file system in memory or a faulty one can stand in. */
export type FsModule = Pick<
  typeof import('node:fs'),
  | 'chmodSync'
  | 'closeSync'
  | 'copyFileSync'
  | 'fchmodSync'
  | 'fstatSync'
  | 'fsync'
  | 'fsyncSync'
  | 'linkSync'
  | 'lstat'
  | 'lstatSync'
  | 'mkdirSync'
  | 'openSync'
  | 'readFileSync'
  | 'readSync'
  | 'readdir'
  | 'readdirSync'
  | 'readlink'
  | 'readlinkSync'
  | 'realpathSync'
  | 'renameSync'
  | 'rmSync'
  | 'rmdirSync'
  | 'stat'
  | 'statSync'
  | 'symlinkSync'
  | 'unlinkSync'
  | 'writeSync'
>;

/** Options of a look that only asks whose something is, and who may write there. */
export const OF_OWNER = { throwIfNoEntry: true } as const;

/** A file operation that failed: which, on what (absolute path), and the system's code for why. */
export class FileError extends Error {
  readonly path: string;
  readonly code: string;
  /** Whether it was only to be looked at. */
  readonly isReading: boolean;
  constructor(doing: string, path: string, code: string, why: string) {
    super(`Cannot ${doing} ${path}: ${why} (${code})`);
    this.name = 'FileError';
    this.path = path;
    this.code = code;
    this.isReading = /^(?:read|list|look at)$/.test(doing);
  }
}

/** The system's code (`ENOSPC`) of an error, or `undefined` for an error of another kind. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}

/** True for the codes that mean "there is no such file". */
export function meansMissing(code: string | undefined): boolean {
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** What Node says of what it cannot hold in one text or buffer. */
const TOO_LARGE = ['ERR_STRING_TOO_LONG', 'ERR_FS_FILE_TOO_LARGE', 'ERR_OUT_OF_RANGE'];

/** A system error as a FileError; any other error (a bug) as it is. */
export function told(doing: string, path: string, error: unknown): unknown {
  const code = codeOf(error);
  if (code === undefined || error instanceof FileError) return error;
  if (TOO_LARGE.includes(code))
    return new FileError(doing, path, 'EFBIG', 'it is too large to be read as a whole');
  // Node's text is `CODE: reason, call 'path'`; only the reason is news here.
  const why = /^\w+: (.*?)(?:, \w+(?: '|$)|$)/.exec((error as Error).message)?.[1];
  return new FileError(doing, path, code, why ?? (error as Error).message);
}

/** Runs `action`; a system error becomes a FileError that says what was being done to `path`. */
export function during<T>(doing: string, path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw told(doing, path, error);
  }
}

/** Like `during`, but `undefined` when there is no such file. */
export function unlessMissing<T>(doing: string, path: string, action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (meansMissing(codeOf(error))) return undefined;
    throw told(doing, path, error);
  }
}
