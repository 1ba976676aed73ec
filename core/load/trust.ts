/**
 * Whose rule files are run. A rule file is a program: one that somebody else could have written is
 * run only in folders that the user has named once, with `desgw trust`. The list of these, a path a
 * line, is kept in the user's own configuration.
 */
import { join } from 'node:path';
import { UserError } from '../api/errors.ts';
import { display, typed } from '../words/quote.ts';
import type { Files } from '../world/world.ts';

type Env = { readonly [name: string]: string | undefined };

/** Where the trusted folders are listed; undefined for a user without a home. */
function trustFile(env: Env): string | undefined {
  const config = env.XDG_CONFIG_HOME || (env.HOME ? join(env.HOME, '.config') : undefined);
  return config === undefined ? undefined : join(config, 'desgw', 'trusted');
}

/**
 * Makes sure that nobody else could have written these files.
 * @param folder that of the rule file, every link resolved
 * @throws UserError that names the file, who else there is, and the remedy
 */
export function refuseStrangers(
  paths: readonly string[],
  folder: string,
  files: Pick<Files, 'strangerIn' | 'isPrivate' | 'readText'>,
  env: Env,
): void {
  for (const path of paths) {
    const why = files.strangerIn(path);
    if (why === undefined) continue;
    if (isTrusted(folder, files, env)) return;
    throw new UserError(
      `${display(path)} is not run: ${why}`,
      `It is a program. If you trust whoever wrote it: ${typed('trust', folder)}`,
    ).coded('DG208');
  }
}

/** Puts a folder on the list. @throws UserError for a user without a home */
export function trustFolder(
  folder: string,
  files: Pick<Files, 'readText' | 'write'>,
  env: Env,
): void {
  const list = trustFile(env);
  if (list === undefined)
    throw new UserError('there is no place for the list of trusted folders', 'Set HOME.');
  const lines = new Set((files.readText(list) ?? '').split('\n').filter((line) => line !== ''));
  files.write(list, `${[...lines.add(folder)].join('\n')}\n`, 0o600);
}

function isTrusted(
  folder: string,
  files: Pick<Files, 'isPrivate' | 'readText'>,
  env: Env,
): boolean {
  const list = trustFile(env);
  const text = list === undefined ? undefined : files.readText(list);
  // The list alone must be the user's: against those who can exchange a whole home, no list helps.
  if (list === undefined || text === undefined || !files.isPrivate(list)) return false;
  return text.split('\n').includes(folder);
}
