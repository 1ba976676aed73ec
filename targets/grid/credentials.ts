/**
 * How long the credentials of the grid last, and what to do about it. Pure: made from what was seen
 * of them, which is never more than times.
 */
import { type Instant, moment, type Sighting } from '../../core/index.ts';
import type { Ticket } from './ticket.ts';

/** What was seen of the credentials; what is absent could not be found, `unknown` not be asked for. */
export interface CredentialsSeen {
  readonly ticket: Ticket | 'none' | 'unknown';
  /** When the bearer token ends. */
  readonly tokenEnds?: Instant;
  /** When the vault token was got, from which bearer tokens are made. */
  readonly vaultSince?: Instant;
}

/** What has been asked to be renewed so far: each end of a credential is a reason to ask once. */
export interface Renewed {
  readonly ticket: string | null;
  readonly vault: string | null;
}

/** Where nothing was ever got anew. */
export const NOT_RENEWED: Renewed = { ticket: null, vault: null };

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Vault tokens last a week; with less than two days left they are got anew. */
const VAULT_LASTS = 7 * DAY;
const VAULT_RENEWED = 5 * DAY;
/** jobsub_lite wants a new bearer token when less is left of the one that is there. */
const TOKEN_LEFT = 60_000;
/** Of a ticket that can be renewed a third is kept in hand. */
const KEPT = 1 / 3;

/** How credentials are looked after. */
export interface Care {
  readonly now: Instant;
  readonly renew: boolean;
  /** Hours that work on the grid may take. */
  readonly hours: number;
  readonly before: Renewed;
}

/** Ready, with what is to be renewed as its value; or waiting for a person to log in again. */
export function credentialsSighting(seen: CredentialsSeen, care: Care): Sighting {
  const { now, renew, before } = care;
  const lasts = lastsUntil(seen, care);
  if (lasts !== undefined && lasts <= now) return missing(seen);
  const ticket = ticketOf(seen);
  const due = renew && ticket !== undefined ? dueAt(ticket) : undefined;
  const vaultDue =
    renew && seen.vaultSince !== undefined ? seen.vaultSince + VAULT_RENEWED : undefined;
  const isDue = (at: Instant | undefined): boolean => at !== undefined && at <= now;
  const value: Renewed = {
    ticket: isDue(due) ? iso(ticket!.ends) : before.ticket,
    vault: isDue(vaultDue) ? iso(seen.vaultSince!) : before.vault,
  };
  const next = [due, vaultDue, ...(ticket === undefined ? [] : [ticket.ends])].filter(
    (at): at is Instant => at !== undefined && at > now,
  );
  return {
    state: 'ready',
    value: { ...value },
    note: noteOf(seen),
    ...(next.length === 0 ? {} : { again: Math.min(...next) }),
    ...endsEarly(seen, lasts, care),
  };
}

const ticketOf = ({ ticket }: CredentialsSeen): Ticket | undefined =>
  typeof ticket === 'string' ? undefined : ticket;

const iso = (at: Instant): string => new Date(at).toISOString();

/** When a ticket should be renewed; undefined where it cannot be. */
function dueAt({ begins, ends, renewUntil }: Ticket): Instant | undefined {
  return renewUntil === undefined || renewUntil <= ends ? undefined : ends - (ends - begins) * KEPT;
}

/** Until when there will be tokens for jobsub; undefined: nobody knows. */
function lastsUntil(seen: CredentialsSeen, { now, renew }: Care): Instant | undefined {
  if (seen.ticket === 'unknown') return undefined;
  const ticket = ticketOf(seen);
  const renewable = renew && ticket !== undefined && ticket.ends > now;
  return Math.max(
    0,
    ticket?.ends ?? 0,
    renewable ? (ticket.renewUntil ?? 0) : 0,
    (seen.tokenEnds ?? TOKEN_LEFT) - TOKEN_LEFT,
    seen.vaultSince === undefined ? 0 : seen.vaultSince + VAULT_LASTS,
  );
}

/** Nothing is tried without any; it goes on by itself when a person has done what is said. */
function missing(seen: CredentialsSeen): Sighting {
  const what = lackingText(seen);
  const progress = `${what}: kinit; this build then goes on by itself`;
  const about = `credentials ${ticketOf(seen)?.ends ?? ''}`;
  return {
    state: 'waiting',
    progress,
    tell: [{ about, text: progress, occasion: 'credentials' }],
  };
}

/** What is lacking, and since when. */
export function lackingText(seen: CredentialsSeen): string {
  const since = ticketOf(seen)?.ends;
  return `no Kerberos ticket${since === undefined ? '' : ` since ${moment(since)}`}, nor a token`;
}

/** Credentials that end before the work can are told of at once, while somebody is there. */
function endsEarly(
  seen: CredentialsSeen,
  lasts: Instant | undefined,
  { now, renew, hours }: Care,
): Pick<Extract<Sighting, { state: 'ready' }>, 'tell'> {
  if (lasts === undefined || lasts - now > hours * HOUR) return {};
  const renewed = renew && ticketOf(seen)?.renewUntil !== undefined ? ', renewals and all,' : '';
  const text = `the credentials end${renewed} at ${moment(lasts)}, which may be before the jobs do (nightHours ${hours}); then nothing can be submitted and the queue cannot be seen: kinit`;
  return { tell: [{ about: 'credentials', text, occasion: 'credentials' }] };
}

function noteOf(seen: CredentialsSeen): string {
  const ticket = ticketOf(seen);
  const renewable = ticket?.renewUntil;
  const parts = [
    ...(ticket === undefined ? [] : [`ticket until ${moment(ticket.ends)}`]),
    ...(renewable === undefined ? [] : [`renewable until ${moment(renewable)}`]),
    ...(seen.vaultSince === undefined ? [] : [`vault token of ${moment(seen.vaultSince)}`]),
    ...(seen.ticket === 'unknown' ? ['whether there is a ticket cannot be told here'] : []),
  ];
  return parts.length === 0 ? 'a token that lasts' : parts.join(', ');
}
