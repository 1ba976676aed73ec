/**
 * Scripts that Node loads while a rule file runs, by names that nobody can know beforehand: those of
 * `createRequire`, of an import of a computed name, and what packages load in turn.
 */
import * as nodeModule from 'node:module';
import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A process loads one rule file, if now and then anew. */
let isWatched = false;

/**
 * Calls `check` with the path of every script before it is loaded, from now on; what it throws keeps
 * the script from being loaded. Before Node 22.15 modules of ECMAScript load unseen.
 * @param own the folder of desgw, whose own files and dependencies are not checked
 */
export function watchLoading(check: (path: string) => void, own: string): void {
  if (isWatched) return;
  isWatched = true;
  // Packages that are installed beside desgw may be its own dependencies.
  const known = basename(dirname(own)) === 'node_modules' ? dirname(own) : own;
  const checkOthers = (path: string): void => {
    if (!path.startsWith(`${known}/`)) check(path);
  };
  const { registerHooks } = nodeModule as typeof nodeModule & {
    readonly registerHooks?: (hooks: { load: Load }) => void;
  };
  if (registerHooks === undefined) watchRequire(checkOthers);
  registerHooks?.({
    load(url, context, next) {
      if (url.startsWith('file:')) checkOthers(fileURLToPath(url));
      return next(url, context);
    },
  });
}

type Load = (
  url: string,
  context: object,
  next: (url: string, context: object) => object,
) => object;

function watchRequire(check: (path: string) => void): void {
  const { extensions } = nodeModule.createRequire(import.meta.url);
  for (const kind of ['.js', '.node'] as const) {
    const load = extensions[kind];
    extensions[kind] = (module, path) => {
      check(path);
      load(module, path);
    };
  }
}
