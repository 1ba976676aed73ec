/** The vocabulary of the pipeline: exposures, bands, seasons, nites, CCDs and fields. */
import { UserError } from '../../core/index.ts';

/** The number of a DECam exposure: six or seven digits, kept as text. */
export type Exposure = string;

/** A filter. `VR` occurs in exposures.list, but DAGMaker.sh makes no list of templates for it. */
export type Band = 'u' | 'g' | 'r' | 'i' | 'z' | 'Y' | 'VR';

/** A processing season, 1 to 9999, kept as text: the processing is called `dp<SEASON>`. */
export type Season = string;

/** The date of the evening on which a night began, `yyyymmdd` (UTC minus twelve hours). */
export type Nite = string;

/** Every band, from blue to red, the broad one last. */
export const BANDS: readonly Band[] = ['u', 'g', 'r', 'i', 'z', 'Y', 'VR'];

/** CCDs with a job of their own in a search DAG: 1 to 62 without 2, 31 and 61 (DAGMaker.sh). */
export const SEARCH_CCDS: readonly number[] = ccdsWithout(2, 31, 61);

/** CCDs of a template: as for a search exposure, and 31 as well (SEdiff.sh, `-N 60 -c 0`). */
export const TEMPLATE_CCDS: readonly number[] = ccdsWithout(2, 61);

function ccdsWithout(...absent: readonly number[]): readonly number[] {
  return Array.from({ length: 62 }, (_, index) => index + 1).filter((ccd) => !absent.includes(ccd));
}

/** A CCD as directories name it: two digits. */
export function ccd2(ccd: number): string {
  return String(ccd).padStart(2, '0');
}

/** True for the name of a band; upper and lower case differ (`Y`, `z`). */
export function isBand(text: string): text is Band {
  return (BANDS as readonly string[]).includes(text);
}

/** True for an exposure number as exposures.list spells it: no sign, no leading zero. */
export function isExposure(text: string): text is Exposure {
  return /^[1-9][0-9]{5,6}$/.test(text);
}

/**
 * An exposure number as a person typed it, blanks around it removed.
 * @throws UserError for anything but six or seven digits
 */
export function parseExposure(text: string): Exposure {
  const trimmed = text.trim();
  if (isExposure(trimmed)) return trimmed;
  throw new UserError(
    `${shown(trimmed)} is not an exposure number`,
    'An exposure number has six or seven digits and no leading zero, like 668443.',
  );
}

/** True for a season number without sign or leading zero, 1 to 9999. */
export function isSeason(text: string): text is Season {
  return /^[1-9][0-9]{0,3}$/.test(text);
}

/** True for the number of a proposal: four digits at the end in older years, six in later ones. */
export function isProposal(text: string): boolean {
  return /^[0-9]{4}[A-Z]-[0-9]{4,6}$/.test(text);
}

/** True for a date of the calendar written `yyyymmdd`, from 1900 on. */
export function isNite(text: string): text is Nite {
  const match = /^((?:19|[2-9][0-9])[0-9]{2})([0-9]{2})([0-9]{2})$/.exec(text);
  if (match === null) return false;
  const month = Number(match[2]);
  const day = Number(match[3]);
  return month >= 1 && month <= 12 && day >= 1 && day <= daysIn(Number(match[1]), month);
}

function daysIn(year: number, month: number): number {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
}

/** Text of unknown origin, fit for a message: quoted, control characters escaped, cut short. */
export function shown(text: string): string {
  const quoted = JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text);
  return `'${quoted.slice(1, -1).replaceAll('\\"', '"')}'`;
}
