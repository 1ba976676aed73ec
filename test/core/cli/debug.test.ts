import { expect, test } from 'vitest';
import { explainedProcesses, explainer } from '../../../core/cli/debug.ts';
import type { Terminal } from '../../../core/words/terminal.ts';
import { stubWorld } from '../stub-world.ts';

function explaining(wanted: string | undefined) {
  const lines: string[] = [];
  const explain = explainer(wanted, {
    err: (line: string) => lines.push(line),
  } as Partial<Terminal> as Terminal);
  return { explain, lines };
}

test('only what was asked for is explained, and nothing is made of the rest', () => {
  const { explain, lines } = explaining('plan,process');
  explain?.('plan', () => ['one', 'two']);
  explain?.('journal', () => {
    throw new Error('nobody wants this');
  });
  expect(lines).toEqual(['plan: one', 'plan: two']);
});

test('where nobody asks, nobody is told; 1 is for the stack of an error', () => {
  expect([explaining(undefined).explain, explaining('1').explain]).toEqual([undefined, undefined]);
});

test('what is misspelt is told with what was meant', () => {
  expect(explaining('jurnal').lines).toEqual([
    "desgw: DESGW_DEBUG=jurnal explains nothing; there are plan, journal, process. Did you mean 'journal'?",
  ]);
});

test('a program is told of as it starts and as it ends', async () => {
  const { explain, lines } = explaining('process');
  const { processes, clock } = stubWorld({});
  const told = explainedProcesses(
    { ...processes, run: async () => ({ exit: { kind: 'exit', code: 3 }, leftBehind: false }) },
    explain!,
    clock,
  );
  const spawn = { argv: ['/bin/x', 'a b'] as const, cwd: '/w', env: {}, stdout: '', stderr: '' };
  await told.run(spawn, new AbortController().signal);
  expect(lines).toEqual([
    "process: start /bin/x 'a b'   (in /w)",
    expect.stringMatching(/^process: end {3}\/bin\/x ended with exit status 3 after /),
  ]);
});
