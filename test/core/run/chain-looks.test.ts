/** Links of a chain observe the outside as any target does. */
import { describe, expect, test } from 'vitest';
import { exec, target } from '../../../core/api/define.ts';
import type { Sighting } from '../../../core/api/looks.ts';
import type { Chain, Rule } from '../../../core/api/rules.ts';
import { loadMemory } from '../../../core/memory/journal.ts';
import { type Machine, memoryMachine } from '../../../core/testing/machine.ts';
import { pipelineOn } from '../../../core/testing/pipeline.ts';

const LINKS = ['one', 'two', 'three'];

const seenAs = (text: string | undefined): Sighting => {
  if (text === undefined) return { state: 'failed', why: 'it is not there', definite: true };
  if (text === 'soon') return { state: 'waiting', progress: 'soon' };
  return { state: 'ready', value: text, note: `${text} is seen` };
};

/** Three links of which each looks at a file of the outside, with the given sweep. */
function site(sweep: Chain['sweep'], before: readonly string[] = []) {
  const chain: Chain = {
    name: 'chain',
    links: LINKS,
    sweep,
    recipe: { steps: ({ due }) => [exec(['make', ...due])] },
  };
  const rules = LINKS.map(
    (name, i): Rule =>
      target(name, {
        deps: i === 0 ? before : [LINKS[i - 1]!],
        outputs: [`${name}.out`],
        observe: {
          look: () => [{ kind: 'read', path: `outside/${name}` }],
          judge: ([seen]) => seenAs(seen?.kind === 'read' ? seen.text : undefined),
        },
        chain,
      }),
  ).toReversed();
  for (const name of before)
    rules.push(target(name, { outputs: [`${name}.out`], recipe: [exec(['make', name])] }));
  const outside = Object.fromEntries(LINKS.map((name) => [`outside/${name}`, 'old']));
  const machine = memoryMachine(outside, {
    make: ({ args, write }) => {
      for (const name of args) write(`${name}.out`, `made ${name}`);
    },
  });
  return { machine, pipeline: pipelineOn(machine, rules) };
}

const noted = (machine: Machine): readonly unknown[] => {
  const { traces } = loadMemory(machine.engine().files);
  return LINKS.map((name) => traces.get(name)?.signature.observed?.note);
};

const suffix = (first: string): readonly string[] => LINKS.slice(LINKS.indexOf(first));

describe.each([
  ['all are swept along', () => LINKS],
  ['those after it are', suffix],
])('where %s', (_, sweep) => {
  test('what every link has seen is on record after the first run, and nothing is left to do', async () => {
    const { machine, pipeline } = site(sweep);
    expect(await pipeline.build()).toMatchObject({ outcome: 'fresh' });
    expect(noted(machine)).toEqual(['old is seen', 'old is seen', 'old is seen']);
    expect(await pipeline.build()).toMatchObject({ outcome: 'fresh', told: [] });
  });

  test('so it is where what they need has to be made first', async () => {
    const { machine, pipeline } = site(sweep, ['zero']);
    await pipeline.build();
    expect(machine.started).toEqual([
      ['make', 'zero'],
      ['make', ...LINKS],
    ]);
    expect(noted(machine)).toEqual(['old is seen', 'old is seen', 'old is seen']);
    expect(await pipeline.build()).toMatchObject({ outcome: 'fresh', told: [] });
  });

  test('what cannot be seen yet is waited for there, too', async () => {
    const { machine, pipeline } = site(sweep, ['zero']);
    machine.put('outside/two', 'soon');
    expect(await pipeline.build([], { wait: false })).toMatchObject({ outcome: 'waiting' });
    expect(machine.started).toEqual([['make', 'zero']]);
  });

  test.each(LINKS)(
    'a change of what %s sees makes it again, and is told with both values',
    async (name) => {
      const { machine, pipeline } = site(sweep);
      await pipeline.build();
      machine.put(`outside/${name}`, 'new');
      const status = (await pipeline.status()).find(({ target }) => target === name);
      expect(status).toMatchObject({
        state: 'stale',
        reasons: ['seen: old is seen -> new is seen'],
      });
      expect(await pipeline.build()).toMatchObject({ outcome: 'fresh' });
      expect(machine.started.at(-1)).toEqual(['make', ...sweep(name)]);
      expect(noted(machine)).toEqual(LINKS.map((one) => `${one === name ? 'new' : 'old'} is seen`));
      expect(await pipeline.build()).toMatchObject({ outcome: 'fresh', told: [] });
    },
  );

  test.each(LINKS)(
    'what %s cannot see yet is waited for, and nothing of it is made',
    async (name) => {
      const { machine, pipeline } = site(sweep);
      machine.put(`outside/${name}`, 'soon');
      const { outcome } = await pipeline.build([], { wait: false });
      expect(outcome).toBe('waiting');
      expect(machine.read(`${name}.out`)).toBeUndefined();
      machine.put(`outside/${name}`, 'here');
      expect(await pipeline.build()).toMatchObject({ outcome: 'fresh' });
      expect(noted(machine)).toEqual(
        LINKS.map((one) => `${one === name ? 'here' : 'old'} is seen`),
      );
    },
  );

  test.each(LINKS)('what %s cannot see fails it, with what follows held up', async (name) => {
    const { machine, pipeline } = site(sweep);
    await pipeline.build();
    machine.engine().files.remove(`outside/${name}`);
    expect(await pipeline.build()).toMatchObject({
      outcome: 'failed',
      told: [],
    });
    machine.put(`outside/${name}`, 'old');
    expect(await pipeline.build()).toMatchObject({ outcome: 'fresh', told: [] });
  });
});
