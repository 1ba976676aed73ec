import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { target } from '../../../core/api/define.ts';
import type { Rule } from '../../../core/api/rules.ts';
import type { Node } from '../../../core/graph/graph.ts';
import { resolve } from '../../../core/graph/resolve.ts';
import { EMPTY_SIGNATURE, type Signature } from '../../../core/memory/trace.ts';
import {
  differences,
  isStill,
  productOf,
  signatureOf,
  valueDigest,
} from '../../../core/plan/signature.ts';
import type { Verdicts, View } from '../../../core/plan/view.ts';
import type { Reason } from '../../../core/words/reasons.ts';
import { madeBy, viewOf } from '../../support/views.ts';

const nodeOf = (rule: Omit<Rule, 'name'>): Node => {
  const deps = [...(rule.deps ?? []), ...(rule.gathers ?? [])];
  return resolve([
    target('a', { recipe: { version: '1', steps: [] }, ...rule }),
    ...deps.map((name) => target(name, { recipe: [] })),
  ]).nodes.get('a')!;
};

const WORLD = viewOf({
  file: (path) => `file ${path}`,
  glob: (pattern) => `glob ${pattern}`,
  env: (name) => (name === 'UNSET' ? undefined : `value of ${name}`),
  sighting: () => ({ state: 'ready', value: { n: 1 }, note: 'one' }),
});

/** Needs that have been made. */
const madeFor = ({ deps, gathers }: Node): Verdicts =>
  madeBy(Object.fromEntries([...deps, ...gathers].map((name) => [name, `product ${name}`])));

const NO_NEEDS = madeBy({});

const EMPTY: Signature = { ...EMPTY_SIGNATURE, recipe: 'r' };

test('a signature holds everything a target depends on, by name', () => {
  const node = nodeOf({
    deps: ['d'],
    gathers: ['g', 'h'],
    inputs: ['i'],
    optionalInputs: ['o'],
    globs: ['*.fits'],
    env: ['UNSET', 'SET'],
    params: { cut: 0.2 },
    observe: { look: () => [], judge: () => ({ state: 'ready', value: 1 }) },
  });
  expect(signatureOf(node, WORLD, madeFor(node), ['g'])).toEqual({
    recipe: node.recipeDigest,
    params: { cut: 0.2 },
    inputs: { i: 'file i', o: 'file o' },
    env: { UNSET: '(unset)', SET: 'value of SET' },
    globs: { '*.fits': 'glob *.fits' },
    deps: { d: 'product d' },
    gathered: { g: 'product g' },
    observed: { digest: valueDigest({ n: 1 }), note: 'one' },
  });
});

test('a sticky observation and one that could not be made are no part of it', () => {
  const observe = { look: () => [], judge: () => ({ state: 'ready', value: 1 }) as const };
  const sticky = nodeOf({ observe: { ...observe, sticky: true } });
  expect(signatureOf(sticky, WORLD, NO_NEEDS, []).observed).toBe(undefined);
  expect(
    signatureOf(
      nodeOf({ observe }),
      { ...WORLD, sighting: () => ({ state: 'failed', why: '' }) },
      NO_NEEDS,
      [],
    ).observed,
  ).toBe(undefined);
});

test('a digest of a value does not depend on the order of keys, but on that of lists', () => {
  expect(valueDigest({ a: 1, b: { c: 2, d: 3 } })).toBe(valueDigest({ b: { d: 3, c: 2 }, a: 1 }));
  expect(valueDigest([1, 2])).not.toBe(valueDigest([2, 1]));
});

describe('differences as reasons', () => {
  test.each<[string, Partial<Signature>, Partial<Signature>, Reason[]]>([
    ['none', { params: { a: 1 } }, { params: { a: 1 } }, []],
    ['recipe', { recipe: '1' }, { recipe: '2' }, [{ kind: 'recipe changed' }]],
    [
      'a parameter changed',
      { params: { a: 1 } },
      { params: { a: 2 } },
      [{ kind: 'param changed', name: 'a', from: 1, to: 2 }],
    ],
    [
      'a parameter equal but for the order of keys',
      { params: { a: { x: 1, y: 2 } } },
      { params: { a: { y: 2, x: 1 } } },
      [],
    ],
    ['a parameter new', {}, { params: { a: 1 } }, [{ kind: 'param changed', name: 'a', to: 1 }]],
    ['a parameter gone', { params: { a: 1 } }, {}, [{ kind: 'param changed', name: 'a', from: 1 }]],
    [
      'an input changed',
      { inputs: { a: '1' } },
      { inputs: { a: '2' } },
      [{ kind: 'input changed', path: 'a', how: 'changed' }],
    ],
    [
      'an input appeared',
      { inputs: { a: 'absent' } },
      { inputs: { a: '2' } },
      [{ kind: 'input changed', path: 'a', how: 'appeared' }],
    ],
    [
      'an input vanished',
      { inputs: { a: '1' } },
      { inputs: { a: 'absent' } },
      [{ kind: 'input changed', path: 'a', how: 'vanished' }],
    ],
    [
      'an input added',
      {},
      { inputs: { a: '1' } },
      [{ kind: 'input changed', path: 'a', how: 'added' }],
    ],
    [
      'an input removed',
      { inputs: { a: '1' } },
      {},
      [{ kind: 'input changed', path: 'a', how: 'removed' }],
    ],
    [
      'environment',
      { env: { A: 'x' } },
      { env: { A: 'y' } },
      [{ kind: 'env changed', name: 'A', from: 'x', to: 'y' }],
    ],
    [
      'a glob',
      { globs: { '*': '1' } },
      { globs: { '*': '2' } },
      [{ kind: 'glob changed', pattern: '*' }],
    ],
    [
      'deps',
      { deps: { a: '1', b: '1' } },
      { deps: { b: '2', c: '1' } },
      [
        { kind: 'dep changed', target: 'b' },
        { kind: 'dep added', target: 'c' },
        { kind: 'dep removed', target: 'a' },
      ],
    ],
    [
      'gathered members',
      { gathered: { a: '1', b: '1' } },
      { gathered: { b: '2', c: '1' } },
      [
        { kind: 'dep changed', target: 'b' },
        { kind: 'gathered', target: 'c' },
        { kind: 'not gathered', target: 'a' },
      ],
    ],
    [
      'an observation',
      { observed: { digest: '1', note: 'one' } },
      { observed: { digest: '2', note: 'two' } },
      [{ kind: 'observation changed', from: 'one', to: 'two' }],
    ],
    [
      'an observation whose note alone changed',
      { observed: { digest: '1', note: 'one' } },
      { observed: { digest: '1', note: 'two' } },
      [],
    ],
    [
      'names that every object has',
      { inputs: { constructor: '1' } },
      { inputs: { constructor: '1', toString: '2' } },
      [{ kind: 'input changed', path: 'toString', how: 'added' }],
    ],
  ])('%s', (_what, was, is, reasons) => {
    expect(differences({ ...EMPTY, ...was }, { ...EMPTY, ...is })).toEqual(reasons);
  });
});

