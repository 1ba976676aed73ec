/** A held job does not stop the night. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FAST, type Site, site } from './site.ts';

const [GOOD, HELD] = ['668440', '668441'];
let at: Site;
beforeAll(() => {
  at = site([GOOD!, HELD!]);
  at.put(
    'dials.txt',
    JSON.stringify({ exposures: { [HELD!]: { search: { ccds: { 7: 'held' }, outcomes: {} } } } }),
  );
});
afterAll(() => at.dispose());

const list = (): readonly string[] =>
  at.text(`image_proc_outputs/complete_exposures_S${at.season()}.list`).trim().split('\n');

test('an exposure with enough CCDs goes on while a job of it is held, and again when it came back', async () => {
  const dials = JSON.parse(at.text('dials.txt'));
  const build = at.start(['build'], { dials });
  await build.says('all steps');
  expect(list()).toEqual([GOOD, HELD]);
  expect(at.text(`image_proc_outputs/ccds_${HELD}.json`)).toContain('"settled": false');
  build.kill('SIGINT');
  expect((await build.ended).code).toBe(130);
  const waits = await at.desgw(['build', '--no-wait'], { dials });
  expect(waits.code, waits.said).toBe(3);
  expect(at.calls('run_postproc.py')).toHaveLength(1);

  const marker = at.text(`sandbox/gw_workflow/desgw_pipeline_${HELD}.dag.submitted`);
  const { job } = JSON.parse(marker) as { job: string };
  execFileSync(join(at.dir, 'sandbox/bin/jobsub_release'), ['-G', 'des', '--role', 'desgw', job], {
    env: {
      ...process.env,
      JOBSUB_AUTH_METHODS: 'token',
      OTEL_EXPORTER_JAEGER_ENDPOINT: 'http://localhost',
      DESGW_SANDBOX_DIALS: JSON.stringify({ ...FAST, ...dials }),
    },
  });
  const end = await at.desgw(['build'], { dials });
  expect(end.code, end.said).toBe(0);
  expect(at.text(`image_proc_outputs/ccds_${HELD}.json`)).not.toContain('"settled"');
  expect(at.calls('run_postproc.py')).toHaveLength(2);
  expect((await at.desgw(['build'], { dials })).out).toContain('nothing to do');
});
