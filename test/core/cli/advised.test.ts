import { expect, test } from 'vitest';
import { advisedFor, advising, choosingWords } from '../../../core/cli/advised.ts';
import { type OutputStream, openTerminal } from '../../../core/words/terminal.ts';

const NAMES = ['build', 'status', 'init', 'ccds'];
const words = () => choosingWords({ file: 'my rules.ts', set: ['CUT=.3'] });
const advised = advisedFor('status', words, () => NAMES);

test('commands that are advised get the options that chose rule file and parameters', () => {
  expect(advised('`desgw build x` makes it; desgw ccds 5, or desgw init.')).toBe(
    "`desgw build --file 'my rules.ts' --set CUT=.3 x` makes it; desgw ccds --file 'my rules.ts' --set CUT=.3 5, or desgw init.",
  );
});

test('sentences about desgw, paths and what has the options already stay as they are', () => {
  for (const text of ['desgw has built 3', '/opt/desgw build', 'desgw status --help'])
    expect(advised(text)).toBe(text);
  const once = advised('desgw build');
  expect(advised(once)).toBe(once);
});

test('without such options nothing is added', () => {
  expect(
    advisedFor(
      'build',
      () => choosingWords({}),
      () => NAMES,
    )('desgw build'),
  ).toBe('desgw build');
});

/** What a command prints, to both streams. */
function printed(command: string): {
  readonly all: string[];
  readonly terminal: ReturnType<typeof advising>;
} {
  const all: string[] = [];
  const stream: OutputStream = { write: (text) => all.push(String(text)), on() {} };
  const here = advisedFor(
    command,
    () => ' --file f',
    () => NAMES,
  );
  return { all, terminal: advising(openTerminal(stream, stream, {}), command, here) };
}

test('what was typed once is shown as it was, in text and in data', () => {
  const { all, terminal } = printed('history');
  terminal.out('1  desgw build');
  terminal.data({ command: 'desgw build', told: 'desgw build' });
  terminal.err('see desgw status');
  const status = printed('status');
  status.terminal.data({ command: 'desgw build', next: [{ told: 'desgw build' }] });
  expect([...all, ...status.all]).toEqual([
    '1  desgw build\n',
    '{"command":"desgw build","told":"desgw build"}\n',
    'see desgw status --file f\n',
    '{"command":"desgw build","next":[{"told":"desgw build --file f"}]}\n',
  ]);
});
