/** The smallest graph that shows most things: src -> a -> b. */
import { expect } from 'vitest';
import type { RunOptions, Workspace } from './workspace.ts';

/** a takes the first line of src only; b puts `b:` before it. */
export const CHAIN = `
  target('a', { inputs: ['src'], outputs: ['a.txt'], recipe: [sh('a', 'head -n 1 src > a.txt')] }),
  target('b', { deps: ['a'], outputs: ['b.txt'], recipe: [sh('b', 'sed s/^/b:/ a.txt > b.txt')] }),
  group('goal', ['b']),`;

/** Builds the chain from `one`; its log is empty afterwards. */
export async function builtChain(w: Workspace, options?: RunOptions): Promise<void> {
  w.rules(CHAIN);
  w.write('src', 'one\n');
  expect(await build(w, [], options)).toEqual(['a', 'b']);
}

/** Builds, expecting success without a word on stderr, and says what ran. */
export async function build(
  w: Workspace,
  args: readonly string[] = [],
  options?: RunOptions,
): Promise<readonly string[]> {
  const { code, err } = await w.desgw(['build', ...args], options);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return w.ran();
}
