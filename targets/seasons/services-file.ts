/**
 * The DES services file, `~/.desservices.ini`: for every database one section with the keys
 * `user`, `passwd`, `name`, `server` and `port` (easyaccess, despydb). It holds passwords: no
 * message made here contains a value of `passwd`.
 */
import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { parse } from 'ini';
import { didYouMean, UserError } from '../../core/index.ts';

/** How to reach one database. */
export interface Service {
  readonly user: string;
  readonly password: string;
  /** The database's service name. */
  readonly name: string;
  readonly server: string;
  readonly port: number;
  /** Complaints that do not stop anything: who may read the file. */
  readonly warnings: readonly string[];
}

const LARGEST_FILE = 1 << 20;
const KEYS = ['user', 'passwd', 'name', 'server', 'port'] as const;
type Key = (typeof KEYS)[number];

/**
 * Reads one section of a services file.
 * @param path absolute, or relative to `workspace`; a leading `~/` is the home directory
 * @throws UserError naming the file, the section or key that is wrong, and the remedy
 */
export async function readService(
  path: string,
  section: string,
  workspace: string,
): Promise<Service> {
  const file = path.startsWith('~/') ? resolve(homedir(), path.slice(2)) : resolve(workspace, path);
  const { text, mode } = await readPrivately(file);
  return { ...parseService(text, section, file), warnings: modeWarnings(file, mode) };
}

/**
 * The section of a services file's text; `file` is for messages.
 * @throws UserError as `readService` does
 */
export function parseService(
  text: string,
  section: string,
  file: string,
): Omit<Service, 'warnings'> {
  const sections = sectionsOf(text);
  if (sections.size === 0)
    throw new UserError(
      `The services file ${file} has no section.`,
      `It should hold [${section}] with the keys ${KEYS.join(', ')}.`,
    );
  const found = sections.get(section);
  if (found === undefined)
    throw new UserError(
      `The services file ${file} has no section [${section}].`,
      didYouMean(section, sections.keys()) ??
        `It has ${[...sections.keys()].map(bracketed).join(', ')}.`,
    );
  const missing = KEYS.filter((key) => (found.get(key) ?? '') === '');
  if (missing.length > 0)
    throw new UserError(
      `Section [${section}] of the services file ${file} lacks ${missing.join(', ')}.`,
      `Add a line '${missing[0]} = ...' below [${section}].`,
    );
  const value = (key: Key): string => found.get(key) ?? '';
  const wrong = (key: Key, expected: string): UserError =>
    new UserError(
      `Section [${section}] of the services file ${file} has a ${key} that is not ${expected}.`,
      `Correct the line '${key} = ...' below [${section}].`,
    );
  // Strict, because these become part of a connect descriptor: (CONNECT_TIMEOUT=...) in one of
  // them would override the limits set here.
  if (!/^[\w.-]+$|^[\da-fA-F:]+$/.test(value('server'))) throw wrong('server', 'a host name');
  if (!/^[\w.$#-]+$/.test(value('name'))) throw wrong('name', 'a service name');
  const port = Number(value('port'));
  if (!/^\d{1,5}$/.test(value('port')) || port < 1 || port > 65_535)
    throw wrong('port', 'a number from 1 to 65535');
  return {
    user: value('user'),
    password: value('passwd'),
    name: value('name'),
    server: value('server'),
    port,
  };
}

/**
 * Complaints about who may read a file with secrets.
 * @param mode as `stat` gives it
 */
export function modeWarnings(file: string, mode: number): string[] {
  const others = mode & 0o077;
  if (others === 0) return [];
  const who = (others & 0o007) !== 0 ? 'everyone' : 'your group';
  return [`${file} holds secrets and is open to ${who} (mode ${octal(mode)}): chmod 600 ${file}`];
}

/** The permission bits of a mode as `ls` users write them: `600`. */
export function octal(mode: number): string {
  return (mode & 0o777).toString(8).padStart(3, '0');
}

// ---------------------------------------------------------------------------------------------

async function readPrivately(file: string): Promise<{ text: string; mode: number }> {
  try {
    const found = await stat(file);
    if (!found.isFile()) throw new UserError(`The services file ${file} is not a file.`);
    if (found.size > LARGEST_FILE)
      throw new UserError(
        `The services file ${file} is too large to be one (${found.size} bytes).`,
      );
    return { text: await readFile(file, 'utf8'), mode: found.mode };
  } catch (error) {
    if (error instanceof UserError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw new UserError(
        `There is no services file ${file}.`,
        'It holds the database accounts; ask the database group of DES for one, and chmod 600 it.',
      );
    throw new UserError(
      `The services file ${file} cannot be read (${code ?? 'unknown error'}).`,
      'It must belong to you and have mode 600.',
    );
  }
}

/** Section -> key -> value, keys in lower case. */
function sectionsOf(text: string): Map<string, Map<string, string>> {
  const sections = new Map<string, Map<string, string>>();
  for (const [name, content] of Object.entries(parse(asIni(text)))) {
    if (typeof content !== 'object' || content === null) continue;
    const keys = Object.entries(content as Record<string, unknown>);
    sections.set(name, new Map(keys.map(([key, value]) => [key.toLowerCase(), String(value)])));
  }
  return sections;
}

/**
 * The file is written for Python's ConfigParser, which differs from the `ini` package: `key: value`
 * is a setting, `;` and `#` inside a value (a password!) belong to it unless a blank and `;`
 * start a comment, quotes stay, and a dot in a section's name has no meaning.
 */
function asIni(text: string): string {
  const lines = text.replace(/^\u{feff}/u, '').split(/\r\n|\r|\n/);
  return lines.map(asIniLine).join('\n');
}

function asIniLine(line: string): string {
  if (/^\s*[#;]/.test(line)) return '';
  const header = /^\s*\[([^\]]*)\]/.exec(line)?.[1];
  if (header !== undefined) return `[${header.trim().replaceAll('.', '\\.')}]`;
  const colonOrEquals = line.search(/[=:]/);
  if (colonOrEquals === -1) return '';
  const key = line.slice(0, colonOrEquals).trim();
  const value = line
    .slice(colonOrEquals + 1)
    .trim()
    .replace(/^([^;]*)\s;.*$/, '$1');
  return `${JSON.stringify(key)} = ${JSON.stringify(value.trim())}`;
}

function bracketed(name: string): string {
  return `[${name}]`;
}
