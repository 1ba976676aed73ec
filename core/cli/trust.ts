/** `desgw trust`: a user's word that the rule file of a folder may be run, whoever wrote it. */

import { dirname, resolve } from 'node:path';
import { findRuleFile } from '../load/find.ts';
import { trustFolder } from '../load/trust.ts';
import { display } from '../words/quote.ts';
import { openFiles } from '../world/files.ts';
import { type CommonFlags, type Invocation, ruleFileOf } from './context.ts';

/** Puts the folder of a rule file on the user's list. The rule file is not run. */
export function trust(
  folder: string | undefined,
  flags: CommonFlags,
  invocation: Invocation,
): Promise<number> {
  const here = openFiles(invocation.cwd);
  const file =
    folder === undefined
      ? ruleFileOf(flags, invocation)
      : findRuleFile(resolve(invocation.cwd, folder), (path) => here.stat(path) !== undefined);
  const trusted = here.realDirectory(dirname(file));
  trustFolder(trusted, here, invocation.env);
  invocation.terminal.out(`trusted: the rule file of ${display(trusted)} is run from now on`);
  return Promise.resolve(0);
}
