/** Exposures that appear in the database while the night goes on. */
import { afterEach, expect, test } from 'vitest';
import { rulesFor, type Site, site } from './site.ts';

const open: Site[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.dispose();
});

const NIGHT = "nightOf({ propid: '2017B-0110', nites: '20170817', object: 'G298048' })";

function workspace(): Site {
  const one = site([]);
  open.push(one);
  const rules = rulesFor([]).replace('const exposures = [];', `const exposures = ${NIGHT};`);
  expect(rules).toContain(NIGHT);
  one.put('desgwfile.ts', rules.replace('  followUpParams,\n', '  followUpParams,\n  nightOf,\n'));
  return one;
}

/** The table of the sandbox with only these exposures of the night. */
function tableWith(one: Site, exposures: readonly string[]): void {
  const all = one.text('all.tsv').split('\n');
  one.put(
    'sandbox/exposures.tsv',
    all
      .filter((line) => !/^6684\d\d\t/.test(line) || exposures.includes(line.slice(0, 6)))
      .join('\n'),
  );
}

test('are taken up without the long query, and what was found stays', async () => {
  const one = workspace();
  expect(await one.desgw(['build', 'sandbox'])).toMatchObject({ code: 0 });
  one.put('all.tsv', one.text('sandbox/exposures.tsv'));
  tableWith(one, []);
  const none = await one.desgw(['build', '--no-wait']);
  expect([none.code, none.out.includes('no exposure yet')], none.said).toEqual([3, true]);

  tableWith(one, ['668440']);
  const first = await one.desgw(['build', 'exposures.list']);
  expect(first.code, first.said).toBe(0);
  expect(one.calls('getExposureInfo.sh')).toHaveLength(1);

  tableWith(one, ['668441']);
  const second = await one.desgw(['build', 'submitted_*']);
  expect(second.code, second.said).toBe(0);
  expect([...one.submissions()].sort()).toEqual(['668440', '668441']);
  expect(one.calls('getExposureInfo.sh')).toHaveLength(1);
  expect(one.text('sandbox/gw_workflow/exposures_i.list')).toContain('668441');

  one.remove('sandbox/exposures.tsv');
  const blind = await one.desgw(['build', 'submitted_*']);
  expect(blind.code, blind.said).toBe(0);
  expect([...one.submissions()].sort()).toEqual(['668440', '668441']);
});

test('wait for their raw image, and go on when it has arrived', async () => {
  const one = workspace();
  expect(await one.desgw(['build', 'sandbox'])).toMatchObject({ code: 0 });
  one.put('all.tsv', one.text('sandbox/exposures.tsv'));
  tableWith(one, ['668440']);
  // Taken half an hour ago, of the night that the rule file names.
  const mjd = (Date.now() / 86_400_000 + 40_587 - 1 / 48).toFixed(5);
  const rows = one.text('sandbox/exposures.tsv').split('\n');
  const column = rows[0]!.split('\t').indexOf('mjd_obs');
  const recent = rows.map((row) =>
    row.startsWith('668440\t') ? row.split('\t').with(column, mjd).join('\t') : row,
  );
  one.put('sandbox/exposures.tsv', recent.join('\n'));

  const waiting = one.start(['build', 'dagmaker_668440.out']);
  await waiting.says('raw image DECam_00668440.fits.fz, exposed at');
  expect(one.calls('DAGMaker.sh')).toEqual([]);
  const cron = await one.desgw(['build', '--no-wait', 'submitted_668440']);
  expect(cron.code, cron.said).toBe(3);
  one.put('sandbox/dts/20170817/DECam_00668440.fits.fz', 'raw image 668440 20170817 z\n');
  const ended = await waiting.ended;
  expect(ended.code, ended.said).toBe(0);
  expect(one.calls('DAGMaker.sh')).toEqual(['668440']);
});
