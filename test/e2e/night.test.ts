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
