/** Completion and the manual page with the programs that use them. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COMMANDS } from '../../../core/cli/commands.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
let home: string;

/** A workspace whose rule file would be noticed if it ran. */
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'desgw-completion-'));
  mkdirSync(join(home, 'bin'));
  symlinkSync(join(ROOT, 'core/bin.cjs'), join(home, 'bin/desgw'));
  writeFileSync(
    join(home, 'desgwfile.ts'),
    `import { writeFileSync } from 'node:fs';
import { defineBuild, group, param, target, write } from 'desgw';
writeFileSync(process.cwd() + '/ran', '');
export default defineBuild({
  params: { depth: param(3, { help: 'how deep' }) },
  goal: 'all',
  commands: { peek: { doc: 'looks', usage: '[part...]', run: () => Promise.resolve(0) } },
  rules: () => [
    group('all', ['part:one', 'part:two']),
    ...['one', 'two'].map((n) =>
      target(\`part:\${n}\`, {
        subject: { kind: 'part', name: n },
        outputs: [\`\${n}.txt\`],
        recipe: { steps: [write(\`\${n}.txt\`, n)] },
      }),
    ),
  ],
});
`,
  );
  expect(run('desgw', ['build']).out).toContain('up to date');
  rmSync(join(home, 'ran'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

function run(program: string, args: readonly string[]) {
  const env = { PATH: `${home}/bin:${process.env.PATH}`, HOME: home, XDG_CONFIG_HOME: home };
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: home, env, encoding: 'utf8' });
  return { code: status, out: `${stdout}${stderr}` };
}
const has = (program: string): boolean => spawnSync(program, ['--version']).status === 0;
const lines = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '');

const bash = (line: string) =>
  lines(
    run('bash', [
      '--norc',
      '-c',
      `source <(desgw completion bash); compopt() { :; }; COMP_WORDBREAKS=' :=' COMP_LINE=$1 COMP_POINT=\${#1}
       _desgw desgw && printf '%s\\n' "\${COMPREPLY[@]}"`,
      'bash',
      line,
    ]).out,
  );

describe('bash', () => {
  test.each([
    ['desgw sta', ['status', 'stats']],
    ['desgw pee', ['peek']],
    ['desgw peek ', ['one', 'two']],
    ['desgw why part:', ['one', 'two']],
    ['desgw build --set de', ['depth=']],
    ['desgw build --wait-', ['--wait-timeout']],
  ])('%s', (line, expected) => {
    expect(bash(line)).toEqual(expected);
  });

  test('the rule file is not run for it', () => {
    expect(bash('desgw why ')).toEqual(['part:one', 'part:two', 'all', 'one', 'two']);
    expect(run('ls', []).out).not.toContain('ran');
  });
});

describe.skipIf(!has('fish'))('fish (skipped where it is not installed)', () => {
  test.each([
    ['desgw sta', /^stats\t.*\nstatus\thow everything stands/m],
    ['desgw why part:', /^part:one\npart:two$/m],
    ['desgw trust bi', /^bin\/$/m],
  ])('%s', (line, expected) => {
    const script = `source (desgw completion fish | psub); complete -C '${line}'`;
    expect(run('fish', ['--no-config', '-c', script]).out).toMatch(expected);
  });
});

describe.skipIf(!has('zsh'))('zsh (skipped where it is not installed)', () => {
  const zsh = (...words: string[]) =>
    run('zsh', [
      '-f',
      '-c',
      `compdef() {}; _files() { echo files; }; _describe() { print -rl -- $3 "\${(@P)2}"; }
       source <(desgw completion zsh); words=("$@"); CURRENT=$#words; _desgw`,
      'zsh',
      ...words,
    ]).out;
  test('words with what they are for', () => {
    expect(zsh('desgw', 'stat')).toContain('status:how everything stands');
    expect(lines(zsh('desgw', 'why', 'part:'))).toEqual(['part\\:one:', 'part\\:two:']);
    expect(lines(zsh('desgw', 'build', '--set', 'de'))).toEqual(['-S', 'depth=:how deep']);
    expect(zsh('desgw', 'init', '')).toBe('files\n');
  });
});

test('another shell is refused with those that there are', () => {
  for (const words of [
    ['completion', 'tcsh'],
    ['completion', '../x'],
  ]) {
    const { code, out } = run('desgw', words);
    expect(code).toBe(2);
    expect(out).toContain('bash, zsh and fish');
  }
});

describe('the manual page', () => {
  const page = readFileSync(join(ROOT, 'dist/desgw.1'), 'utf8');

  test('tells of every command and option', () => {
    for (const [name, { options }] of Object.entries(COMMANDS)) {
      expect(page).toMatch(new RegExp(`^\\.SS desgw ${name}\\b`, 'm'));
      for (const [flag] of options) expect(page).toContain(`.B ${flag.replace(/-/g, '\\-')}\n`);
    }
  });

  test.skipIf(!has('groff'))('is formatted without a complaint (skipped without groff)', () => {
    const { status, stdout, stderr } = spawnSync('groff', ['-man', '-Tutf8', '-ww'], {
      input: page,
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('desgw build');
  });
});
