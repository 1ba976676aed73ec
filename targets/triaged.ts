/**
 * triaged_EXP: whether what failed of an exposure has been tried again, as far as that helps. Only
 * with `autoRescue`; what comes after the CCD report waits for it. The rescues themselves are made by
 * the build between two rounds (`commands/auto-rescue.ts`), which leaves a note of what it did.
 */
import { type Look, type Rule, type Seen, type Sighting, target, write } from '../core/index.ts';
import { submissionsIn, submissionsLook } from './grid/submissions.ts';
import type { CcdReport } from './reports/ccd-report.ts';
import { forcefileLooks, forcefilesFrom } from './reports/forcefile-report.ts';
import type { Exposure } from './settings/domain.ts';
import { ccdsFile, ccdsName, type FollowUp, OUTPUTS } from './settings/follow-up.ts';
import { exposureSubject, GRID } from './settings/phases.ts';
import { noted, noteFile, readNote, type TriageNote } from './triage/note.ts';

/** Name of the target. */
export const triagedName = (exposure: Exposure): string => `triaged_${exposure}`;

/** Whether a build sees to failures of itself. */
export const seesToFailures = ({ params }: Pick<FollowUp, 'params'>): boolean =>
  params.autoRescue === 'on' || params.autoRescue === 'ask';

/** What has to be looked at to know whether the failures of an exposure are to be seen to. */
export const triagedLooks = (
  place: Pick<FollowUp, 'site' | 'season'>,
  exposure: Exposure,
): readonly Look[] => [
  submissionsLook(place, exposure),
  { kind: 'read', path: noteFile(exposure) },
  ...forcefileLooks(place.site.pnfs, { exposure, season: place.season }),
];

/** How it stands with the failures of an exposure. */
export type Seeing =
  | { readonly state: 'needless'; readonly what: string }
  /** `over`: what decided may be otherwise by now. */
  | {
      readonly state: 'done';
      readonly what: string;
      readonly note: TriageNote;
      readonly over: boolean;
    }
  | { readonly state: 'later'; readonly what: string }
  | { readonly state: 'due'; readonly of: string; readonly tries: number };

/** Tells from what `triagedLooks` saw how it stands with them. */
export function seeingOf(
  [submitted, note, ...force]: readonly Seen[],
  report: CcdReport,
  { now, above }: { readonly now: () => number; readonly above: boolean },
): Seeing {
  const { exposure, season, counts } = report;
  if (report.settled === false) return { state: 'needless', what: 'gone on with what there is' };
  const lacking = report.enough ? lackingIn(force, report) : [];
  const all = counts.complete === counts.total;
  if (lacking.length === 0 && (all || (report.enough && !above)))
    return {
      state: 'needless',
      what: all ? 'all CCDs complete' : `${counts.complete} of ${counts.total} CCDs are enough`,
    };
  const of = noted(report, submissionsIn(submitted, { exposure, season }), lacking);
  const known = readNote(note?.kind === 'read' ? note.text : undefined);
  if (known?.of !== of) return { state: 'due', of, tries: 0 };
  if (known.state === 'done') {
    const over = known.until !== undefined && now() >= known.until;
    return { state: 'done', what: known.what, note: known, over };
  }
  return now() < (known.until ?? 0)
    ? { state: 'later', what: known.what }
    : { state: 'due', of, tries: known.tries };
}

/** CCDs that are complete and whose force-photometry files were not copied. */
function lackingIn(seen: readonly Seen[], report: CcdReport): readonly string[] {
  const judged = forcefilesFrom(seen, report);
  if (judged.state === 'failed') return [];
  const { fits, psf } = judged.report.missing;
  return [...new Set([...fits, ...psf])].sort();
}

/** Waits until the failures of an exposure have been seen to. */
export function triaged(all: FollowUp, exposure: Exposure): Rule {
  const file = `${OUTPUTS}/triaged_${exposure}.json`;
  return target(triagedName(exposure), {
    doc: `whether what failed of ${exposure} has been tried again, as far as that helps`,
    phase: GRID,
    subject: exposureSubject(exposure),
    deps: [ccdsName(exposure)],
    outputs: [{ path: file, quiet: true }],
    observe: {
      reads: [ccdsFile(exposure)],
      look: () => triagedLooks(all, exposure),
      judge: (seen, facts): Sighting => {
        const failed = seen.find(({ kind }) => kind === 'failed');
        if (failed?.kind === 'failed') return { state: 'failed', why: failed.why };
        const report: CcdReport = JSON.parse(facts.text(ccdsFile(exposure)));
        const above = all.params.rescueAbove === true;
        // The time is asked for only where it matters: what depends on it cannot be remembered.
        const seeing = seeingOf(seen, report, { now: () => facts.now, above });
        switch (seeing.state) {
          case 'needless':
            return { state: 'ready', value: { exposure, what: seeing.what }, note: seeing.what };
          case 'done': {
            const { until } = seeing.note;
            const again = seeing.over || until === undefined ? {} : { again: until };
            const value = { exposure, what: seeing.what };
            return { state: 'ready', value, note: seeing.what, ...again };
          }
          case 'later':
            return { state: 'waiting', progress: seeing.what };
          case 'due':
            return {
              state: 'waiting',
              progress: `what failed of ${exposure} is to be seen to: the next build does, or \`desgw triage ${exposure}\` tells what it needs`,
            };
        }
      },
    },
    recipe: {
      version: '1',
      steps: ({ value }) => [write(file, `${JSON.stringify(value, null, 2)}\n`)],
    },
  });
}
