/**
 * Reads bash text as far as an editor of assignments needs: where statements begin and end, which
 * of them only assign, and what the others might do to a variable. Nothing is run or expanded.
 * One pass, linear in the size of the text.
 */
import { scanWord, skipTo } from './shell-words.ts';

/** One `NAME=word` that bash performs, unconditionally, in the shell that sources the text. */
export interface Assignment {
  readonly name: string;
  /** Offsets of the whole `NAME=word`. */
  readonly start: number;
  readonly end: number;
  /** Offset of the word after `=` (or after `+=`). */
  readonly wordStart: number;
  /** What bash assigns; undefined when only running bash could tell (`$x`, `~`, `+=`). */
  readonly value: string | undefined;
}

/** Anything else than assignments: commands, compound commands, redirections. */
export interface Commands {
  readonly kind: 'commands';
  readonly start: number;
  readonly end: number;
  /** Variables that it may set or unset, judged by how their names occur. */
  readonly touches: ReadonlySet<string>;
  /** It reads other text (`source`, `eval`), which may set any variable. */
  readonly touchesAnything: boolean;
  /** It ends the sourcing: it is an `exit` or a `return`, under no condition. */
  readonly ends: boolean;
  /** It began with assignments, and this word made a command of it: `A=1 word`. */
  readonly prefixed: string | undefined;
}

/** A statement of a script, by its offsets; of assignments what they are. */
export type Statement =
  | {
      readonly kind: 'assignments';
      readonly start: number;
      readonly end: number;
      readonly assignments: readonly Assignment[];
    }
  | Commands;

/** A line that holds nothing but a comment, between statements. */
export interface Comment {
  readonly start: number;
  readonly end: number;
}

/** A script, as far as edits need to understand it. */
export interface Script {
  readonly statements: readonly Statement[];
  readonly comments: readonly Comment[];
  /** Offset of a statement whose end is missing: a quote, a bracket or an `if` never closed. */
  readonly unfinished: number | undefined;
}

