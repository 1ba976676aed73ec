/** The columns of overviews, and what their rows are about. */
import type { Subject } from '../../core/index.ts';
import type { Exposure } from './domain.ts';

/** Everything before the first DAGMaker. */
export const PREPARATION = 'preparation';
export const DAGMAKER = 'DAGMaker';
export const TEMPLATES = 'templates';
export const SUBMISSION = 'submission';
export const GRID = 'grid';
export const REPORTS = 'reports';
export const POST_PROCESSING = 'post processing';

/** One exposure as a row. */
export const exposureSubject = (exposure: Exposure): Subject => ({
  kind: 'exposure',
  name: exposure,
});
