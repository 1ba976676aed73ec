/**
 * Sets keys of an ini file that Python programs read and leaves every other line as it is, byte
 * for byte. run_postproc.py reads it with Python 2's ConfigParser and again with Python 3's
 * (Post-Processing postproc.py), so what is written must mean the same to both. The package `ini` reads
 * by other rules (it takes quotes away, knows no continued lines, ends a value at any `;`) and writes a
 * file anew without its comments; it reads files that follow its rules (services-file.ts).
 *
 * Keys are named `section.key`, split at the first dot: sections match exactly, keys in any case,
 * as in Python. A section whose own name holds a dot cannot be named.
 */
import { Refusal } from '../api/errors.ts';
import { short } from './short.ts';

/** What Python 3 strips from text and what may stand before an inline comment. */
const BLANK =
  '[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';
const EDGE_BLANK = new RegExp(`^${BLANK}|${BLANK}$`);
const INLINE_COMMENT = new RegExp(`(?:^|${BLANK});`);

/**
 * The values as Python 2.7's ConfigParser reads them, by `section.key` with the key in lower case
 * (`iniName` makes such a name): ` ;` begins a comment, `""` is empty, indented lines continue a
 * value, the last of two keys counts. Nothing is interpolated.
 * @throws Refusal for text that Python cannot read, and for a `[DEFAULT]` section
 */
export function readIni(text: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const { section, key, value, continued } of parse(text).keys) {
    if (section.includes('.')) continue;
    const parts = [python2(value), ...continued.map((line) => line.value)];
    values.set(`${section}.${key.toLowerCase()}`, parts.join('\n'));
  }
  return values;
}

/** `general.GoodSNIDs` as `readIni` names it: the key in lower case. */
export function iniName(name: string): string {
  const dot = name.indexOf('.');
  return name.slice(0, dot + 1) + name.slice(dot + 1).toLowerCase();
}

/**
 * Only the first semicolon counts, and only behind a blank; of one that begins the value, Python
 * takes the last character for the one before it.
 */
function python2(value: string): string {
  const semicolon = value.indexOf(';');
  const before = semicolon === 0 ? value.at(-1)! : value[semicolon - 1];
  const cut = semicolon >= 0 && /[\t-\r ]/.test(before!) ? value.slice(0, semicolon) : value;
  const stripped = trim(cut);
  return stripped === '""' ? '' : stripped;
}

/**
 * Makes every reader find exactly these values. `null` comments a key out. A new key goes behind
 * the last one of its section, a new section to the end. The inline comment of a value that is
 * replaced moves to a line of its own above it. Values already in force change nothing.
 * @throws Refusal for a value that an ini cannot hold, and for a file that Python cannot read or
 *   that the two versions read differently; messages name the line, the caller adds the file
 */
export function editIni(text: string, values: { readonly [name: string]: string | null }): string {
  const ini = parse(text);
  const found = distinct(ini);
  const eol = ini.lines[0]?.endsWith('\r\n') === true ? '\r\n' : '\n';
  const ended = text === '' || text.endsWith('\n');
  // What becomes of every line: nothing, itself, or several.
  const became = ini.lines.map((line) => [line]);
  if (!ended) became.push([`${became.pop()![0]}${eol}`]);
  for (const [name, value] of Object.entries(values)) {
    const { section, key } = splitName(name);
    if (value !== null) refuseValue(name, value);
    const present = found.get(iniName(name));
    if (present !== undefined) {
      replace(became, present, value);
    } else if (value !== null) {
      const line = `${key} = ${value}`.trimEnd() + eol;
      const last = ini.sections.get(section)?.last;
      if (last !== undefined) became[last]!.push(line);
      else appended(ini, became, section, eol).push(line);
    }
  }
  const edited = became.flat().join('');
  return ended ? edited : edited.slice(0, -eol.length);
}

function replace(became: string[][], present: Key, value: string | null): void {
  const { head, index, continued } = present;
  const old = trimEnd(present.value);
  if (value === old && continued.length === 0) return;
  // Lines may stand behind this one that were added before.
  const [line = '', ...behind] = became[index]!;
  if (value === null) {
    for (const { index: at } of continued) became[at]![0] = `#${became[at]![0]}`;
    became[index] = [`#${line}`, ...behind];
    return;
  }
  for (const { index: at } of continued) became[at]!.shift();
  const eol = line.endsWith('\r\n') ? '\r\n' : '\n';
  const comment = INLINE_COMMENT.exec(old);
  const remark = comment === null ? ';' : old.slice(old.indexOf(';', comment.index));
  const gap = old === '' && /\s[:=]$/.test(head) ? ' ' : '';
  became[index] = [
    // As an inline comment Python 3 would take it for a part of the value.
    ...(remark === ';' ? [] : [remark + eol]),
    trimEnd(`${head}${gap}${value}`) + eol,
    ...behind,
  ];
}

/** A section that the file did not have: its lines behind all others. */
function appended(ini: Ini, became: string[][], section: string, eol: string): string[] {
  const block = [...(became.length === 0 ? [] : [eol]), `[${section}]${eol}`];
  ini.sections.set(section, { last: became.length });
  became.push(block);
  return block;
}

interface Ini {
  /** With their ends. */
  readonly lines: readonly string[];
  readonly keys: readonly Key[];
  /** `last`: index of the line behind which a new key goes. */
  readonly sections: Map<string, { last: number }>;
  /** Line numbers of a second header of the same section. */
  readonly reopened: readonly number[];
}

