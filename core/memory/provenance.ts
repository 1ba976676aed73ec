/** Where what a target has made comes from: its record, joined with the history of who made it how. */

import type { Instant, Path, TargetName } from '../api/values.ts';
import type { Files } from '../world/world.ts';
import { type Deed, type Doer, type Means, pastInvocations } from './history.ts';
import { logPath, logThere } from './logs.ts';
import { type Built, lastGood, type Trace } from './trace.ts';

/** What is known of how a target came to be what it is. */
export interface Provenance {
  readonly target: TargetName;
  readonly built: Built;
  /** Whether the last run is another one, which failed or has not ended. */
  readonly superseded: boolean;
  /** Who did it, where the history knows. */
  readonly by?: Doer & { readonly number: number };
  /** When the run began. */
  readonly begun?: Instant;
  readonly means?: Means;
  readonly log?: Path;
}

/** The provenance of targets that were made, in the order in which they are named. */
export function provenanceOf(
  targets: readonly TargetName[],
  traces: ReadonlyMap<TargetName, Trace>,
  files: Files,
): readonly Provenance[] {
  const wanted = new Map<TargetName, Built>();
  for (const target of targets) {
    const built = lastGood(traces.get(target));
    if (built !== undefined) wanted.set(target, built);
  }
  const found = deedsFor(wanted, files);
  return [...wanted].map(([target, built]) => {
    const { began, ended, by } = found.get(target) ?? {};
    const { commands, programs = {}, checkouts = {} } = began ?? {};
    return {
      target,
      built,
      superseded: traces.get(target)?.kind !== 'built',
      ...(by === undefined ? {} : { by }),
      ...(began === undefined ? {} : { begun: began.at }),
      ...(commands === undefined ? {} : { means: { commands, programs, checkouts } }),
      ...(built.how === 'built' || ended !== undefined
        ? logThere(files, logPath(target, built.run))
        : {}),
    };
  });
}

interface Found {
  began?: Deed;
  ended?: Deed;
  by?: Doer & { readonly number: number };
}

/** The beginning and the end of each run: one invocation may begin it, and a later one see its end. */
function deedsFor(wanted: ReadonlyMap<TargetName, Built>, files: Files): Map<TargetName, Found> {
  const found = new Map<TargetName, Found>();
  const open = new Set(wanted.keys());
  for (const { number, deeds, at: _, end: __, ...doer } of pastInvocations(files)) {
    if (open.size === 0) break;
    for (const deed of deeds.toReversed()) {
      const built = wanted.get(deed.target);
      if (built === undefined || !open.has(deed.target) || deed.run !== built.run) continue;
      const one = found.get(deed.target) ?? {};
      found.set(deed.target, one);
      if (deed.kind === 'built' && deed.how === built.how) {
        one.ended ??= deed;
        one.by ??= { ...doer, number };
      }
      // Who began the run made the target; what was adopted or accepted has no beginning.
      if (deed.kind === 'started') {
        one.began = deed;
        one.by = { ...doer, number };
      }
      if (one.began !== undefined || built.how !== 'built') open.delete(deed.target);
    }
  }
  return found;
}
