/** Laying out text: columns, cutting, plurals. */

/** Ranges that take two columns: East Asian wide and full-width forms, and most pictographs. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const NO_WIDTH = /[\p{Mn}\p{Me}\p{Cf}]/u;
const ASCII = /^[\x20-\x7e]*$/;

/** Colours take no room. */
const COLOURS = /\x1b\[\d+m/g;

/** Columns that a text without control characters but colours takes on a terminal. */
export function columns(coloured: string): number {
  if (ASCII.test(coloured)) return coloured.length;
  const text = coloured.replace(COLOURS, '');
  let sum = 0;
  for (const char of text) sum += charColumns(char);
  return sum;
}

/** Cut to at most `width` columns; a cut is marked by `...`. */
export function cut(text: string, width: number): string {
  if (columns(text) <= width) return text;
  const mark = '...'.slice(0, Math.max(0, width));
  let left = width - mark.length;
  let kept = '';
  for (const char of text) {
    left -= charColumns(char);
    if (left < 0) break;
    kept += char;
  }
  return kept + mark;
}

/** `a, b, c`, or as many as have room and `...`: half a name or number reads like another one. */
export function cutList(words: readonly string[], width: number): string {
  const all = words.join(', ');
  if (columns(all) <= width) return all;
  let kept = '';
  for (const word of words) {
    if (columns(`${kept}${word}, ...`) > width) break;
    kept += `${word}, `;
  }
  return kept === '' ? '' : `${kept}...`;
}

/** Filled up with blanks to `width` columns. */
export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - columns(text)));
}

/** Rows with all but their last cell aligned, and no blanks at the ends of lines. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [i, cell] of row.slice(0, -1).entries()) {
      widths[i] = Math.max(widths[i] ?? 0, columns(cell));
    }
  }
  return rows.map((row) =>
    row
      .map((cell, i) => (i === row.length - 1 ? cell : pad(cell, widths[i]!)))
      .join('  ')
      .trimEnd(),
  );
}

/** `1 target`, `2 targets`. */
export function count(n: number, noun: string): string {
  return `${n} ${n === 1 ? noun : `${noun}s`}`;
}

/** A whole number with its thousands set apart: `3,540`. */
export function number(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ',');
}

/**
 * Lines no wider than `width`: broken at blanks where that can be done, the rest of a line moved in
 * by `by` below it.
 */
export function wrap(text: string, width: number, by: string): string[] {
  const wide = Math.max(20, width);
  return withinWidth(text.split('\n'), wide).flatMap((line) => wrapLine(line, wide, by));
}

/** A line of source with its number, and the line below it that marks a word. */
const SOURCE = /^( *)\d+ \| /;
const MARKS = /^ *\| +\^+$/;

/** Cuts lines of source round what is marked in them: were they broken, the marks would not fit. */
export function withinWidth(lines: readonly string[], width: number): string[] {
  return lines.flatMap((line, i) => {
    const marks = lines[i + 1] ?? '';
    if (MARKS.test(line) && SOURCE.test(lines[i - 1] ?? '')) return [];
    if (!SOURCE.test(line) || !MARKS.test(marks)) return [line];
    return columns(line) <= width ? [line, marks] : cutRound(line, marks, width);
  });
}

function cutRound(line: string, marks: string, width: number): string[] {
  const margin = SOURCE.exec(line)![0].length;
  const at = marks.indexOf('^');
  const room = width - margin - '...'.length;
  // What stands before the marks tells more than what comes after.
  const from = Math.min(Math.max(margin, marks.length - room + 3), at);
  const source = `${from > margin ? '...' : ''}${line.slice(from)}`;
  const moved = from > margin ? from - margin - '...'.length : 0;
  return [
    line.slice(0, margin) + cut(source, width - margin),
    marks.slice(0, margin) + cut(marks.slice(margin + moved), width - margin).replaceAll('.', '^'),
  ];
}

/** The rest of a line with such a label stands below its words, as further lines of it do. */
const LABEL = /^(?:next|and): +/;

function wrapLine(line: string, width: number, usual: string): string[] {
  if (columns(line) <= width) return [line];
  const by = LABEL.exec(line)?.[0].replace(/./g, ' ') ?? usual;
  const lines: string[] = [];
  // What a program printed stands behind a bar, which all of its rows have.
  const own = /^ *(?:\| )?/.exec(line)![0];
  let now = own;
  let isBlank = true;
  // A command between back quotes stays in one piece, to be copied.
  for (const word of line.slice(own.length).match(/(?:`[^`]*`|[^ ])+ *| +/g) ?? []) {
    for (const piece of pieces(word, width - own.length - by.length)) {
      if (!isBlank && columns(now + piece.trimEnd()) > width) {
        lines.push(now.trimEnd());
        now = own + by;
      }
      now += piece;
      isBlank = false;
    }
  }
  return [...lines, now.trimEnd()];
}

/** A word that is too wide for a line in pieces. */
function pieces(word: string, width: number): string[] {
  if (columns(word) <= width) return [word];
  const found: string[] = [];
  let piece = '';
  for (const char of word) {
    if (columns(piece + char) > width) {
      found.push(piece);
      piece = '';
    }
    piece += char;
  }
  return [...found, piece];
}

/** `a`, `a and b`, `a, b and c`, `a, b and 7 more`. */
export function enumerate(words: readonly string[], most = 3): string {
  if (words.length <= 1) return words.join('');
  if (words.length > most + 1)
    return `${words.slice(0, most).join(', ')} and ${words.length - most} more`;
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** Every line moved in by `by`; empty lines stay empty. */
export function indent(text: string, by: string): string {
  return text.replace(/^(?=.)/gm, by);
}

function charColumns(char: string): number {
  return NO_WIDTH.test(char) ? 0 : WIDE.test(char) ? 2 : 1;
}
