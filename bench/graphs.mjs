/** The same graph for every tool: files to start from, and a rule file in the language of each. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Edges of a graph of `n` targets that each copy their first input.
 *   leaf     every target from a file of its own
 *   chain    every target from the one before it
 *   diamond  a target from a file, `n - 2` targets from it, and one from all of these
 * @returns {readonly { out: string, from: string, also?: readonly string[] }[]}
 */
export function targetsOf(shape, n) {
  const numbers = Array.from({ length: n }, (_, i) => i);
  switch (shape) {
    case 'leaf':
      return numbers.map((i) => ({ out: `out/${i}`, from: `in/${i}` }));
    case 'chain':
      return numbers.map((i) => ({ out: `out/${i}`, from: i === 0 ? 'in/0' : `out/${i - 1}` }));
    case 'diamond': {
      const middle = numbers.slice(1, -1).map((i) => `out/${i}`);
      return [
        { out: 'out/0', from: 'in/0' },
        ...middle.map((out) => ({ out, from: 'out/0' })),
        { out: `out/${n - 1}`, from: middle[0], also: middle.slice(1) },
      ];
    }
  }
  throw new Error(`there is no shape '${shape}'`);
}

/** Puts the inputs, and with `made` also the outputs, into a folder. */
export function layOut(dir, targets, { made }) {
  for (const folder of ['in', 'out']) mkdirSync(join(dir, folder), { recursive: true });
  for (const { from } of targets)
    if (from.startsWith('in/')) writeFileSync(join(dir, from), `${from}\n`);
  // In this order every output is younger than what it is made from, whatever the grain of time stamps.
  if (made) for (const { out } of targets) writeFileSync(join(dir, out), 'made\n');
}

/** Another content for the first input; `round` makes it new each time. */
export function changeInput(dir, round) {
  writeFileSync(join(dir, 'in/0'), `changed ${round}\n`);
}

export const RULE_FILES = {
  desgw: (shape, n) => [
    'desgwfile.ts',
    `import { defineBuild, exec, group, target } from 'desgw';
const made = (i: number, from: string, deps: string[] = []) =>
  target('out/' + i, {
    deps, outputs: ['out/' + i], recipe: [exec(['cp', from, 'out/' + i])],
    ...(from.startsWith('in/') ? { inputs: [from] } : {}),
  });
const numbers = Array.from({ length: ${n} }, (_, i) => i);
const names = numbers.map((i) => 'out/' + i);
${DESGW[shape](n)}
`,
  ],
  make: (shape, n) => [
    'Makefile',
    [
      `all: ${targetsOf(shape, n)
        .map(({ out }) => out)
        .join(' ')}`,
      ...targetsOf(shape, n).map(
        ({ out, from, also = [] }) => `${out}: ${[from, ...also].join(' ')}\n\tcp ${from} ${out}`,
      ),
      '.PHONY: all',
      '',
    ].join('\n'),
  ],
  ninja: (shape, n) => [
    'build.ninja',
    [
      'rule copy\n  command = cp $from $out',
      ...targetsOf(shape, n).map(
        ({ out, from, also = [] }) =>
          `build ${out}: copy ${[from, ...also].join(' ')}\n  from = ${from}`,
      ),
      '',
    ].join('\n'),
  ],
};

const DESGW = {
  leaf: () => `export default defineBuild({ goal: 'all', rules: () => [
  ...numbers.map((i) => made(i, 'in/' + i)), group('all', names)] });`,
  chain: () => `export default defineBuild({ goal: 'all', rules: () => [
  made(0, 'in/0'), ...numbers.slice(1).map((i) => made(i, names[i - 1], [names[i - 1]])), group('all', names)] });`,
  diamond: (n) => `export default defineBuild({ goal: 'all', rules: () => [
  made(0, 'in/0'), ...numbers.slice(1, -1).map((i) => made(i, names[0], [names[0]])),
  made(${n - 1}, names[1], names.slice(1, -1)), group('all', names)] });`,
};
