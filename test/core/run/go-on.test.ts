/** Going on with what is there while more is to come. */
import { describe, expect, test } from 'vitest';
import { group, target, write } from '../../../core/api/define.ts';
import type { Rule } from '../../../core/api/rules.ts';
import { type Engine, engineOn } from '../engine.ts';
import { stubWorld } from '../stub-world.ts';

/** What stands in `grid/NAME`: how much of the work is there, and `+` while more is to come. */
interface Night {
  readonly engine: Engine;
  readonly put: (name: string, text: string) => void;
  readonly sum: () => string | undefined;
}

const NAMES = ['x', 'y', 'z'];
const ENOUGH = 5;

/** Reports of work elsewhere, and a sum over those that are there. */
function night(when: 'all' | number, work: { readonly [name: string]: string }): Night {
  const tree = Object.fromEntries(Object.entries(work).map(([n, text]) => [`grid/${n}`, text]));
  const world = stubWorld(tree);
  const goOn = { together: NAMES, when };
  const report = (name: string): Rule =>
    target(name, {
      outputs: [name],
      goOn,
      observe: {
        look: () => [{ kind: 'read', path: `grid/${name}` }],
        judge: ([seen]) => {
          const text = seen?.kind === 'read' ? (seen.text ?? '') : '';
          const value = Number.parseInt(text, 10);
          if (!text.endsWith('+')) return { state: 'ready', value };
          const waiting = { state: 'waiting', value, underway: true, progress: text } as const;
          return value >= ENOUGH ? { ...waiting, enough: true } : waiting;
        },
      },
      recipe: {
        version: '1',
        steps: ({ value, settled }) => [write(name, `${value}${settled ? '' : ' so far'}`)],
      },
    });
  const sum = target('sum', {
    gathers: NAMES,
    ...(when === 'all' ? {} : { least: when }),
    outputs: ['sum'],
    recipe: {
      version: '1',
      reads: NAMES,
      steps: ({ gathered, text }) => [
        write('sum', gathered.map((name) => `${name} ${text(name)}`).join(', ')),
      ],
    },
  });
  return {
    engine: engineOn(world, [group('all', ['sum']), sum, ...NAMES.map(report)]),
    put: (name, text) => world.files.put(`grid/${name}`, text),
    sum: () => world.files.text('sum'),
  };
}

describe('what waits with enough', () => {
  test('is gone on with when nothing waits with less, and again when all of it is there', async () => {
    const { engine, put, sum } = night('all', { x: '9', y: '7+', z: '3+' });
    expect((await engine.build()).summary.outcome).toBe('waiting');
    expect(sum()).toBe(undefined);

    put('z', '5+');
    expect((await engine.build()).summary.outcome).toBe('waiting');
    expect(sum()).toBe('x 9, y 7 so far, z 5 so far');

    // More of it comes: nobody begins again for every part.
    put('y', '8+');
    const between = await engine.build();
    expect(between.told.filter((line) => line.startsWith('start'))).toEqual([]);

    put('y', '9');
    put('z', '5');
    expect((await engine.build()).summary.outcome).toBe('fresh');
    expect(sum()).toBe('x 9, y 9, z 5');
    expect((await engine.build()).told).toEqual([]);
  });

  test('is gone on with as soon as so many are there, without those that are late', async () => {
    const { engine, put, sum } = night(2, { x: '9', y: '3+', z: '4+' });
    await engine.build();
    expect(sum()).toBe(undefined);
    put('y', '6+');
    expect((await engine.build()).summary.outcome).toBe('waiting');
    expect(sum()).toBe('x 9, y 6 so far');
    put('z', '5+');
    await engine.build();
    expect(sum()).toBe('x 9, y 6 so far, z 5 so far');
    put('y', '6');
    put('z', '8');
    expect((await engine.build()).summary.outcome).toBe('fresh');
    expect(sum()).toBe('x 9, y 6, z 8');
  });

  test('holds what it was made from as long as it has not settled', async () => {
    const { engine, put } = night('all', { x: '9', y: '7+', z: '5' });
    await engine.build();
    expect(engine.trace('y')).toMatchObject({ kind: 'built', early: true });
    put('y', '7');
    await engine.build();
    expect(engine.trace('y')).not.toHaveProperty('early');
  });
});
