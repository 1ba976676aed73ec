/** The requested exposures' rows of the exposure table, kept in a small file of their own. */
import type { Sighting } from '../../core/index.ts';
import type { Exposure } from '../settings/domain.ts';
import {
  type ExposureRow,
  type ExposureTable,
  parseExposureTable,
  rowOf,
} from './exposure-table.ts';
import type { Entry } from './forcefile-report.ts';

/** Text of the rows file: one line an exposure, in the order of the table. */
export function rowsText(table: ExposureTable, exposures: readonly Exposure[]): string {
  const wanted = new Set(exposures.filter((exposure) => rowOf(table, exposure) !== undefined));
  const lines = [...table.byExposure]
    .filter(([exposure]) => wanted.has(exposure))
    .map(([, line]) => line);
  return lines.map((line) => `${line}\n`).join('');
}

/** A row that holds one of these anywhere is no search image (getOverlaps_single_expo.csh). */
const EXCLUDED = /zero|flat|test|junk|bias|supernova|slew|pointing|commish|sn-/i;
/** Those that SEdiff.sh takes. */
const SEARCHED: readonly string[] = ['u', 'g', 'r', 'i', 'z', 'Y'];
/** Seconds. */
const SHORTEST = 30;

/** What DAGMaker.sh and the jobs would stumble over, mostly without a word. */
function whyLeftOut(row: ExposureRow, line: string): string | undefined {
  const word = EXCLUDED.exec(line)?.[0];
  if (word !== undefined) return `its row holds '${word}' (OBJECT: ${row.object})`;
  if (!SEARCHED.includes(row.band)) return `SEdiff.sh does not take band ${row.band}`;
  return row.exptime < SHORTEST ? `it was exposed for ${row.exptime} s only` : undefined;
}

/** What the rows file says of one exposure, as an observation of the targets made from it. */
export function rowIn(text: string, exposure: Exposure): Sighting {
  const table = parseExposureTable(text);
  const row = rowOf(table, exposure);
  if (row === undefined) {
    return {
      state: 'failed',
      definite: true,
      why: `exposure ${exposure} is not in exposures.list`,
      advice:
        'If the number is right, the exposure database does not have it yet: it is asked again half an hour later, or by desgw build --force exposures.list.',
    };
  }
  const why = whyLeftOut(row, table.byExposure.get(exposure)!);
  if (why !== undefined) {
    return {
      state: 'failed',
      definite: true,
      why: `left out: ${why}`,
      advice: 'Take it off the list of exposures; DAGMaker could do nothing with it.',
    };
  }
  const { nite, band, ra, dec, mjd } = row;
  return {
    state: 'ready',
    value: { nite, band, ra, dec, mjd },
    note: `nite ${nite}, band ${band}`,
  };
}

/** The band of an exposure, if the rows file has it. */
export function bandIn(text: string, exposure: Exposure): string | undefined {
  return rowOf(parseExposureTable(text), exposure)?.band;
}

/** Exposures with their bands, in the order of the table. */
export function entriesIn(text: string, exposures: readonly Exposure[]): Entry[] {
  const table = parseExposureTable(text);
  return [...table.byExposure.keys()].flatMap((expnum) => {
    const band = exposures.includes(expnum) ? rowOf(table, expnum)?.band : undefined;
    return band === undefined ? [] : [{ expnum, band }];
  });
}
