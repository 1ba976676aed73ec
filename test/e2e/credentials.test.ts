/** Credentials that are renewed by the build, waited for where it cannot, and not asked for in vain. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FAST, GOOD, POOR, rulesFor, type Site, site } from './site.ts';

const HOUR = 3_600_000;
const DIALS = { ...FAST, credentials: { ticket: 86_400, renewable: 604_800 } };

let at: Site;
beforeAll(() => {
  at = site([GOOD]);
  at.put('desgwfile.ts', rulesFor([GOOD]).replace('sandbox()', 'sandbox({ credentials: true })'));
});
afterAll(() => at.dispose());

/** A ticket of so many hours ago, with so many left, that can be renewed for so many. */
const putTicket = (ago: number, left: number, renewable: number, where = at): void => {
  const now = Math.floor(Date.now() / 1000) * 1000;
  const [begins, ends, renewUntil] = [-ago, left, renewable].map((hours) => now + hours * HOUR);
  where.put('sandbox/home/krb5cc', JSON.stringify({ begins, ends, renewUntil }));
};

test('nothing is handed in without a ticket; when a person has got one the same build goes on', async () => {
  putTicket(26, -1, -1);
  const building = at.start(['build', `ccds_${GOOD}`], { dials: DIALS });
  await building.says('no Kerberos ticket since');
  await building.says(`dagmaker_${GOOD}.out`);
  expect(at.submissions()).toEqual([]);
  const shown = await at.desgw(['why', `submitted_${GOOD}`], { dials: DIALS });
  expect(shown.out).toContain('kinit; this build then goes on by itself');
  execFileSync(join(at.dir, 'sandbox/bin/kinit'));
  const ended = await building.ended;
  expect(ended.code, ended.said).toBe(0);
  expect(at.submissions()).toEqual([GOOD]);
  expect(at.calls('jobsub_submit_dag')).toEqual([GOOD]);
  expect(at.calls('kinit')).toEqual(['-']);
});

test('a build with nothing to do looks at no credentials, though they have ended', async () => {
  putTicket(26, -1, -1);
  const before = at.calls('klist').length;
  const idle = await at.desgw(['build', `ccds_${GOOD}`], { dials: DIALS });
  expect(idle.code, idle.said).toBe(0);
  expect(at.calls('klist')).toHaveLength(before);
});

test('what needs no grid is made without them', async () => {
  const local = await at.desgw(['build', `forcefiles_${GOOD}`], {
    dials: DIALS,
  });
  expect(local.code, local.said).toBe(0);
});

test('a ticket with little left is renewed, once, and nothing of it is printed', async () => {
  putTicket(20, 5, 100);
  at.remove(`image_proc_outputs/forcefiles_${GOOD}.json`);
  const renewing = await at.desgw(['build', `forcefiles_${GOOD}`], {
    dials: DIALS,
  });
  expect(renewing.code, renewing.said).toBe(0);
  expect(renewing.out).toMatch(/done\s+credentials .*renewed/);
  expect(at.calls('kinit')).toEqual(['-', '-R']);
  expect(JSON.parse(at.text('sandbox/home/krb5cc')).ends - Date.now()).toBeGreaterThan(6 * HOUR);
  expect(renewing.said).not.toMatch(/krbtgt|SANDBOX@|hvs\./);
  // The person may not want it.
  putTicket(20, 5, 100);
  at.remove(`image_proc_outputs/forcefiles_${GOOD}.json`);
  const unwanted = ['build', `forcefiles_${GOOD}`, '--set', 'renewCredentials=false'];
  const told = await at.desgw(unwanted, { dials: DIALS });
  expect(told.said).toContain('which may be before the jobs do');
  expect(at.calls('kinit')).toEqual(['-', '-R']);
});

test('a rescue waits for them as well, and what could not be handed in is no try', async () => {
  const poor = site([POOR]);
  try {
    const rules = rulesFor([POOR]).replace('sandbox()', 'sandbox({ credentials: true })');
    poor.put('desgwfile.ts', rules);
    const ccds = [1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
    const outcome = 'RUN18_combined+expose_hotpants';
    const dials = {
      ...DIALS,
      search: {
        outcomes: {},
        ccds: Object.fromEntries(ccds.map((ccd) => [ccd, outcome])),
      },
    };
    const first = await poor.desgw(['build', `ccds_${POOR}`], { dials });
    expect(first.code, first.said).toBe(0);
    putTicket(26, -1, -1, poor);
    const cron = ['build', 'exposure.list', '--no-wait', '--set', 'autoRescue=on'];
    for (const _look of [1, 2, 3, 4]) {
      const without = await poor.desgw(cron, { dials });
      expect(without.code, without.said).toBe(3);
      expect(without.said).toContain('no Kerberos ticket since');
    }
    const typed = await poor.desgw(['rescue', POOR, '--yes'], { dials });
    expect(typed.code, typed.said).toBe(2);
    expect(typed.said).toMatch(/nothing can be submitted: no Kerberos ticket since .*kinit/s);
    expect(poor.submissions()).toEqual([POOR]);
    execFileSync(join(poor.dir, 'sandbox/bin/kinit'));
    const ended = await poor.desgw(cron, { dials });
    expect(poor.submissions(), ended.said).toEqual([POOR, POOR]);
  } finally {
    poor.dispose();
  }
});

/** A workspace whose tickets last so long, and a search that takes longer on the grid. */
function shortTickets(dials: { readonly [name: string]: number }, seconds: number) {
  const one = site([GOOD]);
  one.put('desgwfile.ts', rulesFor([GOOD]).replace('sandbox()', 'sandbox({ credentials: true })'));
  const search = [seconds * FAST_BY, seconds * FAST_BY];
  return { one, dials: { ...FAST, credentials: dials, grid: { search } } };
}
const FAST_BY = Number(FAST.speed);

test('a ticket that ends while the jobs run is survived: the build waits for another', async () => {
  const { one, dials } = shortTickets({ ticket: 86_400, renewable: 0 }, 15);
  try {
    const building = one.start(['build', `ccds_${GOOD}`], { dials });
    await building.says(`done    submitted_${GOOD}`);
    putTicket(1, -0.001, -0.001, one);
    await building.says('the queue could not be seen');
    putTicket(0, 10, 10, one);
    const ended = await building.ended;
    expect(ended.code, ended.said).toBe(0);
    expect(ended.out).toContain('which may be before the jobs do');
    expect(one.submissions()).toEqual([GOOD]);
  } finally {
    one.dispose();
  }
});

test.runIf(process.env.DESGW_LONG === '1')(
  'a ticket of twenty seconds is outlived by a build that renews it',
  async () => {
    const { one, dials } = shortTickets({ ticket: 20, renewable: 600 }, 45);
    try {
      const built = await one.desgw(['build', `ccds_${GOOD}`], { dials });
      expect(built.code, built.said).toBe(0);
      expect(one.calls('kinit').filter((how) => how === '-R').length).toBeGreaterThan(1);
      expect(built.said).not.toContain('no Kerberos ticket');
    } finally {
      one.dispose();
    }
  },
);
