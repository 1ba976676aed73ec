import { expect, test } from 'vitest';
import { target, write } from '../../../core/api/define.ts';
import type { Rule } from '../../../core/api/rules.ts';
import { refuseAliases } from '../../../core/graph/aliases.ts';
import { engineOn } from '../engine.ts';
import { stubWorld } from '../stub-world.ts';

const making = (name: string, path: string): Rule =>
  target(name, { outputs: [path], recipe: [write(path, name)] });

/** What is said of these rules when `alias/` leads to `out/`; nothing if they are let be. */
async function refusal(rules: readonly Rule[], made: readonly string[] = []): Promise<string> {
  const engine = engineOn(stubWorld(), rules);
  if (made.length > 0) await engine.build({ goals: made });
  let said = '';
  await engine.withPlan(
    rules.map(({ name }) => name),
    ({ plan }) => {
      try {
        refuseAliases(
          plan,
          { realDirectory: (dir) => dir.replace(/^(alias|other)\b/, 'out') },
          (path) => path,
          (name) => `rules.ts:${name}`,
        );
      } catch (error) {
        said = (error as Error).message;
      }
    },
  );
  return said;
}

test('two spellings of one output of two targets are refused with both places', async () => {
  const said = (a: string, b: string) =>
    `'${a}' and '${b}' are one file, made by two targets, 'a' and 'b' (rules.ts:a and rules.ts:b)`;
  expect(await refusal([making('a', 'out/x'), making('b', 'alias/x')])).toBe(
    said('out/x', 'alias/x'),
  );
  expect(await refusal([making('a', 'other/x'), making('b', 'alias/x')])).toBe(
    said('other/x', 'alias/x'),
  );
  expect(await refusal([making('a', 'out/x'), making('b', 'alias/x')], ['a'])).toBe(
    said('out/x', 'alias/x'),
  );
});

test('one target may name a file in two ways, and others are let be', async () => {
  const twice = target('a', { outputs: ['out/x', 'alias/x'], recipe: [write('out/x', 'a')] });
  expect(await refusal([twice, making('b', 'alias/y')])).toBe('');
});
