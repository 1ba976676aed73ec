/** What a build does of itself about CCDs that failed. */
import { expect, test } from 'vitest';
import type { RoundCall } from '../../../core/api/builds.ts';
import { digestOf } from '../../../core/api/digest.ts';
import type { Look, Seen } from '../../../core/api/looks.ts';
import type { Rule } from '../../../core/api/rules.ts';
import { ccdReport } from '../../../targets/reports/ccd-report.ts';
import { ccd2, SEARCH_CCDS } from '../../../targets/settings/domain.ts';
import { dagText } from '../../fixtures/postproc/dag-text.ts';
import { factsOf, stepsOf } from '../../support/follow-up.ts';
import { forceListing, isForceLook } from '../../support/force-files.ts';
import { NOW, runBetween, type World } from './called.ts';

const EXPOSURE = '668439';
const DAG = dagText({ exposure: EXPOSURE });
const MARKER = JSON.stringify({
  ...{
    schema: 'desgw/submitted',
    version: 1,
    exposure: EXPOSURE,
    season: '2206',
  },
  ...{
    job: '9.0@jobsub01.fnal.gov',
    token: 'one',
    submitted: 'then',
    dag: digestOf(DAG),
  },
});
const pnfs = `sandbox/pnfs/des/persistent/gw/exp/20170817/${EXPOSURE}/dp2206`;
/** Ten CCDs failed at this step. */
const dirsOf = (step: string) =>
  SEARCH_CCDS.map((ccd, i) => ({
    dir: `${pnfs}/i_${ccd2(ccd)}`,
    names: i < 10 ? [`${step}.FAIL`] : ['outputs_x'],
  }));
const seenWith =
  (step: string, note?: string) =>
  (look: Look): Seen => {
    if (isForceLook(look)) return forceListing({ exposure: EXPOSURE, season: '2206' }, SEARCH_CCDS);
    if (look.kind === 'ends') return { kind: 'ends', files: [] };
    if (look.kind === 'stat') return { kind: 'stat', stat: { size: 1, mtime: 0 } };
    if (look.kind === 'list')
      return look.pattern.endsWith('gw_workflow')
        ? { kind: 'list', dirs: [{ dir: look.pattern, names: [] }] }
        : { kind: 'list', dirs: dirsOf(step) };
    if (look.kind !== 'read') throw new Error('asked twice');
    if (look.path.endsWith(`${EXPOSURE}.dag`)) return { kind: 'read', text: DAG };
    if (look.path.endsWith('.dag.submitted')) return { kind: 'read', text: MARKER };
    if (look.path.endsWith('.json')) return { kind: 'read', text: note };
    const row = `${EXPOSURE}  20170817  57983.0  197.45  -23.38  i  100  2017B-0110  1.0  object\n`;
    return { kind: 'read', text: row };
  };

const PARAMS = {
  ...{ rescueBudget: 0.2, rescuePause: 1800, templateMemory: ['4000MB'] },
  ...{ submitTimeout: 60, rescueAbove: false },
};
const TRIAGED = {
  target: `triaged_${EXPOSURE}`,
  state: 'waiting' as const,
  reasons: [],
  subject: EXPOSURE,
};

/** The notes that were built, by what they say. */
function between(
  step: string,
  more: Partial<World> &
    Partial<Pick<RoundCall, 'round' | 'canPrompt'>> & { autoRescue?: string; note?: string },
) {
  const notes: { state: string; what: string; until?: number }[] = [];
  const report = ccdReport(dirsOf(step), {
    exposure: EXPOSURE,
    band: 'i',
    season: '2206',
  });
  const { autoRescue = 'on', note, ...world } = more;
  const asked = runBetween('rescue', {
    queue: [{ state: 'seen', jobs: [] }],
    records: { [`ccds_${EXPOSURE}`]: { state: 'made', at: NOW } },
    seen: seenWith(step, note),
    texts: {
      'image_proc_outputs/output.txt': `[${EXPOSURE} i]\n2206\n`,
      [`image_proc_outputs/ccds_${EXPOSURE}.json`]: JSON.stringify(report),
      ...(note === undefined ? {} : { [`image_proc_outputs/triage_${EXPOSURE}.json`]: note }),
    },
    params: { ...PARAMS, autoRescue },
    round: [
      TRIAGED,
      {
        target: `ccds_${EXPOSURE}`,
        state: 'fresh',
        reasons: [],
        subject: EXPOSURE,
      },
    ],
    builds: (items, records) => {
      for (const rule of items as readonly Rule[]) {
        if (rule.name.startsWith('rescue_')) records[rule.name] = { state: 'made', at: NOW };
        if (!rule.name.startsWith('triage_')) continue;
        const [step] = stepsOf(rule, factsOf({}));
        if (step?.kind === 'write') notes.push(JSON.parse(String(step.content)));
      }
      return 0;
    },
    ...world,
  });
  return asked.then((result) => ({ ...result, notes }));
}

