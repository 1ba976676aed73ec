/**
 * Importing by a URL that is known only when desgw runs. In `dist/` this is a file of its own
 * (`import.cjs`): scripts with compiled code cannot import, and load it with `require`.
 */

/** The module at a URL. */
export const importModule = (url: string): Promise<object> => import(/* @vite-ignore */ url);
