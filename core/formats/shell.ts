/**
 * Sets variables in a file that bash sources (dagmaker.rc) and leaves every other line as it is,
 * byte for byte. Whatever cannot be followed with certainty is refused, never guessed.
 */
import { Refusal } from '../api/errors.ts';
import {
  type Assignment,
  type Commands,
  type Comment,
  endOfLine,
  type Script,
  type Statement,
  scanShell,
} from './shell-scan.ts';
import { scanWord } from './shell-words.ts';
import { short } from './short.ts';

/** What a file sets a variable to in the end. */
export interface ShellSetting {
  /** Undefined: it cannot be told without running bash (`$x`, `A+=x`, a later command). */
  readonly value: string | undefined;
  /** Line of the assignment or command that decides, from 1. */
  readonly line: number;
  /** The value as it is spelt in the file; all of the text for a command. */
  readonly raw: string;
}

/** The variables of a file of assignments. The last assignment counts. */
export function readShell(text: string): Map<string, ShellSetting> {
  const settings = new Map<string, ShellSetting>();
  const lineOf = lineCounter(text);
  for (const statement of scanShell(text).statements) {
    const line = lineOf(statement.start);
    if (statement.kind === 'assignments') {
      for (const { name, value, start, wordStart, end } of statement.assignments) {
        settings.set(name, { value, line: lineOf(start), raw: text.slice(wordStart, end) });
      }
      continue;
    }
    if (statement.ends) break;
    const raw = text.slice(statement.start, statement.end);
    const touched = statement.touchesAnything ? settings.keys() : statement.touches;
    for (const name of [...touched]) settings.set(name, { value: undefined, line, raw });
  }
  return settings;
}

/**
 * The value as one word of bash: bare if that is safe, else in the quotes that need no escapes.
 * @throws Refusal for text that no quotes can hold
 */
