/**
 * desgw beside make and ninja on the same graphs. Prints ratios only, since seconds say more about
 * the machine than about the tools: in every round each tool runs once, one after the other, and
 * what is told is the median over the rounds of (its time / time of desgw in the same round).
 *
 *   node bench/run.mjs [--shapes leaf,chain,diamond] [--sizes 1000,10000] [--full 1000]
 *                      [--rounds 7] [--jobs 5] [--out table.md] [--json ratios.json]
 *
 * `--full`: sizes for which everything is built; the others start from outputs that are there.
 * A tool that is not installed is left out.
 */
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { changeInput, layOut, RULE_FILES, targetsOf } from './graphs.mjs';
import { writeNinjaLog } from './ninja-log.mjs';

const BIN = fileURLToPath(new URL('../core/bin.cjs', import.meta.url));
const { values: options } = parseArgs({
  options: {
    shapes: { type: 'string', default: 'leaf,chain,diamond' },
    sizes: { type: 'string', default: '1000,10000' },
    full: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '7' },
    jobs: { type: 'string', default: '5' },
    out: { type: 'string' },
    json: { type: 'string' },
  },
});
const list = (text) => text.split(',').filter((word) => word !== '');
const rounds = Number(options.rounds);

// Node 20 reads the whole bundle of certificates at every start, which measures nothing of ours.
const env = { ...process.env, NODE_EXTRA_CA_CERTS: undefined };
delete env.NODE_EXTRA_CA_CERTS;

const TOOLS = {
  desgw: [process.execPath, BIN, 'build', '-j', options.jobs],
  make: ['make', '-r', '-R', '-s', '-j', options.jobs],
  ninja: ['ninja', '--quiet', '-j', options.jobs],
};
const installed = Object.keys(TOOLS).filter((tool) => {
  const found = spawnSync(TOOLS[tool][0], ['--version'], { stdio: 'ignore' }).status === 0;
  if (!found) console.error(`${tool} is not installed; left out`);
  return found;
});

function run(argv, dir) {
  const begun = process.hrtime.bigint();
  const { status, stderr } = spawnSync(argv[0], argv.slice(1), {
    cwd: dir,
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ms = Number(process.hrtime.bigint() - begun) / 1e6;
  if (status !== 0) throw new Error(`${argv.join(' ')} ended with ${status} in ${dir}:\n${stderr}`);
  return ms;
}

/** Most memory a command held, in MB, as the kernel tells while it runs. */
async function peakOf(argv, dir) {
  const child = spawn(argv[0], argv.slice(1), { cwd: dir, env, stdio: 'ignore' });
  let peak = 0;
  const timer = setInterval(() => {
    try {
      const found = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'));
      peak = Math.max(peak, Number(found?.[1] ?? 0));
    } catch {
      // it has ended
    }
  }, 2);
  await new Promise((resolve) => child.on('close', resolve));
  clearInterval(timer);
  return peak / 1024;
}

/** Syncing a folder in memory costs nothing, which matters when 100,000 records are prepared. */
function memoryFolder() {
  try {
    accessSync('/dev/shm', constants.W_OK);
    return '/dev/shm';
  } catch {
    return tmpdir();
  }
}

function folderFor(tool, shape, n, { parent, made }) {
  const dir = mkdtempSync(join(parent, `bench-${tool}-`));
  const [name, text] = RULE_FILES[tool](shape, n);
  layOut(dir, targetsOf(shape, n), { made });
  writeFileSync(join(dir, name), text);
  return dir;
}

/** Makes every tool believe that what is there is up to date; the first run after it reads everything. */
function prime(tool, dir, targets) {
  if (tool === 'desgw') run([process.execPath, BIN, 'adopt', 'out/*'], dir);
  if (tool === 'ninja') writeNinjaLog(dir, targets);
  run(TOOLS[tool], dir);
}

/** desgw remembers a build with nothing to do once nothing has changed for three seconds. */
const REMEMBERED_MS = 4000;

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** Median over the rounds of each tool's time relative to desgw's in that round. */
function compare(what, dirs, before = () => {}) {
  const times = Object.fromEntries(installed.map((tool) => [tool, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const tool of installed) {
      before(dirs[tool], round);
      const ms = run(TOOLS[tool], dirs[tool]);
      if (round > 0) times[tool].push(ms); // the first round warms the caches
    }
  }
  const ratios = installed
    .slice(1)
    .map((tool) => [tool, median(times.desgw.map((ms, i) => ms / times[tool][i]))]);
  tell(what, ratios);
}

const results = [];
const lines = ['| graph | what | desgw / make | desgw / ninja |', '|---|---|---|---|'];
function tell(what, ratios) {
  const cell = (tool) => {
    const found = ratios.find(([name]) => name === tool);
    return found === undefined ? '-' : `${found[1].toFixed(2)}x`;
  };
  const line = `| ${what} | ${cell('make')} | ${cell('ninja')} |`;
  results.push({ what, ...Object.fromEntries(ratios) });
  lines.push(line);
  console.log(line);
}

async function main() {
  console.log(lines.join('\n'));
  for (const shape of list(options.shapes)) {
    for (const n of list(options.sizes).map(Number)) await unchanged(shape, n);
    for (const n of list(options.full).map(Number)) full(shape, n);
  }
  const starts = Array.from({ length: 15 }, () => [
    run([process.execPath, BIN, '--version'], '.'),
    run([process.execPath, '-e', '0'], '.'),
  ]);
  const start = `start: desgw --version is ${median(starts.map(([a, b]) => a / b)).toFixed(2)}x node -e 0`;
  console.log(start);
  if (options.out !== undefined)
    writeFileSync(options.out, `${[...lines, '', start].join('\n')}\n`);
  if (options.json !== undefined)
    writeFileSync(options.json, `${JSON.stringify(results, null, 2)}\n`);
}

async function unchanged(shape, n) {
  // Targets of a chain cannot be taken as they are before those that they need.
  const primed = shape === 'leaf';
  const dirs = Object.fromEntries(
    installed.map((tool) => [
      tool,
      folderFor(tool, shape, n, { parent: memoryFolder(), made: primed }),
    ]),
  );
  try {
    for (const tool of installed) {
      if (primed) prime(tool, dirs[tool], targetsOf(shape, n));
      else run(TOOLS[tool], dirs[tool]);
    }
    await sleep(REMEMBERED_MS);
    compare(`${shape} ${n} | nothing changed`, dirs);
    const peaks = [];
    for (const tool of installed) peaks.push([tool, await peakOf(TOOLS[tool], dirs[tool])]);
    tell(
      `${shape} ${n} | nothing changed, peak memory`,
      peaks.slice(1).map(([tool, peak]) => [tool, peaks[0][1] / peak]),
    );
    if (primed) compare(`${shape} ${n} | one input changed`, dirs, changeInput);
  } finally {
    for (const dir of Object.values(dirs)) rmSync(dir, { recursive: true, force: true });
  }
}

function full(shape, n) {
  const times = Object.fromEntries(installed.map((tool) => [tool, []]));
  for (let round = 0; round < Math.min(3, rounds); round++) {
    for (const tool of installed) {
      const dir = folderFor(tool, shape, n, { parent: tmpdir(), made: false });
      times[tool].push(run(TOOLS[tool], dir));
      rmSync(dir, { recursive: true, force: true });
    }
  }
  tell(
    `${shape} ${n} | everything built`,
    installed
      .slice(1)
      .map((tool) => [tool, median(times.desgw.map((ms, i) => ms / times[tool][i]))]),
  );
}

await main();
