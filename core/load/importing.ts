/**
 * What is imported by a name that is known only now. Bundled, it is a file of its own (`import.cjs`):
 * scripts with compiled code cannot import, so that everything else is bundled with `require`.
 */

/** The module at a URL. */
export const importModule = (url: string): Promise<object> => import(/* @vite-ignore */ url);
