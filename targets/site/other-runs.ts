/**
 * Post processing that somebody else has under way on this host, told from the processes there are: by
 * their words and by where they work. What cannot be seen (another host, the folder of another person's
 * process) is not claimed.
 */
import { readdir, readFile, readlink, realpath, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { Adapter, Json } from '../../core/index.ts';

/** One run of somebody else. */
export interface OtherRun {
  readonly pid: number;
  /** Its words, as typed. */
  readonly command: string;
  /** User id of whoever runs it; null where that is not known. */
  readonly uid: number | null;
  /** `here`: in this Post-Processing directory; `host`: anywhere, but only one may run on a host. */
  readonly where: 'here' | 'host';
}

/** The question is the Post-Processing directory, relative to the workspace. */
export const otherRuns = (): Adapter => ({
  dry: true,
  timeout: 20,
  ask: async (question, { workspace }) => {
    const folder = await realpath(resolve(workspace, String(question))).catch(() => undefined);
    const ids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
    const found: OtherRun[] = [];
    for (const id of ids) {
      const run = await runOf(id, { folder, workspace });
      if (run !== undefined) found.push(run);
    }
    return found as unknown as Json;
  },
});

/** Programs that run a script; what only shows one, or edits it, is no run of it. */
const RUNS = /^(?:python|pypy|ipython|node|perl|bash|sh|run_postproc\.py$)/;

async function runOf(
  id: string,
  { folder, workspace }: { readonly folder: string | undefined; readonly workspace: string },
): Promise<OtherRun | undefined> {
  const place = `/proc/${id}`;
  const words = (await textOf(`${place}/cmdline`)).split('\0').filter((word) => word !== '');
  if (!RUNS.test(basename(words[0] ?? ''))) return undefined;
  const runs = (script: string): boolean => words.some((word) => basename(word) === script);
  const where = runs('run_postproc.py')
    ? folder !== undefined && (await readlink(`${place}/cwd`).catch(() => '')) === folder
      ? 'here'
      : undefined
    : runs('forcePhoto_master.pl')
      ? 'host'
      : undefined;
  if (where === undefined || (await isOurs(place, workspace))) return undefined;
  const uid = await stat(place).then(
    (found) => found.uid,
    () => null,
  );
  return { pid: Number(id), command: words.join(' '), uid, where };
}

/** Whether it was begun by desgw in this workspace, which follows it as its own. */
async function isOurs(place: string, workspace: string): Promise<boolean> {
  const token = /(?:^|\0)DESGW_ATTEMPT=([\w-]+)/.exec(await textOf(`${place}/environ`))?.[1];
  if (token === undefined) return false;
  return stat(resolve(workspace, '.desgw/runs', token)).then(
    () => true,
    () => false,
  );
}

/** Nothing where it may not be read, or has just ended. */
const textOf = (path: string): Promise<string> => readFile(path, 'latin1').catch(() => '');
