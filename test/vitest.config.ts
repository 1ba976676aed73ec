import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// Node 20 parses the whole bundle of certificates at every start: three times slower.
delete process.env.NODE_EXTRA_CA_CERTS;
// What the tests compare is plain text in one time zone.
delete process.env.FORCE_COLOR;
delete process.env.NO_COLOR;
process.env.TZ = 'UTC';

// A file that gets the results as JSON too; `.ci/run` counts them.
const report = process.env.DESGW_TEST_REPORT;

const root = fileURLToPath(new URL('..', import.meta.url));

export default defineConfig({
  root,
  resolve: {
    alias: [
      { find: /^desgw$/, replacement: `${root}core/index.ts` },
      { find: /^desgw\/targets$/, replacement: `${root}targets/index.ts` },
      { find: /^desgw\/testing$/, replacement: `${root}core/testing/index.ts` },
    ],
  },
  define: { __VERSION__: JSON.stringify('0.0.0-test') },
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    ...(report === undefined
      ? {}
      : { reporters: ['default', 'json'], outputFile: { json: report } }),
    // The tests wait for programs more than they compute.
    maxWorkers: 2,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
