/**
 * Stand-ins for klist, kinit and htgettoken. The ticket is home/krb5cc: when it was got, when it
 * ends and until when it can be renewed. Where the dial `credentials.ticket` is a number, the
 * programs of jobsub want one that is valid, or a vault token of the last week. The first ticket
 * comes with the first look, as if somebody had logged in then.
 */
import fs from 'node:fs';
import { join } from 'node:path';
import { recordCall } from './calls.mjs';
import { dialsFor } from './dials.mjs';
import { put, textOf } from './files.mjs';
import { ROOT, stop } from './site.mjs';

const CACHE = join(ROOT, 'home', 'krb5cc');
const VAULT = join(ROOT, 'home', 'vt');
const BEARER = join(ROOT, 'home', 'bt_token_des_desgw');
const WEEK = 7 * 24 * 3600 * 1000;
/** klist shows whole seconds. */
const now = () => Math.floor(Date.now() / 1000) * 1000;

/** Prints the ticket, valid or not; with -s nothing, and the exit status tells. */
export function klist(argv) {
  recordCall('klist');
  const ticket = cached();
  const silent = argv.includes('-s');
  if (ticket === undefined)
    return silent
      ? process.exit(1)
      : stop(`klist: No credentials cache found (filename: ${CACHE})`);
  if (silent) return process.exit(ticket.ends > now() ? 0 : 1);
  const renew =
    ticket.renewUntil > ticket.ends ? `\trenew until ${stamp(ticket.renewUntil)}\n` : '';
  process.stdout.write(
    `Ticket cache: FILE:${CACHE}\nDefault principal: desgw@SANDBOX\n\n` +
      'Valid starting       Expires              Service principal\n' +
      `${stamp(ticket.begins)}  ${stamp(ticket.ends)}  krbtgt/SANDBOX@SANDBOX\n${renew}`,
  );
}

/** A new ticket, as for somebody who typed the password; with -R the same one for longer. */
export function kinit(argv) {
  recordCall('kinit', argv.includes('-R') ? '-R' : '-');
  const { ticket: seconds, renewable } = dialsFor().credentials;
  const lasts = (seconds ?? 86_400) * 1000;
  const begins = now();
  if (!argv.includes('-R'))
    return keep({ begins, ends: begins + lasts, renewUntil: begins + renewable * 1000 });
  const old = cached();
  if (old === undefined)
    return stop(
      `kinit: No credentials cache found (filename: ${CACHE}) while renewing credentials`,
    );
  if (old.ends <= begins) return stop('kinit: Ticket expired while renewing credentials');
  if (old.renewUntil <= old.ends)
    return stop("kinit: KDC can't fulfill requested option while renewing credentials");
  keep({ ...old, begins, ends: Math.min(begins + lasts, old.renewUntil) });
}

/** Gets a vault token and a bearer token by the ticket. */
export function htgettoken() {
  recordCall('htgettoken');
  if (!hasTicket())
    return stop('htgettoken: Kerberos negotiation failed: No Kerberos credentials available');
  const claims = Buffer.from(JSON.stringify({ exp: Math.floor(Date.now() / 1000) + 10_800 }));
  put(VAULT, 'hvs.sandbox\n');
  put(BEARER, `e30.${claims.toString('base64url')}.sandbox\n`);
}

/** Whether a program of jobsub gets its token. */
export function mayHaveToken() {
  if (dialsFor().credentials.ticket === null) return true;
  const vault = fs.statSync(VAULT, { throwIfNoEntry: false });
  return hasTicket() || (vault !== undefined && Date.now() - vault.mtimeMs < WEEK);
}

const hasTicket = () => (cached()?.ends ?? 0) > now();

function cached() {
  const text = textOf(CACHE);
  if (text !== undefined) return JSON.parse(text);
  const { ticket, renewable } = dialsFor().credentials;
  if (!ticket) return undefined;
  const begins = now();
  const first = { begins, ends: begins + ticket * 1000, renewUntil: begins + renewable * 1000 };
  keep(first);
  return first;
}

const keep = (ticket) => put(CACHE, `${JSON.stringify(ticket)}\n`);

function stamp(at) {
  const two = (n) => String(n).padStart(2, '0');
  const date = new Date(at);
  const day = [two(date.getMonth() + 1), two(date.getDate()), date.getFullYear()].join('/');
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
  return `${day} ${time}`;
}
