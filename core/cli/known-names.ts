/**
 * What can be typed in a workspace: names of its targets and of what they are about, parameters and added commands,
 * kept by each build in `.desgw/names`, so that a shell can complete them without a rule file being
 * run. JSON of `Names`. Never more than a help for typing: nothing else reads it, and it may be deleted.
 */
import type { Described, Option } from './options.ts';

/** Where it is, relative to the workspace. */
export const NAMES = '.desgw/names';

/** What can be typed. */
export interface Names {
  readonly targets: readonly string[];
  /** What targets are about, by kind: each stands for all targets about it. */
  readonly subjects: { readonly [kind: string]: readonly string[] };
  /** Parameters, each with what it is for. */
  readonly params: readonly Option[];
  /** Options of `build` that stand for parameters. */
  readonly options: readonly Option[];
  readonly commands: { readonly [name: string]: Described };
}
