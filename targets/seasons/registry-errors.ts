/** What went wrong with the season tables, in words: what, where, what to do next. Pure. */
import type { DriverError, SeasonReply } from './registry-worker.ts';

/** Why the season tables gave no rows. */
export type SeasonFailure = Exclude<SeasonReply, { kind: 'rows' }>;

/** What a message about Oracle may need to name. The password is here to be kept out. */
export interface OraclePlace {
  readonly server: string;
  readonly port: number;
  readonly name: string;
  readonly user: string;
  readonly password: string;
  readonly file: string;
  readonly section: string;
  /** Seconds. */
  readonly limit: number;
}

/** A failure of Oracle in two or three sentences. */
export function explainOracle(failure: SeasonFailure, place: OraclePlace): string {
  const where = `The season database ${place.server}:${place.port} ([${place.section}] of ${place.file})`;
  if (failure.kind === 'aborted') return `${where} was not waited for: interrupted.`;
  if (failure.kind === 'late') return `${where} ${lateOracle(failure.phase, place)}`;
  const { error, unreadable } = failure;
  if (unreadable.length > 0) return `${where} ${lacksTables(unreadable, ` by user ${place.user}`)}`;
  const known = knownOracle(error, place);
  if (known !== undefined) return `${where} ${known}`;
  const said = redact(firstLine(error.message), place.password);
  return `${where} could not be asked: ${said}. Show this message to the database group of DES.`;
}

/** A failure of the embedded database in two or three sentences. */
export function explainSqlite(failure: SeasonFailure, file: string, limit: number): string {
  const where = `The season database ${file}`;
  if (failure.kind === 'aborted') return `${where} was not waited for: interrupted.`;
  if (failure.kind === 'late')
    return `${where} gave no answer within ${limit} s. Is its disk answering? Try: ls -l ${file}`;
  const { error, unreadable } = failure;
  if (unreadable.length > 0) return `${where} ${lacksTables(unreadable, '')}`;
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR')
    return `${where} does not exist. Check the path in the rule file; the sandbox makes its own.`;
  if (error.code === 'EACCES') return `${where} may not be read. Check its mode: ls -l ${file}`;
  if (error.message.includes('locked'))
    return (
      `${where} is being written by another program. Try again; if nothing is running, ` +
      `a killed program left ${file}.lock or ${file}-journal behind: remove the .lock directory, ` +
      'and open the file once with sqlite3 to finish a journal.'
    );
  if (/not a database|malformed/.test(error.message))
    return `${where} is not a SQLite database, or is damaged. Move it away and make it anew.`;
  return `${where} could not be read: ${firstLine(error.message)}.`;
}

// ---------------------------------------------------------------------------------------------

function lateOracle(phase: 'loading' | 'connecting' | 'asking', place: OraclePlace): string {
  const within = `within ${place.limit} s`;
  if (phase === 'loading')
    return `was not asked: the database driver did not load ${within}. Is this machine overloaded?`;
  if (phase === 'connecting')
    return `did not finish the login ${within}; a server that accepts and then goes silent does that. ${tryLater}`;
  return `accepted the login of ${place.user}, but the query on the ten MARCELLE tables had no answer ${within}. ${tryLater}`;
}

const tryLater = 'Try again later, and ask the database group of DES if it lasts.';

/** NJS: the driver's own codes; ORA: the server's, which tell more and therefore come first. */
function knownOracle(error: DriverError, place: OraclePlace): string | undefined {
  const codes: readonly string[] = [error.code, ...(error.message.match(/\b(ORA|NJS)-\d+/g) ?? [])];
  const is = (...wanted: readonly string[]): boolean => wanted.some((code) => codes.includes(code));
  return loginRefused(is, place) ?? incompatible(is, place) ?? noConnection(is, error, place);
}

type Is = (...wanted: readonly string[]) => boolean;

function loginRefused(is: Is, place: OraclePlace): string | undefined {
  if (is('ORA-01017', 'ORA-01005'))
    return `refused the login of ${place.user}: wrong user or password. ${correct('user and passwd', place)}`;
  if (is('ORA-28000'))
    return `has locked the account ${place.user}. Ask the database group of DES to unlock it.`;
  if (is('ORA-28001', 'ORA-28002'))
    return `says that the password of ${place.user} has expired. Change it, then change passwd in ${place.file}.`;
  if (is('ORA-01045'))
    return `does not let ${place.user} log in (no CREATE SESSION). Ask the database group of DES.`;
  return undefined;
}

function incompatible(is: Is, place: OraclePlace): string | undefined {
  if (is('NJS-116'))
    return `keeps the password of ${place.user} in a form that is too old for this driver. Setting the password anew on the server mends that.`;
  if (is('NJS-138'))
    return 'runs a version of Oracle that is too old for this driver (12.1 or newer is needed).';
  if (is('NJS-533', 'ORA-12660'))
    return 'wants an encryption that this driver does not offer. Ask the database group of DES for a service without it.';
  if (is('MODULE_NOT_FOUND'))
    return 'was not asked: the database driver is not installed. Install desgw again with its dependencies.';
  return undefined;
}

function noConnection(is: Is, error: DriverError, place: OraclePlace): string | undefined {
  if (is('NJS-530'))
    return `cannot be found: the name ${place.server} is not known here. ${correct('server', place)}`;
  if (is('NJS-518', 'NJS-519', 'ORA-12514', 'ORA-12505'))
    return `answers, but knows no service '${place.name}'. ${correct('name', place)}`;
  if (is('NJS-510', 'ORA-12170'))
    return `gave no answer to the connection that an Oracle listener would give. ${correct('server and port', place)} ${firewall}`;
  if (is('NJS-123'))
    return `had no answer to the query on the ten MARCELLE tables within ${place.limit} s. ${tryLater}`;
  if (is('NJS-500', 'NJS-501', 'NJS-521', 'ORA-12537', 'ORA-03113'))
    return `closed the connection before it answered. ${correct('port', place)} ${tryLater}`;
  if (is('NJS-511'))
    return `refused the connection by its listener. ${correct('name', place)} ${tryLater}`;
  if (!is('NJS-503', 'ORA-12541')) return undefined;
  const why = /\bE[A-Z]{4,}\b/.exec(error.message)?.[0];
  const check = correct('server and port', place);
  if (why === 'ECONNREFUSED')
    return `refused the connection: nothing listens there. ${check} ${tryLater}`;
  return `cannot be reached${why === undefined ? '' : ` (${why})`}. ${check} ${firewall}`;
}

const firewall = 'Is a firewall or a missing VPN in between?';

function correct(keys: string, place: OraclePlace): string {
  return `Check ${keys} in section [${place.section}] of ${place.file}.`;
}

function lacksTables(tables: readonly string[], by: string): string {
  const names = tables.map((table) => `MARCELLE.${table}`).join(', ');
  return (
    `has ${names} missing, not readable${by}, or without a column SEASON. ` +
    'Without all ten tables a free season cannot be told from a used one: have them restored or granted.'
  );
}

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').trim().replace(/\.$/, '');
}

/** The driver's messages should not hold a password, but a message is not worth the risk. */
function redact(text: string, password: string): string {
  return password === '' ? text : text.replaceAll(password, '***');
}
