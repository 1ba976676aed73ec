/** Views of the world and verdicts, written down by hand, for what decides by them. */

import type { Path } from '../../core/api/values.ts';
import type { Verdict } from '../../core/plan/verdict.ts';
import type { Verdicts, View } from '../../core/plan/view.ts';

/** A world with nothing in it but what is given. */
export function viewOf(given: Partial<View> = {}): View {
  const file = given.file ?? ((_path: Path) => 'absent');
  return {
    file,
    glob: file,
    env: () => undefined,
    sighting: () => undefined,
    trace: () => undefined,
    output: (output) => file(output.path),
    once: () => undefined,
    attempt: () => 'unclaimed',
    forced: () => false,
    gaveUp: () => false,
    refuser: () => undefined,
    madeNow: () => 0,
    awaitsSight: () => false,
    goesOn: () => false,
    damaged: () => false,
    unproved: () => false,
    mayHaveLost: () => false,
    fault: () => undefined,
    ...given,
  };
}

/** Verdicts by name. */
export const verdictsOf = (table: { readonly [name: string]: Verdict }): Verdicts =>
  new Map(Object.entries(table));

/** Targets that may be relied on, with what they made. */
export const madeBy = (products: { readonly [name: string]: string }): Verdicts =>
  new Map(
    Object.entries(products).map(([name, product]) => [
      name,
      { state: 'fresh', reasons: [], product },
    ]),
  );
