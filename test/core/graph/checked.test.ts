/** What a rule file cannot have meant is refused before anything is made, with the place and what was meant. */
import { describe, expect, test } from 'vitest';
import type { RuleItem } from '../../../core/api/builds.ts';
import { exec, expand, group, recordingSites, target } from '../../../core/api/define.ts';
import { UserError } from '../../../core/api/errors.ts';
import type { Chain, Rule } from '../../../core/api/rules.ts';
import { buildShape, stepsShape } from '../../../core/api/shapes.ts';
import { sweepOf } from '../../../core/graph/checked.ts';
import { resolve } from '../../../core/graph/resolve.ts';

/** What is said of items as a rule file without types might give them. */
function said(make: () => unknown): string {
  try {
    recordingSites(
      () => 'desgwfile.ts:7',
      () => resolve(make() as readonly RuleItem[]),
    );
  } catch (error) {
    if (error instanceof UserError) return `${error.message} | ${error.hint}`;
    throw error;
  }
  return 'nothing';
}

/** One target with a recipe, and fields as a rule file without types might have them. */
const made = (fields: object, name = 'a'): Rule =>
  target(name, { recipe: [exec(['make'])], ...fields } as Omit<Rule, 'name'>);

const A = "target 'a' (desgwfile.ts:7)";

describe('fields', () => {
  test.each<[string, object, string]>([
    [
      'misspelt',
      { output: ['x'] },
      `${A}: has a field 'output', which means nothing | Did you mean 'outputs'?`,
    ],
    ['a text for a list', { deps: 'b' }, `${A}: deps is 'b', not a list of texts | undefined`],
    ['a number in a list', { inputs: ['x', 5] }, `${A}: inputs[1] is 5, not a text | undefined`],
    [
      'an output that is none',
      { outputs: [{ pth: 'x' }] },
      `${A}: outputs[0] has a field 'pth', which means nothing | Did you mean 'path'?`,
    ],
    [
      'a step of no kind',
      { recipe: [{ kind: 'exce', argv: ['x'] }] },
      `${A}: recipe[0] has the kind 'exce', of which there is none | Did you mean 'exec'?`,
    ],
    [
      'a program as one text',
      { recipe: [{ kind: 'exec', argv: 'ls -l' }] },
      `${A}: recipe[0].argv is 'ls -l', not a list of texts | undefined`,
    ],
    [
      'no program',
      { recipe: [{ kind: 'exec', argv: [] }] },
      `${A}: recipe[0].argv is empty | Its first text is the program.`,
    ],
    [
      'a step that lacks something',
      { recipe: [{ kind: 'write', path: 'x' }] },
      `${A}: recipe[0] lacks 'content' | undefined`,
    ],
    [
      'a recipe without steps',
      { recipe: { judge: () => [] } },
      `${A}: recipe lacks 'steps' | undefined`,
    ],
    [
      'asynchronous steps',
      { recipe: { steps: async () => [] } },
      `${A}: recipe.steps is asynchronous | It must give its result at once; what takes time is for an adapter or a recipe.`,
    ],
    [
      'a word that is none',
      { recipe: [{ kind: 'exec', argv: ['x'], detached: 'rerum' }] },
      `${A}: recipe[0].detached is 'rerum', not one of 'rerun', 'doubt' | Did you mean 'rerun'?`,
    ],
  ])('%s', (_what, fields, expected) => {
    expect(said(() => [made(fields)])).toBe(expected);
  });

  test.each<[string, object]>([
    ['recipe[1]', { recipe: [exec(['a']), exec(['b'], { idempotent: false })] }],
    ['recipe.steps[0]', { recipe: { steps: [exec(['a'], { detached: 'doubt' })] } }],
  ])(
    'a step that must not be repeated, of which nothing tells whether it has happened: %s',
    (at, fields) => {
      expect(said(() => [made(fields)])).toMatch(
        `${A}: ${at} must not be repeated without a word from a person, and its target has no \`once\` | Give`,
      );
      const once = { look: () => [], judge: () => ({ state: 'not done' }) };
      expect(said(() => [made({ ...fields, once })])).toBe('nothing');
    },
  );

  test('one that is there without a value is as if it were not there', () => {
    expect(said(() => [made({ doc: undefined, inputs: undefined })])).toBe('nothing');
  });
});

test.each([
  ['outputs', ['x']],
  ['once', { look: () => [], judge: () => ({ state: 'not done' }) }],
  ['exclusive', ['key']],
])('%s without a recipe: a group has none', (field, value) => {
  expect(said(() => [target('a', { [field]: value })])).toMatch(
    `${A} has '${field}' but no recipe | Say how it is made`,
  );
});

test('a group needs no recipe', () => {
  expect(
    said(() => [group('all', ['a']), made({}), target('some', { gathers: ['a'], outputs: [] })]),
  ).toBe('nothing');
});

test('files that it is made from need a recipe, unless observing is all that is done with them', () => {
  const of = (more: object) => said(() => [target('t', { inputs: ['in'], ...more })]);
  expect(of({})).toContain("has 'inputs' but no recipe");
  const observe = { look: () => [], judge: () => ({ state: 'ready', value: 1 }) };
  expect(of({ observe })).toBe('nothing');
});

