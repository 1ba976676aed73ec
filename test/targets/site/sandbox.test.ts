/** The simulated site: nothing of it leaves the workspace. */

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { isExposure } from '../../../targets/settings/domain.ts';
import { sandbox, sandboxExposures } from '../../../targets/site/sandbox.ts';

const site = sandbox();

test('its programs, its queue and its outputs lie below the workspace', () => {
  const submit = site.grid.submit({
    labels: { exposure: '1' },
    file: 'x.dag',
    cwd: 'a',
    timeout: 1,
  });
  expect(submit.argv[0]).toBe('{workspace}/sandbox/bin/jobsub_submit_dag');
  expect(site.grid.cancel(['1.0@s']).argv[0]).toBe('{workspace}/sandbox/bin/jobsub_rm');
  for (const path of [site.gwWorkflow, site.postProcessing, site.pnfs, site.registry])
    expect(path).toMatch(/^sandbox\//);
  expect(site.env.HOME).toBe('{workspace}/sandbox/home');
});

test('it is unpacked anew with a new desgw, over nothing that people have changed', () => {
  const [rule] = site.setup;
  expect(rule!.inputs!.length).toBeGreaterThan(40);
  expect(rule!.outputs).toEqual([
    { path: 'sandbox/README.md', quiet: true },
    { path: 'sandbox/seasons.db', quiet: true },
  ]);
});

test('its night has twelve exposures', () => {
  const listed = readFileSync(sandboxExposures(), 'utf8').trim().split('\n');
  expect(listed.filter(isExposure)).toHaveLength(12);
});
