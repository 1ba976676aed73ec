/** What README and CONTRIBUTING show is what there is. */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { STATE_ORDER } from '../core/words/paint.ts';
import { FLOORS } from './floors.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
const CONTRIBUTING = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8');
const DOCS = readdirSync(join(ROOT, 'docs'))
  .filter((name) => name.endsWith('.md'))
  .map((name) => readFileSync(join(ROOT, 'docs', name), 'utf8'));
const PAGES = [README, CONTRIBUTING, ...DOCS];

const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');
const VITEST = join(ROOT, 'node_modules/vitest/vitest.mjs');

// Compilers and whole builds, one after the other.
vi.setConfig({ testTimeout: 60_000 });

let home: string;
beforeAll(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'desgw-docs-')));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly out: string;
}

function run(program: string, args: readonly string[], cwd: string): Ended {
  const env = { PATH: process.env.PATH, HOME: home, USER: 'mara', TZ: 'UTC' };
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, env, encoding: 'utf8' });
  return { code: status, out: `${stdout}${stderr}` };
}

const desgw = (cwd: string, ...args: string[]): Ended =>
  run(process.execPath, [join(ROOT, 'core/bin.cjs'), ...args], cwd);

/** Text of the code blocks of a language, in order. */
function blocks(page: string, language: string): string[] {
  return [...page.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)]
    .filter(([, name]) => name === language)
    .map(([, , text]) => text!);
}

/** The block of TypeScript that holds these words. */
function blockWith(page: string, words: string): string {
  const found = blocks(page, 'ts').filter((text) => text.includes(words));
  expect(found).toHaveLength(1);
  return found[0]!;
}

/** By its name what comes with desgw is found. */
const OWN = '{"name":"desgw","type":"module"}';

/** A folder with these files and, by links, the sources of desgw. */
function folder(name: string, files: { readonly [path: string]: string }): string {
  const dir = join(home, name);
  mkdirSync(dir);
  for (const part of ['core', 'node_modules', 'templates'])
    symlinkSync(join(ROOT, part), join(dir, part));
  for (const part of ['targets', 'test/support'])
    cpSync(join(ROOT, part), join(dir, part), { recursive: true });
  for (const [path, text] of Object.entries({ ...files, 'package.json': OWN })) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  return dir;
}

/**
 * A folder with these files in which desgw is installed as it is published: the files of the package,
 * with declarations for the compiler, and the packages that it depends on. Vitest is there, too.
 */
function installed(files: { readonly [path: string]: string }): string {
  const dir = join(home, 'installed');
  const packages = join(dir, 'node_modules');
  const link = (name: string): void => {
    mkdirSync(dirname(join(packages, name)), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), join(packages, name));
  };
  const { files: published, dependencies } = JSON.parse(
    readFileSync(join(ROOT, 'package.json'), 'utf8'),
  );
  for (const name of [...Object.keys(dependencies), 'vitest']) link(name);
  for (const part of ['package.json', ...published].filter((one) => existsSync(join(ROOT, one))))
    cpSync(join(ROOT, part), join(packages, 'desgw', part), { recursive: true });
  const types = join(packages, 'desgw', 'types');
  const declared = ['--project', join(ROOT, '.ci/types.json'), '--outDir', types];
  expect(run(process.execPath, [TSC, ...declared], ROOT)).toEqual({ code: 0, out: '' });
  // As strict as it gets, and nothing of Node: what a rule file imports must not ask for more.
  const compilerOptions = {
    ...{ target: 'es2022', module: 'preserve', strict: true, noEmit: true, skipLibCheck: true },
    ...{ allowImportingTsExtensions: true, types: [] },
  };
  const config = { compilerOptions, files: Object.keys(files) };
  const own = { 'package.json': '{"type":"module"}', 'tsconfig.json': JSON.stringify(config) };
  for (const [path, text] of Object.entries({ ...files, ...own }))
    writeFileSync(join(dir, path), text);
  return dir;
}

