import { expect, test } from 'vitest';
import type { CommandCall, Look, Seen } from '../../../core/index.ts';
import { templatesFound } from '../../../targets/commands/templates-found.ts';
import { sandbox } from '../../../targets/site/sandbox.ts';

/** 1,638 templates of 297 exposures, 49 each. */
const EXPOSURES = 297;
const DIFFERENT = 1638;
const templatesOf = (exposure: number) =>
  Array.from({ length: 49 }, (_, i) => ({
    exposure: String(500_000 + ((exposure * 49 + i) % DIFFERENT)),
    ...{ nite: '20150817', band: 'i', processing: 'r4p7', line: 'jobsub' },
  }));

test('of a large event each template is looked at once, and the queue asked once', async () => {
  const looked = new Map<string, number>();
  let asked = 0;
  const site = sandbox();
  const queue = {
    ...{ dry: false, timeout: 1 },
    ask: async () => {
      asked += 1;
      return { state: 'seen', jobs: [] } as never;
    },
  };
  const call = {
    params: { templateEnough: 59 },
    tools: {},
    readText: (path: string) =>
      JSON.stringify({
        ...{ schema: 'desgw/template-claims', version: 1, pass: 0, taken: [], rest: [] },
        elsewhere: templatesOf(Number(/claims_(\d+)_0/.exec(path)![1]) - 1_000_000),
      }),
    look: async (looks: readonly Look[]): Promise<readonly Seen[]> =>
      looks.map((look) => {
        const key = JSON.stringify(look);
        looked.set(key, (looked.get(key) ?? 0) + 1);
        if (look.kind === 'list' && look.pattern.endsWith('outputs/templates'))
          return {
            kind: 'list',
            dirs: [
              {
                dir: 'd',
                names: Array.from(
                  { length: EXPOSURES },
                  (_, i) => `claims_${1_000_000 + i}_0.json`,
                ),
              },
            ],
          };
        return look.kind === 'list'
          ? { kind: 'list', dirs: [] }
          : look.kind === 'stat'
            ? { kind: 'stat', stat: undefined }
            : { kind: 'read', text: undefined };
      }),
  } as unknown as CommandCall;
  const found = await templatesFound({ ...site, adapters: { ...site.adapters, queue } }, call);
  expect([found.rows.length, asked]).toEqual([DIFFERENT, 1]);
  expect([...looked.values()].every((times) => times === 1)).toBe(true);
  // A directory, a raw image, a claim and its age for each; beside them two folders and the code.
  expect(looked.size).toBe(4 * DIFFERENT + 2 + 1 + site.calibration.length);
});
