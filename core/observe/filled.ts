/** Placeholders in command lines and environments. */
import { attemptDirectory } from './attempts.ts';

/** Puts the attempt's token, its directory and the workspace where a step has placeholders for them. */
export function filled(text: string, token: string, workspace: string): string {
  if (!text.includes('{')) return text;
  return text
    .replaceAll('{token}', token)
    .replaceAll('{workspace}', workspace)
    .replaceAll('{run}', `${workspace}/${attemptDirectory(token)}`);
}
