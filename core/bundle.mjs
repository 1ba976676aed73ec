/**
 * Bundles the sources into dist/. Run by `npm run build`, and by `desgw` in a checkout whose sources
 * have changed since.
 *
 * `program.cjs` is all of core but what is for tests (`testing.cjs`), `targets.cjs` the targets, and
 * `start.cjs` what is needed before either. Compiled code of them is kept (`core/world/compiled.ts`),
 * so that their size costs nothing. Everything lies directly in dist/:
 * `core/load/load.ts` finds its neighbours by name.
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { STAMP, sourcesNow } from './sources.cjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const dist = join(root, 'dist');
const made = join(root, `dist.tmp-${process.pid}`);

/** What is bundled into a script of its own. */
const SCRIPTS = {
  program: 'core/cli/program.ts',
  index: 'core/index.ts',
  targets: 'targets/index.ts',
  testing: 'core/testing/index.ts',
};
/** Those that rule files and tests import. */
const PARTS = ['index', 'targets', 'testing'];
const ENTRY = { start: 'core/cli/start.ts', complete: 'core/cli/complete.ts' };
const IMPORT = 'core/load/importing.ts';
/** Tests bundle a checkout that lacks some. */
const has = (source) => existsSync(join(root, source));

/**
 * Targets and tests take what is in core/ from `program.cjs`, so that there is one copy of each module.
 * `import.cjs` is apart, since scripts whose compiled code is kept cannot import.
 */
const APART = {
  name: 'apart',
  setup({ onResolve, initialOptions }) {
    onResolve({ filter: /\/importing\.ts$/ }, () => ({ path: './import.cjs', external: true }));
    if ('program' in initialOptions.entryPoints) return;
    onResolve({ filter: /\.ts$/ }, ({ path, resolveDir, kind }) => {
      const source = relative(root, join(resolveDir, path));
      if (kind === 'entry-point' || !/^core\/(?!testing\/)/.test(source)) return undefined;
      return { path: source === SCRIPTS.index ? './index.cjs' : './program.cjs', external: true };
    });
  },
};

/** CommonJS, since compiled code can be kept of scripts alone; in them `import.meta` is empty. */
const SCRIPT = {
  absWorkingDir: root,
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node20.19',
  supported: { 'dynamic-import': false },
  plugins: [APART],
  outdir: made,
  outExtension: { '.js': '.cjs' },
  external: ['oracledb', 'pg', 'pgpass', 'esbuild', 'fast-glob', 'node-sqlite3-wasm'],
  define: { __VERSION__: JSON.stringify(version), 'import.meta.url': '__metaUrl' },
  banner: {
    js: "'use strict'; const __metaUrl = require('node:url').pathToFileURL(__filename).href;",
  },
  sourcemap: 'linked',
  logLevel: 'warning',
};

/** The program and the style of the report page, which become part of the page itself. */
async function bundlePage() {
  if (!has('page')) return;
  await build({
    absWorkingDir: root,
    entryPoints: { 'report-page': 'page/main.ts', 'report-style': 'page/style.css' },
    outdir: made,
    bundle: true,
    minify: true,
    format: 'iife',
    platform: 'browser',
    target: 'es2021',
    charset: 'utf8',
    logLevel: 'warning',
  });
}

/** What `require` loads, and for those who import, modules that hand on the very same. */
async function bundleScripts() {
  await build({ ...SCRIPT, entryPoints: { import: IMPORT }, supported: {}, plugins: [] });
  for (const [name, source] of Object.entries(SCRIPTS))
    if (name === 'index') writeFileSync(join(made, 'index.cjs'), INDEX);
    else if (has(source)) await build({ ...SCRIPT, entryPoints: { [name]: source } });
  for (const part of PARTS) {
    if (!has(SCRIPTS[part])) continue;
    const facade = [
      "import { createRequire } from 'node:module';",
      `const all = createRequire(import.meta.url)('./${part}.cjs');`,
      `export const { ${Object.keys(load(part)).join(', ')} } = all;`,
    ];
    writeFileSync(join(made, `${part}.mjs`), `${facade.join('\n')}\n`);
  }
}

const INDEX = "'use strict';\nmodule.exports = require('./program.cjs').api;\n";
const load = (name) => createRequire(import.meta.url)(join(made, `${name}.cjs`));

/** What the entry answers by itself: builds from memory, completion, and help. */
async function bundleEntry() {
  await build({ ...SCRIPT, entryPoints: ENTRY, minify: true, sourcemap: false, plugins: [] });
  const { commandHelps, described, topHelp } = load('program');
  const { followUpCommands, followUpStart, sandbox } = load('targets');
  const followUp = followUpCommands(sandbox());
  const added = Object.entries(followUp).map(([name, { doc }]) => [name, doc]);
  const { commands, page } = described(followUp, followUpStart);
  const top = topHelp(added, 'With the rule file of a follow-up:');
  writeFileSync(
    join(made, 'help.json'),
    JSON.stringify({ ...commandHelps(commands.commands), '': top }),
  );
  writeFileSync(join(made, 'commands.json'), JSON.stringify(commands));
  writeFileSync(join(made, 'desgw.1'), page);
}

/** Makes dist/ anew; false when the sources are wrong, which esbuild has shown then. */
export async function bundle() {
  const sources = sourcesNow(root);
  try {
    mkdirSync(made);
    await bundlePage();
    await bundleScripts();
    if (has(ENTRY.start)) await bundleEntry();
    mkdirSync(dist, { recursive: true });
    const files = readdirSync(made);
    for (const file of files) renameSync(join(made, file), join(dist, file));
    for (const file of readdirSync(dist))
      if (!files.includes(file)) rmSync(join(dist, file), { recursive: true });
    writeFileSync(join(root, STAMP), sources);
    return true;
  } catch (error) {
    if (!Array.isArray(error.errors)) throw error;
    return false;
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url) && !(await bundle())) process.exitCode = 1;
