/**
 * Checks of `desgw doctor` on other events: a checkout that two of them use would mix their results,
 * and seasons are only safe where everybody claims them in one folder.
 */
import { constants } from 'node:fs';
import { readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { kind, may, noSuchFile, type Verdict } from './looks.ts';

/** What a workspace writes where it works (see `holdWorkflow`, `holdOutputs`). */
interface Holder {
  readonly id?: string;
  readonly workspace?: string;
  readonly host?: string;
  readonly user?: string;
  readonly note?: string;
}

/** That no other event works in a directory, as the file there says. */
export async function ownCheckout(
  directory: string,
  { file, workspace }: { readonly file: string; readonly workspace: string },
  remedy: string,
): Promise<Verdict> {
  const path = join(directory, file);
  const holder = parsed(await readFile(path, 'utf8').catch(noSuchFile));
  if (holder === undefined) return { state: 'ok', what: 'nobody works here yet' };
  const own = parsed(await readFile(join(workspace, '.desgw/workspace'), 'utf8').catch(noSuchFile));
  const isOurs =
    holder.id === undefined || own?.id === undefined
      ? holder.workspace === (await realpath(workspace))
      : holder.id === own.id;
  if (isOurs) return { state: 'ok', what: 'used by this workspace' };
  const { user = 'somebody', host = 'another host', note = 'another season' } = holder;
  return {
    state: 'bad',
    what: `in use for another event: ${holder.workspace ?? path} (${note}, ${user} on ${host})`,
    remedy: `${remedy} When that event is over: rm ${path}`,
  };
}

/** The folder in which seasons are claimed: there, to be written, and one that others see as well. */
export async function sharedRegistry(registry: string, workspace: string): Promise<Verdict> {
  if ((await kind(registry)) !== 'directory')
    return {
      state: 'bad',
      what: `${registry} is no directory`,
      remedy: `Name the folder that all events claim their seasons in; the first one makes it: mkdir -p ${registry}`,
    };
  if (!(await may(registry, constants.W_OK | constants.X_OK)))
    return {
      state: 'bad',
      what: `${registry} cannot be written`,
      remedy: 'Have its owner open it to your group: chmod g+rwxs there.',
    };
  const [place, own] = [await realpath(registry), await realpath(workspace)];
  return place === own || place.startsWith(`${own}/`)
    ? {
        state: 'warn',
        what: `${registry} is inside this workspace, where no other event looks`,
        remedy: 'Two events could take one season: name a folder that they share.',
      }
    : { state: 'ok', what: registry };
}

function parsed(text: string | undefined): Holder | undefined {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as Holder);
  } catch (error) {
    if (error instanceof SyntaxError) return {}; // somebody else's: it says nothing of us
    throw error;
  }
}
