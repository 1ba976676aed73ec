/** Where a word of bash text ends, and what it says if that can be told without running bash. */

/** Deeper nesting counts as text without an end, so that hostile input cannot fill the stack. */
const MAX_NESTING = 100;

/** Where the word that begins at `start` ends, and its value without its quotes. */
export interface Word {
  readonly end: number;
  readonly value: string | undefined;
}

/** Reads one word as bash splits them. Undefined: a quote or an expansion in it has no end. */
export function scanWord(text: string, start: number): Word | undefined {
  const plain = /[^ \t\n;&|()<>\\'"`$]+/y;
  let parts: string[] | undefined = [];
  let i = start;
  const take = (end: number, value: string | undefined): void => {
    if (value === undefined) parts = undefined;
    else parts?.push(value);
    i = end;
  };
  for (;;) {
    const c = text[i];
    plain.lastIndex = i;
    const run = plain.exec(text);
    if (run !== null) {
      const tilde = (i === start && c === '~') || run[0].includes(':~');
      take(i + run[0].length, tilde ? undefined : run[0]);
    } else if (c === '\\') {
      if (i + 1 >= text.length) return undefined;
      take(i + 2, text[i + 1] === '\n' ? '' : text[i + 1]);
    } else if (c === "'") {
      const close = text.indexOf("'", i + 1);
      if (close < 0) return undefined;
      take(close + 1, text.slice(i + 1, close));
    } else if (c === '"') {
      const end = skipTo('"', text, i + 1, 0);
      if (end === undefined) return undefined;
      take(end, doubleQuoted(text.slice(i + 1, end - 1)));
    } else if (c === '$' || c === '`') {
      const end = skipExpansion(text, i, 0);
      if (end === undefined) return undefined;
      take(end, end === i + 1 && !/[\w@*#?$![-]/.test(text[end] ?? '') ? '$' : undefined);
    } else {
      return { end: i, value: parts?.join('') };
    }
  }
}

/** What stands between double quotes, as bash reads it; undefined if it expands anything. */
function doubleQuoted(body: string): string | undefined {
  if (/`|\$[\w@*#?$!({[-]/.test(body.replace(/\\[\s\S]/g, ' '))) return undefined;
  return body.replace(/\\([$`"\\])|\\\n/g, '$1');
}

/** Offset after `$(...)`, `${...}`, `$'...'`, `$"..."` or backticks at `i`; after `$` otherwise. */
function skipExpansion(text: string, i: number, nesting: number): number | undefined {
  if (text[i] === '`') return skipTo('`', text, i + 1, nesting + 1);
  switch (text[i + 1]) {
    case '(':
      return skipTo(')', text, i + 2, nesting + 1);
    case '{':
      return skipTo('}', text, i + 2, nesting + 1);
    case '"':
      return skipTo('"', text, i + 2, nesting + 1);
    case "'": {
      const close = /(?:[^\\']|\\[\s\S])*'/y;
      close.lastIndex = i + 2;
      return close.test(text) ? close.lastIndex : undefined;
    }
    default:
      return i + 1;
  }
}

/**
 * Offset after the closing character, minding quotes and brackets on the way; undefined when the
 * text ends first.
 */
export function skipTo(
  close: string,
  text: string,
  from: number,
  nesting: number,
): number | undefined {
  if (nesting > MAX_NESTING) return undefined;
  let i: number | undefined = from;
  while (i !== undefined && i < text.length) {
    const c = text[i];
    if (c === close) return i + 1;
    if (c === '\\') i += 2;
    else if (c === "'" && close !== '"') i = after(text.indexOf("'", i + 1));
    else if (c === '"') i = skipTo('"', text, i + 1, nesting + 1);
    else if (c === '`' || (c === '$' && /[({]/.test(text[i + 1] ?? '')))
      i = skipExpansion(text, i, nesting);
    else if (close === ')' && c === '(') i = skipTo(')', text, i + 1, nesting + 1);
    else if (close === ')' && c === '#' && /\s/.test(text[i - 1] ?? ''))
      i = after(text.indexOf('\n', i));
    else i++;
  }
  return undefined;
}

function after(found: number): number | undefined {
  return found < 0 ? undefined : found + 1;
}
