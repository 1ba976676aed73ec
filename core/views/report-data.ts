/** What a report holds; the page and programs read it. A new version when a field changes its meaning. */

import type { State } from '../api/builds.ts';
import type { Curve, ExhibitTable } from '../api/exhibits.ts';
import type { Tally } from '../api/looks.ts';
import type { Problem } from '../api/rules.ts';
import type { Instant, Json, TargetName } from '../api/values.ts';

/** One letter for each state of a part: `C`omplete, `F`ailed, `I`ncomplete, `N`ot started, `U`nused. */
export type PartLetter = 'C' | 'F' | 'I' | 'N' | 'U';

/** All that the page shows. */
export interface ReportData {
  readonly schema: 'desgw/report';
  readonly version: 1;
  readonly title: string;
  readonly at: Instant;
  /** Why it could not be looked at since, where a page is served. */
  readonly unseen?: string;
  /** What wrote it: version, host, user, command, rule file. */
  readonly origin: { readonly [what: string]: string };
  /** What subjects are called; null when there are none. */
  readonly kind: string | null;
  readonly totals: { readonly [condition: string]: number };
  readonly phases: readonly {
    readonly phase: string;
    readonly total: number;
    readonly states: { readonly [state: string]: number };
    readonly tally?: Tally;
  }[];
  /** Where the parts of every subject lie: label, x, y, width, height; the same for all. */
  readonly places: readonly (readonly [string, number, number, number, number])[];
  readonly subjects: readonly SubjectData[];
  readonly targets: readonly TargetData[];
  /** What targets have found. */
  readonly exhibitions: readonly ExhibitionData[];
  readonly params: readonly {
    readonly name: string;
    readonly value: Json;
    readonly source: string;
    readonly help: string;
  }[];
  /** What is not well with targets although they could be made. */
  readonly findings: readonly {
    readonly target: TargetName;
    readonly problems: readonly Problem[];
    readonly strict: boolean;
  }[];
  readonly next: readonly string[];
}

/** One row of the board. */
export interface SubjectData {
  readonly name: string;
  /** `done`, `under way`, `failed`... */
  readonly condition: string;
  readonly phases: { readonly [phase: string]: string };
  /** A letter for each of the places. */
  readonly parts?: string;
  /** What is to be said of parts, by label. */
  readonly notes?: { readonly [label: string]: readonly string[] };
  readonly note?: string;
}

/** One target. */
export interface TargetData {
  readonly name: TargetName;
  readonly state: State;
  readonly phase: string;
  readonly subject?: string;
  /** Places of what it needs in the list of targets. */
  readonly needs: readonly number[];
  readonly why: string;
  readonly advice?: string;
  /** When its last run ended, and how long that took. */
  readonly at?: Instant;
  readonly ms?: number;
  readonly failed?: true;
}

/** What one target has found, as much of it as a page should hold. */
export interface ExhibitionData {
  readonly title: string;
  readonly advice?: string;
  readonly tables: readonly ExhibitTable[];
  /** How many there are; only the first of them are among the items. */
  readonly total: number;
  /** How many of the items have pictures that the page would be too large for. */
  readonly unpictured: number;
  readonly items: readonly ExhibitData[];
}

/** One thing that was found. */
export interface ExhibitData {
  readonly name: string;
  readonly facts: { readonly [what: string]: string };
  readonly curve?: Curve;
  /** What it shows, and the picture itself as an address that holds it. */
  readonly pictures: readonly { readonly label: string; readonly src: string }[];
}
