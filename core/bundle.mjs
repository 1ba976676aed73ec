/**
 * Bundles the sources into dist/. Run by `npm run build`, and by `desgw` in a checkout whose sources
 * have changed since.
 *
 * Several files with shared chunks rather than one: a command parses only what it needs, and the
 * rule file imports the very modules that the running command uses, so that there is one instance
 * of each. Everything lies directly in dist/: `core/load/load.ts` finds its neighbours by name.
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { STAMP, sourcesNow } from './sources.cjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const dist = join(root, 'dist');
const made = join(root, `dist.tmp-${process.pid}`);

const entries = {
  main: 'core/cli/main.ts',
  index: 'core/index.ts',
  targets: 'targets/index.ts',
  testing: 'core/testing/index.ts',
  help: 'core/cli/help.ts',
};
const present = Object.entries(entries).filter(([, source]) => existsSync(join(root, source)));

/** The program and the looks of the report page, which stand in the page itself. */
async function bundlePage() {
  if (!existsSync(join(root, 'page'))) return;
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

const ANSWER = 'core/cli/answer.ts';
const COMPLETE = 'core/cli/complete.ts';

/** What the entry answers by itself: builds from memory, completion, and help. */
async function bundleEntry() {
  await build({
    absWorkingDir: root,
    entryPoints: { answer: ANSWER, complete: COMPLETE },
    outdir: made,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20.19',
    external: ['esbuild', 'fast-glob'],
    minify: true,
    logLevel: 'error',
  });
  const load = (name) => import(pathToFileURL(join(made, `${name}.mjs`)).href);
  const { commandHelps, described, topHelp } = await load('help');
  const { followUpCommands, followUpStart, sandbox } = await load('targets');
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

/** How long chunks that are not used any more stay for those who still run the old bundle. */
const LEAVE_MS = 24 * 3600 * 1000;

/**
 * Makes dist/ anew; false when the sources are wrong, which esbuild has shown then.
 * @param keepOld somebody may be running the old bundle, and has not loaded all of it
 */
export async function bundle({ keepOld }) {
  const sources = sourcesNow(root);
  try {
    await build({
      absWorkingDir: root,
      entryPoints: Object.fromEntries(present),
      outdir: made,
      outExtension: { '.js': '.mjs' },
      chunkNames: '[name]-[hash]',
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node20.19',
      external: ['oracledb', 'pg', 'pgpass', 'esbuild', 'fast-glob', 'node-sqlite3-wasm'],
      define: { __VERSION__: JSON.stringify(version) },
      // Bundled CommonJS packages call `require`, which an ES module does not have.
      banner: {
        js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
      },
      sourcemap: 'linked',
      logLevel: 'warning',
    });
    await bundlePage();
    if (existsSync(join(root, ANSWER))) await bundleEntry();
    mkdirSync(dist, { recursive: true });
    // File by file, the entries last and the leavings after them: whoever starts desgw meanwhile
    // finds an old entry with its old chunks or a new one with its new chunks.
    const files = existsSync(made) ? readdirSync(made) : [];
    const isEntry = (file) => file.split('.')[0] in entries;
    for (const file of [...files.filter((f) => !isEntry(f)), ...files.filter(isEntry)]) {
      renameSync(join(made, file), join(dist, file));
    }
    const isLeft = (file) =>
      keepOld && Date.now() - statSync(join(dist, file)).mtimeMs < LEAVE_MS && !isEntry(file);
    for (const file of readdirSync(dist))
      if (!files.includes(file) && !isLeft(file)) rmSync(join(dist, file), { recursive: true });
    writeFileSync(join(root, STAMP), sources);
    return true;
  } catch (error) {
    if (!Array.isArray(error.errors)) throw error;
    return false;
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url) && !(await bundle({ keepOld: false })))
  process.exitCode = 1;
