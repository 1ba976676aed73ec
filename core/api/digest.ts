/** Fingerprints of content. The only place that knows which hash desgw uses. */
import { createHmac, hash } from 'node:crypto';
import type { Digest } from './values.ts';

/** The digest that stands for "there is no such file". */
export const ABSENT: Digest = 'absent';

/** How much of the base64url text is kept: 132 bits, far more than accidents can reach. */
export const DIGEST_LENGTH = 22;

/** Digest of bytes, or of a text's UTF-8: the first 22 characters of base64url SHA-256. */
export function digestOf(data: string | Uint8Array): Digest {
  return hash('sha256', data, 'base64url').slice(0, DIGEST_LENGTH);
}

/** Digest that says nothing to whoever does not have the salt. */
export function saltedDigest(salt: string, text: string): Digest {
  return createHmac('sha256', salt).update(text).digest('base64url').slice(0, DIGEST_LENGTH);
}
