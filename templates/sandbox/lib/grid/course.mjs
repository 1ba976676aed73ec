/**
 * What happens to a job, as a course: a list of [seconds after it was queued, action]. The engine
 * plays courses and knows nothing of outcomes.
 *
 * Outcomes of a search CCD: success; the name of a step (RUN02_expose_makeStarCat: tar and FAIL);
 * noOverlaps; silent (dies, leaves nothing); seFailure (leaves nothing, exit 0); noPair, onlyFits,
 * onlyPsf (tar without all of its force-photometry files); copyFailure (the tar is lost, the rest
 * is there); held, evicted, slow (succeed in the end). A template CCD with less memory than it needs is
 * removed by the pool (outOfMemory).
 */
import { chance, countWithin, pick, shuffled, within } from '../random.mjs';
import { SEARCH_CCDS, TEMPLATE_CCDS } from '../sky.mjs';

/** How often each step failed in a large past event, in round numbers. */
const STEP_WEIGHTS = {
  RUN02_expose_makeStarCat: 46,
  'RUN18_combined+expose_hotpants': 21,
  'RUN11_combined+expose_doFake': 10,
  RUN19_combined_coaddWSdiff: 9,
  RUN03_expose_mkWStemplate: 5,
  RUN20_combined_sexDiffim: 1,
};

const PAIR = ['fits', 'psf'];
const COPYBACK = {
  success: ['tar', ...PAIR, 'stamps'],
  noPair: ['tar', 'stamps'],
  onlyFits: ['tar', 'fits', 'stamps'],
  onlyPsf: ['tar', 'psf', 'stamps'],
  copyFailure: [...PAIR, 'stamps'],
};

/** CCD -> outcome of one exposure, the same every time; `kind` is search or template. */
export function outcomesOf({ kind, exposure, attempt, dials }) {
  const all = kind === 'template' ? TEMPLATE_CCDS : SEARCH_CCDS;
  const outcomes = new Map(all.map((ccd) => [ccd, 'success']));
  if (attempt > 0 && dials.grid.rerun === 'success') return outcomes;
  const waiting = shuffled(all, dials.seed, exposure, 'ccds');
  for (const [name, range] of Object.entries(dials[kind].outcomes)) {
    const count = countWithin(range, dials.seed, exposure, name);
    for (const ccd of waiting.splice(0, count)) {
      outcomes.set(ccd, name === 'failed' ? pick(STEP_WEIGHTS, dials.seed, exposure, ccd) : name);
    }
  }
  for (const [ccd, name] of Object.entries(dials[kind].ccds)) outcomes.set(Number(ccd), name);
  return outcomes;
}

/** The course of one CCD; `keys` make its times its own. */
export function ccdCourse(kind, outcome, dials, ...keys) {
  const { grid, seed } = dials;
  const begin = within(grid.idle, seed, 'idle', ...keys);
  const slow = outcome === 'slow' ? grid.slowFactor : 1;
  const end = begin + slow * within(grid[kind], seed, 'run', ...keys);
  const work =
    kind === 'template'
      ? [
          [end, 'se'],
          [end, 'exit:0'],
        ]
      : searchWork(outcome, begin, end, grid);
  const start = [begin, 'start'];
  const half = (begin + end) / 2;
  switch (outcome) {
    case 'silent':
      return [start, [half, 'exit:1']];
    case 'outOfMemory':
      return [start, [half, 'remove']];
    case 'seFailure':
      return [start, [half, 'exit:0']];
    case 'held':
      return [start, [half, 'hold'], [half, 'start'], ...later(work, half - begin)];
    case 'evicted':
      return [start, [half, 'evict'], [half + begin, 'start'], ...later(work, half)];
    default:
      return [start, ...work];
  }
}

/** Single-epoch processing, then copyback: tar and FAILs first, then the pair, then the stamps. */
function searchWork(outcome, begin, end, grid) {
  const se = [begin + (end - begin) / 3, 'se'];
  if (outcome === 'noOverlaps') return [se, [end, 'noOverlaps'], [end, 'exit:1']];
  if (outcome.startsWith('RUN')) {
    return [
      se,
      [end + grid.late, `tar:${outcome}`],
      [end + grid.late, `fail:${outcome}`],
      [end, 'exit:1'],
    ].sort(byTime);
  }
  const copies = (COPYBACK[outcome] ?? COPYBACK.success).map((action, i) => [
    end + grid.late + i * grid.copyGap,
    action,
  ]);
  const exit = grid.late > 0 ? end : copies.at(-1)[0];
  return [se, ...copies, [exit, 'exit:0']].sort(byTime);
}

/** The course of a job that is neither: the dummy, RUNMON, anything else. */
export function otherCourse(script, dials, ...keys) {
  const begin = dials.grid.idle[0] + 0.1 * chance(dials.seed, ...keys);
  const end = begin + dials.grid.other;
  return [[begin, 'start'], ...(script === 'RUNMON.sh' ? [[end, 'monitor']] : []), [end, 'exit:0']];
}

const later = (course, seconds) => course.map(([at, action]) => [at + seconds, action]);
const byTime = (a, b) => a[0] - b[0];
