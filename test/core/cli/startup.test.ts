import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

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

/** A program that runs this, with what the entry needs to load it. */
function putProgram(body: string): void {
  put('dist/program.cjs', `exports.runCommand = () => { ${body} };\n`);
  put(
    'dist/start.cjs',
    `exports.codeFolder = () => undefined;
exports.loadCompiled = (path) => require(path);
exports.answer = async () => false;
`,
  );
}

function put(path: string, text: string): string {
  mkdirSync(join(copy, path, '..'), { recursive: true });
  writeFileSync(join(copy, path), text);
  return join(copy, path);
}

test.each(['--version', '-v'])('%s is answered by the entry alone', (flag) => {
  expect(start([flag])).toEqual({ status: 0, stdout: `desgw ${version}\n`, stderr: '' });
});

test.each([
  [[], 'top\n'],
  [['--help'], 'top\n'],
  [['help'], 'top\n'],
  [['why', '--help'], 'why!\n'],
  [['why', '-h'], 'why!\n'],
  [['help', 'why'], 'why!\n'],
])('%j is answered by the entry alone', (args, stdout) => {
  put('dist/help.json', JSON.stringify({ '': 'top', why: 'why!' }));
  expect(start(args)).toEqual({ status: 0, stdout, stderr: '' });
});

test('help that is not written down is left to the command', () => {
  put('dist/help.json', '{"":"top"}');
  putProgram('console.log(process.argv.slice(2).join());');
  const answers = [
    ['build', '--help'],
    ['help', 'x'],
    ['toString', '-h'],
    ['log', 'a', '--help'],
  ];
  expect(answers.map((args) => start(args).stdout)).toEqual(
    answers.map((args) => `${args.join()}\n`),
  );
});

test('without the built files it says which are missing and how they are made', () => {
  expect(start(['build'])).toEqual({
    status: 2,
    stdout: '',
    stderr: `desgw has not been built: ${copy}/dist/program.cjs is missing.\nRun \`npm run build\` in ${copy}.\n`,
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

test('another system is told what is lacking there', () => {
  const mac = put('mac.cjs', `Object.defineProperty(process, 'platform', { value: 'darwin' });`);
  const { status, stdout, stderr } = start(['build'], ['--require', mac]);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toMatch(/^desgw needs Linux.*this is darwin.*\n$/);
});

test('the command runs with a thread pool wide enough for slow file systems, unless told otherwise', () => {
  putProgram(`
const { readdirSync } = require('node:fs');
const { stat } = require('node:fs/promises');
Promise.all(Array.from({ length: 100 }, () => stat('.'))).then(() => {
  const many = readdirSync('/proc/self/task').length > 40;
  console.log(process.env.UV_THREADPOOL_SIZE, many, process.argv.slice(2).join());
});
`);
  expect(start(['build', '-v'])).toEqual({ status: 0, stdout: '64 true build,-v\n', stderr: '' });
  expect(start([], [], { UV_THREADPOOL_SIZE: '8' }).stdout).toBe('8 false \n');
});

describe('in a checkout', () => {
  /** A small checkout: its main prints what it was made of. */
  beforeEach(() => {
    for (const name of ['bundle.mjs', 'sources.cjs'])
      copyFileSync(join(root, 'core', name), join(copy, 'core', name));
    for (const folder of ['core/cli', 'core/load', 'targets']) mkdirSync(join(copy, folder));
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    write(
      'core/cli/program.ts',
      "import { word } from '../../targets/word.ts';\nexport const runCommand = () => process.stdout.write(word + '\\n');\nexport const commandHelps = () => ({});\nexport const topHelp = () => '';\nexport const described = () => ({ commands: {}, page: '' });\n",
    );
    write(
      'targets/index.ts',
      'export const followUpCommands = () => ({});\nexport const sandbox = () => 1;\n',
    );
    write(
      'core/cli/start.ts',
      'export const codeFolder = () => undefined;\nexport const loadCompiled = (path) => require(path);\nexport const answer = async () => false;\n',
    );
    copyFileSync(join(root, 'core/load/importing.ts'), join(copy, 'core/load/importing.ts'));
    write('core/cli/complete.ts', "export const completion = () => '';\n");
    write('targets/word.ts', "export const word = 'one';\n");
  });
  const write = (path: string, text: string): void => writeFileSync(join(copy, path), text);

  test('what was edited, added or taken away runs at once, and it is said that it was bundled', () => {
    expect(start(['x'])).toEqual({
      status: 0,
      stdout: 'one\n',
      stderr: `desgw: it has not been bundled yet; bundling ${copy}\n`,
    });
    expect(start(['x'])).toEqual({ status: 0, stdout: 'one\n', stderr: '' });
    write('targets/word.ts', "export const word: string = 'three';\n");
    expect(start(['x'])).toEqual({
      status: 0,
      stdout: 'three\n',
      stderr: `desgw: its sources have changed since; bundling ${copy}\n`,
    });
    write('targets/another.ts', 'export const other = 1;\n');
    expect(start(['x']).stderr).toContain('its sources have changed since');
    rmSync(join(copy, 'targets/another.ts'));
    expect(start(['x']).stderr).toContain('its sources have changed since');
  });

  test('sources that cannot be bundled are shown, and the old code is not run in their place', () => {
    start(['x']);
    write('targets/word.ts', 'export const word = (;\n');
    const { status, stdout, stderr } = start(['x']);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/targets\/word\.ts:1:21/);
    expect(stderr).toMatch(/cannot be bundled, and old code is not run in their place/);
  });

  test('an installed package is taken as it was published', () => {
    const installed = join(copy, 'node_modules.d/node_modules/desgw');
    mkdirSync(dirname(installed), { recursive: true });
    start(['x']);
    cpSync(join(copy, 'core'), join(installed, 'core'), { recursive: true });
    cpSync(join(copy, 'dist'), join(installed, 'dist'), { recursive: true });
    copyFileSync(join(copy, 'package.json'), join(installed, 'package.json'));
    const { stdout, stderr } = spawnSync(process.execPath, [join(installed, 'core/bin.cjs'), 'x'], {
      encoding: 'utf8',
    });
    expect([stdout, stderr]).toEqual(['one\n', '']);
  });
});
