/** jobs, cancel, rescue and doctor at the sandbox site, through the real command line. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { linesOf, schemaFaults } from '../support/schemas.ts';
import { POOR, type RunOptions, rulesFor, type Site, site } from './site.ts';

const PRELOAD = fileURLToPath(new URL('../scenarios/preload.cjs', import.meta.url));
const GW = 'sandbox/gw_workflow';
const RESCUE = `${GW}/desgw_pipeline_${POOR}_rescue1.dag`;

/** A workspace in which the grid has come to its end; 15 CCDs of its exposure have failed. */
let base: Site;
beforeAll(async () => {
  base = site([POOR]);
  const rules = rulesFor([POOR]);
  const wired = rules.includes('followUpCommands')
    ? rules
    : rules
        .replace('  followUp,', '  followUp,\n  followUpCommands,')
        .replace("  goal: 'postproc',", "  goal: 'postproc',\n  commands: followUpCommands(site),");
  base.put('desgwfile.ts', wired);
  const before = await base.desgw(['doctor']);
  expect(before.said).toContain('desgw build sandbox');
  expect(before.code).toBe(0);
  const built = await base.desgw(['build', 'ccds_*']);
  expect(built.code, built.said).toBe(0);
}, 60_000);
afterAll(() => base.dispose());

/** Runs with a copy of the workspace, which is gone afterwards. */
async function inCopy(use: (at: Site) => Promise<void>): Promise<void> {
  const at = base.copy();
  try {
    await use(at);
  } finally {
    at.dispose();
  }
}

/** Where people's data lie, without what every program notes of itself. */
function data(at: Site): { readonly [path: string]: string } {
  const all = at.listing();
  return Object.fromEntries(
    Object.entries(all).filter(
      ([path]) =>
        !/^(\.desgw\/|sandbox\/(calls\.log|counts|grid)|[^/]*\/?$)/.test(path) &&
        !path.endsWith('/'),
    ),
  );
}

/** How often the exposure has been submitted, its rescues included. */
const submitted = (at: Site): number => at.submissions().length;
const report = (at: Site) => JSON.parse(at.text(`image_proc_outputs/ccds_${POOR}.json`)).counts;

test('what the commands of the pipeline print as data is what their schemas say', async () => {
  const faults: string[] = [];
  for (const name of [
    'ccds',
    'jobs',
    'triage',
    'templates',
    'doctor',
    'summary',
    'report',
    'status',
  ]) {
    const { out } = await base.desgw([name, '--json']);
    faults.push(schemaFaults(name, JSON.parse(out)));
  }
  const changed = await base.desgw(['summary', '--on-change', '--json']);
  faults.push(schemaFaults('changes', JSON.parse(changed.out)));
  const cancelled = linesOf((await base.desgw(['cancel', POOR, '--json'])).out);
  faults.push(...cancelled.map((line) => schemaFaults('said', line)));
  expect(cancelled.at(-1)).toEqual({ kind: 'ended', exit: 0 });
  expect(faults.filter((fault) => fault !== '')).toEqual([]);
});

test('report, status and ccds tell the same of an exposure, and the page holds all of it', async () => {
  const data = JSON.parse((await base.desgw(['report', '--json'])).out);
  const { complete, failed } = report(base);
  const letters: string = data.subjects[0].parts;
  const count = (letter: string) => [...letters].filter((one) => one === letter).length;
  expect([data.subjects[0].name, count('C'), count('F'), count('U')]).toEqual([
    POOR,
    complete,
    failed,
    3,
  ]);
  const steps = Object.values(data.subjects[0].notes as { [label: string]: string[] }).flat();
  const told = (await base.desgw(['ccds', POOR])).out;
  for (const step of new Set(steps)) {
    const n = steps.filter((one) => one === step).length;
    expect(told).toMatch(new RegExp(`^ *${n} x ${step.replace('+', '\\+')}$`, 'm'));
  }
  const status = await base.desgw(['status', POOR, '--ascii']);
  expect(status.out.match(/X\d\d/g)).toHaveLength(failed);

  // While something before it is to be done again, what was seen last is shown.
  const redone = await base.desgw(['report', '--json', '--set', 'TWINDOW=21']);
  expect(JSON.parse(redone.out).subjects[0].parts).toBe(letters);

  const written = await base.desgw(['report', 'page.html']);
  expect(written.code, written.said).toBe(0);
  expect(base.text('page.html')).toContain(`"name":"${POOR}"`);
});

