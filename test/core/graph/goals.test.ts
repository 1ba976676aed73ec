import { describe, expect, test } from 'vitest';
import { group, target } from '../../../core/api/define.ts';
import { UserError } from '../../../core/api/errors.ts';
import { globPattern, resolveGoals, understood } from '../../../core/graph/goals.ts';
import { normalisePath, resolve } from '../../../core/graph/resolve.ts';

const graph = resolve([
  group('all', ['ccds_1', 'ccds_2']),
  target('ccds_1', { outputs: ['out/ccds_1.json'], recipe: [] }),
  target('ccds_2', { outputs: ['out/ccds_2.json'], recipe: [] }),
  target('odd[name]*', { recipe: [] }),
]);
const goals = (...names: string[]) => resolveGoals(graph, names, normalisePath);

describe('what names on the command line mean', () => {
  test.each([
    ['a name', ['all'], ['all']],
    ['a glob, in the order of the graph', ['ccds_*'], ['ccds_1', 'ccds_2']],
    ['a glob of one of a set', ['ccds_[2-9]'], ['ccds_2']],
    ['a glob of none of a set', ['ccds_[!2]'], ['ccds_1']],
    ['a glob of one character', ['ccds_?'], ['ccds_1', 'ccds_2']],
    ['a file that a target makes', ['./out/../out/ccds_2.json'], ['ccds_2']],
    ['each once', ['ccds_1', 'ccds_*', 'out/ccds_1.json'], ['ccds_1', 'ccds_2']],
    ['a name that looks like a glob is first of all a name', ['odd[name]*'], ['odd[name]*']],
  ])('%s', (_what, names, found) => {
    expect(goals(...names)).toEqual(found);
  });

  test.each([
    ['cds_1', "Did you mean 'ccds_1'?"],
    ['nothing like it', 'See `desgw targets` for the names there are.'],
    ['x*', 'See `desgw targets` for the names there are.'],
  ])('%s means nothing', (name, hint) => {
    const failure = new UserError(`there is no target '${name}'`, hint);
    expect(() => goals(name)).toThrow(failure);
    try {
      goals(name);
    } catch (error) {
      expect(error).toMatchObject({ hint, exit: 2 });
    }
  });

  test.each<[string, readonly string[]]>([
    ['wholly', ['all', 'out/ccds_1.json']],
    ['so far', ['all', 'ccds_*']],
    ['not', ['all', 'nothing']],
  ])('where rules are still to come they are understood %s: %j', (how, names) => {
    const unexpanded = [{ kind: 'expansion', from: 'all', rules: () => [] }] as const;
    expect(understood({ ...graph, unexpanded }, names, normalisePath)).toBe(how);
    expect(understood(graph, names, normalisePath)).toBe('wholly');
  });
});

test('in a pattern nothing but * and ? is special', () => {
  expect(['a.c', 'abc', 'a/c', 'a\nc'].map((name) => globPattern('a.c').test(name))).toEqual([
    true,
    false,
    false,
    false,
  ]);
  expect(['ac', 'a/b/c', 'a\nc', 'bac'].map((name) => globPattern('a*c').test(name))).toEqual([
    true,
    true,
    true,
    false,
  ]);
});

test('brackets that mean no set of characters mean themselves', () => {
  expect(['a[z-a]', 'az'].map((name) => globPattern('a[z-a]').test(name))).toEqual([true, false]);
});
