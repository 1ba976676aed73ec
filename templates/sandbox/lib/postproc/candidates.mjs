/**
 * The candidates of a season: sandbox/candidates/dp<SEASON>.json, which stands for the database
 * tables SNFORCE and SNCAND. Written by force photometry, read by every step after it.
 */
import { join } from 'node:path';
import { exposureDatabase } from '../exposures.mjs';
import { namesIn, put, textOf } from '../files.mjs';
import { objectsOf } from '../grid/sediff.mjs';
import { chance } from '../random.mjs';
import { ROOT } from '../site.mjs';

const NAME = /^WS\d{4,}_(\d{6,7})_(.*)_combined_([A-Za-z]+)_(\d{2}).*\.fits$/;

const fileOf = (season) => join(ROOT, 'candidates', `dp${season}.json`);

/** The candidates on record; none before the first force photometry. */
export function candidatesOf(season) {
  return JSON.parse(textOf(fileOf(season)) ?? '[]');
}

/** Finds the candidates on the linked images (those with both files) and records them. */
export function recordCandidates(season, imagesDir, dials) {
  const database = new Map(exposureDatabase().map((row) => [row.expnum, row]));
  const found = [];
  for (const nite of namesIn(imagesDir)) {
    const names = namesIn(join(imagesDir, nite));
    const all = new Set(names);
    for (const name of names) {
      const match = NAME.exec(name);
      if (match === null || !all.has(name.replace(/\.fits$/, '.psf'))) continue;
      const [, exposure, field, band, ccd] = match;
      const image = { exposure, nite, field, band, ccd, row: database.get(exposure) };
      found.push(...candidatesOn(image, dials));
    }
  }
  put(fileOf(season), JSON.stringify(found));
}

function candidatesOn({ exposure, nite, field, band, ccd, row }, dials) {
  const { seed } = dials;
  return objectsOf(exposure, Number(ccd))
    .filter((object) => chance(seed, 'candidate', object) < dials.postproc.candidates)
    .map((object) => ({
      snid: object % 10_000_000,
      object,
      exposure,
      nite,
      field,
      band,
      ccd,
      mjd: row?.mjd_obs ?? '0',
      ra: offset(row?.radeg, seed, 'ra', object),
      dec: offset(row?.decdeg, seed, 'dec', object),
      ml: (0.35 + 0.65 * chance(seed, 'ml', object)).toFixed(3),
      mag: (19 + 4 * chance(seed, 'mag', object)).toFixed(2),
    }));
}

/** A place within a degree of the centre. */
function offset(centre, ...keys) {
  return (Number(centre ?? 0) + 2 * chance(...keys) - 1).toFixed(5);
}