test('doctor finds nothing bad at the sandbox, and changes nothing', async () => {
  const before = data(base);
  const { code, out } = await base.desgw(['doctor', '--json']);
  expect(code).toBe(0);
  const states = JSON.parse(out).map(({ name, state }: { name: string; state: string }) => [
    name.split('/').pop(),
    state,
  ]);
  expect(states.filter(([, state]: [string, string]) => state === 'bad')).toEqual([]);
  expect(states).toContainEqual(['gw_workflow', 'ok']);
  expect(states).toContainEqual(['jobsub_rm', 'ok']);
  expect(data(base)).toEqual(before);
});

test.each([
  [['rescue', '../x'], "'../x' is not an exposure number"],
  [['cancel', '1;rm'], "'1;rm' is not an exposure number"],
  [['jobs', '$(touch x)'], "'$(touch x)' is not an exposure number"],
  [['rescue', POOR, '--memory', '1;rm'], "'1;rm' is not an amount of memory"],
  [['rescue', POOR, '--job', 'a b'], "'a b' is not a job id"],
  [['rescue', POOR, '--frce'], 'there is no option --frce of desgw rescue'],
  [['cancel'], 'cancel needs exposures'],
])('desgw %j is wrong use', async (args, message) => {
  const { code, err } = await base.desgw(args);
  expect(err).toContain(message);
  expect(code).toBe(2);
});

test('the queue is empty when all has come back, and there is nothing to cancel', async () => {
  expect(await base.desgw(['jobs'])).toMatchObject({
    code: 0,
    out: 'There are no jobs in the queue.\n',
  });
  expect(await base.desgw(['cancel', POOR, '--yes'])).toMatchObject({
    code: 0,
    out: expect.stringContaining(`${POOR} has no jobs of season`),
  });
});

test('a dry run of a rescue shows its DAG and changes nothing', async () => {
  const before = data(base);
  const { code, out } = await base.desgw(['rescue', POOR, '-n']);
  expect(code).toBe(0);
  expect(out).toContain(`${POOR}: rescue 1 of 15 CCDs with 2500MB to 5000MB each`);
  expect(out.match(/file:\/\/SEdiff\.sh/g)).toHaveLength(15);
  expect(data(base)).toEqual(before);
});

