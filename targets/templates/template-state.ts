/**
 * How far the single-epoch processing of a template is, told from one listing of its directory
 * `exp/NITE/TEMPLATE/`. An exit status proves nothing here: SEdiff.sh ends with 0 when the
 * processing of a CCD failed, and does not read the status of its copies (run_SEproc.py).
 *
 * A CCD is done when what a search job reads of it is there: the masked image, the catalogue, its
 * zero points (of the CCD, or of the exposure as a whole) and its corners (likewise).
 */
import { TEMPLATE_CCDS } from '../settings/domain.ts';
import type { Template } from './template-dag.ts';

/** What is there of a template. */
export interface TemplateFound {
  readonly done: number;
  /** CCDs that are not done, in ascending order. */
  readonly missing: readonly number[];
}

/** Reads a listing; `names` is undefined where the directory does not exist. */
export function templateFound(
  { exposure, band, processing }: Pick<Template, 'exposure' | 'band' | 'processing'>,
  names: readonly string[] | undefined,
): TemplateFound {
  const there = new Set(names ?? []);
  const stem = `D${exposure.padStart(8, '0')}`;
  const wholeZero = there.has(`${stem}_${processing}_ZP.csv`);
  const wholeCorners = there.has(`${exposure}.out`);
  const missing = TEMPLATE_CCDS.filter((ccd) => {
    const two = String(ccd).padStart(2, '0');
    const own = `${stem}_${band}_${two}_${processing}`;
    return !(
      there.has(`${own}_immask.fits.fz`) &&
      (there.has(`${own}_fullcat.fits`) || there.has(`${own}_fullcat.fits.fz`)) &&
      (wholeZero || there.has(`${stem}_${two}_${processing}_ZP.csv`)) &&
      (wholeCorners || there.has(`${exposure}_${ccd}.out`))
    );
  });
  return { done: TEMPLATE_CCDS.length - missing.length, missing };
}

/** What is known of a template beside its files. */
export interface TemplateFacts {
  readonly found: TemplateFound;
  /** CCDs at which it counts as complete. */
  readonly enough: number;
  /** Jobs of it that are in the queue, whoever submitted them; undefined: could not be seen. */
  readonly jobs: number | undefined;
  /** Whether its raw image is where SEdiff.sh looks for it; undefined: could not be seen. */
  readonly raw: boolean | undefined;
  /** The pass that is being judged, and whether another follows. */
  readonly last: boolean;
  /** Seconds since its jobs were last seen, or anything of it changed. */
  readonly quietFor: number;
  /** Seconds for which files may be late. */
  readonly lateSeconds: number;
}

/**
 * `final`: nothing more can be had. `again`: the next pass may bring more. `unseen`: what would
 * tell could not be seen, so it is neither.
 */
export type TemplateState = 'complete' | 'under way' | 'again' | 'final' | 'unseen';

/**
 * Judges a template after a pass. Templates are of two kinds: those with nearly all CCDs, and those
 * with none, mostly for want of a raw image, for which no amount of memory helps. Only what lies
 * between, or has a raw image and never ran, is worth another pass.
 */
export function templateState(facts: TemplateFacts): TemplateState {
  const { found, enough, jobs, raw, last, quietFor, lateSeconds } = facts;
  if (found.done >= enough) return 'complete';
  if (jobs === undefined) return 'unseen';
  if (jobs > 0 || quietFor < lateSeconds) return 'under way';
  if (found.done === 0 && raw === false) return 'final';
  if (found.done === 0 && raw === undefined) return 'unseen';
  return last ? 'final' : 'again';
}