interface Key {
  readonly section: string;
  readonly key: string;
  /** Everything before the value: indentation, key, delimiter, blanks. */
  readonly head: string;
  /** As it stands in the line, comments included. */
  readonly value: string;
  readonly index: number;
  /** The indented lines that go on with the value. */
  readonly continued: { readonly index: number; readonly value: string }[];
}

function parse(text: string): Ini {
  const odd = /^\ufeff|[\0\ufffd]|\r(?!\n|$)/.exec(text);
  if (odd !== null) {
    const line = text.slice(0, odd.index).split('\n').length;
    throw new Refusal(
      `line ${line} holds bytes that Python does not read as text (a byte order mark, a lone carriage return, no UTF-8)`,
      'Correct that line.',
    );
  }
  const lines = text === '' ? [] : text.split(/(?<=\n)/);
  const keys: Key[] = [];
  const sections = new Map<string, { last: number }>();
  const reopened: number[] = [];
  let section: string | undefined;
  let current: Key | undefined;
  for (const [index, ended] of lines.entries()) {
    const line = ended.replace(/\r?\n$|\r$/, '');
    if (/^[\t-\r ]*$|^[#;]|^rem(?:[\t-\r ]|$)/i.test(line)) continue;
    if (current !== undefined && /^[ \t]/.test(line)) {
      current.continued.push({ index, value: trim(line) });
    } else {
      const header = sectionOf(line, index);
      if (header !== undefined) {
        if (sections.has(header)) reopened.push(index + 1);
        section = header;
        current = undefined;
        sections.set(header, { last: index });
        continue;
      }
      current = keyOf(line, index, section);
      keys.push(current);
    }
    sections.get(section!)!.last = index;
  }
  return { lines, keys, sections, reopened };
}

function sectionOf(line: string, index: number): string | undefined {
  if (!line.startsWith('[')) return undefined;
  const name = /^\[([^\]]+)\][^\]]*$/.exec(line)?.[1];
  if (name === undefined) {
    throw new Refusal(`line ${index + 1} (${short(line)}) is not a section`, 'Write [name].');
  }
  if (name === 'DEFAULT') {
    throw new Refusal(
      `line ${index + 1} begins a [DEFAULT] section, whose keys appear in all others`,
      'Move its keys to the sections where they belong.',
    );
  }
  return name;
}

function keyOf(line: string, index: number, section: string | undefined): Key {
  const match = /^([^:=\s][^:=]*)[:=][\t-\r ]*/.exec(line);
  if (match === null) {
    throw new Refusal(
      `line ${index + 1} (${short(line)}) is neither a key nor a comment`,
      'Write key = value from the first column, or begin the line with #.',
    );
  }
  if (section === undefined) {
    throw new Refusal(
      `line ${index + 1} (${short(line)}) stands before the first section`,
      'Move it below a line with a [section].',
    );
  }
  const head = match[0];
  return {
    section,
    key: trim(match[1]!),
    head,
    value: line.slice(head.length),
    index,
    continued: [],
  };
}

/** The keys by name. @throws Refusal where Python 3 would reject a repetition. */
function distinct({ keys, reopened }: Ini): Map<string, Key> {
  if (reopened[0] !== undefined) {
    throw new Refusal(
      `line ${reopened[0]} begins a section that is there already; Python 3 does not read that`,
      'Join the two.',
    );
  }
  const found = new Map<string, Key>();
  for (const key of keys) {
    const name = `${key.section}.${key.key.toLowerCase()}`;
    const earlier = found.get(name);
    if (earlier !== undefined) {
      throw new Refusal(
        `lines ${earlier.index + 1} and ${key.index + 1} both set ${name}; Python 3 does not read that`,
        'Remove one of them.',
      );
    }
    found.set(name, key);
  }
  return found;
}

function splitName(name: string): { section: string; key: string } {
  const dot = name.indexOf('.');
  const section = name.slice(0, dot);
  const key = name.slice(dot + 1);
  const sound =
    dot > 0 &&
    /^[^\][\p{Cc}]+$/u.test(section) &&
    section !== 'DEFAULT' &&
    /^[^\s:=;#[\p{Cc}][^:=\p{Cc}]*$/u.test(key) &&
    !/^rem(?:\s|$)|\s$/i.test(key);
  if (sound) return { section, key };
  throw new Refusal(`${short(name)} is not the name of a key`, 'Name it section.key.');
}

/** What has no spelling on which all readers agree, and why. */
const UNWRITABLE: readonly (readonly [RegExp, string])[] = [
  [/[\0\r\n]|\p{Surrogate}/u, 'a line break or a character that no text file can hold'],
  [EDGE_BLANK, 'a blank at one end'],
  [INLINE_COMMENT, 'a semicolon at the beginning or behind a blank, which starts a comment'],
  [/^""$/, 'nothing but two quotes, which Python 2 takes for no value'],
  [/%\(/, '%(, which refers to another key'],
];

function refuseValue(name: string, value: string): void {
  const why = UNWRITABLE.find(([pattern]) => pattern.test(value))?.[1];
  if (why === undefined) return;
  throw new Refusal(`${name} cannot be ${short(value)} in an ini file: it holds ${why}`);
}

/** Strips what Python 2 strips. */
function trim(text: string): string {
  return trimEnd(text.replace(/^[\t-\r ]+/, ''));
}

function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && /[\t-\r ]/.test(text[end - 1]!)) end--;
  return text.slice(0, end);
}
