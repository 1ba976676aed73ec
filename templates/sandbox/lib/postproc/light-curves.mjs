/** Step 5: one data file per candidate, then all of them combined with stamps and pages. */
import fs from 'node:fs';
import { join } from 'node:path';
import { exposureDatabase } from '../exposures.mjs';
import { linesOf, put, textOf } from '../files.mjs';
import { chance } from '../random.mjs';
import { eight, fieldOf, separation } from '../sky.mjs';
import { untarGz } from '../tar.mjs';
import { candidatesOf } from './candidates.mjs';
import { fits } from './fits.mjs';
import { PyError, waitForEver } from './python.mjs';

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==',
  'base64',
);

/** A picture of one pixel. */
export const picture = () => PNG;

/** makeDataFiles_fromSNforce, one job per core. */
export function lightCurves(job) {
  const { outdir, season, force, real, make, envSetup, dials, exposures } = job;
  const candidates = candidatesOf(season);
  if (candidates.length === 0) throw new PyError('IndexError', 'list index out of range');
  const dir = join(outdir, 'makedatafiles');
  const data = join(dir, real.outDir_data);
  fs.mkdirSync(data, { recursive: true });
  for (let core = 1; core <= force.ncore; core++) {
    put(join(dir, `${real.outFile_stdout}_${core}`), `format ${make.format}\n`);
  }
  // The jobs source the setup script again; without it none of them writes anything.
  if (dials.postproc.zeroDat || !fs.existsSync(envSetup)) waitForEver('0 .dat files so far');
  if (make['2nite_trigger'] !== 'null') {
    throw new PyError('NameError', "global name 'twonite' is not defined");
  }
  for (const candidate of candidates)
    put(join(data, datName(candidate)), datText(candidate, exposures));
  const prefix = join(data, real.outDir_data);
  put(`${prefix}.LIST`, candidates.map((candidate) => `${datName(candidate)}\n`).join(''));
  put(`${prefix}.README`, `season ${season}\n`);
  put(`${prefix}.IGNORE`, '');
}

const datName = ({ snid }) => `des_real_${eight(snid)}.dat`;

/** Degrees around its centre in which an exposure shows what is there. */
const FIELD = 1;

/** SNANA's text format with the columns that makeDataFiles_fromSNforce writes. */
function datText(candidate, exposures) {
  const { snid, ra, dec, exposure, band } = candidate;
  const others = exposureDatabase().filter(
    (row) =>
      exposures.includes(row.expnum) &&
      row.expnum !== exposure &&
      separation(Number(row.radeg), Number(row.decdeg), Number(ra), Number(dec)) < FIELD,
  );
  const rows = [
    detected(candidate),
    ...others.map((row) => forced(candidate, row, row.band === band ? 1 : 0.8)),
  ].sort((a, b) => Number(a.MJD) - Number(b.MJD));
  const head = [
    'SURVEY: DES',
    `SNID: ${snid}`,
    `RA: ${ra} deg`,
    `DECL: ${dec} deg`,
    `HOSTGAL_OBJID: ${Number(snid) + 1}`,
    'HOSTGAL_PHOTOZ: 0.0500 +- 0.0100',
    'HOSTGAL_SNSEP: 1.250',
    `NOBS: ${rows.length}`,
    `NVAR: ${Object.keys(rows[0]).length}`,
    `VARLIST: ${Object.keys(rows[0]).join(' ')}`,
  ];
  const lines = rows.map((row) => `OBS: ${Object.values(row).join(' ')}`);
  return `${[...head, ...lines, 'END:'].join('\n')}\n`;
}

const fluxOf = (mag) => 10 ** ((27.5 - Number(mag)) / 2.5);

/** The observation in which difference imaging found it. */
function detected({ mjd, nite, band, field, ccd, mag, ml, exposure, object }) {
  const flux = fluxOf(mag);
  return {
    MJD: mjd,
    FLT: band,
    FIELD: field,
    FLUXCAL: flux.toFixed(3),
    FLUXCALERR: (flux / 20).toFixed(3),
    PHOTFLAG: 4096,
    PHOTPROB: ml,
    ZPFLUX: '31.200',
    PSF: '1.95',
    SKYSIG: '32.10',
    SKYSIG_T: '14.20',
    GAIN: '4.30',
    XPIX: '1024.50',
    YPIX: '2048.50',
    NITE: nite,
    EXPNUM: exposure,
    CCDNUM: Number(ccd),
    OBJID: object,
  };
}

