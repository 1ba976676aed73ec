/** Names and places of what the pipeline keeps under pnfs/des. */
import fs from 'node:fs';
import { join } from 'node:path';
import { namesIn, put, putNew } from './files.mjs';
import { PNFS } from './site.mjs';
import { eight, two } from './sky.mjs';

/** The directories of one exposure; `cache` and `schema` are DESTCACHE and SCHEMA. */
export function placesOf({ cache, schema, nite, exposure, procnum }) {
  const base = join(PNFS, 'des', cache, schema);
  const exp = join(base, 'exp', String(nite), String(exposure));
  return {
    base,
    night: join(base, 'exp', String(nite)),
    exp,
    dp: join(exp, procnum),
    forceNight: join(base, 'forcephoto', 'images', procnum, String(nite)),
    force: join(base, 'forcephoto', 'images', procnum, String(nite), String(exposure)),
    raw: join(
      PNFS,
      'des',
      'scratch',
      schema,
      'dts',
      String(nite),
      `DECam_${eight(exposure)}.fits.fz`,
    ),
  };
}

/**
 * Writes what single-epoch processing of one CCD leaves in the exposure's directory; what exists is
 * kept, because several DAGs may process one template at the same time.
 */
export function writeSeCcd(expDir, { exposure, band, ccd, rp }, write = putNew) {
  const stem = `D${eight(exposure)}_${band}_${two(ccd)}_${rp}`;
  const text = `${exposure} ${band} ${two(ccd)} ${rp}\n`;
  write(join(expDir, `${stem}_immask.fits.fz`), text);
  write(join(expDir, `${stem}_fullcat.fits`), text);
  write(join(expDir, `${exposure}_${ccd}.out`), text);
  write(join(expDir, `Zero_D${eight(exposure)}_${two(ccd)}_${rp}.csv`), text);
  write(join(expDir, `D${eight(exposure)}_${two(ccd)}_${rp}_ZP.csv`), text);
}

/** Writes what the exposure as a whole gets when its last CCD is through. */
export function writeSeWhole(expDir, { exposure, rp }) {
  putNew(join(expDir, `allZP_D${eight(exposure)}_${rp}.csv`), `${exposure}\n`);
  putNew(join(expDir, `D${eight(exposure)}_${rp}_ZP.csv`), `${exposure}\n`);
  putNew(join(expDir, `${exposure}.out`), `${exposure}\n`);
}

/** How far single-epoch processing of an exposure is: non-empty images, catalogues, zero points. */
export function seState(expDir, { exposure, rp, calibrated }) {
  const names = namesIn(expDir);
  const count = (suffix) =>
    names.filter((name) => suffix.test(name) && fs.statSync(join(expDir, name)).size > 0).length;
  const images = count(new RegExp(`_${rp}_immask\\.fits\\.fz$`));
  const catalogues = count(new RegExp(`_${rp}_fullcat\\.fits`));
  const zeroPoints = count(/_\d\d_r\d+p\d+_ZP\.csv$/);
  const whole = [`allZP_D${eight(exposure)}_${rp}.csv`, `D${eight(exposure)}_${rp}_ZP.csv`];
  const calibration = !calibrated || whole.every((name) => names.includes(name));
  return { images, zeroPoints, complete: images >= 59 && catalogues >= 59 && calibration };
}

/** Makes the directories that DAGMaker makes for one search exposure. */
export function makeSearchDirectories(places, ccds, { nite, field, band }) {
  fs.mkdirSync(places.forceNight, { recursive: true });
  for (const ccd of ccds) {
    const dir = join(places.dp, `${band}_${two(ccd)}`);
    fs.mkdirSync(join(dir, 'ingest'), { recursive: true });
    fs.mkdirSync(join(dir, `stamps_${nite}_${field}_${band}_${two(ccd)}`), { recursive: true });
  }
}

/** Copies a directory's files, replacing old ones and leaving others. */
export function copyFiles(from, to, names = namesIn(from)) {
  fs.mkdirSync(to, { recursive: true });
  for (const name of names) put(join(to, name), fs.readFileSync(join(from, name)));
}
