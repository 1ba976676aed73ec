/** Pages whose examples are typed, in order, in one folder, and whose output is compared. */
import { spawnSync } from 'node:child_process';

/** A command of a page with what the page says that it prints. */
export interface Example {
  readonly line: number;
  readonly command: string;
  readonly shown: readonly string[];
}

/** The commands (`$ ...`) in the code blocks of a page. */
export function examplesIn(page: string): readonly Example[] {
  const found: { line: number; command: string; shown: string[] }[] = [];
  let inside = false;
  page.split('\n').forEach((text, i) => {
    if (text.startsWith('```')) inside = text === '```' && !inside;
    else if (inside && text.startsWith('$ '))
      found.push({ line: i + 1, command: text.slice(2), shown: [] });
    else if (inside) found.at(-1)?.shown.push(text);
  });
  return found;
}

/** What was typed and came of it. */
export interface Typed extends Example {
  readonly printed: string;
}

/** Types the commands into one bash, each after the one before; stops at the first that is not found. */
export function type(
  examples: readonly Example[],
  cwd: string,
  env: { readonly [name: string]: string | undefined },
): readonly Typed[] {
  let folder = cwd;
  return examples.map((example) => {
    const script = `${example.command}\nstatus=$?; pwd > "$TYPED_FOLDER"; exit $status`;
    const where = `${cwd}/.folder`;
    const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', script], {
      cwd: folder,
      env: { ...env, TYPED_FOLDER: where },
      encoding: 'utf8',
    });
    folder = spawnSync('cat', [where], { encoding: 'utf8' }).stdout.trim();
    return { ...example, printed: `${stdout}${stderr}` };
  });
}

/** Whether a text is what a page shows, in which `...` stands for any lines, or any part of one. */
export function isAsShown(printed: string, shown: readonly string[]): boolean {
  const parts = shown.map((line) =>
    line === '...' ? '(?:.*\\n)*' : `${line.split('...').map(escaped).join('.*')}\\n`,
  );
  return new RegExp(`^${parts.join('')}$`).test(printed);
}

/** Columns may be wider or narrower. */
const escaped = (text: string): string =>
  text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/ {2,}/g, ' {2,}');
