import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

let copy: string;

/** The entry alone, in a place where nothing has been built. */
beforeEach(() => {
  copy = realpathSync(mkdtempSync(join(tmpdir(), 'entry-')));
  mkdirSync(join(copy, 'core'));
  copyFileSync(join(root, 'core/bin.cjs'), join(copy, 'core/bin.cjs'));
  copyFileSync(join(root, 'package.json'), join(copy, 'package.json'));
});
afterEach(() => rmSync(copy, { recursive: true, force: true }));

function start(
  args: readonly string[],
  nodeArgs: readonly string[] = [],
  env: { [name: string]: string } = {},
) {
  const entry = join(copy, 'core/bin.cjs');
  const { status, stdout, stderr } = spawnSync(process.execPath, [...nodeArgs, entry, ...args], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH ?? '', ...env },
  });
  return { status, stdout, stderr };
}

function put(path: string, text: string): string {
  mkdirSync(join(copy, path, '..'), { recursive: true });
  writeFileSync(join(copy, path), text);
  return join(copy, path);
}

test.each(['--version', '-v'])('%s is answered by the entry alone', (flag) => {
  expect(start([flag])).toEqual({ status: 0, stdout: `desgw ${version}\n`, stderr: '' });
});

test('without the built files it says which are missing and how they are made', () => {
  expect(start(['build'])).toEqual({
    status: 2,
    stdout: '',
    stderr: `desgw has not been built: ${copy}/dist/main.mjs is missing.\nRun \`npm run build\` in ${copy}.\n`,
  });
});

test('an old Node is told which one is needed', () => {
  const old = put(
    'old.cjs',
    `Object.defineProperty(process, 'versions', { value: { node: '20.18.1' } });`,
  );
  expect(start(['--version'], ['--require', old])).toEqual({
    status: 2,
    stdout: '',
    stderr: 'desgw needs Node 20.19 or newer; this is Node 20.18.1.\n',
  });
});

test('the command runs with a thread pool wide enough for slow file systems, unless told otherwise', () => {
  put(
    'dist/main.mjs',
    `import { readdirSync } from 'node:fs';
import { stat } from 'node:fs/promises';
await Promise.all(Array.from({ length: 100 }, () => stat('.')));
const many = readdirSync('/proc/self/task').length > 40;
console.log(process.env.UV_THREADPOOL_SIZE, many, process.argv.slice(2).join());
`,
  );
  expect(start(['build', '-v'])).toEqual({ status: 0, stdout: '64 true build,-v\n', stderr: '' });
  expect(start([], [], { UV_THREADPOOL_SIZE: '8' }).stdout).toBe('8 false \n');
});
