import { expect, test } from 'vitest';
import { fermilab } from '../../../targets/site/fermilab.ts';
import { JOBSUB_PROFILE, LOGIN_ENV } from '../../../targets/site/login-env.ts';

const passes = (name: string): boolean =>
  LOGIN_ENV.some((pattern) => new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(name));

test.each([
  ...['JOBSUB_AUTH_METHODS', 'OTEL_EXPORTER_JAEGER_ENDPOINT', 'HTGETTOKENOPTS', 'KRB5CCNAME'],
  ...['_condor_CREDD_HOST', '_CONDOR_SEC', 'CONDOR_CONFIG', 'BEARER_TOKEN_FILE', 'GROUP'],
])('%s of a login shell reaches jobsub', (name) => {
  expect(passes(name)).toBe(true);
});

test.each(['PATH', 'LD_LIBRARY_PATH', 'PYTHONPATH', 'HOME', 'MY_JOBSUB_X'])(
  '%s does not come along with it',
  (name) => {
    expect(passes(name)).toBe(false);
  },
);

test('programs of the grid are given it, where nobody has logged in too, from the profile of jobsub', () => {
  const site = fermilab({
    ...{ gwWorkflow: '/gw', postProcessing: '/pp', registry: '/r', user: 'mara' },
  } as never);
  const { passEnv } = site.grid.submit({ labels: {}, file: 'a', cwd: '.', timeout: 1 });
  expect(passEnv).toEqual(expect.arrayContaining([...LOGIN_ENV]));
  expect(JOBSUB_PROFILE).toMatch(/^\/etc\/profile\.d\//);
});
