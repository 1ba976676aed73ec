/** The template pass at the sandbox site: each template once, whoever needs it. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { FAST, rulesFor, type Site, site } from './site.ts';

const EXPOSURES = ['668437', '668439'];
const RULES = rulesFor(EXPOSURES)
  .replace('sandbox()', 'sandbox({ isolate: true })')
  .replace(
    'params: followUpParams(site)',
    'params: { ...followUpParams(site), templatePass: true }',
  );

const open: Site[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.dispose();
});

function workspace(): Site {
  const one = site(EXPOSURES);
  open.push(one);
  one.put('desgwfile.ts', RULES);
  return one;
}

/** A second event at the same site. */
async function besides(first: Site): Promise<Site> {
  expect(await first.desgw(['build', 'sandbox'])).toMatchObject({ code: 0 });
  const other = workspace();
  fs.symlinkSync(join(first.dir, 'sandbox'), join(other.dir, 'sandbox'));
  expect(await other.desgw(['build', 'sandbox'])).toMatchObject({ code: 0 });
  return other;
}

/** Names of the DAGs that reached the grid, in order. */
const handedIn = (one: Site): readonly string[] =>
  one
    .text('sandbox/grid/submissions.log')
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t')[2]!);

/** Every template that was handed in for a pass, as often as it was. */
function processed(all: readonly Site[], pass: number): readonly string[] {
  return all.flatMap((one) =>
    EXPOSURES.flatMap((exposure) => {
      const name = `desgw_templates_${exposure}_S${one.season()}_${pass}.dag`;
      const path = `.desgw/dags/S${one.season()}/${name}`;
      if (!one.exists(path)) return [];
      return [...one.text(path).matchAll(/-E (\d+) .*-t\b/g)].map(([, template]) => template!);
    }),
  );
}

const needed = (one: Site): ReadonlySet<string> =>
  new Set(
    EXPOSURES.flatMap((exposure) => {
      const dag = one.text(
        `sandbox/gw_workflow/desgw_S${one.season()}_${exposure}/desgw_pipeline_${exposure}.dag`,
      );
      return [...dag.matchAll(/-E (\d+) .*-t\b/g)].map(([, template]) => template!);
    }),
  );

describe('templates', () => {
  test('go to the grid before the searches, which follow without them', async () => {
    const one = workspace();
    const built = await one.desgw(['build', 'ccds_*']);
    expect(built.code, built.said).toBe(0);
    const names = handedIn(one);
    expect(names.filter((name) => name.startsWith('desgw_pipeline_')).sort()).toEqual(
      EXPOSURES.map((exposure) => `desgw_pipeline_${exposure}.dag`),
    );
    expect([...processed([one], 0)].sort()).toEqual([...needed(one)].sort());
    for (const exposure of EXPOSURES)
      expect(one.text(`.desgw/dags/S${one.season()}/desgw_pipeline_${exposure}.dag`)).not.toMatch(
        / -t( |$)/m,
      );
    expect(await one.desgw(['build', 'ccds_*'])).toMatchObject({ code: 0 });
    expect(handedIn(one)).toEqual(names);
  });

  test('that lack memory come again with more, only the CCDs that are missing, and no others', async () => {
    const one = workspace();
    const dials = { ...FAST, template: { need: { 12: 5000, 13: 5000, 14: 50_000 } } };
    const built = await one.desgw(['build', 'ccds_*'], { dials });
    expect(built.code, built.said).toBe(0);
    // Both exposures need the template; either may have been the first to take it.
    const again = EXPOSURES.map(
      (exposure) =>
        `.desgw/dags/S${one.season()}/desgw_templates_${exposure}_S${one.season()}_1.dag`,
    ).find((path) => one.exists(path))!;
    const lines = one
      .text(again)
      .split('\n')
      .filter((line) => line.includes(' -t '));
    expect(
      lines.map((line) => [/-c (\d+)/.exec(line)![1], /--memory=(\S+)/.exec(line)![1]]),
    ).toEqual([
      ['12', '6000MB'],
      ['13', '6000MB'],
      ['14', '6000MB'],
    ]);
    // 59 of 60 are enough.
    expect(handedIn(one).some((name) => name.endsWith('_2.dag'))).toBe(false);
  });

  test('that two events share are processed by one of them, and both go on', async () => {
    const first = workspace();
    const other = await besides(first);
    const ended = await Promise.all([
      first.desgw(['build', 'ccds_*']),
      other.desgw(['build', 'ccds_*']),
    ]);
    expect(
      ended.map(({ code }) => code),
      ended.map(({ said }) => said).join('\n'),
    ).toEqual([0, 0]);
    const all = processed([first, other], 0);
    expect([...all].sort()).toEqual([...new Set(all)].sort());
    expect(new Set(all)).toEqual(new Set([...needed(first), ...needed(other)]));
  });

  test.each([40, 700])(
    'are handed in once though the build is killed after %i ms of the pass',
    async (after) => {
      const one = workspace();
      expect(await one.desgw(['build', 'dagmaker_*.out'])).toMatchObject({ code: 0 });
      const running = one.start(['build', 'ccds_*']);
      await new Promise((done) => setTimeout(done, after));
      running.killGroup('SIGKILL');
      await running.ended;
      const built = await one.desgw(['build', 'ccds_*']);
      expect(built.code, built.said).toBe(0);
      const names = handedIn(one);
      expect([...names].sort()).toEqual([...new Set(names)].sort());
    },
  );
});
