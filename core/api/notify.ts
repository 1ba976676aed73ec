/** Who is to hear of a build, and of what. */

import type { Path } from './values.ts';

/** What people are told of: see `Notifier.on`. */
export type Occasion =
  /** A target with a `milestone` was made. */
  | 'ready'
  | 'failed'
  /** Work that others do for us stands still until somebody acts. */
  | 'held'
  /** Work that failed elsewhere was handed over once more by a build of itself, or would be at a word. */
  | 'tried again'
  /** In doubt, edited or outdated: a person must decide. */
  | 'in doubt'
  /** Credentials end before the work can. */
  | 'credentials'
  /** All that was asked for is fresh, and something was made for it. */
  | 'finished';

/** A way to tell people, and of what; of everything, unless it says so. */
export type Notifier = { readonly on?: readonly Occasion[] } & (
  | {
      readonly kind: 'mail';
      readonly to: string | readonly string[];
      /** The machine's sendmail; default: /usr/sbin/sendmail. */
      readonly program?: Path;
    }
  /**
   * A webhook in Slack's form. Its address is a secret, so it stands in no rule file: in a variable of
   * the environment, or in a file that is closed to others, as `ADDRESS` or `ADDRESS,CHANNEL`.
   */
  | { readonly kind: 'slack'; readonly env?: string; readonly file?: Path }
  /** A program that is given the matters as JSON on its standard input. */
  | { readonly kind: 'command'; readonly argv: readonly [string, ...string[]] }
);
