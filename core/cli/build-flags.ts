/** Options of `desgw build`, as given. */
import type { CommonFlags } from './context.ts';

/** Each as `commands.ts` describes it. */
export interface BuildFlags extends CommonFlags {
  readonly dryRun?: boolean;
  readonly full?: boolean;
  readonly jobs?: string;
  readonly failFast?: boolean;
  readonly force?: boolean;
  readonly wait?: boolean;
  readonly waitTimeout?: string;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly utc?: boolean;
  readonly profile?: string;
  readonly report?: string;
  readonly strict?: boolean;
  readonly watch?: string;
  readonly until?: string;
}
