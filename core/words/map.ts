/** Parts drawn where they lie, each as a sign for its state and its label. Pure text. */

import type { Part } from '../api/looks.ts';
import type { Paint, Style } from './paint.ts';

/** For which terminal a map is drawn. */
export interface MapOptions {
  readonly paint: Paint;
  /** Only characters that every terminal knows. */
  readonly ascii: boolean;
}

const SIGNS: { readonly [state in Part['state']]: readonly [string, string, Style] } = {
  complete: ['●', '+', 'green'],
  failed: ['✗', 'X', 'red'],
  incomplete: ['◐', 'o', 'yellow'],
  'not started': ['○', '.', 'blue'],
  unused: ['·', '-', 'dim'],
};

const STATES = Object.keys(SIGNS) as readonly Part['state'][];
/** Columns from one part of a row to the next; even, for rows are shifted by half of it. */
const PITCH = 4;

/** A line for each row of parts, the uppermost first, then what the signs mean with how many. */
export function mapLines(parts: readonly Part[], { paint, ascii }: MapOptions): readonly string[] {
  if (parts.length === 0) return [];
  const heights = [...new Set(parts.map(({ place }) => place.y))].sort((a, b) => b - a);
  const rows = heights.map((y) => parts.filter(({ place }) => place.y === y));
  const left = Math.min(...parts.map(({ place }) => place.x));
  const spacing = spacingOf(rows);
  const sign = (state: Part['state']) => SIGNS[state][ascii ? 1 : 0];
  const lines = rows.map((row) => {
    let line = '';
    let columns = 0;
    for (const { place, label, state } of row.toSorted((a, b) => a.place.x - b.place.x)) {
      const at = Math.round(((place.x - left) / spacing) * PITCH);
      const text = sign(state) + label;
      line += ' '.repeat(Math.max(0, at - columns)) + paint(SIGNS[state][2], text);
      columns = Math.max(at, columns) + text.length;
    }
    return line;
  });
  const legend = STATES.flatMap((state) => {
    const n = parts.filter((part) => part.state === state).length;
    return n === 0 ? [] : [`${paint(SIGNS[state][2], sign(state))} ${state} ${n}`];
  });
  return [...lines, '', legend.join('  ')];
}

/** Between neighbours of a row; 1 where there are none. */
function spacingOf(rows: readonly (readonly Part[])[]): number {
  const gaps = rows.flatMap((row) => {
    const xs = row.map(({ place }) => place.x).sort((a, b) => a - b);
    return xs.slice(1).map((x, i) => x - xs[i]!);
  });
  const positive = gaps.filter((gap) => gap > 0);
  return positive.length === 0 ? 1 : Math.min(...positive);
}

/** Whether a terminal of this environment shows more than ASCII. */
export function knowsUnicode(env: { readonly [name: string]: string | undefined }): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  return /utf-?8/i.test(locale);
}
