/**
 * How targets stood when somebody looked for changes last: `.desgw/last-look.json`, `{at, classes}`. It
 * may be deleted: then everything counts as new.
 */
import type { Instant, Path, TargetName } from '../api/values.ts';
import type { Files } from '../world/world.ts';

const LAST_LOOK: Path = '.desgw/last-look.json';

/** The class of each target at a time. */
export interface LastLook {
  readonly at: Instant;
  readonly classes: { readonly [target: TargetName]: string };
}

/** The last look; undefined: there was none, or it cannot be read. */
export function readLastLook(files: Files): LastLook | undefined {
  try {
    const { at, classes } = JSON.parse(files.readText(LAST_LOOK) ?? '{}') as Partial<LastLook>;
    return at === undefined || classes === undefined ? undefined : { at, classes };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Keeps how targets stand now for the next look. */
export const keepLastLook = (files: Files, look: LastLook): void =>
  files.write(LAST_LOOK, `${JSON.stringify(look)}\n`);
