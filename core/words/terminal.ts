/**
 * The only module that writes to standard output and standard error.
 *
 * The live lines are drawn here rather than by the library log-update (7.2, tried beside this in tmux),
 * for three reasons. It erases as many rows as the lines took when they were written, so that rests of
 * them stay when the window is made narrower; here the rows are counted anew. For a line above the block
 * it clears, writes and draws, so that over a slow connection the screen is bare in between; here that
 * is one write. It hides the cursor, which a build that is killed leaves hidden. And it would be sixteen
 * packages for forty lines.
 */
import { type Paint, plain, type Style } from './paint.ts';
import { display, displayLines } from './quote.ts';
import { columns, cut } from './text.ts';

/** What is needed of an output stream; `process.stdout` fits. */
export interface OutputStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  /** Asks the terminal for its size now; Node itself learns of a change only when it has time. */
  _refreshSize?(): void;
  write(text: string | Uint8Array): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/** The two streams of a command, and what the screen can do. */
export interface Terminal {
  /** Writes a result to standard output, with a line end if it has none. */
  out(text: string): void;
  /** Writes a message for people to standard error, with a line end if it has none. */
  err(text: string): void;
  /** Writes data to standard output, one line of JSON. */
  data(value: object): void;
  /** Writes bytes to standard output as they are, for whoever asked for that. */
  raw(bytes: Uint8Array): void;
  /** Colours for what goes to standard output, and for what goes to standard error. */
  readonly paint: Paint;
  readonly paintErr: Paint;
  /** Columns of the screen now; 100 when there is none. */
  readonly width: number;
  /** Rows of the screen now; 24 when there is none. */
  readonly height: number;
  /** Whether `live` shows anything. */
  readonly isLive: boolean;
  /** Shows these lines below everything else until the next call. None: takes them away. */
  live(lines: readonly string[]): void;
  /** Shows no live lines until `use` has ended: somebody types there. */
  still<T>(use: () => Promise<T>): Promise<T>;
  /** Standard output is gone (a closed pipe, a lost connection); what is written goes nowhere. */
  readonly broken: boolean;
}

const NO_SCREEN_WIDTH = 100;
const NO_SCREEN_HEIGHT = 24;

const writeOut = process.stdout.write.bind(process.stdout);

/** Standard output as it is written to here, and by nobody else. */
const ownStdout: OutputStream = {
  get isTTY() {
    return process.stdout.isTTY;
  },
  get columns() {
    return process.stdout.columns;
  },
  get rows() {
    return process.stdout.rows;
  },
  _refreshSize: () => (process.stdout as OutputStream)._refreshSize?.(),
  write: (text) => writeOut(text),
  on: (event, listener) => process.stdout.on(event, listener),
};

/** The terminal of this process. */
export function processTerminal(
  env: { readonly [name: string]: string | undefined },
  hide?: (text: string) => string,
): Terminal {
  return openTerminal(ownStdout, process.stderr, env, hide);
}

/**
 * Standard output is for results alone: what anything else prints, such as `console.log` in a rule
 * file, goes to standard error.
 */
export function reserveStdout(): void {
  process.stdout.write = process.stderr.write.bind(process.stderr);
}

/** Calls `then` once whoever reads has taken all that was printed; a pipe holds only so much. */
export function whenRead(then: () => void): void {
  writeOut('', () => process.stderr.write('', () => then()));
}

/**
 * A terminal over two streams. Survives a reader that goes away: a build must not die half-way
 * because the pager was closed or the connection lost.
 *
 * @param env NO_COLOR, FORCE_COLOR and TERM are honoured
 * @param hide takes out of texts what is not to be seen
 */
export function openTerminal(
  stdout: OutputStream,
  stderr: OutputStream,
  env: { readonly [name: string]: string | undefined },
  hide: (text: string) => string = (text) => text,
): Terminal {
  const screen = new Screen(stdout, guarded(stdout));
  const err = guarded(stderr);
  const isLive = stdout.isTTY === true && env.TERM !== 'dumb';
  let isStill = false;
  return {
    out: (text) => screen.above(screen.out, tamed(hide(text))),
    err: (text) => screen.above(err, tamed(hide(text))),
    data: (value) => screen.above(screen.out, asLine(value, hide)),
    raw: (bytes) => screen.out.write(bytes),
    paint: painter(stdout, env),
    paintErr: painter(stderr, env),
    get width() {
      return screen.width;
    },
    get height() {
      return stdout.rows !== undefined && stdout.rows > 0 ? stdout.rows : NO_SCREEN_HEIGHT;
    },
    isLive,
    live(lines) {
      if (isLive && !isStill)
        screen.show(lines.map((line) => displayLines(hide(line)).replace(/\n/g, ' ')));
    },
    async still(use) {
      if (isLive) screen.show([]);
      isStill = true;
      try {
        return await use();
      } finally {
        isStill = false;
      }
    },
    get broken() {
      return screen.out.broken;
    },
  };
}

