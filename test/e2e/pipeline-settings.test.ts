/** A directory for each DAGMaker, and settings that desgw does not know. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { GOOD, PATCHY, type Site, site } from './site.ts';

let at: Site;
beforeAll(async () => {
  at = site([GOOD, PATCHY]);
  at.put(
    'desgwfile.ts',
    at.text('desgwfile.ts').replace('sandbox()', 'sandbox({ isolate: true })'),
  );
  const args = ['build', 'exposure.list', '--set', 'FOO_BAR=a b', '--allow-unknown'];
  expect(await at.desgw(args)).toMatchObject({ code: 0 });
});
afterAll(() => at.dispose());

test('with isolate every DAGMaker works, and every DAG is submitted, in a directory of its own', () => {
  for (const exposure of [GOOD, PATCHY]) {
    const dir = `sandbox/gw_workflow/desgw_S${at.season()}_${exposure}`;
    expect(at.exists(`${dir}/desgw_pipeline_${exposure}.dag`)).toBe(true);
    expect(at.exists(`${dir}/desgw_pipeline_${exposure}.dag.submitted`)).toBe(true);
    expect(at.exists(`sandbox/gw_workflow/desgw_pipeline_${exposure}.dag`)).toBe(false);
  }
  expect([...at.submissions()].sort()).toEqual([GOOD, PATCHY]);
});

test('a setting that desgw does not know goes into dagmaker.rc when it is let through', async () => {
  expect(at.text(`sandbox/gw_workflow/dagmaker_S${at.season()}.rc`)).toMatch(
    /^FOO_BAR=["']a b["']$/m,
  );
  const refused = await at.desgw(['build', '--set', 'FOO_BAZ=1']);
  expect(refused.code, refused.said).toBe(2);
  expect(refused.err).toContain("there is no parameter 'FOO_BAZ'");
});

test('what dagmaker.rc says is shown where no parameter decides', async () => {
  at.put('sandbox/gw_workflow/dagmaker.rc', 'RNUM=4\n');
  const { out } = await at.desgw(['params', '--json']);
  const shown: { name: string; value: unknown; source: string }[] = JSON.parse(out);
  expect(shown.find(({ name }) => name === 'RNUM')).toMatchObject({
    value: '4',
    source: 'dagmaker.rc',
  });
});