test('what memory may cure is rescued and told', async () => {
  const { acted, did, out, notes } = await between('RUN18_x', {});
  expect(acted).toBe(true);
  expect(out).toMatch(/^668439: rescue 1 of 10 CCDs with \d+MB each/);
  expect(did.at(-1)).toBe('built rescue: rescue_668439_1 rescue');
  expect(notes).toEqual([]);
});

test('what nothing helps is noted, so that nobody waits for it', async () => {
  const { acted, did, notes } = await between('RUN02_x', {});
  expect(acted).toBe(true);
  expect(did.at(-1)).toBe('built rescue: triage_668439 rescue');
  expect(notes).toMatchObject([{ state: 'done', what: expect.stringContaining('10 CCDs') }]);
});

test('what time may help is looked at again when it has passed', async () => {
  const { notes } = await between('RUN01_x', {});
  expect(notes).toMatchObject([{ state: 'later', until: NOW + 1_800_000 }]);
});

test('a submission that fails is noted, and tried again in a while', async () => {
  const notes: unknown[] = [];
  const { out } = await between('RUN18_x', {
    builds: (items) => {
      for (const rule of items as readonly Rule[]) {
        const [step] = rule.name.startsWith('triage_') ? stepsOf(rule, factsOf({})) : [];
        if (step?.kind === 'write') notes.push(JSON.parse(String(step.content)));
      }
      return 1;
    },
  });
  expect(out).toContain('is not known to be submitted');
  expect(notes).toMatchObject([{ state: 'later', tries: 1 }]);
});

test('where it asks, it does what is agreed to; where nobody can be asked it only tells', async () => {
  const agreed = await between('RUN18_x', {
    autoRescue: 'ask',
    canPrompt: true,
    agrees: true,
  });
  expect(agreed.did).toContain('Submit it?');
  expect(agreed.did.at(-1)).toContain('rescue_668439_1');
  const declined = await between('RUN18_x', {
    autoRescue: 'ask',
    canPrompt: true,
  });
  expect(declined.notes).toMatchObject([{ state: 'done' }]);
  const alone = await between('RUN18_x', { autoRescue: 'ask' });
  expect(alone.did).not.toContain('Submit it?');
  expect(alone.out).toMatch(/nobody can be asked: .*: desgw rescue 668439 --triage/);
  expect(alone.notes).toMatchObject([{ state: 'done', unasked: true }]);
});

test('what nobody could be asked about, and what the budget forbade, is seen to later', async () => {
  const noted = async (more: Parameters<typeof between>[1]) => {
    const { notes } = await between('RUN18_x', more);
    const text = JSON.stringify(notes[0]);
    const done = { round: [{ ...TRIAGED, state: 'fresh' as const }], note: text };
    return (now: Parameters<typeof between>[1]) => between('RUN18_x', { ...now, ...done });
  };
  const unasked = await noted({ autoRescue: 'ask' });
  expect(await unasked({ autoRescue: 'ask' })).toMatchObject({ acted: false });
  const asked = await unasked({ autoRescue: 'ask', canPrompt: true, agrees: true });
  expect(asked.did.at(-1)).toContain('rescue_668439_1');

  const params = { ...PARAMS, autoRescue: 'on' };
  const spent = await noted({ params: { ...params, rescueBudget: 0 } });
  expect(await spent({ params })).toMatchObject({ acted: false });
  const anHour = await spent({ params, now: NOW + 3_600_000 });
  expect(anHour.did.at(-1)).toContain('rescue_668439_1');
});

test('while the queue cannot be seen nothing is done and nothing noted', async () => {
  const { acted, did } = await between('RUN18_x', {
    queue: [{ state: 'failed', why: 'no answer', jobs: [] }],
  });
  expect([acted, did]).toEqual([false, ['asked the queue']]);
});

test('where nothing waits for it nothing is looked at', async () => {
  const { acted, did } = await runBetween('rescue', { round: [] });
  expect([acted, did]).toEqual([false, []]);
});
