/**
 * A small night with every class of trouble: the end of the build, `status`, `status --json`,
 * `summary` and the report page count the same targets and the same exposures.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Dials, GOOD, PATCHY, POOR, type Site, site } from './site.ts';

const [NO_IMAGE, NO_TEMPLATES, IN_DOUBT, HELD] = ['668437', '668438', '668439', '668441'];

/** Host matching fails as well, though the status file of post processing says that all is done. */
const DIALS: Dials = {
  postproc: { hostmatchFails: true },
  exposures: {
    [GOOD]: { search: { outcomes: {} } },
    [PATCHY]: { search: { outcomes: { noPair: [5, 8] } } },
    [POOR]: { search: { outcomes: { failed: 30 } } },
    [NO_IMAGE]: { dagmaker: { rawMissing: true } },
    [NO_TEMPLATES]: { dagmaker: { noTemplates: true } },
    [IN_DOUBT]: { submit: { dieAt: 'before' } },
    [HELD]: { search: { outcomes: {}, ccds: { 12: 'held', 13: 'held' } } },
  },
};

let at: Site;
beforeAll(() => {
  at = site([GOOD, PATCHY, POOR, NO_IMAGE, NO_TEMPLATES, IN_DOUBT, HELD]);
});
afterAll(() => at.dispose());

interface Summary {
  readonly failed: readonly { readonly target: string }[];
  readonly blocked: readonly { readonly target: string }[];
  readonly waiting: readonly { readonly target: string }[];
  readonly person: readonly { readonly target: string }[];
  readonly fresh: number;
  readonly total: number;
}

interface Standing {
  readonly name: string;
  readonly state: string;
  readonly subject?: string;
}

test('all that tells of a night tells the same', async () => {
  const built = await at.desgw(['build', '--no-wait', '--json', '--set', 'startWith=enough'], {
    dials: DIALS,
  });
  // The rest of the grid comes to its end, but for what is held.
  let end = built;
  let summary = endOf(end.out);
  for (let i = 0; i < 40 && summary.waiting.length > 1; i++) {
    end = await at.desgw(['build', '--no-wait', '--json', '--set', 'startWith=enough'], {
      dials: DIALS,
    });
    summary = endOf(end.out);
  }
  expect(end.code, end.said).toBe(1);

  const again = ['--set', 'startWith=enough'];
  const status = JSON.parse((await at.desgw(['status', '--json', ...again], { dials: DIALS })).out);
  const text = (await at.desgw(['status', ...again], { dials: DIALS })).out;
  const page = JSON.parse((await at.desgw(['report', '--json', ...again], { dials: DIALS })).out);
  const night = JSON.parse((await at.desgw(['summary', '--json', ...again], { dials: DIALS })).out);

  const names = (of: readonly { readonly target: string }[]) => of.map((it) => it.target).sort();
  const goals: readonly string[] = status.goals;
  const targets: readonly Standing[] = status.targets
    .filter(({ target }: { readonly target: string }) => !goals.includes(target))
    .map(({ target, state, subject }: { target: string; state: string; subject?: string }) => ({
      ...{ name: target, state },
      ...(subject === undefined ? {} : { subject }),
    }));
  const inState = (...states: readonly string[]) =>
    targets.filter(({ state }) => states.includes(state)).map(({ name }) => name);

  // Every class of trouble is there.
  expect(names(summary.waiting)).toEqual([`ccds_${HELD}`]);
  expect(names(summary.person)).toEqual([`submitted_${IN_DOUBT}`]);
  expect(names(summary.failed)).toEqual(
    expect.arrayContaining([
      `dagmaker_${NO_IMAGE}.out`,
      `dagmaker_${NO_TEMPLATES}.out`,
      'postproc:3',
    ]),
  );
  expect(names(summary.blocked)).toContain(`submitted_${NO_IMAGE}`);

  expect(inState('waiting', 'running').sort()).toEqual(names(summary.waiting));
  expect(inState('in doubt', 'edited', 'outdated').sort()).toEqual(names(summary.person));
  expect(inState('failed').sort()).toEqual(names(summary.failed));
  expect(inState('blocked').sort()).toEqual(names(summary.blocked));
  expect(inState('fresh')).toHaveLength(summary.fresh);
  expect(targets).toHaveLength(summary.total);

  expect(
    page.targets.map(({ name, state, subject }: Standing) => ({
      ...{ name, state },
      ...(subject === undefined ? {} : { subject }),
    })),
  ).toEqual(targets);
  const { kind, ...totals } = status.subjects;
  expect([kind, page.totals]).toEqual(['exposure', totals]);
  expect(
    page.phases.map(({ phase, states }: { phase: string; states: object }) => [phase, states]),
  ).toEqual(
    status.phases.map(({ phase, states }: { phase: string; states: object }) => [phase, states]),
  );
  expect(page.findings).toEqual(status.findings);

  expect(text).toContain(`\n${summary.total} targets: ${summary.fresh} fresh`);
  const head = Object.entries(totals).map(([condition, n]) => `${n} ${condition}`);
  for (const words of head) expect(text.replace(/\n +/g, ' ').split('\n')[0]).toContain(words);

  const phase = (name: string) =>
    status.phases.find((one: { readonly phase: string }) => one.phase === name).states;
  expect(night.exposures).toMatchObject({
    submitted: phase('submission').fresh,
    goOn: totals.done + (totals['under way'] ?? 0),
  });
  expect(night.postprocessing).toMatch(/step 3 failed: host match/);
});

/** What the last event of a build sums up. */
function endOf(out: string): Summary {
  const { kind, summary } = JSON.parse(out.trimEnd().split('\n').at(-1)!);
  expect(kind).toBe('finished');
  return summary;
}
