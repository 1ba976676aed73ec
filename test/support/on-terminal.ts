/** What stands on a person's screen after a command: a real pseudo-terminal, read by a real terminal emulator. */
import { spawn } from 'node:child_process';
import xterm from '@xterm/headless';

/**
 * Runs a command in a terminal and gives the lines that remain on its screen, scrolled-off ones included.
 * @param argv program and arguments
 */
export async function onTerminal(
  argv: readonly string[],
  { cwd, env, columns }: OnTerminal,
): Promise<readonly string[]> {
  const terminal = new xterm.Terminal({
    cols: columns,
    rows: 24,
    scrollback: 10_000,
    allowProposedApi: true,
  });
  const command = `stty cols ${columns} rows 24; exec ${argv.map(quoted).join(' ')}`;
  // `script` of util-linux gives a pseudo-terminal; it goes by SHELL.
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    cwd,
    env: { ...env, SHELL: '/bin/sh', TERM: 'xterm-256color' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child.stdout.on('data', (bytes: Buffer) => terminal.write(bytes));
  await new Promise((resolve) => child.on('close', resolve));
  await new Promise<void>((resolve) => terminal.write('', resolve));
  const { active } = terminal.buffer;
  const lines = Array.from({ length: active.length }, (_, i) =>
    active.getLine(i)!.translateToString(true),
  );
  terminal.dispose();
  return lines.slice(0, lines.findLastIndex((line) => line !== '') + 1);
}

interface OnTerminal {
  readonly cwd: string;
  readonly env: { readonly [name: string]: string };
  readonly columns: number;
}

const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;
