/**
 * What people have been told already, so that they hear of each thing once: `.desgw/notified.json`,
 * `{last, told: {key: {at, target}}, waiting: [matter]}`. It may be deleted: then they are told once more.
 */
import type { Instant, Path, TargetName } from '../api/values.ts';
import type { Files } from '../world/world.ts';

const NOTIFIED: Path = '.desgw/notified.json';

/** What is remembered of messages. */
export interface Notified<Matter> {
  /** When a message went out last. */
  readonly last?: Instant;
  /** Keys of what was told, or is waiting to be. */
  readonly told: { readonly [key: string]: { readonly at: Instant; readonly target?: TargetName } };
  /** What came too soon after a message. */
  readonly waiting: readonly Matter[];
}

/** What is remembered; what cannot be read is nothing. */
export function readNotified<Matter>(files: Files): Notified<Matter> {
  const text = files.readText(NOTIFIED);
  try {
    const { last, told, waiting } = JSON.parse(text ?? '{}') as Partial<Notified<Matter>>;
    return { ...(last === undefined ? {} : { last }), told: told ?? {}, waiting: waiting ?? [] };
  } catch (error) {
    if (error instanceof SyntaxError) return { told: {}, waiting: [] };
    throw error;
  }
}

/** Keeps it. Called before anything is sent: rather one message too few than the same one many times. */
export function keepNotified<Matter>(files: Files, notified: Notified<Matter>): void {
  files.write(NOTIFIED, `${JSON.stringify(notified)}\n`, 0o600);
}