describe('the list of rules', () => {
  test.each<[string, () => unknown, string]>([
    [
      'a promise',
      () => Promise.resolve([]),
      'the rules of the rule file gave a promise, not a list of rules | It must not be asynchronous',
    ],
    [
      'nothing',
      () => undefined,
      'the rules of the rule file gave undefined, not a list of rules | For example',
    ],
    [
      'a list in it',
      () => [[made({})]],
      'the rules of the rule file gave a list as its rule number 1 | Spread it into the list: ...rules.',
    ],
    [
      'a hole in it',
      () => [made({}), undefined],
      "the rules of the rule file gave undefined as its rule number 2 | A rule is made by target('name'",
    ],
    [
      'an expansion without rules',
      () => [{ kind: 'expansion', from: 'a' }],
      "the expansion of 'a' lacks 'rules'",
    ],
  ])('%s', (_what, make, expected) => expect(said(make)).toContain(expected));

  test('of an expansion too', () => {
    const items = [made({}), expand('a', () => 'x' as unknown as readonly RuleItem[])];
    expect(() => resolve(items, { textOf: () => '' })).toThrow(
      "the expansion of what 'a' made gave 'x', not a list of rules",
    );
  });
});

describe('names', () => {
  test.each(['deps', 'after', 'gathers'])('of %s', (field) => {
    expect(said(() => [made({ [field]: ['seasn'] }), made({}, 'season')])).toBe(
      `${A} needs 'seasn', which no rule makes | Did you mean 'season'?`,
    );
  });

  test('of hold', () => {
    const hold = { since: 'a', until: 'ned' };
    expect(said(() => [made({ hold }), made({}, 'end')])).toBe(
      `${A} is held for 'ned', which no rule makes | Did you mean 'end'?`,
    );
  });
});

describe('chains', () => {
  const chain = (more: object = {}): Chain => ({
    name: 'c',
    links: ['a', 'b'],
    sweep: (first) => ['a', 'b'].slice(['a', 'b'].indexOf(first)),
    recipe: { steps: [] },
    ...more,
  });
  const links = (one: Chain, names = ['a', 'b']) =>
    names.map((name) => target(name, { chain: one }));

  test('as they should be', () => expect(said(() => links(chain()))).toBe('nothing'));

  test.each<[string, () => unknown, string]>([
    [
      'a link that no rule makes',
      () => links(chain({ links: ['a', 'b', 'bb'] })),
      `chain 'c' of ${A} has a link 'bb', which no rule makes | Did you mean 'b'?`,
    ],
    [
      'a link of another chain',
      () => [...links(chain(), ['a']), ...links(chain(), ['b'])],
      `chain 'c' of ${A} has a link 'b', which belongs to another | All links share one object`,
    ],
    [
      'a target that is no link',
      () => [...links(chain()), target('z', { chain: chain({ links: ['q'] }) }), made({}, 'q')],
      "has a link 'q', which belongs to none",
    ],
    [
      'a sweep without its first link',
      () => links(chain({ sweep: () => ['b'] })),
      "chain 'c': its sweep from 'a' gave [b], without that link | A run remakes at least",
    ],
    [
      'a sweep that names a stranger',
      () => links(chain({ sweep: (first: string) => [first, 'bc'] })),
      "chain 'c': its sweep from 'a' names 'bc', which is not a link of it | Did you mean 'b'?",
    ],
    [
      'a sweep that gives nothing',
      () => links(chain({ sweep: () => undefined })),
      "its sweep from 'a' gave undefined, without that link",
    ],
  ])('%s', (_what, make, expected) => expect(said(make)).toContain(expected));

  test('a sweep is looked at once more when it is used', () => {
    expect(() => sweepOf(chain({ sweep: () => [] }), 'b')).toThrow(
      "its sweep from 'b' gave [], without that link",
    );
  });
});

test('a rule file may note more of its own with a parameter', () => {
  const params = { N: { default: 1, type: 'number', ini: 'section.key' } };
  expect(buildShape({ goal: 'a', rules: () => [], params })).toBeUndefined();
});

test('steps that a function gives are held to the same', () => {
  expect(stepsShape([{ kind: 'remove', path: 5 }])).toEqual({
    at: '[0].path',
    what: 'is 5, not a text',
  });
  expect(stepsShape(Promise.resolve([]))).toEqual({
    at: '',
    what: 'is a promise, not a list of steps',
  });
});

test.each<[string, object, string, string]>([
  ['a misspelt field', { gaol: 'x' }, '', "has a field 'gaol', which means nothing"],
  ['a goal that is no name', { goal: 5 }, 'goal', 'is 5, not a text'],
  ['asynchronous rules', { rules: async () => [] }, 'rules', 'is asynchronous'],
  [
    'a field of a parameter',
    { params: { N: { default: 1, type: 'number', hlep: '' } } },
    "params['N']",
    "has a field 'hlep', which means nothing",
  ],
  [
    'a type of a parameter',
    { params: { N: { default: 1, type: 'float' } } },
    "params['N'].type",
    "is 'float', not one of 'text', 'integer', 'number', 'boolean', 'list'",
  ],
  [
    'a command that cannot be run',
    { commands: { x: { doc: '' } } },
    "commands['x']",
    "lacks 'run'",
  ],
])('of the build itself: %s', (_what, fields, at, what) => {
  expect(buildShape({ goal: 'a', rules: () => [], ...fields })).toMatchObject({ at, what });
});
