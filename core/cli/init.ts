/** `desgw init`: a new workspace. */

import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../api/errors.ts';
import { RULE_FILE } from '../load/load.ts';
import { openFiles } from '../world/files.ts';
import { type Invocation, openWorld } from './context.ts';

/** Puts the rule file that comes with desgw into a folder; never overwrites one. */
export async function init(folder: string, invocation: Invocation): Promise<number> {
  const workspace = resolve(invocation.cwd, folder);
  openFiles(invocation.cwd).makeDirectory(workspace);
  const { files } = openWorld(workspace, invocation);
  const home = fileURLToPath(new URL('..', import.meta.url));
  const text = files.readText(join(home, RULE_FILE));
  if (text === undefined) throw new Error(`internal: ${RULE_FILE} is missing from ${home}`);
  if (!files.createExclusive(RULE_FILE, text)) {
    throw new UserError(`${join(workspace, RULE_FILE)} exists`, 'Edit it, or name another folder.');
  }
  files.createExclusive('tsconfig.json', tsconfig(home));
  invocation.terminal.out(
    `${join(workspace, RULE_FILE)} is there: name your site and exposures in it, then\n\n  cd ${workspace}\n  desgw build -n`,
  );
  return 0;
}

/** Lets editors find the types of desgw wherever it is installed. */
function tsconfig(home: string): string {
  const paths = {
    desgw: [join(home, 'core/index.ts')],
    'desgw/targets': [join(home, 'targets/index.ts')],
  };
  const compilerOptions = {
    target: 'es2022',
    module: 'preserve',
    moduleResolution: 'bundler',
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    allowImportingTsExtensions: true,
    paths,
  };
  return `${JSON.stringify({ compilerOptions, include: [RULE_FILE] }, null, 2)}\n`;
}
