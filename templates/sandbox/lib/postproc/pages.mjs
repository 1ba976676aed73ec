/** Steps 6 and 7: plots and the web page. */
import fs from 'node:fs';
import { join } from 'node:path';
import { put, textOf } from '../files.mjs';
import { fitsLines } from './fits.mjs';
import { picture } from './light-curves.mjs';
import { PyError } from './python.mjs';

/** False when there is nothing to plot (EmptyPlotError). */
export function drawPlots({ outdir, season, real, mlCut, dials }) {
  const combined = fs.readFileSync(join(outdir, 'makedatafiles', real.combined_fits));
  const shown = fitsLines(combined)
    .map((line) => JSON.parse(line))
    .filter(({ ml }) => Number(ml) >= mlCut);
  if (dials.postproc.emptyPlots || shown.length === 0) return false;
  fs.mkdirSync(join(outdir, 'maps'), { recursive: true });
  for (const name of [
    `fakemltest_${season}.png`,
    `fullmap_${season}.png`,
    `efftest_${season}.png`,
  ]) {
    put(join(outdir, name), picture());
    put(name, picture());
  }
  return true;
}

/**
 * Writes masterHTML<SEASON>.html in cwd. A table that was loaded from its file (`loaded`) cannot be
 * used unless the script is mended (`fixed`); then the page stays half written.
 */
export function writePage({ outdir, season, mlCut }, { fixed, loaded }) {
  const page = `masterHTML${season}.html`;
  const sorting = textOf('tableSortTest.html');
  if (sorting === undefined) {
    throw new PyError('IOError', "[Errno 2] No such file or directory: 'tableSortTest.html'");
  }
  const head = `<html><head><title>Season ${season}</title></head><body>
<h1>Season ${season}</h1>
<img src="fakemltest_${season}.png" alt="ML scores of fakes"><img src="fullmap_${season}.png" alt="map">
<p><a href="statusPage${season}.html">Status</a></p>
`;
  if (loaded && !fixed) {
    put(page, head);
    throw new PyError('ValueError', 'DataFrame constructor not properly called!');
  }
  const text = fs.readFileSync(join(outdir, 'mastertableinfo.npy'), 'latin1');
  const candidates = JSON.parse(text.slice(text.indexOf('\n') + 1));
  const rows = candidates.filter(({ ml, snid }) => {
    return (
      Number(ml) >= mlCut &&
      fs.existsSync(join(outdir, 'htmls', `candidate_${snid}_dp${season}.html`))
    );
  });
  put(page, `${head}${tableText(rows, { outdir, season })}${sorting}</body></html>\n`);
}

function tableText(rows, { outdir, season }) {
  const body = rows.map(({ snid, ra, dec, ml, mag }) => {
    const path = `${outdir}/htmls/candidate_${snid}_dp${season}.html`;
    return `<tr><td>${snid}</td><td>${ra} ${dec}</td><td>${ml}</td><td>${mag}</td><td><a href="${path}">${path}</a></td></tr>\n`;
  });
  return `<table><thead><tr><th>SNID</th><th>RA and DEC</th><th>max ML score</th><th>First Mag</th><th>path</th></tr></thead>
<tbody>
${body.join('')}</tbody></table>
`;
}
