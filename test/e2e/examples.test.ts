/** Examples that stand in the reference, and in what `init` writes, typed as a reader would type them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { typeIt, WRONG } from '../support/typing.ts';
import { FAST, GOOD, type Site, site } from './site.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const REFERENCE = readFileSync(join(ROOT, 'docs/reference.md'), 'utf8');

/** Those that go on until they are ended, or are for another program or folder. */
const ELSEWHERE = /--serve|\| dot|^source|log TARGET -f|log -f|S230518h|init --sandbox|--as 1600/;

/** Commands in the blocks of a page that a shell is to read. */
const shellLines = (page: string): readonly string[] =>
  [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, block]) => block!.trim().split('\n'));

/** Commands that the text of a page speaks of. */
const spokenOf = (page: string): readonly string[] =>
  [...page.matchAll(/`(desgw [a-z][^`]*)`/g)].map(([, line]) => line!);

/** What a reader puts in for the words in capitals, and for a pattern. */
const filled = (line: string): string =>
  line
    .replace(/^(desgw mark .*) TARGET --job ID/, `$1 submitted_${GOOD} --job 5.0@schedd1`)
    .replace(/^(desgw (?:mark|resubmit) .*)TARGET/, `$1submitted_${GOOD}`)
    .replace(/^(desgw (?:accept|resubmit)) T$/, `$1 submitted_${GOOD}`)
    .replace(/^(desgw (?:why|log)) T$/, `$1 submitted_${GOOD}`)
    .replace('--from-output output.txt', '--from-output image_proc_outputs/output.txt')
    .replaceAll('TARGET', `ccds_${GOOD}`)
    .replace(/\bEXP\b|(?:700001|6684\d\d)(?!\d)/g, GOOD)
    .replaceAll('1601', night.season())
    .replaceAll("'t*'", `'ccds_*'`)
    .replaceAll('SOURCE', 'sandbox')
    .replaceAll('KEY=VALUE', 'TWINDOW=20');

let night: Site;
beforeAll(async () => {
  night = site([GOOD]);
  const built = await night.desgw(['build']);
  expect(built.code, built.said).toBe(0);
}, 300_000);
afterAll(() => night.dispose());

// Thirty times a copy of a night is made.
const inLongForm = test.skipIf(process.env.DESGW_LONG === undefined);

/** Types each line in a copy of the night of its own. */
async function expectUnderstood(lines: readonly string[]): Promise<void> {
  for (const line of lines) {
    const advice = { text: filled(line), shape: line.replace(/^desgw /, '') };
    const at = night.copy();
    const { code, said } = await typeIt(at.dir, advice, {
      name: GOOD,
      env: { DESGW_SANDBOX_DIALS: JSON.stringify(FAST) },
    });
    at.dispose();
    expect.soft([0, 1, 2, 3, 4], `${line}\n${said}`).toContain(code);
    // Whoever is asked, and is no terminal, is told with which option to answer.
    if (code === 2)
      expect.soft(said, line).toMatch(/--yes|not in doubt|nothing (?:to accept|that)/);
    expect.soft(said, line).not.toMatch(WRONG);
    expect.soft(said, line).not.toMatch(/fault of desgw/);
  }
}

inLongForm('every example of the reference is understood', { timeout: 600_000 }, async () => {
  const lines = [...new Set(shellLines(REFERENCE))].filter((line) => !ELSEWHERE.test(line));
  expect(lines.length).toBeGreaterThan(25);
  await expectUnderstood(lines);
});

inLongForm('every command of the other pages is understood', { timeout: 600_000 }, async () => {
  const pages = readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md') && !/^(?:reference|tutorial)/.test(name))
    .map((name) => readFileSync(join(ROOT, 'docs', name), 'utf8'));
  const lines = pages
    .flatMap((page) => [...shellLines(page), ...spokenOf(page)])
    .filter((line) => line.startsWith('desgw ') && !ELSEWHERE.test(line));
  expect(lines.length).toBeGreaterThan(25);
  await expectUnderstood([...new Set(lines)]);
});

test('the target that is an example in a new rule file is made as it stands there', async () => {
  const text = night.text('desgwfile.ts');
  const own = readFileSync(join(ROOT, 'desgwfile.ts'), 'utf8').split('// A target of your own')[1]!;
  const example = own
    .split('\n')
    .filter((line) => line.startsWith('    //   '))
    .map((line) => line.replace('    //   ', ''));
  expect(example.join('\n')).toContain("target('summary'");
  night.put(
    'desgwfile.ts',
    text
      .replace(/defineBuild/, 'defineBuild, exec, target')
      .replace(/(\.\.\.followUp\([^\n]*\n)/, `$1${example.join('\n')}\n`),
  );
  const built = await night.desgw(['build', 'summary']);
  expect(built.code, built.said).toBe(0);
  expect(night.text('summary.txt')).toMatch(/2 .*output\.txt/);
});
