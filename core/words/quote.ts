/** Text from outside made safe: for the eye (`display`), a shell (`shellQuote`), a pattern (`literal`). */

const ESCAPES: { readonly [char: string]: string } = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * C0 and C1 controls could move the cursor or recolour the screen; the bidirectional marks could
 * make one name look like another.
 */
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** What is left of text that was cut in the middle of a character. */
const LONE_SURROGATE = /\p{Surrogate}/gu;

/** One line of text that cannot act on the terminal: control characters become `\n`, `\x1b`. */
export function display(text: string): string {
  return text.replace(LONE_SURROGATE, '\ufffd').replace(UNSAFE, visible);
}

/** Like `display`, but line ends stay line ends and tabs become two blanks. For tails of logs. */
export function displayLines(text: string): string {
  return text
    .replace(/\r\n/g, '\n')
    .split('\n')
    .map((line) => display(afterLastReturn(line).replace(/\t/g, '  ')))
    .join('\n');
}

/**
 * One word of a bash command line. Plain words stay bare; control characters take bash's `$'...'`
 * form, so that the line can be copied from the screen and pasted.
 */
export function shellQuote(word: string): string {
  if (/^[A-Za-z0-9_@%+:,./-][A-Za-z0-9_@%+=:,./-]*$/.test(word)) return word;
  if (display(word) === word) return singleQuoted(word);
  const body = display(word.replace(/[\\']/g, '\\$&'));
  return `$'${body}'`;
}

/**
 * A command of desgw as a person can type it: its name, with options if need be, then words quoted as
 * a shell needs them. Words that look like options come behind `--`.
 */
export function typed(command: string, ...words: readonly string[]): string {
  const dashed = words.some((word) => word.startsWith('-')) ? ['--'] : [];
  return ['desgw', command, ...dashed, ...words.map(shellQuote)].join(' ');
}

/** An argument vector as a bash command line that starts the same program with the same words. */
export function commandLine(argv: readonly string[]): string {
  const [program = '', ...rest] = argv;
  // A first word with "=" would be read as an assignment.
  const first = program.includes('=') ? singleQuoted(program) : shellQuote(program);
  return [first, ...rest.map(shellQuote)].join(' ');
}

const singleQuoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

/** A text as a part of a regular expression: it matches nothing but itself. */
export const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

/**
 * The pattern that a glob was translated to, for whole texts; where the translation is not a pattern, as
 * of `[z-a]`, one that means the glob literally.
 */
export function globExpression(glob: string, translated: string): RegExp {
  try {
    return new RegExp(`^${translated}$`, 's');
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return new RegExp(`^${literal(glob)}$`, 's');
  }
}

/** A text in which `*` stands for anything on one line, as a regular expression. */
export const starPattern = (text: string): RegExp =>
  new RegExp(`^${text.split('*').map(literal).join('.*')}$`);

function visible(char: string): string {
  const code = char.charCodeAt(0);
  const hex = code.toString(16);
  return (
    ESCAPES[char] ?? (code < 0x80 ? `\\x${hex.padStart(2, '0')}` : `\\u${hex.padStart(4, '0')}`)
  );
}

/** A progress bar overwrites its line by returning the carriage; only the last state counts. */
function afterLastReturn(line: string): string {
  const trimmed = line.endsWith('\r') ? line.slice(0, -1) : line;
  return trimmed.slice(trimmed.lastIndexOf('\r') + 1);
}