/** The same place on another exposure, measured whether or not anything was found there. */
function forced(candidate, { expnum, nite, mjd_obs, band, radeg, decdeg }, share) {
  const flux = fluxOf(candidate.mag);
  const wobble = 0.9 + 0.2 * chance('forced', candidate.snid, expnum);
  return {
    ...detected(candidate),
    MJD: mjd_obs,
    FLT: band,
    FIELD: fieldOf(Number(radeg), Number(decdeg)),
    FLUXCAL: (flux * share * wobble).toFixed(3),
    FLUXCALERR: (20 + flux / 20).toFixed(3),
    PHOTFLAG: 0,
    PHOTPROB: '-9.000',
    NITE: nite,
    EXPNUM: expnum,
    OBJID: 0,
  };
}

/** Step 5b: reads the data files again; what it saves last is the table for the web page. */
export function combine(job) {
  const { outdir, season, real, exposures, skipLightCurves } = job;
  const used = candidatesOf(season).filter(
    (candidate) => exposures.includes(candidate.exposure) && wanted(job, candidate),
  );
  for (const candidate of used) {
    readBack(join(outdir, 'makedatafiles', real.outDir_data, datName(candidate)), candidate);
    if (!skipLightCurves) put(join(outdir, 'pngs', `LightCurve_${candidate.snid}.png`), picture());
    const gifs = copyStamps(job, candidate);
    put(
      join(outdir, 'htmls', `candidate_${candidate.snid}_dp${season}.html`),
      pageText(candidate, gifs),
    );
  }
  const combined = join(outdir, 'makedatafiles', real.combined_fits);
  fs.rmSync(combined, { force: true });
  put(
    combined,
    fits(
      'DATAFILES',
      used.map((c) => JSON.stringify(c)),
    ),
  );
  put(join(outdir, 'mastertableinfo.npy'), npy(used));
}

function wanted({ goodSnids }, { snid }) {
  return !fs.existsSync(goodSnids) || linesOf(textOf(goodSnids)).includes(String(snid));
}

function readBack(path, { snid }) {
  const text = textOf(path) ?? '';
  if (!text.includes(`SNID: ${snid}`)) throw new PyError('IndexError', 'list index out of range');
}

function copyStamps({ rootdir, outdir, season }, { exposure, nite, field, band, ccd, object }) {
  const name = `stamps_${nite}_${field}_${band}_${ccd}`;
  const tar = join(
    rootdir,
    'exp',
    nite,
    exposure,
    `dp${season}`,
    `${band}_${ccd}`,
    name,
    `${name}.tar.gz`,
  );
  if (!fs.existsSync(tar)) return [];
  const members = untarGz(fs.readFileSync(tar));
  const gifs = Object.keys(members).filter((member) => member.endsWith(`${object}.gif`));
  for (const gif of gifs) put(join(outdir, 'stamps', gif), members[gif]);
  return gifs;
}

function pageText({ snid, ra, dec, ml, mag, exposure, band }, gifs) {
  const images = gifs.map((gif) => `<img src="../stamps/${gif}" alt="${gif}">`).join('\n');
  return `<html><head><title>${snid}</title></head><body>
<h1>Candidate ${snid}</h1>
<table><tr><th>RA</th><th>DEC</th><th>ML score</th><th>First Mag</th></tr>
<tr><td>${ra}</td><td>${dec}</td><td>${ml}</td><td>${mag}</td></tr></table>
<p>exposure ${exposure}, band ${band}</p>
<img src="../pngs/LightCurve_${snid}.png" alt="light curve">
${images}
</body></html>
`;
}

/** A file in the format of numpy.save whose one object is the table. */
function npy(candidates) {
  const head = "{'descr': '|O', 'fortran_order': False, 'shape': (), }".padEnd(69).concat('\n');
  return Buffer.concat([
    Buffer.from('\x93NUMPY\x01\x00F\x00', 'latin1'),
    Buffer.from(head + JSON.stringify(candidates)),
  ]);
}
