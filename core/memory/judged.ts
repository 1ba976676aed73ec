/**
 * What a build with nothing to do has judged, target by target: who goes by which file, who needs whom,
 * and the verdicts. Where some files have changed since, it says whose verdicts hold all the same: those
 * of targets that go by none of these files, nor need, over however many steps, one that does.
 *
 * The part of `.desgw/memo` that holds it is: lengths of the following parts in bytes (five 32-bit numbers,
 * little-endian); for each file that targets alone go by, which targets these are; for each target, who
 * needs it (both see `packLists`); names, and products, with a NUL behind each; JSON of the verdicts that
 * are more than a product, by the number of the target.
 */
import type { Json, TargetName } from '../api/values.ts';

/** Lists of numbers of targets, one for each file or target. */
type Lists = readonly (readonly number[])[];

/** What was judged. Targets go by their numbers in `names`. */
export interface Judged {
  readonly names: readonly TargetName[];
  /** What each of them is known by to those who need it; empty: nothing. */
  readonly products: readonly string[];
  /** Verdicts that say more than that a target is fresh, and its product. */
  readonly others: { readonly [number: string]: Json };
  /** By the number of the file among those that targets alone go by. */
  readonly lookers: Lists;
  readonly dependents: Lists;
}

/** The same, read from bytes, of which most stay as they are. */
export interface PackedJudged extends Pick<Judged, 'names' | 'products' | 'others'> {
  readonly lookers: (file: number) => Iterable<number>;
  readonly dependents: (target: number) => Iterable<number>;
  /** The bytes with other products in their place. */
  with(products: ReadonlyMap<number, string>): Buffer;
}

/** The bytes. */
export function packJudged({ names, products, others, lookers, dependents }: Judged): Buffer {
  const json = Buffer.from(JSON.stringify(others));
  return joined([
    packLists(lookers),
    packLists(dependents),
    packNames(names),
    packNames(products),
    json,
  ]);
}

const PARTS = 5;
const HEAD = 4 * PARTS;

function joined(parts: readonly Buffer[]): Buffer {
  const sizes = Buffer.alloc(HEAD);
  for (const [i, part] of parts.entries()) sizes.writeUInt32LE(part.length, 4 * i);
  return Buffer.concat([sizes, ...parts]);
}

/** What was judged, in bytes of `packJudged`. */
export function readJudged(bytes: Buffer): PackedJudged {
  const parts: Buffer[] = [];
  let start = HEAD;
  for (let i = 0; i < PARTS; i++) {
    const end = start + bytes.readUInt32LE(4 * i);
    parts.push(bytes.subarray(start, end));
    start = end;
  }
  const [lookers, dependents, names, products, json] = parts as [
    Buffer,
    Buffer,
    Buffer,
    Buffer,
    Buffer,
  ];
  const made = namesIn(products);
  return {
    names: namesIn(names),
    products: made,
    others: JSON.parse(json.toString('utf8')),
    lookers: (file) => listIn(lookers, file),
    dependents: (target) => listIn(dependents, target),
    with(changed) {
      const now = made.slice();
      for (const [target, product] of changed) now[target] = product;
      return joined([lookers, dependents, names, packNames(now), json]);
    },
  };
}

/** Targets whose verdicts may be others now, by their numbers: those that go by a file, and all who need them. */
export function affectedBy(files: Iterable<number>, judged: PackedJudged): ReadonlySet<number> {
  const affected = new Set<number>();
  for (const file of files) for (const target of judged.lookers(file)) affected.add(target);
  // The loop also visits what is added to the set meanwhile.
  for (const target of affected)
    for (const dependent of judged.dependents(target)) affected.add(dependent);
  return affected;
}

const packNames = (names: readonly string[]): Buffer =>
  Buffer.from(names.map((name) => `${name}\0`).join(''));

function namesIn(bytes: Buffer): string[] {
  const names = bytes.toString('utf8').split('\0');
  names.pop();
  return names;
}

/**
 * How many lists there are; where each begins, counted in
 * numbers, and where the last one ends; all the numbers. In the order of bytes of all machines with Node for Linux.
 */
function packLists(lists: Lists): Buffer {
  const numbers = lists.reduce((sum, list) => sum + list.length, 0);
  const packed = new Uint32Array(2 + lists.length + numbers);
  packed[0] = lists.length;
  let at = 2 + lists.length;
  lists.forEach((list, i) => {
    for (const number of list) packed[at++] = number;
    packed[i + 2] = at - 2 - lists.length;
  });
  return Buffer.from(packed.buffer);
}

function* listIn(bytes: Buffer, index: number): Generator<number> {
  const numbers = 4 * (bytes.readUInt32LE(0) + 2);
  const [begin, end] = [4, 8].map((at) => bytes.readUInt32LE(4 * index + at));
  for (let i = begin!; i < end!; i++) yield bytes.readUInt32LE(numbers + 4 * i);
}
