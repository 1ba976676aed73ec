/**
 * What nothing uses. Without `--production`: files, dependencies and exports, tests included. With it:
 * what tests alone use, but for what the file that exports it uses as well.
 */
export default ({ production = false }) => ({
  entry: [
    'core/index.ts!',
    ...(production ? ['core/bundle.mjs!'] : []),
    'core/cli/{program,start,complete}.ts!',
    'core/load/importing.ts!',
    'core/testing/index.ts!',
    'targets/index.ts!',
    'desgwfile.ts!',
    'page/main.ts!',
    'examples/**/*.ts!',
    'templates/**/*.mjs!',
    'bench/*.mjs',
    'test/**/*.test.ts',
    'test/mutation/{run,wide}.mjs',
  ],
  project: [
    'core/**/*.{ts,cjs,mjs}!',
    '{targets,page}/**/*.ts!',
    'test/**/*.{ts,mjs}',
    'bench/*.mjs',
  ],
  ignoreExportsUsedInFile: production,
  // Found by name when they are needed; axe-core is read as a file, into a browser.
  ignoreDependencies: production
    ? ['node-sqlite3-wasm', 'oracledb', 'pgpass']
    : ['axe-core', 'pgpass'],
  // Programs of the system.
  ignoreBinaries: ['groff', 'mkfifo', 'script', 'unshare'],
  // Stand-ins name programs of their own site.
  ignoreUnresolved: ['./getExposureInfo.sh'],
});
