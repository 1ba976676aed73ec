/** The power is cut at every point of a build; what was not flushed is lost, by chance. */
import { describe, expect, test } from 'vitest';
import { everyKind } from '../crash/workspace.ts';
import type { Op } from '../property/arbitrary.ts';
import { Model } from '../property/model.ts';

const long = process.env.DESGW_LONG === '1';
/** How often the power is cut at the same point, and how many effects lie between two points. */
const [CHANCES, STEP] = long ? [20, 1] : [1, 19];

const BUILD: Extract<Op, { op: 'build' }> = {
  op: 'build',
  jobs: 3,
  wait: true,
  failFast: false,
  force: undefined,
  abortAt: undefined,
  meddleAt: undefined,
  killAt: undefined,
  disk: undefined,
};

const READY: Op = { op: 'observe', which: 1, value: 'ready 0' };

const HISTORIES: { readonly [name: string]: readonly Op[] } = {
  'the first build': [READY],
  'a build after some changes': [
    READY,
    BUILD,
    { op: 'pass', ms: 5000 },
    { op: 'source', which: 1, value: 1 },
    { op: 'observe', which: 0, value: 'ready 1' },
    { op: 'observe', which: 1, value: 'ready 1' },
  ],
  'a build that keeps what a person wrote': [
    READY,
    BUILD,
    { op: 'edit', which: 1 },
    { op: 'edit', which: 4 },
  ],
};

describe.each(Object.entries(HISTORIES))('%s', (name, history) => {
  test('nothing is on record that is not on the disk, and what must happen once does', {
    timeout: 3_000_000,
  }, async () => {
    const force = name.includes('person') ? { force: 1 } : {};
    for (let at = 1; ; at += STEP) {
      let reached = false;
      for (let chance = 0; chance < CHANCES; chance++) {
        const model = new Model(everyKind());
        const cut = { at, chance: at * 1000 + chance };
        await model.play([...history, { ...BUILD, ...force, cut }]).catch((error: unknown) => {
          throw new Error(`cut at effect ${at} by chance ${cut.chance}: ${String(error)}`, {
            cause: error,
          });
        });
        reached ||= model.cutShort;
      }
      if (!reached) break;
      expect(at).toBeLessThan(2000);
    }
  });
});
