/** Several workspaces, each with an event and a season of its own, on one gw_workflow. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { rulesFor, type Site, site } from './site.ts';

const EXPOSURES = ['668440', '668441'];
const open: Site[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.dispose();
});

/** A first workspace with the sandbox, and others that share it. */
async function workspaces(count: number, isolate = false): Promise<readonly Site[]> {
  const all = Array.from({ length: count }, () => site(EXPOSURES));
  open.push(...all);
  const [first, ...others] = all;
  for (const one of all)
    one.put(
      'desgwfile.ts',
      isolate
        ? rulesFor(EXPOSURES).replace('sandbox()', 'sandbox({ isolate: true })')
        : rulesFor(EXPOSURES),
    );
  expect(await first!.desgw(['build', 'sandbox'])).toMatchObject({ code: 0 });
  for (const other of others) {
    fs.symlinkSync(join(first!.dir, 'sandbox'), join(other.dir, 'sandbox'));
    // Nobody unpacks the programs under the feet of others.
    expect(await other.desgw(['build', 'sandbox'])).toMatchObject({ code: 0 });
  }
  return all;
}

/** Of every submission: the season of the DAG, that under which it was handed in, the exposure. */
const handedIn = (one: Site) =>
  one
    .text('sandbox/grid/submissions.log')
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'))
    .map((words) => ({
      exposure: words[3]!,
      dag: words[4]!,
      as: JSON.parse(words[5]!).DesgwSeason as string,
    }));

test('the second workspace is told whose the directory is, and touches nothing', async () => {
  const [a, b] = await workspaces(2);
  expect(await a!.desgw(['build'])).toMatchObject({ code: 0 });
  const rc = a!.text('sandbox/gw_workflow/dagmaker.rc');
  const list = a!.text('sandbox/Post-Processing/outputs/masterlist/MasterExposureList.fits');
  const refused = await b!.desgw(['build']);
  expect(refused.code, refused.said).toBe(1);
  expect(refused.out).toContain('sandbox/gw_workflow is in use for another event by');
  expect(refused.out).toContain(a!.dir);
  expect(a!.text('sandbox/gw_workflow/dagmaker.rc')).toBe(rc);
  expect(a!.text('sandbox/Post-Processing/outputs/masterlist/MasterExposureList.fits')).toBe(list);
  expect(await a!.desgw(['build'])).toMatchObject({ code: 0 });
});

test('with isolate and an outdir of its own each event comes to its end, and both stay up to date', async () => {
  const [a, b] = await workspaces(2, true);
  const args = ['build', '--set', 'outdir=./outputs_b'];
  const list = ['build', 'exposure.list'];
  const night = await Promise.all([a!.desgw(list), b!.desgw(list)]);
  expect(night, night.map(({ said }) => said).join()).toMatchObject([{ code: 0 }, { code: 0 }]);
  // Only one force photometry may run on a host.
  expect(await a!.desgw(['build'])).toMatchObject({ code: 0 });
  expect(await b!.desgw(args)).toMatchObject({ code: 0 });
  const seasons = [a!.season(), b!.season()];
  expect(handedIn(a!).every(({ dag, as }) => dag === as && seasons.includes(as))).toBe(true);
  expect(handedIn(a!)).toHaveLength(4);
  for (const [one, more] of [
    [a!, ['build']],
    [b!, args],
  ] as const) {
    const again = await one.desgw(more);
    expect([again.code, again.out.includes('nothing to do')], again.said).toEqual([0, true]);
  }
});

test('the results of another event are not written over', async () => {
  const [a, b] = await workspaces(2, true);
  expect(await a!.desgw(['build'])).toMatchObject({ code: 0 });
  const refused = await b!.desgw(['build']);
  expect(refused.code, refused.said).toBe(1);
  expect(refused.out).toContain('in ./outputs are those of another event by');
  expect(refused.out).toContain(`--set outdir=./outputs_S${b!.season()}`);
  const set = await b!.desgw(['build', '--set', `outdir=./outputs_S${b!.season()}`]);
  expect(set, set.said).toMatchObject({ code: 0 });
});

test('whatever is killed, what the grid was given is what its submitter judged, each once', async () => {
  const all = await workspaces(3, true);
  const kills = all.flatMap((one, i) =>
    [0, 1, 2].map(async (n) => {
      await new Promise((resolve) => setTimeout(resolve, 400 * n + 150 * i));
      const build = one.start(['build', 'submitted_*', '--no-wait']);
      await new Promise((resolve) => setTimeout(resolve, 250 + 170 * n));
      build.kill('SIGKILL');
      await build.ended;
    }),
  );
  await Promise.all(kills);
  for (const one of all) {
    const end = await one.desgw(['build', 'submitted_*']);
    expect([0, 4], end.said).toContain(end.code);
  }
  const given = handedIn(all[0]!);
  const names = given.map(({ exposure, as }) => `${exposure} ${as}`);
  expect(given.filter(({ dag, as }) => dag !== as)).toEqual([]);
  expect(new Set(names).size).toBe(names.length);
});
