/**
 * Where each CCD of DECam lies in the focal plane, north up and east left, and what of an exposure
 * is shown there. The CCDs are numbered row by row from the north, each row from west to east;
 * rows are 0.164 degrees apart and CCDs of a row 0.3113 (measured positions, within 0.01 degree).
 */
import type { Part } from '../../core/index.ts';
import { ccd2, SEARCH_CCDS } from '../settings/domain.ts';
import { type CcdReport, stateByCcd } from './ccd-report.ts';

const CCDS_IN_ROW = [3, 4, 5, 6, 6, 7, 7, 6, 6, 5, 4, 3] as const;
const ROW_DECLINATION = [
  0.909, 0.745, 0.581, 0.416, 0.252, 0.0875, -0.0775, -0.2425, -0.407, -0.571, -0.735, -0.899,
] as const;
const SPACING = 0.3113;
/** Degrees of one CCD: long side along right ascension. */
const SIZE = { width: 0.299, height: 0.1495 } as const;

/** The middle of a CCD in degrees from the middle of the field: x to the west, y to the north. */
export const CCD_PLACES: ReadonlyMap<number, Part['place']> = places();

function places(): ReadonlyMap<number, Part['place']> {
  const found = new Map<number, Part['place']>();
  CCDS_IN_ROW.forEach((n, row) => {
    for (let column = 1; column <= n; column++) {
      const x = ((n + 1) / 2 - column) * SPACING;
      found.set(found.size + 1, { x, y: ROW_DECLINATION[row]!, ...SIZE });
    }
  });
  return found;
}

/** All 62 CCDs of an exposure with their states. */
export function focalPlane(report: CcdReport): readonly Part[] {
  const states = stateByCcd(report);
  return [...CCD_PLACES].map(([ccd, place]): Part => {
    const name = `${report.band}_${ccd2(ccd)}`;
    const label = ccd2(ccd);
    const notes = [
      ...new Set(report.ccds.flatMap((entry) => (entry.ccd === name ? entry.failures : []))),
    ];
    const state = states.get(name);
    if (state === undefined && !SEARCH_CCDS.includes(ccd))
      return { label, state: 'unused', notes: ['not processed by DAGMaker'], place };
    return {
      label,
      state: state === undefined || state === 'missing' ? 'not started' : state,
      notes,
      place,
    };
  });
}
