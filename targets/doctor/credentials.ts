/** Checks of `desgw doctor` on credentials: existence, mode and expiry, never contents. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { AdapterTools, Instant } from '../../core/index.ts';
import { tokenExpiry, tokenName } from '../grid/ticket.ts';
import { modeWarnings, octal } from '../seasons/services-file.ts';
import { command, kind, noSuchFile, succeeded, type Verdict } from './looks.ts';

/** Whose credentials, and where they lie. */
export interface Holder {
  readonly uid: number;
  readonly env: { readonly [name: string]: string | undefined };
  readonly now: () => Instant;
}

/** How the grid names its credentials. */
export interface Grid {
  /** `des` */
  readonly experiment: string;
  /** As in `--role`; names of tokens hold it as it is given. */
  readonly role: string;
  /** Where credentials lie, `/tmp`. */
  readonly temporary: string;
}

/** A file with secrets: there, and closed to others. */
export async function secretFile(path: string): Promise<Verdict> {
  const found = await stat(path).catch(noSuchFile);
  if (found === undefined)
    return { state: 'bad', what: 'missing', remedy: `DAGMaker.sh stops without ${path}.` };
  if (!found.isFile()) return { state: 'bad', what: 'is not a file' };
  const [complaint] = modeWarnings(path, found.mode);
  if (complaint !== undefined)
    return { state: 'warn', what: `mode ${octal(found.mode)}`, remedy: complaint };
  return { state: 'ok', what: `mode ${octal(found.mode)}` };
}

/** A Kerberos ticket that is valid now (`klist -s`); a token that lasts makes up for none. */
export async function kerberos(holder: Holder, grid: Grid, tools: AdapterTools): Promise<Verdict> {
  const { exit } = await tools.run(command(['klist', '-s'], { passEnv: ['KRB5*'] }));
  if (exit.kind === 'spawn') return { state: 'unknown', what: 'klist is not installed' };
  if (succeeded(exit)) return { state: 'ok', what: 'a valid ticket' };
  const remedy = 'kinit; without a ticket jobsub gets no new token.';
  if ((await token(holder, grid)).state === 'ok')
    return { state: 'warn', what: 'no valid ticket, but a token', remedy };
  return { state: 'bad', what: 'no valid ticket, and no token that lasts', remedy };
}

/** The bearer token of jobsub_lite: there, closed to others, and how long it lasts. */
export async function token(holder: Holder, grid: Grid): Promise<Verdict> {
  const name = tokenName(grid.experiment, grid.role, holder.uid);
  const path = holder.env.BEARER_TOKEN_FILE ?? join(grid.temporary, name);
  const text = await readFile(path, 'utf8').catch(noSuchFile);
  const renewed = 'jobsub gets a new one by itself while the Kerberos ticket is valid.';
  if (text === undefined) return { state: 'warn', what: `no ${path}`, remedy: renewed };
  const [complaint] = modeWarnings(path, (await stat(path)).mode);
  if (complaint !== undefined) return { state: 'warn', what: path, remedy: complaint };
  return timeLeft(path, tokenExpiry(text), holder.now(), renewed);
}

/** The first grid proxy found, and how long it lasts. */
export async function proxy(holder: Holder, grid: Grid, tools: AdapterTools): Promise<Verdict> {
  const role = ['x509up', grid.experiment, grid.role, holder.uid].join('_');
  const candidates = [
    ...(holder.env.X509_USER_PROXY === undefined ? [] : [holder.env.X509_USER_PROXY]),
    join(grid.temporary, role),
    join(grid.temporary, `x509up_u${holder.uid}`),
  ];
  const renew = `Only needed where tokens are not used: kx509, then voms-proxy-init for ${grid.experiment}.`;
  for (const path of candidates) {
    if ((await kind(path)) === 'missing') continue;
    const argv = ['openssl', 'x509', '-noout', '-enddate', '-in', path] as const;
    const { exit, stdout } = await tools.run(command(argv));
    if (exit.kind === 'spawn')
      return { state: 'unknown', what: `${path}, expiry not known without openssl` };
    const end = Date.parse(/^notAfter=(.+)$/m.exec(stdout)?.[1] ?? '');
    return timeLeft(path, Number.isNaN(end) ? undefined : end, holder.now(), renew);
  }
  return { state: 'warn', what: 'none', remedy: renew };
}

function timeLeft(path: string, end: Instant | undefined, now: Instant, remedy: string): Verdict {
  if (end === undefined) return { state: 'unknown', what: `${path}, expiry not readable`, remedy };
  const minutes = Math.floor((end - now) / 60_000);
  if (minutes < 0) return { state: 'warn', what: `${path} has expired`, remedy };
  const left = minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h`;
  const what = `${path}, ${left} left`;
  return minutes < 60 ? { state: 'warn', what, remedy } : { state: 'ok', what };
}

/** Whether the user is in all `wanted` Unix groups. */
export async function groups(wanted: readonly string[], tools: AdapterTools): Promise<Verdict> {
  const { exit, stdout } = await tools.run(command(['id', '-Gn']));
  if (!succeeded(exit)) return { state: 'unknown', what: 'id -Gn does not answer' };
  const mine = stdout.trim().split(/\s+/);
  const missing = wanted.filter((group) => !mine.includes(group));
  if (missing.length === 0) return { state: 'ok', what: wanted.join(', ') };
  return {
    state: 'warn',
    what: `you are not in ${missing.join(', ')}`,
    remedy: 'Files of the others may not be writable for you; ask for membership.',
  };
}
