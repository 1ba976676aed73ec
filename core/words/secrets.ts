/** Secrets in texts that are kept or shown: the one place that says what looks like one. */

/** Names of options, variables and parameters whose value is nobody's business. */
const NAMES = String.raw`[\w.-]*(?:passw|passphrase|secret|token|credential|webhook|api[-_]?key)[\w.-]*`;

const ASSIGNED = new RegExp(String.raw`(\b${NAMES}=)('[^']*'|"[^"]*"|\S+)`, 'gi');
const FOLLOWING = new RegExp(String.raw`(--${NAMES} +)(?!-)('[^']*'|"[^"]*"|\S+)`, 'gi');
const IN_URL = /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@]+:[^\s/@]+@/gi;
/** Chat services let in whoever knows the address. */
const HOOK = /(https?:\/\/hooks\.[\w.-]+\/)\S+/gi;

/** The text with stars in the place of what looks like a secret. */
export function withoutSecrets(text: string): string {
  return text
    .replace(ASSIGNED, '$1***')
    .replace(FOLLOWING, '$1***')
    .replace(IN_URL, '$1***@')
    .replace(HOOK, '$1***');
}

/** Whether a value of this name is a secret. */
export const isSecretName = (name: string): boolean => new RegExp(`^${NAMES}$`, 'i').test(name);
