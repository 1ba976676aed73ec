/** Commands that submit say at once what is lacking, in place of a queue that does not answer. */
import { type CommandCall, type Told, UserError } from '../../core/index.ts';
import { CREDENTIALS_LOOK, lackingIn } from '../credentials.ts';
import type { Site } from '../site/site.ts';

/** Why nothing can be handed in at this moment, and what the target says of it; undefined: it can. */
export async function credentialsLacking(
  site: Site,
  call: Pick<CommandCall, 'look' | 'readText' | 'now' | 'params'>,
): Promise<{ readonly what: string; readonly told: Told } | undefined> {
  if (site.credentials === undefined) return undefined;
  const [seen] = await call.look([CREDENTIALS_LOOK]);
  return lackingIn(seen, call);
}

/** @throws UserError where nothing can be handed in at this moment */
export async function needCredentials(site: Site, call: CommandCall): Promise<void> {
  const lacking = await credentialsLacking(site, call);
  if (lacking !== undefined)
    throw new UserError(`nothing can be submitted: ${lacking.what}`, 'kinit, then the same again.');
}