/** Every `desgw command` with its options that a page names. */
function named(page: string): readonly { command: string; options: readonly string[] }[] {
  const code = [
    ...[...page.matchAll(/`([^`\n]+)`/g)].map(([, text]) => text!),
    ...blocks(page, '')
      .join('')
      .split('\n')
      .filter((line) => /^(\$ )?(.*&& |DESGW\S* )?desgw /.test(line)),
  ];
  return code.flatMap((text) => {
    const words = /(?:^|\s)desgw (?!--|<)(\S+)(.*)/.exec(text);
    if (words === null || words[1] === 'COMMAND') return [];
    const options = words[2]!.split(' | ')[0]!.match(/(?<=\s)--?[a-z][a-z-]*/g) ?? [];
    return [{ command: words[1]!, options }];
  });
}

/** What README shows that a command prints. */
function shownOf(command: string): string {
  const block = blocks(README, '').find((text) => text.startsWith(`$ ${command}\n`));
  expect({ command, block }).toMatchObject({ block: expect.any(String) });
  return block!.slice(block!.indexOf('\n') + 1);
}

/** A text without what differs from one run and one place to the next. */
const facts = (text: string): string =>
  text
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(, .*? ago)?/g, 'WHEN')
    .replace(/\b\d+(m \d\d|\.\d)s/g, 'TOOK')
    .replace(/\S+(@| on )\S+?(?=[, ])/g, 'WHO')
    .replace(/desgw [\d.]+ and Node v[\d.]+/, 'VERSIONS')
    .replace(/ {2,}/g, '  ');

describe('README', () => {
  test('every command and option that is named exists', () => {
    const added = desgw(ROOT, 'commands').out;
    const help = `${desgw(ROOT, '--help').out}\n${added}`;
    const known = ['help', ...[...help.matchAll(/^ {2}([a-z]+) {2,}/gm)].map(([, name]) => name!)];
    const all = PAGES.flatMap(named);
    expect(all.length).toBeGreaterThan(30);
    expect(all.map(({ command }) => command).filter((name) => !known.includes(name))).toEqual([]);
    for (const command of new Set(all.map((one) => one.command))) {
      const text = desgw(ROOT, command, '--help').out + (command === 'build' ? added : '');
      const options = all.filter((one) => one.command === command).flatMap((one) => one.options);
      const missing = options.filter(
        (option) => option !== '--help' && !new RegExp(`(^|[\\s,])${option}\\b`).test(text),
      );
      expect({ command, missing }).toEqual({ command, missing: [] });
    }
    // And the other way round: no command is left out.
    expect(known.filter((name) => !all.some(({ command }) => command === name))).toEqual([]);
  });

  test('the rule file for the real site has the types that it should', () => {
    const dir = folder('real', { 'desgwfile.ts': blockWith(README, 'fermilab({') });
    expect(typecheck(dir)).toEqual({ code: 0, out: '' });
  });

  test('the different pipeline does what is said of it, in 30 lines', () => {
    const rules = blockWith(README, "goal: 'report'");
    expect(rules.trimEnd().split('\n').length).toBeLessThanOrEqual(30);
    const dir = folder('words', {
      'desgwfile.ts': rules,
      'chapters.txt': 'one.txt\ntwo.txt\n',
      'one.txt': 'it was a dark night\n',
      'two.txt': 'the end of it all came soon\n',
    });
    expect(typecheck(dir)).toEqual({ code: 0, out: '' });
    expect(desgw(dir, 'build')).toMatchObject({ code: 0 });
    expect(readFileSync(join(dir, 'report.txt'), 'utf8')).toBe('one.txt ok\ntwo.txt too long\n');

    writeFileSync(join(dir, 'one.txt'), 'it was a bright night\n');
    const { code, out } = desgw(dir, 'build', '-v');
    const shown = README.slice(README.indexOf('$ sed -i s/dark/bright/')).split('\n').slice(1, 5);
    const withoutTimes = (text: string): string =>
      text.replace(/\d+\.\d+s/g, 'TIME').replace(/^\d\d:\d\d:\d\d\S*/gm, 'CLOCK');
    expect(code).toBe(0);
    expect(withoutTimes(out)).toBe(withoutTimes(`${shown.join('\n')}\n`));

    const piped = blocks(README, '').find((text) => /^\$ desgw .* \| /.test(text))!;
    const [line, ...printed] = piped.slice(2).split('\n');
    const bash = `desgw() { '${process.execPath}' '${join(ROOT, 'core/bin.cjs')}' "$@"; }; ${line}`;
    expect(run('bash', ['-c', bash], dir)).toEqual({ code: 0, out: printed.join('\n') });

    const watch = 'build report --watch 1h --until 5s';
    const times = (text: string) => withoutTimes(text).replace(/\d\d:\d\d:\d\d[-+]\d\d/g, 'CLOCK');
    expect(times(desgw(dir, ...watch.split(' ')).out)).toBe(times(shownOf(`desgw ${watch}`)));

    expect(desgw(dir, 'status', '--workspaces', '../*').out).toBe(
      shownOf("desgw status --workspaces '../*'"),
    );

    for (const command of ['history', 'show report'])
      expect(facts(desgw(dir, ...command.split(' ')).out)).toBe(facts(shownOf(`desgw ${command}`)));
  });

  test('its test passes where desgw is installed, with what a user installs and no more', () => {
    const dir = installed({
      'desgwfile.ts': blockWith(README, "goal: 'report'"),
      'words.test.ts': blockWith(README, "from 'desgw/testing'"),
    });
    expect(run(process.execPath, [TSC, '--project', dir], dir)).toEqual({ code: 0, out: '' });
    expect(existsSync(join(dir, 'node_modules/memfs'))).toBe(false);
    const { code, out } = run(process.execPath, [VITEST, 'run', '--root', dir], dir);
    expect({ code, passed: out.includes('1 passed') }, out).toEqual({ code: 0, passed: true });
  });

  test('every page that is linked exists', () => {
    for (const [dir, pages] of [
      ['', [README, CONTRIBUTING]],
      ['docs', DOCS],
    ] as const)
      for (const page of pages)
        for (const [, to] of page.matchAll(/\]\((?!https?:|#)([^)#]+)/g))
          expect({ to, exists: existsSync(join(ROOT, dir, to!)) }).toEqual({ to, exists: true });
  });

  test('no page names a folder of this computer', () => {
    for (const page of PAGES) {
      expect(page.match(/\/(root|home|tmp|work)\b\S*/g)).toBeNull();
    }
  });
});

describe('CONTRIBUTING', () => {
  test('the target that is added as an example passes its own test', () => {
    const dir = folder('night', {
      'targets/night-table.ts': blockWith(CONTRIBUTING, 'export function nightTable'),
      'test/targets/night-table.test.ts': blockWith(
        CONTRIBUTING,
        "from '../../targets/night-table",
      ),
    });
    expect(typecheck(dir)).toEqual({ code: 0, out: '' });
    const { code, out } = run(process.execPath, [VITEST, 'run', '--root', dir], dir);
    expect({ code, passed: out.includes('1 passed') }).toEqual({ code: 0, passed: true });
  });

  test('the parameter that is added as an example is part of the ini alone', () => {
    const settings = 'targets/settings/postproc-params.ts';
    const head = 'const INI_PARAMS = {\n';
    const entry = blockWith(CONTRIBUTING, 'host_version: text(');
    const before = readFileSync(join(ROOT, settings), 'utf8');
    expect(before.split(head)).toHaveLength(2);
    const dir = folder('parameter', {
      [settings]: before.replace(head, () => head + entry),
      'test/targets/host-version.test.ts': blockWith(CONTRIBUTING, "set: ['host_version=v2']"),
    });
    expect(typecheck(dir)).toEqual({ code: 0, out: '' });
    const { code, out } = run(process.execPath, [VITEST, 'run', '--root', dir], dir);
    expect({ code, passed: out.includes('1 passed') }, out).toEqual({ code: 0, passed: true });
  });

  test('every file and folder that is named exists', () => {
    const paths = [
      ...CONTRIBUTING.matchAll(
        /`((?:core|targets|templates|test|bench|page|docs|examples|schemas|\.ci)\/[\w./*-]*)`/g,
      ),
    ]
      .map(([, path]) => path!)
      .filter((path) => !path.includes('*') && !/night-table|host-version/.test(path));
    expect(paths.length).toBeGreaterThan(30);
    const missing = paths.filter((path) => !existsSync(join(ROOT, path)));
    expect(missing).toEqual([]);
  });

  test('the rooms are told from the ground floor up, as their imports are held to it', () => {
    const rows = CONTRIBUTING.split('\n').filter((line) => line.startsWith('| `core/'));
    const rooms = rows.flatMap((row) => [...row.split('|')[1]!.matchAll(/`core\/(\w+)\/`/g)]);
    expect(rooms.map(([, room]) => room)).toEqual(FLOORS.flat());
  });

  test('every name of the code and every script that is named is there', () => {
    const code = ['core', 'targets', '.ci', 'test/core', 'test/page', 'test/scenarios']
      .flatMap((dir) =>
        readdirSync(join(ROOT, dir), { recursive: true, encoding: 'utf8' }).map((name) =>
          join(dir, name),
        ),
      )
      .filter((path) => /\.(ts|mjs|cjs|json)$/.test(path))
      .map((path) => readFileSync(join(ROOT, path), 'utf8'))
      .join('\n');
    const spoken = CONTRIBUTING.replace(/^```[\s\S]*?^```$/gm, '');
    const names = [...spoken.matchAll(/`(?:this\.)?(#?[A-Za-z_]\w*)(?:\(\))?`/g)].map(
      ([, name]) => name!,
    );
    expect(names.length).toBeGreaterThan(30);
    expect(names.filter((name) => !new RegExp(`(?<!\\w)${name}\\b`).test(code))).toEqual([]);
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    const run = [...CONTRIBUTING.matchAll(/\bnpm run ([\w:]+)/g)].map(([, name]) => name!);
    expect(run.filter((name) => scripts[name] === undefined)).toEqual([]);
  });

  test('every kind of test is told of', () => {
    const kinds = readdirSync(join(ROOT, 'test'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !['support', 'fixtures'].includes(entry.name))
      .map(({ name }) => name);
    expect(kinds.filter((kind) => !CONTRIBUTING.includes(`\`test/${kind}\``))).toEqual([]);
  });

  test('the picture of states has every one', () => {
    const [picture] = blocks(CONTRIBUTING, 'mermaid').filter((text) =>
      text.includes('stateDiagram'),
    );
    expect(STATE_ORDER.filter((state) => !picture!.includes(state))).toEqual([]);
  });
});

/** What the compiler says of the TypeScript in a folder, with the settings of the project. */
function typecheck(dir: string): Ended {
  const base = join(ROOT, 'tsconfig.json');
  const paths = { desgw: ['./core/index.ts'], 'desgw/targets': ['./targets/index.ts'] };
  writeFileSync(
    join(dir, 'tsconfig.json'),
    JSON.stringify({
      extends: base,
      compilerOptions: { paths },
      include: ['desgwfile.ts', 'targets/night-table.ts', 'test'],
    }),
  );
  return run(process.execPath, [TSC, '--noEmit', '-p', dir], dir);
}
