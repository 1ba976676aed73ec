/** Which images overlap a search image, and which of them may serve as its templates. */
import { separation } from '../sky.mjs';

/** A row whose line holds one of these words, in any case, is left out: the search image too. */
const EXCLUDED = /zero|flat|test|junk|bias|supernova|slew|pointing|commish|sn-/i;
/** Degrees between centres; days between exposures. */
const REACH = 2.2;
const APART = 0.5;

/**
 * The search image and the images that overlap it, latest first, from the rows of the band list;
 * nothing when the band list does not (or may not) hold the search image.
 */
export function overlapsOf(exposure, bandRows) {
  const rows = bandRows.filter((row) => !EXCLUDED.test(row.line));
  const search = rows.find((row) => row.expnum === exposure);
  if (search === undefined) return { considered: rows.length, overlaps: [] };
  const others = rows
    .map((row) => ({ ...row, angle: separation(search.ra, search.dec, row.ra, row.dec) }))
    .filter((row) => row.angle <= REACH && Math.abs(row.mjd - search.mjd) >= APART)
    .sort((a, b) => b.mjd - a.mjd);
  return { considered: rows.length, overlaps: [{ ...search, angle: 0 }, ...others] };
}

/** Why an image is not used, in DAGMaker's words; undefined when it is. */
export function whyNot(row, search, settings, blacklist) {
  const isSearch = row.expnum === search.expnum;
  const cut = settings.teffCut(search.band);
  const teff = Number(row.teff);
  if (!isSearch && Number.isNaN(teff)) {
    return `Invalid t_eff value for ${row.expnum}. We will not use this image.`;
  }
  if (!isSearch && teff < Number(cut)) {
    return `Exposure ${row.expnum} has a t_eff of ${row.teff}, below the cut value of ${cut}. We will not use this image.`;
  }
  if (blacklist.has(row.expnum)) return `${row.expnum} is in SE_blacklist.txt. Skipping.`;
  if (row.exptime < 30) return `Exposure ${row.expnum} is shorter than 30 seconds. Skipping.`;
  if (!isSearch && outsideWindow(row, search, settings)) {
    return `Template ${row.expnum} is within ${settings.TWINDOW} MJD of search image, before min night, or after max nite. Skipping this exposure.`;
  }
  return undefined;
}

function outsideWindow(row, search, s) {
  if (row.nite < s.MIN_NITE || row.nite > s.MAX_NITE) return true;
  const lag = search.mjd - row.mjd;
  if (Number(s.TWINDOW_DISTINCT) !== 0) {
    return lag < Number(s.TWINDOW_BEFORE) && -lag < Number(s.TWINDOW_AFTER);
  }
  return Math.abs(lag) < Number(s.TWINDOW);
}

/** KH_diff.list1: how many images, the band, the search image, its templates; blanks for those rejected. */
export function list1(search, templates, all = templates) {
  const kept = new Set(templates.map(({ expnum }) => expnum));
  const numbers = [search, ...all].map(({ expnum }) =>
    expnum === search.expnum || kept.has(expnum) ? expnum.padStart(8) : ' '.repeat(8),
  );
  return `${1 + templates.length} ${search.band} ${numbers.join(' ')}\n`;
}

/** KH_diff.list2: the search image, then one line for every template, then an empty one. */
export function list2(search, templates) {
  const { expnum, nite, mjd, ra, dec, band } = search;
  const head = [
    expnum,
    nite,
    mjd.toFixed(6),
    ra.toFixed(6),
    dec.toFixed(5),
    band,
    templates.length,
  ];
  const rest = templates.map((t) =>
    [t.expnum, t.nite, (t.mjd - search.mjd).toFixed(5), t.angle.toFixed(9)].join(' '),
  );
  return `${[head.join(' '), ...rest].join('\n')}\n\n`;
}