describe('the short cut', () => {
  const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'constructor', '__proto__', 'd'), {
    maxLength: 3,
  });
  const digests = fc.dictionary(
    fc.constantFrom('a', 'b', 'constructor', 'd'),
    fc.constantFrom('1', '2'),
  );

  test('says that nothing has changed only when no difference is found, and when lists name nothing twice', () => {
    fc.assert(
      fc.property(
        fc.record({
          inputs: names,
          optional: fc.array(fc.constantFrom('a', 'x'), { maxLength: 2 }),
          deps: names,
          env: names,
          globs: names,
          gathered: names,
        }),
        fc.record({
          inputs: digests,
          deps: digests,
          env: digests,
          globs: digests,
          gathered: digests,
        }),
        fc.boolean(),
        (lists, recorded, same) => {
          const { optional: optionalInputs, gathered, ...rest } = lists;
          const rule = {
            ...rest,
            optionalInputs,
            gathers: gathered.map((name) => `g-${name}`),
            deps: rest.deps.map((name) => `d-${name}`),
          };
          const node = nodeOf(rule);
          const members = rule.gathers;
          const now = signatureOf(node, WORLD, madeFor(node), members);
          const was = same ? now : { ...now, ...recorded };
          const found = differences(was, now).length === 0;
          if (isStill(was, node, WORLD, madeFor(node), members)) expect(found).toBe(true);
          const twice =
            new Set([...rule.inputs, ...optionalInputs]).size <
            rule.inputs.length + optionalInputs.length;
          if (
            found &&
            !twice &&
            !rule.inputs.includes('__proto__') &&
            !rule.env.includes('__proto__') &&
            !rule.globs.includes('__proto__')
          )
            expect(isStill(was, node, WORLD, madeFor(node), members)).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });

  test.each<[string, Partial<View>, Verdicts?]>([
    ['an input', { file: () => 'other' }],
    ['a glob', { glob: () => 'other' }],
    ['the environment', { env: () => 'other' }],
    ['a dep', {}, madeBy({ d: 'other' })],
    ['an observed value', { sighting: () => ({ state: 'ready', value: 2 }) }],
  ])('notices %s', (_what, other, needs) => {
    const node = nodeOf({
      inputs: ['i'],
      globs: ['*'],
      env: ['E'],
      deps: ['d'],
      observe: { look: () => [], judge: () => ({ state: 'ready', value: 1 }) },
    });
    const before = madeFor(node);
    const was = signatureOf(node, WORLD, before, []);
    expect(isStill(was, node, WORLD, before, [])).toBe(true);
    expect(isStill(was, node, { ...WORLD, ...other }, needs ?? before, [])).toBe(false);
  });
});

describe('what a target made, as a digest', () => {
  const outputs = (path: string): string => `file ${path}`;

  test('is that of its one output', () => {
    expect(productOf(nodeOf({ outputs: ['x'] }), outputs, EMPTY)).toBe('file x');
    expect(
      productOf(nodeOf({ outputs: ['x', { path: 'log', quiet: true }] }), outputs, EMPTY),
    ).toBe('file x');
  });

  test('depends on each of several', () => {
    const node = nodeOf({ outputs: ['x', 'y'] });
    const base = productOf(node, outputs, EMPTY);
    expect(productOf(node, (path) => (path === 'y' ? 'other' : outputs(path)), EMPTY)).not.toBe(
      base,
    );
  });

  test('is that of all it depends on when it leaves no file, whatever the order', () => {
    const node = nodeOf({});
    const digest = (signature: Partial<Signature>): string =>
      productOf(node, outputs, { ...EMPTY, ...signature });
    expect(digest({ deps: { a: '1', b: '2' } })).toBe(digest({ deps: { b: '2', a: '1' } }));
    const all = [
      {},
      { deps: { a: '1' } },
      { inputs: { a: '1' } },
      { params: { a: 1 } },
      { env: { a: '1' } },
      { globs: { a: '1' } },
      { gathered: { a: '1' } },
      { recipe: 'x' },
    ];
    expect(new Set(all.map(digest)).size).toBe(all.length);
  });
});
