/** The raw image of an exposure: where it arrives, and how long DAGMaker is not tried without it. */
import { type Instant, moment, type Path, type Sighting } from '../../core/index.ts';
import type { Exposure } from '../settings/domain.ts';

/** One exposure as raw images are named by. */
export interface Raw {
  readonly exposure: Exposure;
  readonly nite: string;
}

const nameOf = ({ exposure }: Raw): string => `DECam_${exposure.padStart(8, '0')}.fits.fz`;

/** The raw image that SEdiff.sh starts from: beside the persistent tree, in the scratch one. */
export function rawOnPnfs(pnfs: Path, raw: Raw): Path | undefined {
  const found = /^(.*)\/persistent\/([^/]+)\/?$/.exec(pnfs);
  return found === null
    ? undefined
    : `${found[1]}/scratch/${found[2]}/dts/${raw.nite}/${nameOf(raw)}`;
}

/** Every place in which an image may arrive; `{nite}` stands for the nite in those of the site. */
export function rawPlaces(
  { pnfs, rawImages }: { readonly pnfs: Path; readonly rawImages: readonly Path[] },
  raw: Raw,
): readonly Path[] {
  const own = rawOnPnfs(pnfs, raw);
  const others = rawImages.map((dir) => `${dir.replaceAll('{nite}', raw.nite)}/${nameOf(raw)}`);
  return own === undefined ? others : [own, ...others];
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** The modified Julian date of the beginning of Unix time. */
const UNIX = 40_587;

/** What is known of an image that is not there. */
export interface RawFacts {
  /** In none of these is it. */
  readonly places: readonly Path[];
  /** When the exposure was taken, as a modified Julian date. */
  readonly mjd: number;
  readonly now: Instant;
  /** Hours. */
  readonly wait: number;
}

/**
 * Waiting, while the image of an exposure of this night may still arrive; undefined: DAGMaker may be
 * tried, which looks in more places.
 */
export function awaitedRaw({ places, mjd, now, wait }: RawFacts): Sighting | undefined {
  const taken = Math.round(((mjd - UNIX) * DAY) / 1000) * 1000;
  const until = taken + wait * HOUR;
  // One of another year will not arrive any more, nor one that has not been taken.
  if (places.length === 0 || now < taken || now >= until) return undefined;
  const [first] = places;
  const name = first!.slice(first!.lastIndexOf('/') + 1);
  const where = places.map((path) => path.slice(0, path.lastIndexOf('/'))).join(' or ');
  return {
    state: 'waiting',
    progress: `raw image ${name}, exposed at ${moment(taken)}, has not arrived in ${where}; DAGMaker is tried without it at ${moment(until)} (rawWait ${wait} h)`,
  };
}
