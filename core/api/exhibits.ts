/** What a target has found, to be looked at on the report page: facts, curves and pictures. */

import type { Path } from './values.ts';

/** Things of one kind, read from the files that a target has made. Pure. */
export interface Exhibition {
  /** What they are, in the plural: `candidates`. */
  readonly title: string;
  /** What to type to see all of them. */
  readonly advice?: string;
  /** All that there are, what matters most first. */
  readonly items?: (read: Reading) => readonly Exhibit[];
  /** Numbers about all of them. */
  readonly tables?: (read: Reading) => readonly ExhibitTable[];
}

/** The text of a file; undefined where there is none. */
export type Reading = (path: Path) => string | undefined;

/** Rows of cells below a heading. */
export interface ExhibitTable {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** How its numbers are to be read. */
  readonly note?: string;
}

/** One thing to be looked at. */
export interface Exhibit {
  readonly name: string;
  /** What is known of it, by name, in the order in which people look at it. */
  readonly facts: { readonly [what: string]: string };
  readonly curve?: Curve;
  /** Files of pictures (GIF, PNG, JPEG); one that is not there is not shown. */
  readonly pictures?: readonly Picture[];
}

/** What was measured over time. */
export interface Curve {
  /** What the axes show: `MJD`, `magnitude`. */
  readonly x: string;
  readonly y: string;
  /** Small numbers are above large ones, as with magnitudes. */
  readonly downwards?: boolean;
  readonly points: readonly CurvePoint[];
  /** What hollow points are. */
  readonly hollow?: string;
  /** What is not drawn, and why. */
  readonly note?: string;
}

/** One measurement. */
export interface CurvePoint {
  /** What it belongs to, such as a band; each has a colour and a sign of its own. */
  readonly series: string;
  readonly x: number;
  readonly y: number;
  readonly error?: number;
  /** Drawn hollow. */
  readonly hollow?: boolean;
  /** What else to say of it. */
  readonly note?: string;
}

/** One picture and what it shows. */
export interface Picture {
  readonly label: string;
  readonly path: Path;
}
