/** `desgw completion`: the scripts that let a shell complete what is typed; they lie in `completion/`. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../api/errors.ts';
import { openFiles } from '../world/files.ts';
import type { Invocation } from './context.ts';

/** Prints the script for a shell. */
export function completionScript(
  shell: string | undefined,
  { terminal }: Invocation,
): Promise<number> {
  const home = fileURLToPath(new URL('..', import.meta.url));
  const isName = shell !== undefined && /^[a-z]+$/.test(shell);
  const script = isName
    ? openFiles(home).readText(join('core/cli/completion', `desgw.${shell}`))
    : undefined;
  if (script === undefined)
    throw new UserError(
      `completion is there for bash, zsh and fish, not for ${shell ?? 'nothing'}`,
      'Such as `source <(desgw completion bash)`.',
    );
  terminal.out(script.trimEnd());
  return Promise.resolve(0);
}
