/** The test of the whole pipeline by its testing suite, at the sandbox site. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { GOOD, rulesFor, type Site, site } from './site.ts';

/** What configure_dag.py finds in the database: a night with so many exposures is the best there is. */
const NIGHT = ['668437', '668438', '668439', '668440', '668441'];

let at: Site;
beforeAll(async () => {
  at = site([GOOD]);
  const rules = rulesFor([GOOD]);
  const wired =
    rules.includes("'desgw/targets'") && !rules.includes('testing') ? withTesting(rules) : rules;
  at.put('desgwfile.ts', wired);
  expect((await at.desgw(['build', 'sandbox'])).code).toBe(0);
  const rows = at.text('sandbox/exposures.tsv').split('\n');
  const kept = rows.filter(
    (row) => row.split('\t')[1] !== '20170817' || NIGHT.includes(row.split('\t')[0]!),
  );
  at.put('sandbox/exposures.tsv', kept.join('\n'));
}, 60_000);
afterAll(() => at.dispose());

/** The group may be part of the follow-up already; a second declaration would be an error. */
function withTesting(rules: string): string {
  return rules
    .replace('  followUp,', '  followUp,\n  testing,')
    .replace(
      '...followUp(site, exposures, params),',
      "...[followUp(site, exposures, params)].flatMap((all) => (all.some((one) => 'name' in one && one.name === 'testing') ? all : [...all, ...testing(site, params)])),",
    );
}

test('desgw build testing runs the suite from its choice of exposures to post processing, once', async () => {
  const rc = at.exists('sandbox/gw_workflow/dagmaker.rc');
  const { code, said } = await at.desgw(['build', 'testing']);
  expect(code, said).toBe(0);
  expect([...at.submissions()].sort()).toEqual(NIGHT);
  expect(at.text('testing/exposures.txt').trim().split('\n').sort()).toEqual(NIGHT);
  expect(at.text('testing/gw_workflow/dagmaker.rc')).toContain('\nSEASON=2208\n');
  expect(at.text('testing/suite/dagmaker.rc')).not.toContain('SEASON=2208');
  for (const exposure of NIGHT)
    expect(at.text('testing/statistics.txt')).toContain(`${exposure}: `);
  expect(at.exists('sandbox/Post-Processing/masterHTML2208.html')).toBe(true);
  // Neither the settings of a follow-up nor its season are touched.
  expect(at.exists('sandbox/gw_workflow/dagmaker.rc')).toBe(rc);
  expect(at.exists('image_proc_outputs/season')).toBe(false);

  const again = await at.desgw(['build', 'testing']);
  expect(again.code).toBe(0);
  expect(again.said).toContain('nothing to do');
  expect(at.submissions()).toHaveLength(NIGHT.length);
}, 120_000);

test('a follow-up under a test season is built beside it', async () => {
  const { code, said } = await at.desgw([
    'build',
    'submitted_*',
    '--set',
    'season=test',
    '--no-wait',
  ]);
  expect(code, said).toBe(0);
  expect(at.season()).toBe('2206');
  expect(at.exists('sandbox/seasons-claimed/season-2206')).toBe(false);
}, 60_000);