/** A stream with live lines at its end, which are written over in place. */
class Screen {
  readonly #stream: OutputStream;
  readonly out: Guarded;
  #shown: readonly string[] = [];

  constructor(stream: OutputStream, out: Guarded) {
    this.#stream = stream;
    this.out = out;
  }

  get width(): number {
    const { columns: wide } = this.#stream;
    return wide !== undefined && wide > 0 ? wide : NO_SCREEN_WIDTH;
  }

  /** Writes to a stream that people see on the same screen. */
  above(stream: Guarded, text: string): void {
    const line = text.endsWith('\n') ? text : `${text}\n`;
    if (this.#shown.length === 0) {
      stream.write(line);
    } else if (stream === this.out) {
      this.out.write(`${this.#home()}\x1b[J${line}${this.#shown.join('\n')}`);
    } else {
      this.out.write(`${this.#home()}\x1b[J`);
      stream.write(line);
      this.out.write(this.#shown.join('\n'));
    }
  }

  /** Shows these live lines in place of those before. */
  show(lines: readonly string[]): void {
    // A line that filled the last column would make the terminal wrap at its own discretion.
    const next = lines.map((line) => cut(line, this.width - 1));
    if (next.length === this.#shown.length && next.every((line, i) => line === this.#shown[i]))
      return;
    // One write, each line cleared behind its new text: nothing is blank in between.
    const text = next.map((line) => `${line}\x1b[K`).join('\n');
    this.out.write(`${this.#home()}${text}\x1b[J`);
    this.#shown = next;
  }

  /** Moves to the start of the live lines; what stands there is erased as it is written over. */
  #home(): string {
    this.#stream._refreshSize?.();
    if (this.#shown.length === 0) return '';
    // After the window was made narrower a line takes several rows.
    const rows = this.#shown.reduce(
      (sum, line) => sum + Math.max(1, Math.ceil(columns(line) / this.width)),
      0,
    );
    return rows > 1 ? `\x1b[${rows - 1}A\r` : '\r';
  }
}

/** Takes out whatever would move the cursor or set a title; colours stay. */
function tamed(text: string): string {
  return text.replace(TROUBLE, (found) => (/^\x1b\[[\d;]*m$/.test(found) ? found : display(found)));
}

/** An object as one line of JSON that acts on no terminal. */
const asLine = (value: object, hide: (text: string) => string): string =>
  JSON.stringify(value, (_key, one: unknown) =>
    typeof one === 'string' ? hide(one) : one,
  ).replace(CONTROLS, asEscape);

/** Control characters that JSON leaves as they are. */
const CONTROLS = /[\u007f-\u009f]/g;
const asEscape = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;

const TROUBLE = /\x1b\[[\d;]*m|[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** Tells when standard output cannot take what is written, such as a file on a full disk. */
export function whenLost(tell: (why: string) => void): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // A reader that went away is no fault, and a terminal that hung up neither.
    if (['ENOSPC', 'EDQUOT', 'EFBIG', 'EROFS'].includes(error.code ?? '')) tell(error.message);
  });
}

interface Guarded {
  write(text: string | Uint8Array): void;
  readonly broken: boolean;
}

/** A stream whose errors (EPIPE, EIO) mean that nobody reads any more. */
function guarded(stream: OutputStream): Guarded {
  let broken = false;
  stream.on('error', () => {
    broken = true;
  });
  return {
    write(text) {
      if (!broken) stream.write(text);
    },
    get broken() {
      return broken;
    },
  };
}

const CODES: { readonly [style in Style]: readonly [number, number] } = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  magenta: [35, 39],
  cyan: [36, 39],
};

function painter(
  stream: OutputStream,
  env: { readonly [name: string]: string | undefined },
): Paint {
  if (!hasColour(stream, env)) return plain;
  return (style, text) =>
    text === '' ? '' : `\x1b[${CODES[style][0]}m${text}\x1b[${CODES[style][1]}m`;
}

/** FORCE_COLOR decides, then NO_COLOR, then whether a screen is there that knows colours. */
function hasColour(
  stream: OutputStream,
  env: { readonly [name: string]: string | undefined },
): boolean {
  const { FORCE_COLOR: force, NO_COLOR: none, TERM: term } = env;
  if (force !== undefined) return force !== '0' && force !== 'false';
  if (none !== undefined && none !== '') return false;
  return stream.isTTY === true && term !== 'dumb';
}
