/** Step 5: one data file per candidate, then all of them combined with stamps and pages. */
import fs from 'node:fs';
import { join } from 'node:path';
import { linesOf, put, textOf } from '../files.mjs';
import { eight } from '../sky.mjs';
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
  const { outdir, season, force, real, make, envSetup, dials } = job;
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
  for (const candidate of candidates) put(join(data, datName(candidate)), datText(candidate));
  const prefix = join(data, real.outDir_data);
  put(`${prefix}.LIST`, candidates.map((candidate) => `${datName(candidate)}\n`).join(''));
  put(`${prefix}.README`, `season ${season}\n`);
  put(`${prefix}.IGNORE`, '');
}

const datName = ({ snid }) => `des_real_${eight(snid)}.dat`;

/** SNANA's text format with the columns that makeDataFiles_fromSNforce writes. */
function datText({ snid, ra, dec, mjd, nite, band, field, ccd, mag, ml, exposure, object }) {
  const flux = 10 ** ((27.5 - Number(mag)) / 2.5);
  const values = {
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
  const head = [
    'SURVEY: DES',
    `SNID: ${snid}`,
    `RA: ${ra} deg`,
    `DECL: ${dec} deg`,
    `HOSTGAL_OBJID: ${Number(snid) + 1}`,
    'HOSTGAL_PHOTOZ: 0.0500 +- 0.0100',
    'HOSTGAL_SNSEP: 1.250',
    'NOBS: 1',
    `NVAR: ${Object.keys(values).length}`,
    `VARLIST: ${Object.keys(values).join(' ')}`,
  ];
  return `${[...head, `OBS: ${Object.values(values).join(' ')}`, 'END:'].join('\n')}\n`;
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
