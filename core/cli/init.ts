/** `desgw init`: a new workspace. */

import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Build } from '../api/builds.ts';
import { UserError } from '../api/errors.ts';
import type { Json } from '../api/values.ts';
import { chosenParams } from '../graph/params.ts';
import { RULE_FILE } from '../load/load.ts';
import { PARTS } from '../load/parts.ts';
import { openFiles } from '../world/files.ts';
import type { Files } from '../world/world.ts';
import { type Invocation, openProject, openWorld } from './context.ts';
import { isInteractive, prompt } from './prompt.ts';

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
  files.createExclusive('tsconfig.json', tsconfig(home, files));
  const { loaded } = await openProject(
    { ...invocation, cwd: workspace },
    { file: join(workspace, RULE_FILE) },
    { writes: true },
  );
  const { values, open } = await askedFor(loaded.build, invocation);
  if (Object.keys(values).length > 0) files.write(RULE_FILE, withParams(text, values));
  const more = open.length === 0 ? '' : ` Set ${open.join(', ')} in it, too (desgw params).`;
  invocation.terminal.out(
    `${join(workspace, RULE_FILE)} is there: name in it what is yours, then\n\n  cd ${workspace}\n  desgw build -n${more === '' ? '' : `\n\n${more.trim()}`}`,
  );
  return 0;
}

/** Answers to what the rule file wants to be asked, and names of what got none. */
async function askedFor(
  build: Build,
  invocation: Invocation,
): Promise<{
  readonly values: { readonly [name: string]: Json };
  readonly open: readonly string[];
}> {
  const values: { [name: string]: Json } = {};
  const open: string[] = [];
  for (const [name, question] of questionsOf(build)) {
    const value = isInteractive() ? await answered(build, name, question, invocation) : undefined;
    if (value === undefined) open.push(name);
    else values[name] = value;
  }
  return { values, open };
}

function questionsOf({ params = {} }: Build): readonly (readonly [string, string])[] {
  return Object.entries(params).flatMap(([name, param]) =>
    typeof param === 'object' && param !== null && 'ask' in param && typeof param.ask === 'string'
      ? [[name, param.ask] as const]
      : [],
  );
}

/** Asks until the answer will do; an empty one leaves the question open. */
async function answered(
  build: Build,
  name: string,
  question: string,
  { signal, terminal }: Invocation,
): Promise<Json | undefined> {
  for (;;) {
    const text = (await prompt(`${question} (Enter: later): `, signal)).trim();
    if (text === '') return undefined;
    try {
      return chosenParams(build, [`${name}=${text}`]).values[name];
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      terminal.err(error.message);
    }
  }
}

/** The rule file with these values beside the parameters that it declares. */
export function withParams(text: string, values: { readonly [name: string]: Json }): string {
  const fixed = Object.entries(values).map(([name, value]) =>
    typeof value === 'string'
      ? `${name}: '${value.replace(/[\\']/g, '\\$&')}'`
      : `${name}: ${JSON.stringify(value)}`,
  );
  return text.replace(
    /^( *params: )(.+),$/m,
    (_line, key: string, declared: string) => `${key}{ ...${declared}, ${fixed.join(', ')} },`,
  );
}

/** Lets editors find the types of desgw wherever it is installed. */
function tsconfig(home: string, files: Pick<Files, 'stat'>): string {
  // An installed desgw has declarations; in a checkout the sources are read.
  const paths = Object.fromEntries(
    Object.entries(PARTS).map(([specifier, { source }]) => {
      const declared = join(home, 'types', source.replace(/\.ts$/, '.d.ts'));
      return [specifier, [files.stat(declared) === undefined ? join(home, source) : declared]];
    }),
  );
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
