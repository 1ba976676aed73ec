/** Where the rule file is. */
import { dirname, join, resolve } from 'node:path';
import { UserError } from '../api/errors.ts';

/** The name of a rule file. */
export const RULE_FILE = 'desgwfile.ts';

/**
 * Looks for the rule file in a folder and those above it.
 *
 * @param cwd absolute
 * @returns absolute path
 * @throws UserError that names the folder looked into
 */
export function findRuleFile(cwd: string, exists: (path: string) => boolean): string {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const file = join(folder, RULE_FILE);
    if (exists(file)) return file;
    if (dirname(folder) === folder) break;
  }
  throw noRuleFile(`no ${RULE_FILE} in ${resolve(cwd)} or in a folder above it`);
}

/** What is thrown where there is no rule file. */
export const noRuleFile = (message: string): UserError =>
  new UserError(
    message,
    `Go to the folder of your ${RULE_FILE}, or make a new workspace with \`desgw init\`.`,
  ).coded('DG201');
