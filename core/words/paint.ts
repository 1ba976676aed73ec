/** Colour as a function handed in, so that views stay pure text. */
import type { Paint, State, Style } from '../api/builds.ts';

export type { Paint, Style } from '../api/builds.ts';

/** No colour at all: for files, pipes and tests. */
export const plain: Paint = (_style, text) => text;

/** One colour per state, everywhere the same. */
export const STATE_STYLE: { readonly [state in State]: Style } = {
  fresh: 'green',
  stale: 'yellow',
  missing: 'yellow',
  maybe: 'cyan',
  waiting: 'blue',
  running: 'blue',
  failed: 'red',
  blocked: 'magenta',
  edited: 'red',
  'in doubt': 'red',
  outdated: 'red',
};

/** The order in which states are counted and listed: good news first, trouble last. */
export const STATE_ORDER: readonly State[] = [
  'fresh',
  'waiting',
  'running',
  'maybe',
  'stale',
  'missing',
  'blocked',
  'failed',
  'edited',
  'outdated',
  'in doubt',
];
