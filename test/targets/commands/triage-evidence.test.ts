/** What triage looks at; what it makes of it is tested beside `evidence` and `policy`. */
import { expect, test } from 'vitest';
import type { Look, OnRecord } from '../../../core/index.ts';
import { evidenceOf } from '../../../targets/commands/triage-evidence.ts';
import { ccdReport } from '../../../targets/reports/ccd-report.ts';
import { sandbox } from '../../../targets/site/sandbox.ts';

const EXPOSURE = '668440';
const template = (exposure: string) => ({
  ...{ exposure, nite: '20150817', band: 'i', processing: 'r4p7', line: '' },
});
const report = ccdReport([], { exposure: EXPOSURE, band: 'i', season: '2206' });
const state = (pass: number, ...templates: readonly (readonly [string, number])[]) =>
  JSON.stringify({
    ...{ schema: 'desgw/template-state', version: 1, pass },
    templates: templates.map(([exposure, done]) => ({
      ...{ template: template(exposure), done, missing: [], state: 'complete' },
    })),
  });
const evidence = (texts: { readonly [path: string]: string }, record?: OnRecord) => {
  const looks: Look[] = [];
  const call = {
    params: { templateMemory: ['4000MB', '6000MB'], rescuePause: 60, settleDelay: 7 },
    now: 1000,
    readText: (path: string) => (path.endsWith('season') ? '2206\n' : texts[path]),
    record: () => record,
    look: async (asked: readonly Look[]) => {
      looks.push(...asked);
      return asked.map(() => ({ kind: 'list' as const, dirs: [] }));
    },
  };
  const result = { exposure: EXPOSURE, band: 'i', ccds: report, forcefiles: undefined };
  const queue = { state: 'seen' as const, jobs: [] };
  return evidenceOf(sandbox(), call as never, result, queue).then((found) => ({ found, looks }));
};

test('each template counts as the last pass that had it has left it', async () => {
  const at = (pass: number) => `image_proc_outputs/templates/state_${EXPOSURE}_${pass}.json`;
  const { found, looks } = await evidence({
    [at(0)]: state(0, ['111111', 60], ['222222', 3]),
    [at(1)]: state(1, ['222222', 40]),
  });
  expect(found.templates?.templates.map(({ done }) => done)).toEqual([60, 40]);
  expect(looks.filter((one) => 'pattern' in one && one.pattern.includes('111111'))).toHaveLength(1);
});

test('while passes are to come nothing is known of how far the templates were', async () => {
  const { found } = await evidence({});
  expect(found).toMatchObject({ templates: undefined, templatesDone: undefined, late: 7 });
});

test('what was copied after it was handed over counts as copied', async () => {
  const { found } = await evidence({}, { state: 'made', at: 900 });
  expect(found.copied(7)).toBe(true);
  expect((await evidence({}, { state: 'failed', at: 900 })).found.copied(7)).toBe(false);
});
