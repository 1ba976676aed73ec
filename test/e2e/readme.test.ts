/** README as a reader goes through it: what it types, in its order, in a fresh workspace, and what it shows. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FAST, GOOD, type Site, site } from './site.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

interface Typed {
  readonly command: string;
  readonly shown: readonly string[];
}

/** What is typed in the sections between two headings, with what is shown below each. */
function typedIn(from: string, to: string): readonly Typed[] {
  const part = README.slice(README.indexOf(`\n## ${from}`), README.indexOf(`\n## ${to}`));
  return [...part.matchAll(/^```\n([\s\S]*?)^```$/gm)].flatMap(([, block]) =>
    block!
      .split(/^\$ /m)
      .slice(1)
      .map((text) => {
        const [line = '', ...shown] = text.trimEnd().split('\n');
        return { command: line.replace(/ {3,}\(.*\)$/, ''), shown };
      }),
  );
}

/** A line as a pattern: times, durations and job ids differ, `...` stands for anything. */
function pattern(line: string): string {
  const masked = line
    .replaceAll(/\d\d:\d\d:\d\d-06/g, '<clock>')
    .replaceAll(/\d+(?:\.\d+)?s\b/g, '<time>')
    .replaceAll('  <time> to <time>', '<range>')
    .replaceAll(/\d{8}\.\d+@jobsub\d+\.fnal\.gov/g, '<job>');
  const escaped = masked.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(/ +/g, ' +');
  return (
    escaped
      .replaceAll('<clock>', '\\d\\d:\\d\\d:\\d\\d\\S*')
      // Of like ones that took less than a second each, nobody is told how long.
      .replaceAll('<range>', '(?: +<time>(?: +to +<time>)?)?')
      .replaceAll('<time>', '(?:\\d+m )?\\d+(?:\\.\\d+)?s')
      .replaceAll('<job>', '\\d+\\.\\d+@jobsub\\d+\\.fnal\\.gov')
      .replaceAll('\\.\\.\\.', '.*')
  );
}

/** What is shown, `...` alone standing for any lines. */
const shownAs = (shown: readonly string[]): RegExp =>
  new RegExp(
    shown
      .map((line) => {
        if (line.trim() === '...') return '(?:[^\\n]*\\n)*?';
        // How long there is something to wait for is a matter of how fast the machine is.
        return line.startsWith('waiting ')
          ? '(?:[^\\n]*waiting[^\\n]*\\n)*'
          : `${pattern(line)} *\\n`;
      })
      .join(''),
  );

async function type({ dir }: Site, command: string, dials: object = {}): Promise<string> {
  const env = {
    PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
    HOME: dir,
    TZ: 'UTC',
    BIN: join(ROOT, 'core/bin.cjs'),
    DESGW_SANDBOX_DIALS: JSON.stringify({ ...FAST, ...dials }),
  };
  return new Promise((resolve) => {
    const script = `desgw() { node "$BIN" "$@"; }\n${command}`;
    execFile('bash', ['-c', script], { cwd: dir, env }, (_error, out, err) => resolve(out + err));
  });
}

/** Examples of other states than that of a night that is over, and those that `docs.test.ts` types. */
const ELSEWHERE: ReadonlySet<string> = new Set([
  'desgw build report --watch 1h --until 5s',
  'desgw status',
  "desgw status --workspaces '../*'",
  'desgw jobs',
  'desgw history',
  'desgw show report',
]);

describe('README, typed in its order', { timeout: 600_000 }, () => {
  let night: Site;
  beforeAll(async () => {
    night = site();
    await type(night, 'desgw build postproc');
  }, 300_000);
  afterAll(() => night.dispose());

  test('commands that look at a night that is over', async () => {
    const typed = typedIn('Commands', 'Exit status');
    const shownHere = typed.filter(({ command }) => !ELSEWHERE.has(command));
    expect(typed.length - shownHere.length).toBe(ELSEWHERE.size);
    expect(shownHere.length).toBeGreaterThan(8);
    for (const { command, shown } of shownHere) {
      const out = await type(night, command);
      expect.soft(out, command).toMatch(shownAs(shown));
    }
  });

  test('a night', async () => {
    const typed = typedIn('A night', 'What is fresh');
    expect(typed.length).toBeGreaterThan(7);
    for (const { command, shown } of typed) {
      const out = await type(night, command);
      expect.soft(out, command).toMatch(shownAs(shown));
    }
  });

  test('what is in doubt is decided as it says', async () => {
    const doubtful = site([GOOD]);
    await type(doubtful, 'desgw build', { submit: { trouble: ['condor'] } });
    for (const { command, shown } of typedIn('Exactly once', 'Waiting'))
      expect(await type(doubtful, command), command).toMatch(shownAs(shown));
    doubtful.dispose();
  });
});
