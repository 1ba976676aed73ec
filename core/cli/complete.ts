/**
 * Answers a shell that completes a command line. Bundled apart, since people wait for it with a finger
 * on the key; it loads next to nothing, runs no rule file, and looks at nothing but `.desgw/names`.
 */
import { dirname, join, resolve } from 'node:path';
import { scanWord } from '../formats/shell-words.ts';
import { display, shellQuote } from '../words/quote.ts';
import { readIfPossible } from '../world/signatures.ts';
import { folderOfRules } from './above.ts';
import { NAMES, type Names } from './known-names.ts';
import { type KnownCommands, type Suggestion, suggestions } from './suggest.ts';

/** The commands of desgw as they are kept in dist/, with those of a workspace that has no names yet. */
export interface KeptCommands extends KnownCommands {
  readonly added: KnownCommands['commands'];
}

/**
 * What a shell is told, a word a line.
 * @param asked `bash POINT LINE WORDBREAKS`, or `zsh` or `fish` and the words behind the command, the
 *   one being typed last: those two get what each word is for as well, behind a tab
 */
export function completion(
  [shell, ...rest]: readonly string[],
  cwd: string,
  kept: KeptCommands,
): string {
  const words = shell === 'bash' ? wordsOf(rest[1] ?? '', Number(rest[0])) : rest;
  const names = namesFor(words, cwd) ?? { ...NO_NAMES, commands: kept.added };
  const found = suggestions(words, kept, names).filter(({ word }) => display(word) === word);
  const lines =
    shell === 'bash'
      ? found.map(({ word }) => shellQuote(word).slice(lead(words.at(-1) ?? '', rest[2] ?? '')))
      : found.map(described);
  return lines.map((line) => `${line}\n`).join('');
}

const described = ({ word, doc }: Suggestion): string =>
  doc === '' ? word : `${word}\t${display(doc)}`;

const NO_NAMES: Names = { targets: [], subjects: {}, params: [], options: [], commands: {} };

function namesFor(words: readonly string[], cwd: string): Names | undefined {
  const given = words.indexOf('--file');
  const file = given < 0 ? undefined : words[given + 1];
  const folder =
    file === undefined || file === '' ? folderOfRules(cwd) : dirname(resolve(cwd, file));
  const text = folder === undefined ? undefined : readIfPossible(join(folder, NAMES));
  if (text === undefined) return undefined;
  try {
    return { ...NO_NAMES, ...JSON.parse(text) };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The words of a bash line up to the cursor, without the command; the last one may be empty. */
function wordsOf(line: string, point: number): readonly string[] {
  const text = line.slice(0, point);
  const words: string[] = [];
  for (let at = 0; ; ) {
    at += /^[ \t]*/.exec(text.slice(at))![0].length;
    const word = scanWord(text, at);
    // A quote that is still open, or the end.
    if (word === undefined || word.end >= text.length || word.end === at)
      return [...words, word?.value ?? text.slice(at).replace(/['"\\]/g, '')].slice(1);
    words.push(word.value ?? text.slice(at, word.end));
    at = word.end;
  }
}

/** How much of the typed word bash holds for words of their own: it goes on behind the last break. */
function lead(typed: string, breaks: string): number {
  const at = [...':='].map((mark) => (breaks.includes(mark) ? typed.lastIndexOf(mark) : -1));
  return Math.max(...at) + 1;
}
