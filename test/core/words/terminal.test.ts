import { describe, expect, test } from 'vitest';
import { type OutputStream, openTerminal } from '../../../core/words/terminal.ts';
import { columns, cut, enumerate, indent, pad, table } from '../../../core/words/text.ts';
import { duration, moment, momentAndAge } from '../../../core/words/time.ts';

/** A stream that understands the few control sequences we use, and draws them. */
class Screen implements OutputStream {
  readonly isTTY = true;
  columns: number;
  readonly raw: string[] = [];
  #rows: string[] = [''];
  #row = 0;
  #column = 0;
  #onError: (error: Error) => void = () => {};

  constructor(width: number) {
    this.columns = width;
  }

  write(text: string): void {
    this.raw.push(text);
    for (const [part, up] of text.matchAll(/\x1b\[(\d+)A|\x1b\[K|\x1b\[J|\r|\n|[^\x1b\r\n]/g)) {
      if (up !== undefined) this.#row -= Number(up);
      else if (part === '\x1b[K') this.#put(this.#row, this.#at(this.#row).slice(0, this.#column));
      else if (part === '\x1b[J') {
        this.#put(this.#row, this.#at(this.#row).slice(0, this.#column));
        this.#rows.length = this.#row + 1;
      } else if (part === '\r') this.#column = 0;
      else if (part === '\n') {
        this.#row += 1;
        this.#column = 0;
        this.#put(this.#row, this.#at(this.#row));
      } else {
        const line = this.#at(this.#row);
        this.#put(this.#row, line.slice(0, this.#column) + part + line.slice(this.#column + 1));
        this.#column += 1;
      }
    }
  }

  on(_event: 'error', listener: (error: Error) => void): void {
    this.#onError = listener;
  }

  fail(): void {
    this.#onError(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
  }

  /** Narrower: long lines take several rows, as real terminals have it. */
  narrow(width: number): void {
    const before = this.#rows;
    this.columns = width;
    this.#rows = before.flatMap((line) => line.match(new RegExp(`.{1,${width}}`, 'g')) ?? ['']);
    this.#row = this.#rows.length - 1;
    this.#column = this.#rows.at(-1)!.length;
  }

  get shown(): readonly string[] {
    return this.#rows.map((line) => line.trimEnd());
  }

  #at(row: number): string {
    return this.#rows[row] ?? '';
  }

  #put(row: number, line: string): void {
    this.#rows[row] = line;
  }
}

/** A file or a pipe. */
function pipe(): OutputStream & { readonly raw: string[] } {
  const raw: string[] = [];
  return { raw, write: (text: string) => raw.push(text), on: () => undefined };
}

describe('live lines', () => {
  test('stay below what is written, and go away without a trace', () => {
    const screen = new Screen(40);
    const terminal = openTerminal(screen, pipe(), { TERM: 'xterm' });
    terminal.out('first');
    terminal.live(['[0/2] a 1s', 'waiting: b']);
    terminal.out('second\nthird\n');
    expect(screen.shown).toEqual(['first', 'second', 'third', '[0/2] a 1s', 'waiting: b']);
    terminal.live(['[1/2] b']);
    expect(screen.shown).toEqual(['first', 'second', 'third', '[1/2] b']);
    terminal.live([]);
    terminal.out('last');
    expect(screen.shown).toEqual(['first', 'second', 'third', 'last', '']);
  });

  test('make room for standard error on the same screen', () => {
    const screen = new Screen(40);
    const terminal = openTerminal(screen, screen, { TERM: 'xterm' });
    terminal.live(['[0/2] a 1s']);
    terminal.err('warning: x');
    expect(screen.shown).toEqual(['warning: x', '[0/2] a 1s']);
  });

  test('are drawn in one write, and not at all when nothing changed', () => {
    const screen = new Screen(40);
    const terminal = openTerminal(screen, pipe(), {});
    terminal.live(['a', 'b']);
    terminal.live(['a', 'b']);
    terminal.live(['a', 'c']);
    expect(screen.raw).toEqual(['a\x1b[K\nb\x1b[K\x1b[J', '\x1b[1A\ra\x1b[K\nc\x1b[K\x1b[J']);
  });

  test('are cut to the width, and what could act on the terminal is made visible', () => {
    const screen = new Screen(20);
    const terminal = openTerminal(screen, pipe(), {});
    terminal.live(['exposure \x1b[31m\ud800 and much more']);
    expect(screen.shown).toEqual(['exposure \\x1b[31...']);
  });

  test('are found again after the window was made narrower', () => {
    const screen = new Screen(40);
    const terminal = openTerminal(screen, pipe(), {});
    terminal.out('first');
    terminal.live(['[0/2] a long line of what is running']);
    screen.narrow(15);
    terminal.live(['[1/2] a long line of what is running']);
    expect(screen.shown).toEqual(['first', '[1/2] a lon...']);
  });

  test.each([
    ['a pipe', pipe(), {}],
    ['a dumb terminal', new Screen(40), { TERM: 'dumb' }],
  ])('are not shown on %s', (_name, stream, env) => {
    const terminal = openTerminal(stream, pipe(), env);
    terminal.live(['a']);
    expect([terminal.isLive, stream.raw]).toEqual([false, []]);
  });
});

describe('colour', () => {
  const red = (stream: OutputStream, env: { [name: string]: string }) =>
    openTerminal(stream, pipe(), env).paint('red', 'x');

  test.each([
    ['a screen has it', new Screen(40), {}, true],
    ['a pipe has none', pipe(), {}, false],
    ['a dumb terminal has none', new Screen(40), { TERM: 'dumb' }, false],
    ['NO_COLOR takes it away', new Screen(40), { NO_COLOR: '1' }, false],
    ['an empty NO_COLOR means nothing', new Screen(40), { NO_COLOR: '' }, true],
    ['FORCE_COLOR brings it to a pipe', pipe(), { FORCE_COLOR: '1', NO_COLOR: '1' }, true],
    ['FORCE_COLOR=0 takes it away', new Screen(40), { FORCE_COLOR: '0' }, false],
  ])('%s', (_name, stream, env, coloured) => {
    expect(red(stream, env as { [name: string]: string })).toBe(
      coloured ? '\x1b[31mx\x1b[39m' : 'x',
    );
  });
});

test('a reader that goes away does not end the program', () => {
  const screen = new Screen(40);
  const terminal = openTerminal(screen, pipe(), {});
  terminal.out('first');
  screen.fail();
  terminal.out('second');
  terminal.live(['third']);
  expect([screen.raw, terminal.broken]).toEqual([['first\n'], true]);
});

test('width is that of the screen at the moment, or a default', () => {
  const screen = new Screen(40);
  const terminal = openTerminal(screen, pipe(), {});
  const before = terminal.width;
  screen.columns = 60;
  expect([before, terminal.width, openTerminal(pipe(), pipe(), {}).width]).toEqual([40, 60, 100]);
});

test('texts are measured and cut by the columns they take', () => {
  expect(['abc', '宇宙', 'e\u0301', '🔭', ''].map(columns)).toEqual([3, 4, 1, 2, 0]);
  expect([
    cut('宇宙望遠鏡', 7),
    cut('abc', 3),
    cut('abcd', 3),
    cut('abc', 2),
    cut('abc', 0),
  ]).toEqual(['宇宙...', 'abc', '...', '..', '']);
  expect(table([['宇', 'b', 'c'], ['abc', '', 'd'], ['longer than all']])).toEqual([
    '宇   b  c',
    'abc     d',
    'longer than all',
  ]);
  expect([pad('宇', 4), indent('a\n\nb', '> ')]).toEqual(['宇  ', '> a\n\n> b']);
});

test('lists are told by their first members', () => {
  const letters = ['a', 'b', 'c', 'd', 'e'];
  expect([0, 1, 2, 4, 5].map((n) => enumerate(letters.slice(0, n)))).toEqual([
    '',
    'a',
    'a and b',
    'a, b, c and d',
    'a, b, c and 2 more',
  ]);
});

test('times are told in the two units that matter', () => {
  const seconds = [-1, 0, 0.44, 9.94, 9.96, 59.4, 59.6, 185, 3599.6, 8040, 86_399, 363_600];
  expect(seconds.map((s) => duration(s * 1000))).toEqual([
    '0.0s',
    '0.0s',
    '0.4s',
    '9.9s',
    '10s',
    '59s',
    '1m 00s',
    '3m 05s',
    '1h 00m',
    '2h 14m',
    '23h 59m',
    '4d 5h',
  ]);
});

test('a moment is told with its age, unless the clocks disagree', () => {
  const at = new Date(2017, 7, 17, 23, 33, 5).getTime();
  expect([
    momentAndAge(at, at + 8_040_000),
    momentAndAge(at, at - 5000),
    moment(Number.NaN),
  ]).toEqual(['2017-08-17 23:33:05, 2h 14m ago', '2017-08-17 23:33:05', 'an unknown time']);
});
