/** What can be told of credentials without showing any: when they begin and end. */
import type { Answer, Instant } from '../../core/index.ts';

/** When a Kerberos ticket was got, when it ends, and until when it can be made to last by renewals. */
export interface Ticket {
  readonly begins: Instant;
  readonly ends: Instant;
  readonly renewUntil?: Instant;
}

/**
 * The ticket that klist tells of, in the time zone of whoever asks; undefined where there is none, or
 * klist is not understood. Never a text of it: those hold names.
 */
export function readTicket({ exit, stdout }: Answer): Ticket | undefined {
  if (exit.kind !== 'exit' || exit.code !== 0) return undefined;
  const lines = stdout.split('\n');
  const at = lines.findIndex((text) => /\skrbtgt\//.test(text));
  const [begins, ends] = momentsIn(lines[at] ?? '');
  if (begins === undefined || ends === undefined) return undefined;
  const more = lines[at + 1] ?? '';
  const renewUntil = more.includes('renew until') ? momentsIn(more)[0] : undefined;
  return { begins, ends, ...(renewUntil === undefined ? {} : { renewUntil }) };
}

function momentsIn(line: string): readonly Instant[] {
  return [...line.matchAll(/(\d\d)\/(\d\d)\/(\d{2}|\d{4}) (\d\d):(\d\d):(\d\d)/g)].map((found) => {
    const [month = 0, day = 0, year = 0, ...time] = found.slice(1).map(Number);
    const [hours = 0, minutes = 0, seconds = 0] = time;
    const full = year < 100 ? 2000 + year : year;
    return new Date(full, month - 1, day, hours, minutes, seconds).getTime();
  });
}

/** When a token (JWT) ends, by its `exp` claim in seconds; undefined if it has none. */
export function tokenExpiry(text: string): Instant | undefined {
  try {
    const claims: unknown = JSON.parse(
      Buffer.from(text.trim().split('.')[1] ?? '', 'base64url').toString('utf8'),
    );
    const end = (claims as { readonly exp?: unknown } | null)?.exp;
    return typeof end === 'number' && Number.isFinite(end) ? end * 1000 : undefined;
  } catch (error) {
    // The parser's message quotes the text: it must not travel on.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The file of a bearer token, as jobsub_lite names it: the role as it was given. */
export const tokenName = (experiment: string, role: string, uid: number): string =>
  ['bt_token', experiment, role, uid].join('_');
