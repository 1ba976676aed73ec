/** Colour as a function handed in, so that views stay pure text. */
import type { State } from '../api/builds.ts';

/** What a view may ask for; the terminal decides whether anything comes of it. */
export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'blue' | 'cyan' | 'magenta';

export type Paint = (style: Style, text: string) => string;

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
