/** DECam and the naming conventions of the pipeline. */

/** The 59 CCDs of a search exposure: 1 to 62 without 2, 31 and 61. */
export const SEARCH_CCDS = ccdsWithout(2, 31, 61);
/** The 60 CCDs of a template: 31 is processed too. */
export const TEMPLATE_CCDS = ccdsWithout(2, 61);
export const BANDS = ['u', 'g', 'r', 'i', 'z', 'Y', 'VR'];

function ccdsWithout(...dead) {
  return Array.from({ length: 62 }, (_, i) => i + 1).filter((ccd) => !dead.includes(ccd));
}

export const two = (ccd) => String(ccd).padStart(2, '0');
export const eight = (exposure) => String(exposure).padStart(8, '0');

/** Field name: RA and declination times ten, cut toward zero: WS1980-232. */
export function fieldOf(ra, dec) {
  const south = dec < 0 ? '-' : '+';
  return `WS${Math.trunc(ra * 10)}${south}${Math.trunc(Math.abs(dec) * 10)}`;
}

/** Angle between two positions, all in degrees. */
export function separation(ra1, dec1, ra2, dec2) {
  const rad = Math.PI / 180;
  const sine =
    Math.sin(((dec2 - dec1) * rad) / 2) ** 2 +
    Math.cos(dec1 * rad) * Math.cos(dec2 * rad) * Math.sin(((ra2 - ra1) * rad) / 2) ** 2;
  return (2 * Math.asin(Math.min(1, Math.sqrt(sine)))) / rad;
}
