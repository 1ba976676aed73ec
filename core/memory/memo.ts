/**
 * What a build with nothing to do went by, packed into one file: while all of it is as it was,
 * the next such build would say the same, and need not read a rule file or record to find that out.
 * It never decides anything: it repeats what was found, or is not used. It may be deleted at any time.
 *
 * `.desgw/memo` is: lengths of the following three parts in bytes (32-bit numbers, little-endian), four bytes
 * `memo`, the length of the fourth part, and how many of the paths are not only those of targets (32 bits
 * each); JSON `{key, summary}`, filled up with blanks to a multiple of 8; four 64-bit numbers for each path:
 * size, mtime, ctime, inode, or -1 where there is nothing, -3 where nobody can vouch for what there is; the
 * paths, each with a newline, relative to the folder in which the build was called where they lie below it;
 * what was judged (see `judged.ts`), which may be lacking.
 */
import type { Instant, Json } from '../api/values.ts';
import { NONE, type Notes, NUMBERS, OWNERSHIP, UNVOUCHED } from '../world/noting.ts';

/** Where it is, relative to the workspace. */
export const MEMO = '.desgw/memo';

/** Anything beside files that the answer depends on. */
export interface MemoKey {
  /** desgw and node, and the files that desgw consists of. */
  readonly program: string;
  readonly words: readonly string[];
  readonly cwd: string;
  /** Whether somebody sits at a terminal, who might be asked something. */
  readonly interactive: boolean;
  /** A digest of all variables but those that differ from one command to the next. */
  readonly env: number;
}

/** A memo as it was kept. */
export interface Memo extends Notes {
  readonly key: Json;
  /** What the build said; null: it had something to do. */
  readonly summary: Json;
  /** The paths after so many are those that nothing but targets go by. */
  readonly shared: number;
  readonly judged?: Buffer;
}

/** What is kept of a build beside what it went by. */
export interface Kept {
  readonly key: MemoKey;
  readonly summary: Json;
  /** See `Memo`; by default, all of them are shared. */
  readonly shared?: number;
  readonly judged?: Buffer;
}

/** So long after a change another one may still get the same time stamp. */
export const FINE_MS = 3000;
/**
 * Outside the workspace, files may be stamped by another clock. Clocks that Kerberos accepts are no more
 * than this apart. The same margin is kept for time stamps in whole seconds.
 */
export const SKEW_MS = 5 * 60 * 1000;

/** When looking began, by our clock, and by that of the workspace's file system. */
export interface Begun {
  readonly here: Instant;
  readonly onDisk: Instant;
}

/**
 * The bytes of a memo; undefined when something is too young to be vouched for by its times. Of what
 * only targets go by, that keeps just those of them from being believed.
 * @param root of the workspace, absolute
 */
export function packMemo(
  { key, summary, shared, judged = Buffer.alloc(0) }: Kept,
  notes: Notes,
  begun: Begun,
  root: string,
): Uint8Array | undefined {
  const most = shared ?? notes.paths.length;
  const numbers = vouchedFor(notes, begun, { root, shared: most });
  return numbers && memoBytes({ key, summary, shared: most, judged }, { ...notes, numbers });
}

/** The same, of what somebody has vouched for already; undefined where a path cannot be written down. */
export function memoBytes(
  { key, summary, shared, judged }: Required<Kept>,
  { paths, numbers }: Notes,
): Uint8Array | undefined {
  if (paths.some((path) => path.includes('\n'))) return undefined;
  const json = JSON.stringify({ key, summary });
  const head = Buffer.from(json);
  const padding = Buffer.alloc((8 - (head.length % 8)) % 8, ' ');
  const values = Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  const here = `${key.cwd}/`;
  const short = paths.map((path) => (path.startsWith(here) ? path.slice(here.length) : path));
  const names = Buffer.from(short.map((path) => `${path}\n`).join(''));
  const sizes = Buffer.alloc(HEAD);
  sizes.writeUInt32LE(head.length + padding.length, 0);
  sizes.writeUInt32LE(values.length, 4);
  sizes.writeUInt32LE(names.length, 8);
  sizes.write('memo', 12, 'latin1');
  sizes.writeUInt32LE(judged.length, 16);
  sizes.writeUInt32LE(shared, 20);
  return Buffer.concat([sizes, head, padding, values, names, judged]);
}

const HEAD = 24;

