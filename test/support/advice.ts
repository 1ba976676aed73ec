/**
 * Commands of desgw that it advises people to type: those that stand in the sources, and those that
 * were printed. Both are read by the same rule, so that one that was added cannot be missed.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync } from 'esbuild';
import { COMMANDS } from '../../core/cli/commands.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What stands for a value that is put in when it is printed. */
const HOLE = '\u0001';

/** Commands that the rule file of the pipeline adds. */
const ADDED = [
  'cancel',
  'candidates',
  'ccds',
  'doctor',
  'jobs',
  'release',
  'rescue',
  'summary',
  'triage',
];
const NAMES = [...Object.keys(COMMANDS), ...ADDED, 'help'];

/** A word as a shell reads it: quoted in part, or plain. */
const WORD = String.raw`(?:\$'(?:\\.|[^'\\])*'|'[^']*'|\\'|[^\s'"${'`'},;()|])+`;

/** Words that can only be meant as arguments: they are no words of a sentence. */
const ARGUMENT = new RegExp(
  String.raw`^(?:-|/|'|\$'|[A-Z]+$|[A-Z] |.*[_\d*=@${HOLE}]|season$|postproc\b|exposures?\.list|candidates$|submitted$|not-submitted$)`,
);

export interface Advice {
  /** `desgw accept 'a b'`, as it is typed. */
  readonly text: string;
  /** What it comes to, whatever the target: `accept +`, `mark submitted --job +`. */
  readonly shape: string;
}

/** Commands in a text, each once. */
export function adviceIn(text: string): readonly Advice[] {
  const found = new Map<string, Advice>();
  for (const { 0: all, index } of text.matchAll(
    new RegExp(
      String.raw`(?<![\w.:/-])desgw (?:${NAMES.join('|')}|--help)\b(?! that\b)[^\n]*`,
      'g',
    ),
  )) {
    const quoted = text[index - 1] === '`';
    const line = quoted ? all.slice(0, endOfCode(all)) : all;
    for (const one of inLine(line, quoted)) found.set(one.text, one);
    for (const one of quoted ? adviceIn(all.slice(line.length)) : []) found.set(one.text, one);
  }
  return [...found.values()];
}

/** Where the code ends that is marked by backticks; one in quotes is a character like any other. */
const endOfCode = (line: string): number => /^(?:\\'|'[^']*'|[^'`])*/.exec(line)![0].length;

function inLine(line: string, quoted: boolean): readonly Advice[] {
  const words = [...line.matchAll(new RegExp(WORD, 'g'))];
  const command = words[1]![0].replace(/[.,;:]+$/, '');
  let end = words[1]!.index + command.length;
  const taken: string[] = [command];
  const closed = words[1]![0] !== command;
  for (const { 0: word, index } of closed ? [] : words.slice(2)) {
    if (!/^ +$/.test(line.slice(end, index))) break;
    const bare = word.replace(/[.,;:]+$/, '');
    const value = /^--(?:file|reason|job|as|set|memory)$/.test(taken.at(-1)!);
    if (!quoted && !value && !ARGUMENT.test(bare)) break;
    taken.push(bare);
    end = index + bare.length;
    if (bare !== word) break;
  }
  const rest = quoted ? [] : adviceIn(line.slice(end));
  return [{ text: line.slice(0, end), shape: shapeOf(taken) }, ...rest];
}

function shapeOf([command = '', ...words]: readonly string[]): string {
  const state = command === 'mark' ? [words[0]!] : [];
  const options = words
    .filter((word) => /^--?[a-z]/.test(word))
    .map((word) => word.split(/[=\u0001]/)[0]!);
  const values = options.filter((option) =>
    /^--(file|reason|job|as|set|memory)$/.test(option),
  ).length;
  const args = words.filter((word) => !/^-/.test(word)).length - state.length - values;
  return [command, ...state, ...options.sort(), ...(args > 0 ? ['+'] : [])].join(' ');
}

/** Where a command stands in the sources, with what is printed right before it. */
export interface Written extends Advice {
  readonly file: string;
  readonly before: string;
}

/** Commands in all texts of a part of the sources; comments are none. */
export function adviceInSources(part: 'core' | 'targets'): readonly Written[] {
  const files = readdirSync(join(ROOT, part), { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('.ts'))
    .sort()
    .flatMap((file) => {
      const source = readFileSync(join(ROOT, part, file), 'utf8');
      const { code } = transformSync(source, { loader: 'ts', target: 'esnext' });
      return writtenIn(withoutHoles(code)).map((one) => ({ ...one, file: `${part}/${file}` }));
    });
}

/** Calls that make advice, and values in templates, are written as people would see them. */
function withoutHoles(code: string): string {
  let text = code.replace(
    /\b(?:typed|command)\((?:"([^"\n]*)"|`([^`\n]*)`)(?:, [^()\n]+(?:\([^()]*\))?)?\)/g,
    (_call, plain?: string, template?: string) => `\\\`desgw ${plain ?? template} ${HOLE}\\\``,
  );
  // What ends a text is no mark of code.
  text = text.replace(/("(?:\\.|[^"\\])*")|(?<!\\)`/g, (_all, plain?: string) => plain ?? '"');
  for (let before = ''; before !== text; ) {
    before = text;
    text = text.replace(/\$\{[^{}]*\}/g, (hole) =>
      hole.includes('`desgw ') ? hole.slice(2, -1) : HOLE,
    );
  }
  return text.replaceAll('\\`', '`').replaceAll("\\'", "'");
}

function writtenIn(code: string): readonly Omit<Written, 'file'>[] {
  return code.split('\n').flatMap((line) =>
    adviceIn(line).map((one) => {
      const ahead = line.slice(0, line.indexOf(one.text));
      const before =
        ahead.split(new RegExp(`["\`${HOLE}]`)).findLast((piece) => piece !== '') ?? '';
      return {
        ...one,
        before: /=>|= *$|\? *$|^ *return/.test(before) || before.trim() === '' ? '' : before,
      };
    }),
  );
}

/** A text without line ends and indentation, which depend on the width of a screen. */
export const asSpoken = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();
