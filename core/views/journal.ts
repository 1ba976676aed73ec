/** The journal, record by record. */

import type { ListedRecord, ListedSegment } from '../memory/listing.ts';
import type { Trace } from '../memory/trace.ts';
import { display } from '../words/quote.ts';
import { reasonText } from '../words/reasons.ts';
import { count, table } from '../words/text.ts';
import { moment } from '../words/time.ts';

/** A heading for every segment and a line for every record about a target that is wanted. */
export function journalText(
  segments: readonly ListedSegment[],
  wanted: (target: string) => boolean,
): string {
  const blocks = segments.flatMap((segment) => {
    const records = segment.records.filter(({ target }) => wanted(target));
    if (records.length === 0) return [];
    return [[heading(segment), ...table(records.map(row)).map((line) => `  ${line}`)].join('\n')];
  });
  return blocks.join('\n\n');
}

/** The same as data, one record after the other. */
export function journalJson(
  segments: readonly ListedSegment[],
  wanted: (target: string) => boolean,
): readonly object[] {
  return segments.flatMap(({ name, records }) =>
    records.filter(({ target }) => wanted(target)).map((record) => ({ segment: name, ...record })),
  );
}

function heading({ name, header, clean, files }: ListedSegment): string {
  const by =
    header === undefined ? 'its beginning is damaged' : `process ${header.pid} on ${header.host}`;
  const end = clean ? '' : ', not ended: its writer is at work or died';
  return `${name}: ${by}${end}; ${count(files, 'digest')} of files beside these`;
}

function row({ kind, target, trace }: ListedRecord): readonly string[] {
  if (trace === undefined) return ['', display(target), kind, ''];
  return [moment(trace.at), display(target), `${trace.kind} (run ${trace.run})`, detail(trace)];
}

function detail(trace: Trace): string {
  switch (trace.kind) {
    case 'started':
    case 'finishing':
      return because(trace.because, `token ${trace.token}`);
    case 'built':
      return because(
        trace.because,
        trace.how === 'built' ? '' : trace.how,
        trace.receipt === undefined ? '' : `receipt ${trace.receipt}`,
      );
    case 'failed':
      return display(trace.problems[0]?.what ?? '');
    case 'cleaning':
      return trace.done ? 'cleaned' : 'being cleaned';
  }
}

function because(
  reasons: Extract<Trace, { because: unknown }>['because'],
  ...more: string[]
): string {
  const why = reasons.slice(0, 2).map(reasonText).join('; ');
  const rest = reasons.length > 2 ? ` and ${reasons.length - 2} more` : '';
  return display([...more, `${why}${rest}`].filter((text) => text !== '').join('; '));
}