const OPENERS = new Set(['if', 'for', 'while', 'until', 'case', 'select', '{']);
const CLOSERS = new Set(['fi', 'done', 'esac', '}']);
/** After these words the next word is again the beginning of a command. */
const LEADERS = new Set(['if', 'while', 'until', '{', 'then', 'do', 'else', 'elif', '!', 'time']);
/** Commands that set the variables which their arguments name. */
const SETTERS =
  /(?:^|[^\w-])(?:unset|read|readonly|declare|typeset|local|export|printf|mapfile|readarray|getopts|for|select|let|wait|coproc)(?![\w-])|\(\(/;
const NAME = /(?<![\w$]|\$\{)[A-Za-z_]\w*/g;
const SET_NAME =
  /(?<![\w$]|\$\{)([A-Za-z_]\w*)(?:\[[^[\]\n]*\])?(?:[-+*/%&|^]|<<|>>)?(?:=|\+\+|--)/g;
const DEFAULT_NAME = /\$\{([A-Za-z_]\w*):?=/g;

/** Splits bash text into statements and comment lines. */
export function scanShell(text: string): Script {
  const statements: Statement[] = [];
  const comments: Comment[] = [];
  let i = 0;
  let fresh = true;
  while (i < text.length) {
    const c = text[i];
    if (c === '\n') fresh = true;
    if (c === ' ' || c === '\t' || c === '\n' || c === ';') i++;
    else if (c === '#') {
      const end = endOfLine(text, i);
      if (fresh) comments.push({ start: i, end });
      i = end;
    } else {
      const read = scanStatement(text, i);
      if (read === undefined) return { statements, comments, unfinished: i };
      statements.push(read.statement);
      i = read.next;
      fresh = text[i - 1] === '\n';
    }
  }
  return { statements, comments, unfinished: undefined };
}

/** Offset of the end of the line that `from` is in. */
export function endOfLine(text: string, from: number): number {
  const found = text.indexOf('\n', from);
  return found < 0 ? text.length : found;
}

interface Reading {
  readonly text: string;
  readonly start: number;
  i: number;
  /** Compound commands that are open. */
  depth: number;
  /** The next word begins a command. */
  leading: boolean;
  /** So far nothing but assignments, perhaps after `export`. */
  form: 'nothing' | 'assigning' | 'exporting' | 'commands';
  /** An operator that wants another command on the next line. */
  dangling: boolean;
  readonly assignments: Assignment[];
  /** The text so far without comments and here-documents. */
  readonly code: string[];
  codeFrom: number;
  readonly heredocs: { readonly mark: string; readonly tabs: boolean }[];
  /** The last word that began a command. */
  command: string | undefined;
  touchesAnything: boolean;
  ends: boolean;
  prefixed: string | undefined;
}

function scanStatement(
  text: string,
  start: number,
): { readonly statement: Statement; readonly next: number } | undefined {
  const r: Reading = {
    text,
    start,
    i: start,
    depth: 0,
    leading: true,
    form: 'nothing',
    dangling: false,
    assignments: [],
    code: [],
    codeFrom: start,
    heredocs: [],
    command: undefined,
    touchesAnything: false,
    ends: false,
    prefixed: undefined,
  };
  while (r.i < text.length) {
    const c = text[r.i]!;
    if (c === ' ' || c === '\t') r.i++;
    else if (c === '\\' && text[r.i + 1] === '\n') r.i += 2;
    else if (c === '#') skipCode(r, endOfLine(text, r.i));
    else if (c === '\n') {
      const end = r.i;
      if (!skipHeredocs(r)) return undefined;
      if (r.depth === 0 && !r.dangling) return { statement: finish(r, end), next: r.i };
      r.leading = true;
    } else if (c === ';' && r.depth === 0 && r.heredocs.length === 0) {
      return { statement: finish(r, r.i), next: r.i + 1 };
    } else if (/[;&|()<>]/.test(c)) {
      if (!takeOperator(r, c)) return undefined;
    } else if (!takeWord(r)) return undefined;
  }
  const complete = r.depth === 0 && !r.dangling && r.heredocs.length === 0;
  return complete ? { statement: finish(r, r.i), next: r.i } : undefined;
}

function skipCode(r: Reading, end: number): void {
  r.code.push(r.text.slice(r.codeFrom, r.i));
  r.codeFrom = end;
  r.i = end;
}

/** Consumes the line end and the here-documents that begin after it. */
function skipHeredocs(r: Reading): boolean {
  r.i++;
  for (const { mark, tabs } of r.heredocs.splice(0)) {
    for (;;) {
      if (r.i >= r.text.length) return false;
      const end = endOfLine(r.text, r.i);
      const line = r.text.slice(r.i, end);
      skipCode(r, Math.min(end + 1, r.text.length));
      if ((tabs ? line.replace(/^\t+/, '') : line) === mark) break;
    }
  }
  return true;
}

/** An operator turns the statement into commands. False: it opens what is never closed. */
function takeOperator(r: Reading, c: string): boolean {
  const { text } = r;
  r.form = 'commands';
  r.dangling = false;
  if (c === '(') {
    const end = skipTo(')', text, r.i + 1, 0);
    if (end === undefined) return false;
    r.i = end;
    r.leading = true;
  } else if (c === '<' && text[r.i + 1] === '<' && text[r.i + 2] !== '<') {
    const tabs = text[r.i + 2] === '-';
    const gap = /[ \t]*/y;
    gap.lastIndex = r.i + (tabs ? 3 : 2);
    gap.test(text);
    const word = scanWord(text, gap.lastIndex);
    if (word === undefined || word.end === gap.lastIndex) return false;
    r.heredocs.push({ mark: word.value ?? text.slice(gap.lastIndex, word.end), tabs });
    r.i = word.end;
  } else if (c === '<' || c === '>') {
    r.i += text.startsWith('<<<', r.i) ? 3 : 1;
    if (text[r.i] === '&' || text[r.i] === '|') r.i++;
  } else {
    const double = text[r.i + 1] === c;
    r.dangling = c === '|' || (c === '&' && double);
    r.leading = true;
    r.i += double ? 2 : 1;
  }
  return true;
}

function takeWord(r: Reading): boolean {
  const { text } = r;
  r.dangling = false;
  const head = /([A-Za-z_]\w*)(\+?)=/y;
  head.lastIndex = r.i;
  const match = r.form === 'commands' ? null : head.exec(text);
  const wordStart = match === null ? r.i : head.lastIndex;
  const word = scanWord(text, wordStart);
  if (word === undefined) return false;
  const raw = text.slice(r.i, word.end);
  if (match !== null && text[word.end] !== '(') {
    const value = match[2] === '+' ? undefined : word.value;
    r.assignments.push({ name: match[1]!, start: r.i, end: word.end, wordStart, value });
    if (r.form === 'nothing') r.form = 'assigning';
    r.leading = false;
  } else if (r.form === 'nothing' && raw === 'export') {
    r.form = 'exporting';
    r.leading = false;
  } else if (r.form !== 'exporting' || !/^[A-Za-z_]\w*$/.test(raw)) {
    if (r.form === 'assigning') r.prefixed = raw;
    r.form = 'commands';
    takeCommandWord(r, raw);
  }
  r.i = word.end;
  return true;
}

function takeCommandWord(r: Reading, raw: string): void {
  if (!r.leading) {
    if (raw === 'source' || raw === 'eval') r.touchesAnything = true;
    if (raw === '{' && r.command === 'function') {
      r.depth++;
      r.leading = true;
    }
    return;
  }
  if (r.command === undefined) r.ends = raw === 'exit' || raw === 'return';
  r.command = raw;
  if (raw === 'source' || raw === 'eval' || raw === '.') r.touchesAnything = true;
  if (OPENERS.has(raw)) r.depth++;
  else if (CLOSERS.has(raw)) r.depth = Math.max(0, r.depth - 1);
  r.leading = LEADERS.has(raw);
}

function finish(r: Reading, end: number): Statement {
  const { start, assignments } = r;
  if (r.form === 'assigning' || r.form === 'exporting' || r.form === 'nothing') {
    return { kind: 'assignments', start, end, assignments };
  }
  const text = r.code.join('') + r.text.slice(r.codeFrom, Math.max(end, r.codeFrom));
  const touches = new Set<string>();
  for (const match of text.matchAll(SET_NAME)) touches.add(match[1]!);
  for (const match of text.matchAll(DEFAULT_NAME)) touches.add(match[1]!);
  if (SETTERS.test(text)) for (const match of text.matchAll(NAME)) touches.add(match[0]);
  const { touchesAnything, ends, prefixed } = r;
  return { kind: 'commands', start, end, touches, touchesAnything, ends, prefixed };
}
