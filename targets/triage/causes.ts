/**
 * What the failures of a CCD mean: why the step fails, and what could cure it. Told from the
 * sources of SEdiff.sh and from what happened to 17,523 CCDs of a large event before and after its
 * templates were made again: with templates RUN02, RUN03 and RUN19 to RUN22 went away by the
 * hundred, memory never cured one of them.
 */

/**
 * `died`: left nothing. `infrastructure`: a copy or a database. `memory`: a step that grows with
 * the image. `templates`: something of a template was not there. `geometry`: no template overlaps,
 * or none was there. `force`: complete, but its force-photometry files were not copied.
 */
export type CauseOfFailure =
  | 'died'
  | 'infrastructure'
  | 'memory'
  | 'templates'
  | 'geometry'
  | 'force';

/** Cause by the number of the step, `RUN02_...` to `RUN28_...`; steps that are not here are rare. */
const CAUSE_OF_STEP: { readonly [step: string]: CauseOfFailure } = {
  RUN01: 'infrastructure',
  RUN02: 'templates',
  RUN03: 'templates',
  RUN04: 'memory',
  RUN05: 'memory',
  RUN06: 'memory',
  RUN07: 'memory',
  RUN08: 'memory',
  RUN09: 'memory',
  RUN10: 'memory',
  RUN11: 'infrastructure',
  RUN12: 'infrastructure',
  RUN13: 'infrastructure',
  RUN14: 'infrastructure',
  RUN15: 'infrastructure',
  RUN16: 'memory',
  RUN17: 'memory',
  RUN18: 'memory',
  RUN19: 'templates',
  RUN20: 'templates',
  RUN21: 'templates',
  RUN22: 'templates',
  RUN23: 'memory',
  RUN24: 'infrastructure',
  RUN25: 'infrastructure',
  RUN26: 'infrastructure',
  RUN27: 'infrastructure',
  RUN28: 'infrastructure',
};

/** The number of a step, `RUN18`, of `RUN18_combined+expose_hotpants`; other names as they are. */
export const stepOf = (failure: string): string => /^RUN\d\d/.exec(failure)?.[0] ?? failure;

/**
 * The step that failed first; later ones follow from it. A pipeline that found no overlapping
 * template has run no step at all.
 */
export function firstFailure(failures: readonly string[]): string | undefined {
  if (failures.includes('NOOVERLAPS')) return 'NOOVERLAPS';
  return [...failures].sort()[0];
}

/** Why a CCD that is not complete is not; a failure that desgw does not know may be tried again. */
export function causeOf(failures: readonly string[]): CauseOfFailure {
  const first = firstFailure(failures);
  if (first === undefined) return 'died';
  if (first === 'NOOVERLAPS') return 'geometry';
  return CAUSE_OF_STEP[stepOf(first)] ?? 'infrastructure';
}