export function quoteShell(value: string): string {
  const bad = /[\0\n]|\p{Surrogate}/u.exec(value);
  if (bad !== null) {
    const what = bad[0] === '\n' ? 'a line break' : 'a character that no text file can hold';
    throw new Refusal(`the value ${short(value)} holds ${what}`, 'Give the value on one line.');
  }
  if (/^[\w.,:@%+/-]+$/.test(value)) return value;
  if (!/["$`\\!]/.test(value)) return `"${value}"`;
  return `'${value.replaceAll("'", "'\\''")}'`;
}

/**
 * Makes sourcing the text set each variable to exactly its value; `null` leaves it unset, its
 * assignment commented out. A variable without an assignment takes the place of its commented
 * example (`#NAME=value`, the last one), or is added at the end; in any case before the first line
 * that expands it, because bash expands where it stands. Values already in force change nothing.
 * @throws Refusal when a name or value is impossible or the file does what cannot be followed;
 *   messages name the line, the caller adds the file
 */
export function editShell(text: string, values: { readonly [key: string]: string | null }): string {
  refuseUnreadable(text);
  const script = scanShell(text);
  if (script.unfinished !== undefined) {
    throw new Refusal(
      `what begins in line ${lineAt(text, script.unfinished)} has no end: a quote, a bracket or an 'if' is not closed`,
      'Close it: bash would not read the rest of the file either.',
    );
  }
  const changes = Object.entries(values).flatMap(([key, value]) => {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(key)) {
      throw new Refusal(`${short(key)} is not a name that bash can assign to`);
    }
    return value === null ? unset(text, script, key) : set(text, script, key, value);
  });
  return apply(text, changes);
}

/** Replaces `[start, end)`. Changes of one call never overlap. */
interface Change {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

function set(text: string, script: Script, key: string, value: string): Change[] {
  const line = `${key}=${quoteShell(value)}`;
  const found = assignmentsOf(text, script, key);
  const last = found.at(-1);
  if (last === undefined) return [introduce(text, script, key, line)];
  if (last.value === value) return [];
  // An earlier assignment matters as well where a line in between expands it.
  const matters = found.filter(
    (one, index) => one === last || expands(key).test(text.slice(one.end, found[index + 1]?.start)),
  );
  return matters.map(({ start, end }) => ({ start, end, text: line }));
}

function unset(text: string, script: Script, key: string): Change[] {
  return assignmentsOf(text, script, key).map(({ start, end }) => {
    const lineStart = text.lastIndexOf('\n', start - 1) + 1;
    const before = text.slice(lineStart, start);
    const after = text.slice(end, endOfLine(text, end));
    const alone =
      /^[ \t]*(?:export[ \t]+)?$/.test(before) && /^[ \t]*;?[ \t]*(?:#[^\n]*)?$/.test(after);
    if (!alone || text.slice(start, end).includes('\n')) {
      throw new Refusal(
        `line ${lineAt(text, start)} sets ${key} together with something else, or over several lines`,
        `Comment it out by hand, or give ${key} a line of its own.`,
      );
    }
    return { start: lineStart, end: lineStart, text: '#' };
  });
}

/** Every assignment of a variable. @throws Refusal if anything else may set it as well. */
function assignmentsOf(text: string, script: Script, key: string): Assignment[] {
  const found: Assignment[] = [];
  for (const statement of script.statements) {
    if (statement.kind === 'assignments') {
      for (const one of statement.assignments) if (one.name === key) found.push(one);
    } else if (statement.ends) {
      break;
    } else if (statement.touches.has(key) || (statement.touchesAnything && found.length > 0)) {
      throw untold(text, statement, key);
    }
  }
  return found;
}

function untold(text: string, { start, end, touches, prefixed }: Commands, key: string): Refusal {
  const where = `line ${lineAt(text, start)} (${short(text.slice(start, end))})`;
  if (!touches.has(key)) {
    return new Refusal(
      `${where} runs other text, which may set ${key} again`,
      `Move that line above the one that sets ${key}.`,
    );
  }
  if (prefixed !== undefined) {
    return new Refusal(
      `${where} runs ${short(prefixed)} as a command instead of setting ${key}`,
      'Put quotes around the whole value.',
    );
  }
  return new Refusal(
    `${where} may set ${key}, but not in the form NAME=value`,
    `Give ${key} a line of its own, outside of commands and conditions.`,
  );
}

/** Where a variable that has no assignment gets one. */
function introduce(text: string, script: Script, key: string, line: string): Change {
  const wanted = expands(key);
  let earliest = 0;
  let before: Statement | undefined;
  for (const statement of script.statements) {
    if (statement.kind === 'commands' && statement.touchesAnything) {
      if (before !== undefined) throw untold(text, statement, key);
      earliest = statement.end;
    }
    const ends = statement.kind === 'commands' && statement.ends;
    if (before === undefined && (ends || wanted.test(text.slice(statement.start, statement.end))))
      before = statement;
    if (ends) break;
  }
  const latest = before?.start ?? text.length;
  const example = script.comments
    .filter(({ start }) => start >= earliest && start < latest)
    .map((comment) => exampleOf(text, comment, key))
    .findLast((change) => change !== undefined);
  if (example !== undefined) return { ...example, text: line };
  if (before === undefined) {
    const fresh = text === '' || text.endsWith('\n');
    return { start: latest, end: latest, text: fresh ? `${line}\n` : `\n${line}` };
  }
  const lineStart = text.lastIndexOf('\n', latest - 1) + 1;
  return /^[ \t]*$/.test(text.slice(lineStart, latest))
    ? { start: lineStart, end: lineStart, text: `${line}\n` }
    : { start: latest, end: latest, text: `${line}; ` };
}

/** The span of `#NAME=word` if that is all a comment says, apart from a remark behind it. */
function exampleOf(
  text: string,
  { start, end }: Comment,
  key: string,
): Pick<Change, 'start' | 'end'> | undefined {
  const comment = text.slice(start, end);
  const head = /^#[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)=/.exec(comment);
  if (head === null || head[1] !== key) return undefined;
  const word = scanWord(comment, head[0].length);
  if (word === undefined || !/^[ \t]*(?:[ \t]#[^\n]*)?$/.test(comment.slice(word.end)))
    return undefined;
  return { start, end: start + word.end };
}

/** Finds where bash would put in the variable. */
function expands(key: string): RegExp {
  return new RegExp(`\\$\\{?[#!]?${key}(?!\\w)`);
}

function apply(text: string, changes: readonly Change[]): string {
  const ordered = [...changes].sort((a, b) => a.start - b.start || a.end - b.end);
  const parts: string[] = [];
  let from = 0;
  for (const change of ordered) {
    parts.push(text.slice(from, change.start), change.text);
    from = change.end;
  }
  return parts.join('') + text.slice(from);
}

/** Bash would read such a file differently from how it looks, so nothing in it can be trusted. */
function refuseUnreadable(text: string): void {
  const refuse = (at: number, what: string, advice: string): never => {
    throw new Refusal(`line ${lineAt(text, at)} ${what}`, advice);
  };
  if (text.startsWith('\ufeff')) {
    refuse(0, 'begins with a byte order mark, which bash takes for a command', 'Remove the mark.');
  }
  const odd = /[\0\ufffd]/.exec(text);
  if (odd !== null)
    refuse(odd.index, 'holds bytes that are not text in UTF-8', 'Correct that line.');
  const carriage = /(?:^|\n)[^#\n]*\r(?=\n|$)/.exec(text);
  if (carriage !== null) {
    refuse(
      carriage.index + 1,
      'ends as on Windows; bash would take the carriage return for a part of the value',
      "Remove the carriage returns: sed -i 's/\\r$//' FILE",
    );
  }
}

function lineAt(text: string, offset: number): number {
  return lineCounter(text)(offset);
}

/** Line numbers from 1, for offsets that only grow. */
function lineCounter(text: string): (offset: number) => number {
  let line = 1;
  let next = text.indexOf('\n');
  return (offset) => {
    while (next >= 0 && next < offset) {
      line++;
      next = text.indexOf('\n', next + 1);
    }
    return line;
  };
}