/** The numbers, without those of files that are too young; undefined where that is one which is shared. */
function vouchedFor(
  { paths, numbers }: Notes,
  begun: Begun,
  { root, shared }: { readonly root: string; readonly shared: number },
): Float64Array | undefined {
  const young = paths.flatMap((path, i) => {
    const [modified, changed] = [numbers[i * NUMBERS + 1]!, numbers[i * NUMBERS + 2]!];
    return isYoung(path, Math.max(modified, changed), begun, root) ? [i] : [];
  });
  if (young.length === 0) return numbers;
  if (young[0]! < shared) return undefined;
  const vouched = numbers.slice();
  for (const i of young) vouched.fill(UNVOUCHED, i * NUMBERS, (i + 1) * NUMBERS);
  return vouched;
}

/** Whether what was changed at this time may have been changed again without a sign of that. */
export function isYoung(
  path: string,
  changed: Instant,
  { here, onDisk }: Begun,
  root: string,
): boolean {
  if (changed === NONE || changed === OWNERSHIP) return false;
  // Some file systems do not keep the times of directories.
  if (changed <= 0) return true;
  const isInside = path === root || path.startsWith(`${root}/`);
  const isFine = isInside && changed % 1000 !== 0;
  return changed > (isFine ? onDisk - FINE_MS : here - SKEW_MS);
}

/** The memo in these bytes; undefined for anything that is not one, whole. */
export function readMemo(bytes: Buffer): Memo | undefined {
  if (bytes.length < HEAD || bytes.toString('latin1', 12, 16) !== 'memo') return undefined;
  const [head, values, names, judged, shared] = [0, 4, 8, 16, 20].map((at) =>
    bytes.readUInt32LE(at),
  );
  const [first, second, third] = [HEAD + head!, HEAD + head! + values!, bytes.length - judged!];
  if (second + names! !== third) return undefined;
  const { key, summary } = JSON.parse(bytes.toString('utf8', HEAD, first));
  // A view has to begin at a multiple of 8 of the memory that it lies in.
  const start = bytes.byteOffset + first;
  const numbers =
    start % 8 === 0
      ? new Float64Array(bytes.buffer, start, values! / 8)
      : new Float64Array(Uint8Array.prototype.slice.call(bytes, first, second).buffer);
  const paths = bytes.toString('utf8', second, third).split('\n');
  paths.pop();
  if (paths.length * NUMBERS !== numbers.length) return undefined;
  const memo = { key, summary, paths, numbers, shared: shared! };
  return judged === 0 ? memo : { ...memo, judged: bytes.subarray(third) };
}

/** A digest of the environment, quick to make. */
export function envDigest(env: { readonly [name: string]: string | undefined }): number {
  const text = Object.keys(env)
    .filter((name) => !PASSING.has(name))
    .sort()
    .map((name) => `${name}=${env[name]}\0`)
    .join('');
  // Of 53 bits: no secret can be read from it, and two environments do not share one by chance.
  let [a, b] = [0xdeadbeef, 0x41c6ce57];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return 4294967296 * (2097151 & b) + (a >>> 0);
}

/** The shell sets these anew for every command. */
const PASSING: ReadonlySet<string> = new Set(['_', 'SHLVL', 'OLDPWD']);

/** Whether a build ended with everything as it was found, and that was good. */
export const wasIdle = ({ outcome, built, spared, adopted }: IdleSummary): boolean =>
  outcome === 'fresh' && built.length + spared.length + adopted.length === 0;

interface IdleSummary {
  readonly outcome: string;
  readonly built: readonly unknown[];
  readonly spared: readonly unknown[];
  readonly adopted: readonly unknown[];
}

/** What is answered from a memo: the build itself, or what a command that only looks would show. */
export type MemoView = 'build' | 'status' | 'dry run';

/** Which build a command line is about, and what it shows of it; undefined: about none. */
export function askedOf(
  words: readonly string[],
): { readonly view: MemoView; readonly build: readonly string[] } | undefined {
  if (words[0] === 'status') return { view: 'status', build: ['build', ...words.slice(1)] };
  if (words[0] !== 'build') return undefined;
  const dry = words.findIndex((word) => word === '-n' || word === '--dry-run');
  return dry < 0
    ? { view: 'build', build: words }
    : { view: 'dry run', build: words.toSpliced(dry, 1) };
}

/** What commands that only look printed of an idle build, and the screen it was laid out for. */
export interface MemoViews {
  readonly screen: string;
  readonly 'dry run'?: string;
  readonly status?: string;
}

/** The screen that a text was laid out for. */
export const screenOf = ({
  width,
  paint,
}: {
  readonly width: number;
  readonly paint: (style: 'dim', text: string) => string;
}): string => `${width} ${paint('dim', '')}`;
