/** The code of the rule file is part of what it makes: as much of it as a recipe uses, and no more. */
import { describe } from 'vitest';
import { type Ended, test, type Workspace } from './workspace.ts';

const RULES = `import { defineBuild, target, write } from 'desgw';
import { shout } from './words.ts';
const CUT = { g: [0.5] };
class Tally {
  #n = 0;
  constructor(n: number) { this.#n = n; }
  get n() { return this.#n; }
}
const TALLY = new Tally(1);
const TABLE = new Map([['r', 1]]);
let unused = 1;
const header = () => '# cut ' + CUT.g[0] + shout('x') + TABLE.get('r') + TALLY.n;
const rule = (name: string, value: string) =>
  target(name, { outputs: [name], recipe: [write(name, () => header() + value)] });
export default defineBuild({ goal: 'goal', params: { a: 'A', b: 'B' }, rules: (params) => [
  rule('one', 'first'),
  rule('two', 'second'),
  target('own', { outputs: ['own'], recipe: { steps: () => [write('own', String(params.a))] } }),
  target('goal', { deps: ['one', 'two', 'own'] }),
] });
`;

/** Names of what a build makes when a text in the rule file, or in the module it imports, is another one. */
async function madeAfter(w: Workspace, from: string, to: string, args: readonly string[] = []) {
  const words = `export const shout = (text: string) => text + '!';\n`;
  w.write('words.ts', words);
  w.write('desgwfile.ts', RULES);
  await w.desgw(['build']);
  w.write('words.ts', words.replace(from, to));
  w.write('desgwfile.ts', RULES.replace(from, to));
  return names(await w.desgw(['build', ...args]));
}

const names = ({ out }: Ended): readonly string[] =>
  [...out.matchAll(/^\S+ done +(\S+)/gm)].map(([, name]) => name!).sort();

describe.concurrent('a recipe without a version', () => {
  test.for<[string, string, string, readonly string[]]>([
    ['a constant that a helper uses', '0.5', '0.7', ['one', 'two']],
    ['a table', "['r', 1]", "['r', 2]", ['one', 'two']],
    ['a helper', "'# cut '", "'# CUT '", ['one', 'two']],
    ['the class of an object', 'return this.#n', 'return 1 + this.#n', ['one', 'two']],
    ['what only an object knows', 'new Tally(1)', 'new Tally(2)', ['one', 'two']],
    ['a module that is imported', "text + '!'", "text + '?'", ['one', 'two']],
    ['a value that was captured', "'first'", "'other'", ['one']],
    ['a variable that nothing uses', 'unused = 1', 'unused = 2', []],
    ['a comment', 'let unused', '// more\nlet unused', []],
    ['another target', "rule('two', 'second')", "rule('two', 'second'), rule('three', 'x')", []],
  ])('knows a change of %s', async ([, from, to, made], { expect, w }) => {
    expect(await madeAfter(w, from, to)).toEqual(made);
  });

  test('knows a change of a variable of the environment that it names', async ({ w, expect }) => {
    w.rules(
      `target('goal', { outputs: ['o'], recipe: { steps: () => [write('o', process.env.HUE ?? 'none')] } }),`,
    );
    for (const [env, made] of [
      [{}, ['goal']],
      [{ HUE: 'blue' }, ['goal']],
      [{ HUE: 'blue', SIZE: '1' }, []],
    ] as const)
      expect(names(await w.desgw(['build'], { env }))).toEqual(made);
  });

  test('knows which parameters it mentions', async ({ w, expect }) => {
    expect([
      await madeAfter(w, '', '', ['--set', 'b=C']),
      await madeAfter(w, '', '', ['--set', 'a=C']),
    ]).toEqual([[], ['own']]);
  });
});

test('an output that was renamed is named once, as the one that is missing', async ({
  w,
  expect,
}) => {
  for (const name of ['old', 'new']) {
    w.rules(`target('goal', { outputs: ['${name}'], recipe: [sh('a', 'echo > ${name}')] }),`);
    if (name === 'old') await w.desgw(['build']);
  }
  const { out } = await w.desgw(['why', 'goal']);
  expect(out.split('\n').slice(0, 4)).toEqual([
    'goal is missing',
    '  new is missing',
    '  recipe changed',
    '',
  ]);
});
