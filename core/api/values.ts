/** Plain values: texts, names, digests, moments. Imports nothing. */

/** A value that survives JSON unchanged. Parameters and observed values are of this kind. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/** The name of a target, unique in a build. Any text without NUL. */
export type TargetName = string;

/** A file as the rule file writes it: relative to the workspace or absolute, forward slashes. */
export type Path = string;

/** A fingerprint of bytes or of data. Compared for equality only. `absent` stands for no file. */
export type Digest = string;

/** Milliseconds since the epoch, for people to read. Never decides what is fresh. */
export type Instant = number;
