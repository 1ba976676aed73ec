/**
 * What a command says when it ends with an error: what, where it comes from with the line of the
 * rule file, what to do next, and the code to look it up by.
 */

import { CODES, type Code } from '../api/codes.ts';
import { isSystemError, UserError } from '../api/errors.ts';
import type { Path } from '../api/values.ts';
import { display } from '../words/quote.ts';
import { remedyFor } from '../words/remedy.ts';
import { columns, wrap } from '../words/text.ts';

/** An error as it is told. */
export interface Complaint {
  readonly code: Code;
  readonly message: string;
  /** Lines of source files that the message names, each underlined. */
  readonly source: readonly string[];
  readonly hint?: string;
  /** Exit status. */
  readonly exit: number;
}

/** Most places that are shown with their line. */
const SHOWN = 2;

/**
 * An error as it is told.
 * @param readText texts of files that a message names
 */
export function complaintOf(
  error: unknown,
  readText: (path: Path) => string | undefined,
): Complaint {
  if (error instanceof UserError) {
    const { message, hint, exit, kind } = error;
    const source = sourceLines(message, readText);
    return { code: kind, message, source, exit, ...(hint === undefined ? {} : { hint }) };
  }
  const message = error instanceof Error ? error.message : String(error);
  if (isSystemError(error)) {
    const code = String(error.code);
    // Those of Node itself (`ERR_...`) say nothing of the machine.
    const hint = code.includes('_') ? {} : { hint: remedyFor(code, 'run this again') };
    return { code: 'DG503', message, source: [], ...hint, exit: 5 };
  }
  return {
    code: 'DG900',
    message,
    source: [],
    hint: 'This is a fault of desgw itself, not yours. Nothing it believed was written down wrongly; DESGW_DEBUG=1 shows where it happened.',
    exit: 1,
  };
}

/** For people, wrapped at the columns of their screen. */
export function complaintText(
  { code, message, source, hint }: Complaint,
  { width }: { readonly width: number },
): string {
  const lines = [
    `desgw: ${message}`,
    ...source,
    ...(hint === undefined ? [] : [`  ${hint}`]),
    ...(code === 'DG100' ? [] : [`  (${code}: \`desgw help ${code}\` tells more)`]),
  ];
  return wrap(lines.join('\n'), width, '  ').join('\n');
}

/** For programs. */
export function complaintJson({ code, message, hint, exit }: Complaint): object {
  const { title } = CODES[code];
  return { error: { code, title, message, ...(hint === undefined ? {} : { hint }), exit } };
}

/** What `desgw help CODE` prints. */
export function codeText(code: Code): string {
  const { title, text } = CODES[code];
  return `${code}: ${title}\n\n  ${text}\n`;
}

const PLACE = /([\w@~./-]+\.[cm]?[jt]s):(\d+)(?::(\d+))?/g;

function sourceLines(
  message: string,
  readText: (path: Path) => string | undefined,
): readonly string[] {
  // Some messages show their line themselves.
  if (/^\s*\d+ \| /m.test(message)) return [];
  const places = new Map<string, Place>();
  for (const about of message.split('\n'))
    for (const [all, path, line, column] of about.matchAll(PLACE))
      places.set(all, { path: path!, line: Number(line), column: Number(column ?? 0), about, all });
  return [...places.values()].slice(0, SHOWN).flatMap((place) => {
    const source = readText(place.path)?.split('\n')[place.line - 1];
    return source === undefined || source.trim() === '' ? [] : underlined(source, place);
  });
}

interface Place {
  readonly path: Path;
  readonly line: number;
  /** 0: not told. */
  readonly column: number;
  /** The line of the message that names it, and how it does. */
  readonly about: string;
  readonly all: string;
}

function underlined(source: string, place: Place): readonly string[] {
  const shown = display(source.replaceAll('\t', '  '));
  const { at, length } = markIn(shown, place);
  const number = String(place.line);
  const before = ' '.repeat(columns(shown.slice(0, at)));
  const mark = '^'.repeat(Math.max(1, columns(shown.slice(at, at + length))));
  return [`  ${number} | ${shown}`, `  ${' '.repeat(number.length)} | ${before}${mark}`];
}

/** The column that is named, or the field or name that is spoken of, or all of the line. */
function markIn(
  shown: string,
  { column, about, all }: Place,
): { readonly at: number; readonly length: number } {
  if (column > 0) return { at: column - 1, length: 1 };
  const after = about.slice(about.indexOf(all) + all.length);
  const field = /^\): ([A-Za-z]+)/.exec(after)?.[1];
  const fieldAt = field === undefined ? -1 : shown.search(new RegExp(`\\b${field}\\b`));
  if (fieldAt >= 0) return { at: fieldAt, length: field!.length };
  // A name behind the place is a need, which a line has after what it makes: so the last of it is meant.
  for (const word of namesIn(after)) {
    const at = Math.max(shown.lastIndexOf(`'${word}'`), shown.lastIndexOf(`"${word}"`));
    if (at >= 0) return { at: at + 1, length: word.length };
  }
  // Of names before the place the first is meant; in a line of a cycle (`a needs b`), which quotes none, the need.
  const isEdge = !about.includes("'");
  for (const word of isEdge ? about.split(/\s+/).toReversed() : namesIn(about)) {
    const at = isEdge ? shown.lastIndexOf(`'${word}'`) : shown.indexOf(`'${word}'`);
    if (at >= 0) return { at: at + 1, length: word.length };
  }
  const indent = shown.length - shown.trimStart().length;
  return { at: indent, length: shown.trim().length };
}

/** Names in quotes. */
const namesIn = (text: string): readonly string[] =>
  [...text.matchAll(/'([^']+)'/g)].map(([, name]) => name!);
