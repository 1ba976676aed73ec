/** What everybody should know who sees a build: its first lines. */
import type { Build } from '../api/builds.ts';
import type { Paint } from '../words/paint.ts';
import { display } from '../words/quote.ts';

/** What the adapters of a build want known, each once. */
export const noticesOf = ({ adapters = {} }: Build): readonly string[] => [
  ...new Set(Object.values(adapters).flatMap(({ notice }) => notice ?? [])),
];

/** A notice for people. */
export const noticeText = (notice: string, paint: Paint): string =>
  `${paint('yellow', 'note')}    ${display(notice)}`;