test(
  'a rescue is submitted once, waited for, and judged like the first; nothing of the failed attempt is lost',
  () =>
    inCopy(async (at) => {
      const slow: RunOptions = { dials: { speed: 1, grid: { search: [60, 60] } } };
      const begun = await at.desgw(['rescue', POOR, '--memory', '6000MB', '--yes'], slow);
      expect(begun.code, begun.said).toBe(0);
      expect(submitted(at)).toBe(2);
      const jobs = JSON.parse((await at.desgw(['jobs', '--json'], slow)).out);
      expect(jobs.submissions).toMatchObject([{ exposure: POOR, season: at.season() }]);
      expect(await at.desgw(['rescue', POOR, '--yes'], slow)).toMatchObject({
        code: 2,
        out: expect.stringContaining('are still in the queue'),
      });
      // Though every CCD looks as if it had come to an end before, the build waits.
      expect((await at.desgw(['build', `ccds_${POOR}`, '--no-wait'], slow)).code).toBe(3);

      const cancelled = await at.desgw(['cancel', POOR, '--yes'], slow);
      expect(cancelled).toMatchObject({
        code: 0,
        out: expect.stringContaining(`the queue has no jobs of ${POOR} any more`),
      });
      const judged = await at.desgw(['build', `ccds_${POOR}`]);
      expect(judged.code, judged.said).toBe(0);
      expect(judged.said).not.toContain('did not make');
      expect(report(at)).toMatchObject({ complete: 44, failed: 0, incomplete: 15 });
      expect(
        Object.keys(at.listing('sandbox/pnfs')).filter(
          (path) => path.includes(`/${POOR}/`) && /previous\/1\/.*\.FAIL$/.test(path),
        ),
      ).toHaveLength(15);

      const again = await at.desgw(['rescue', POOR, '--yes']);
      expect(again.out).toContain(
        `${POOR}: rescue 2 of 15 CCDs with 12000MB each (15 x incomplete)`,
      );
      expect((await at.desgw(['build', `ccds_${POOR}`])).code).toBe(0);
      expect(report(at)).toMatchObject({ complete: 59, failed: 0, incomplete: 0 });
      expect(submitted(at)).toBe(3);
    }),
  60_000,
);

describe('desgw killed in the middle of a rescue', () => {
  test.each([
    ['after its DAG is claimed', { killAfter: 'link .*rescue1\\.dag\\.submitting' }],
    ['with half of the old files moved', { killAfter: 'rename .*previous/1/RUN' }],
    ['just before the submission', { killBefore: 'spawn .*jobsub_submit_dag' }],
    ['while the submission is under way', { killAfter: 'spawn .*jobsub_submit_dag' }],
    ['before the marker is in place', { killBefore: 'rename .*rescue1\\.dag\\.submitted' }],
    ['after the marker is in place', { killAfter: 'rename .*rescue1\\.dag\\.submitted' }],
  ])(
    '%s: the same command completes it, and submits once',
    (_when, interference) =>
      inCopy(async (at) => {
        const dials = { grid: { search: [900, 900] } };
        const env = {
          NODE_OPTIONS: `--require ${JSON.stringify(PRELOAD)}`,
          DESGW_SCENARIO: JSON.stringify(interference),
        };
        const killed = await at.desgw(['rescue', POOR, '--yes'], { dials, env });
        expect(killed.code, killed.said).toBe(null);
        // Whether it is complete already shows only in the next look: nothing may be told apart here.
        let ended = await at.desgw(['rescue', POOR, '--yes'], { dials });
        if (ended.out.includes('has not been judged yet')) {
          expect((await at.desgw(['build', `ccds_${POOR}`], { dials })).code).toBe(0);
          ended = await at.desgw(['rescue', POOR, '--yes'], { dials });
        }
        if (!ended.out.includes('are still in the queue')) expect(ended.code, ended.said).toBe(0);
        expect(submitted(at)).toBe(2);
        expect(JSON.parse(at.text(`${RESCUE}.submitted`)).job).toMatch(/^\d+\.0@jobsub/);
        expect(at.exists(`${GW}/desgw_pipeline_${POOR}_rescue2.dag`)).toBe(false);
      }),
    60_000,
  );
});

test(
  'a submission that fails without a word stays in doubt until a person settles it',
  () =>
    inCopy(async (at) => {
      const failed = await at.desgw(['rescue', POOR, '--yes'], {
        dials: { submit: { trouble: 'condor' } },
      });
      expect(failed.code, failed.said).toBe(4);
      expect(failed.out).toContain(`desgw rescue ${POOR} --not-submitted`);
      const again = await at.desgw(['rescue', POOR, '--yes']);
      expect(again.code, again.said).toBe(4);
      expect(submitted(at)).toBe(1);
      const settled = await at.desgw(['rescue', POOR, '--not-submitted', '--yes']);
      expect(settled.code, settled.said).toBe(0);
      expect(submitted(at)).toBe(2);
    }),
  60_000,
);
