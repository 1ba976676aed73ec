/** Nothing that is ready and more urgent waits behind what is less, in any graph, whatever ends when. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { exec, group, target } from '../../core/api/define.ts';
import type { Rule } from '../../core/api/rules.ts';
import { runBuild } from '../../core/run/build.ts';
import { type Program, stubProject, stubWorld, waitingBuild } from '../core/stub-world.ts';

interface Sketch {
  readonly needs: readonly number[];
  readonly priority: number;
  readonly keys: readonly string[];
}

const sketches = fc.array(
  fc.record({
    needs: fc.array(fc.nat(30), { maxLength: 3 }),
    priority: fc.constantFrom(0, 0, 0, 1, 2),
    keys: fc.subarray(['k', 'l', 'm'], { maxLength: 2 }),
  }),
  { minLength: 1, maxLength: 14 },
);

/** What a target needs: of those before it in the list. */
const needsOf = (all: readonly Sketch[], i: number): readonly number[] =>
  i === 0 ? [] : [...new Set(all[i]!.needs.map((n) => n % i))];

/** Priority and distance told the slow way: by all ways from a target up. */
function urgency(all: readonly Sketch[], i: number): { priority: number; distance: number } {
  const above = all.flatMap((_, j) => (needsOf(all, j).includes(i) ? [urgency(all, j)] : []));
  return {
    priority: Math.max(all[i]!.priority, ...above.map(({ priority }) => priority)),
    // The goal needs every target itself.
    distance: Math.max(1, ...above.map(({ distance }) => distance + 1)),
  };
}

function isMoreUrgent(all: readonly Sketch[], a: number, b: number): boolean {
  const [one, other] = [urgency(all, a), urgency(all, b)];
  if (one.priority !== other.priority) return one.priority > other.priority;
  return one.distance < other.distance;
}

const quiet = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
};

test('what is more urgent never waits for what is less', async () => {
  await fc.assert(
    fc.asyncProperty(
      sketches,
      fc.integer({ min: 1, max: 4 }),
      fc.infiniteStream(fc.nat(20)),
      async (all, jobs, choices) => {
        const running = new Map<number, () => void>();
        const done = new Set<number>();
        const work: Program = ([name], files) =>
          new Promise((resolve) => {
            running.set(Number(name), () => {
              files.put(`${name}`, name!);
              resolve(0);
            });
          });
        const rules = all.map(
          ({ priority, keys }, i): Rule =>
            target(`${i}`, {
              deps: needsOf(all, i).map(String),
              outputs: [`${i}`],
              priority,
              exclusive: keys,
              recipe: [exec(['work', `${i}`])],
            }),
        );
        const goal = group('all', all.map((_, i) => `${i}`).toReversed());
        const project = stubProject(stubWorld({}, { work }), [goal, ...rules]);
        const building = runBuild(project, waitingBuild(jobs));
        let before = new Set<number>();
        for (;;) {
          await quiet();
          if (running.size === 0) break;
          const begun = [...running.keys()].filter((i) => !before.has(i));
          const waiting = all
            .map((_, i) => i)
            .filter((i) => !running.has(i) && !done.has(i))
            .filter((i) => needsOf(all, i).every((need) => done.has(need)));
          /** Whether a key of `i` is taken by what ran before, or by what may go first. */
          const hasToWait = (i: number): boolean =>
            [...running.keys()].some(
              (other) =>
                all[other]!.keys.some((key) => all[i]!.keys.includes(key)) &&
                (before.has(other) || !isMoreUrgent(all, i, other)),
            );
          for (const i of waiting) {
            if (hasToWait(i)) continue;
            expect(running.size).toBe(jobs);
            expect(begun.filter((other) => isMoreUrgent(all, i, other))).toEqual([]);
          }
          const ending = [...running.keys()][choices.next().value! % running.size]!;
          before = new Set(running.keys());
          before.delete(ending);
          done.add(ending);
          const end = running.get(ending)!;
          running.delete(ending);
          end();
        }
        expect((await building).outcome).toBe('fresh');
        expect(done.size).toBe(all.length);
      },
    ),
    { numRuns: process.env.DESGW_LONG === undefined ? 150 : 2000 },
  );
});
