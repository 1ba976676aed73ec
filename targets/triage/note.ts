/**
 * What a build has made of the failures of an exposure: a note of its own, so that the next look, by
 * whoever builds, knows that they have been seen to.
 */
import { digestOf, type Path } from '../../core/index.ts';
import type { Submissions } from '../grid/submissions.ts';
import type { CcdReport } from '../reports/ccd-report.ts';
import type { Exposure } from '../settings/domain.ts';
import { OUTPUTS } from '../settings/follow-up.ts';

/** The file `triage_EXP.json`. */
export type TriageNote = {
  readonly schema: 'desgw/triage-note';
  readonly version: 1;
  readonly exposure: Exposure;
  /** Of which results after how many submissions: others are to be seen to anew. */
  readonly of: string;
  /**
   * `later`: to be looked at again, not before `until` (milliseconds), and waited for. `done`: gone on;
   * where `until` is given, what decided may change (templates, the budget), and is looked at then.
   */
  readonly state: 'done' | 'later';
  readonly until?: number;
  /** Nobody could be asked: a build with somebody at the terminal asks. */
  readonly unasked?: true;
  /** How often in a row what was to be done could not be done. */
  readonly tries: number;
  /** In a few words. */
  readonly what: string;
};

/** Where the note of an exposure lies. */
export const noteFile = (exposure: Exposure): Path => `${OUTPUTS}/triage_${exposure}.json`;

/** Reads a note; undefined for what is none. */
export function readNote(text: string | undefined): TriageNote | undefined {
  try {
    const note: TriageNote = JSON.parse(text ?? '');
    return note.schema === 'desgw/triage-note' ? note : undefined;
  } catch {
    return undefined; // half of one, or somebody's own file: seen to anew
  }
}

/**
 * What a note is about. A rescue that ends as what was before it is another matter all the same.
 * @param lacking CCDs without force-photometry files, where that matters
 */
export const noted = (
  { ccds }: CcdReport,
  { markers }: Submissions,
  lacking: readonly string[] = [],
): string =>
  digestOf(JSON.stringify([ccds, markers.length, ...(lacking.length === 0 ? [] : [lacking])]));
