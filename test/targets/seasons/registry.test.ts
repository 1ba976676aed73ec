import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sqlite from 'node-sqlite3-wasm';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Adapter, AdapterTools } from '../../../core/api/looks.ts';
import type { Json } from '../../../core/api/values.ts';
import { oracleSeasons, SEASON_QUERY, sqliteSeasons } from '../../../targets/seasons/registry.ts';
import { SEASON_TABLES } from '../../../targets/seasons/season-rules.ts';

let folder = '';
const servers: { server: Server; sockets: Set<Socket> }[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'desgw-test-seasons-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
  for (const { server, sockets } of servers.splice(0)) {
    for (const socket of sockets) socket.destroy();
    await new Promise((done) => server.close(done));
  }
});

function tools(signal = new AbortController().signal): AdapterTools {
  return {
    run: () => Promise.reject(new Error('no process is needed')),
    workspace: folder,
    signal,
  };
}

function ask(adapter: Adapter, signal?: AbortSignal): Promise<Json> {
  return adapter.ask({ kind: 'seasons' }, tools(signal));
}

describe('Oracle', () => {
  const password = `pw-${Math.random().toString(36).slice(2)}-pw`;

  /** A server on a free port of this machine. */
  async function listen(
    talk: (socket: Socket) => void,
  ): Promise<{ port: number; accepted: Set<Socket> }> {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      socket.on('error', () => socket.destroy());
      talk(socket);
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    servers.push({ server, sockets });
    return { port: (server.address() as { port: number }).port, accepted: sockets };
  }

  function adapter(
    port: number,
    timeout = 20,
    server = '127.0.0.1',
    section = 'db-dessci',
  ): Adapter {
    const servicesFile = join(folder, 'services.ini');
    writeFileSync(
      servicesFile,
      `[db-dessci]\nuser = observer\npasswd = ${password}\nname = dessci\nserver = ${server}\nport = ${port}\n`,
      { mode: 0o600 },
    );
    return oracleSeasons({ servicesFile, section, timeout });
  }

  /** The message of the failure, after checking that the password is in no part of the error. */
  async function failure(answer: Promise<Json>): Promise<string> {
    const error = await answer.then(
      (value) => {
        throw new Error(`it answered ${JSON.stringify(value)}`);
      },
      (thrown: Error & { hint?: string; cause?: unknown }) => thrown,
    );
    const all = [
      error.message,
      error.stack,
      error.hint,
      String(error.cause),
      JSON.stringify(error),
    ];
    expect(all.join('\n')).not.toContain(password);
    return error.message;
  }

  const where = (port: number, server = '127.0.0.1'): string =>
    `The season database ${server}:${port} ([db-dessci] of ${join(folder, 'services.ini')})`;
  const file = (): string => join(folder, 'services.ini');
  const later = 'Try again later, and ask the database group of DES if it lasts.';

  test('refused: nothing listens there', async () => {
    const { port } = await listen(() => {});
    const gone = servers.pop();
    await new Promise((done) => gone?.server.close(done));
    expect(await failure(ask(adapter(port)))).toBe(
      `${where(port)} refused the connection: nothing listens there. Check server and port in section [db-dessci] of ${file()}. ${later}`,
    );
  });

  test('silent: the driver ends the connecting, and the message says what to check', async () => {
    const { port } = await listen(() => {});
    expect(await failure(ask(adapter(port, 12)))).toBe(
      `${where(port)} gave no answer to the connection that an Oracle listener would give. Check server and port in section [db-dessci] of ${file()}. Is a firewall or a missing VPN in between?`,
    );
  });

  test('another protocol: an HTTP server is reported as no Oracle listener', async () => {
    const { port } = await listen((socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'));
    expect(await failure(ask(adapter(port, 12)))).toContain('that an Oracle listener would give.');
  });

  test('closed at once: the connection was closed before an answer', async () => {
    const { port } = await listen((socket) => socket.end());
    expect(await failure(ask(adapter(port)))).toBe(
      `${where(port)} closed the connection before it answered. Check port in section [db-dessci] of ${file()}. ${later}`,
    );
  });

  test('closed after the first packet: the same', async () => {
    const { port } = await listen((socket) => socket.once('data', () => socket.destroy()));
    expect(await failure(ask(adapter(port)))).toContain(
      'closed the connection before it answered.',
    );
  });

  test('accepted, then silent for ever: the wall clock ends it and the connection with it', async () => {
    const { port, accepted } = await listen((socket) => {
      socket.once('data', () => socket.write(tnsAccept()));
    });
    expect(await failure(ask(adapter(port, 10)))).toBe(
      `${where(port)} did not finish the login within 10 s; a server that accepts and then goes silent does that. ${later}`,
    );
    await Promise.all(
      [...accepted].map((socket) => new Promise((done) => socket.once('close', done))),
    );
    expect(accepted.size).toBe(0);
  });

  test('unknown service: the listener refuses, and the message names the service', async () => {
    const { port } = await listen((socket) => {
      socket.once('data', () => socket.write(tnsRefuse('(DESCRIPTION=(ERR=12514))')));
    });
    expect(await failure(ask(adapter(port)))).toBe(
      `${where(port)} answers, but knows no service 'dessci'. Check name in section [db-dessci] of ${file()}.`,
    );
  });

  test.each([
    [
      1017,
      'ORA-01017: invalid username/password; logon denied',
      'refused the login of observer: wrong user or password. Check user and passwd in section [db-dessci] of',
    ],
    [
      28000,
      'ORA-28000: the account is locked',
      'has locked the account observer. Ask the database group of DES to unlock it.',
    ],
    [
      28001,
      'ORA-28001: the password has expired',
      'says that the password of observer has expired. Change it, then change passwd in',
    ],
  ])('a login that is refused with ORA-%d is explained', async (number, text, expected) => {
    const { port } = await listen((socket) => {
      socket.once('data', () => {
        socket.write(tnsAccept());
        socket.on('data', () => socket.write(oracleError(number, text)));
      });
    });
    const message = await failure(ask(adapter(port)));
    expect(message.startsWith(`${where(port)} ${expected}`)).toBe(true);
  });

  test('an error of the server that nobody foresaw is passed on without the password', async () => {
    const { port } = await listen((socket) => {
      socket.once('data', () => {
        socket.write(tnsAccept());
        socket.on('data', () => socket.write(oracleError(4242, `ORA-04242: odd ${password}`)));
      });
    });
    expect(await failure(ask(adapter(port)))).toBe(
      `${where(port)} could not be asked: ORA-04242: odd ***. Show this message to the database group of DES.`,
    );
  });

  test('unknown host: the message names it', async () => {
    const name = 'no-such-host.invalid';
    expect(await failure(ask(adapter(1521, 20, name)))).toBe(
      `${where(1521, name)} cannot be found: the name ${name} is not known here. Check server in section [db-dessci] of ${file()}.`,
    );
  });

  test('a services file that is missing or wrong is reported with its remedy, before any connection', async () => {
    const missing = oracleSeasons({ servicesFile: 'none.ini', section: 's' });
    expect(await failure(ask(missing))).toBe(
      `There is no services file ${folder}/none.ini. It holds the database accounts; ask the database group of DES for one, and chmod 600 it.`,
    );
    expect(await failure(ask(adapter(1521, 20, '127.0.0.1', 'db-desci')))).toBe(
      `The services file ${file()} has no section [db-desci]. Did you mean 'db-dessci'?`,
    );
    expect(await failure(ask(adapter(1521, 20, 'h)(CONNECT_TIMEOUT=9999')))).toContain(
      'has a server that is not a host name.',
    );
  });

  test('an interrupt ends the waiting at once', async () => {
    const controller = new AbortController();
    const { port } = await listen(() => controller.abort());
    expect(await failure(ask(adapter(port, 60), controller.signal))).toBe(
      `${where(port)} was not waited for: interrupted.`,
    );
    expect(await failure(ask(adapter(port, 60), AbortSignal.abort()))).toContain('interrupted.');
  });

  test('may not be asked in a dry run, bounds its own time first, and knows one question', async () => {
    const oracle = oracleSeasons({ servicesFile: 'f', section: 's', timeout: 7 });
    expect([oracle.dry, oracle.timeout]).toEqual([false, 12]);
    await expect(oracle.ask({ kind: 'weather' }, tools())).rejects.toThrow(
      'internal: the season adapter was asked {"kind":"weather"}',
    );
  });

  test('the driver is not loaded into the asking process', async () => {
    const { port } = await listen((socket) => socket.end());
    await failure(ask(adapter(port)));
    const require = createRequire(import.meta.url);
    expect(require.cache[require.resolve('oracledb')]).toBeUndefined();
  });
});

describe('SQLite', () => {
  const seasons = new Map<string, readonly string[]>([
    ['SNCAND', ['416', '2206.0', 'NULL']],
    ['SNOBS', ['416.0', '417', '2206.5']],
    ['SNFORCE', ["'600'", '416']],
  ]);

  function database(tables: readonly string[] = SEASON_TABLES): string {
    const file = join(folder, 'seasons.db');
    const made = new sqlite.Database(file);
    for (const table of tables) {
      made.exec(`CREATE TABLE ${table} (SNID INTEGER, SEASON FLOAT)`);
      for (const season of seasons.get(table) ?? [])
        made.exec(`INSERT INTO ${table} VALUES (1, ${season}), (2, ${season})`);
    }
    made.close();
    return file;
  }

  test('answers the same query with the seasons of all ten tables', async () => {
    database();
    expect(await ask(sqliteSeasons({ file: 'seasons.db' }))).toEqual({
      seasons: [
        { season: '416', tables: ['SNCAND', 'SNFORCE', 'SNOBS'] },
        { season: '417', tables: ['SNOBS'] },
        { season: '600', tables: ['SNFORCE'] },
        { season: '2206', tables: ['SNCAND'] },
      ],
      warnings: [
        'MARCELLE.SNCAND has rows without a season; they are left out.',
        'MARCELLE.SNOBS has rows with season 2206.5, which is no whole number above zero; they are left out.',
      ],
    });
  });

  test('has one query text, which names each table of MARCELLE once', () => {
    const named = [...SEASON_QUERY.matchAll(/MARCELLE\.(\w+)/g)].map((match) => match[1]);
    expect(named).toEqual([...SEASON_TABLES]);
  });

  test('leaves no trace: the file, its folder and the temporary folder stay as they were', async () => {
    const file = database();
    chmodSync(file, 0o444);
    mkdirSync(join(folder, 'tmp'));
    vi.stubEnv('TMPDIR', join(folder, 'tmp'));
    const look = (): unknown => [
      readFileSync(file).toString('base64'),
      statSync(folder).mtimeMs,
      statSync(file).mtimeMs,
      readdirSync(folder, { recursive: true }),
    ];
    const before = look();
    await ask(sqliteSeasons({ file }));
    await expect(ask(sqliteSeasons({ file: join(folder, 'none') }))).rejects.toThrow();
    expect(look()).toEqual(before);
  });

  test('a missing table is named, and no season is told', async () => {
    database(SEASON_TABLES.filter((table) => table !== 'SNSCAN' && table !== 'SNCAND'));
    await expect(ask(sqliteSeasons({ file: 'seasons.db' }))).rejects.toThrow(
      `The season database ${folder}/seasons.db has MARCELLE.SNCAND, MARCELLE.SNSCAN missing, not readable, or without a column SEASON. Without all ten tables a free season cannot be told from a used one: have them restored or granted.`,
    );
  });

  test('a file that is no database, a folder, and a missing file each have their message', async () => {
    writeFileSync(join(folder, 'text'), 'SEASON\n416\n'.repeat(500));
    mkdirSync(join(folder, 'dir'));
    await expect(ask(sqliteSeasons({ file: 'text' }))).rejects.toThrow(
      `The season database ${folder}/text is not a SQLite database, or is damaged. Move it away and make it anew.`,
    );
    await expect(ask(sqliteSeasons({ file: 'dir' }))).rejects.toThrow('is not a SQLite database');
    await expect(ask(sqliteSeasons({ file: 'none' }))).rejects.toThrow(
      `The season database ${folder}/none does not exist. Check the path in the rule file; the sandbox makes its own.`,
    );
    expect(readdirSync(folder).sort()).toEqual(['dir', 'text']);
  });

  test('an empty file has no tables, and all ten are named', async () => {
    writeFileSync(join(folder, 'empty'), '');
    await expect(ask(sqliteSeasons({ file: 'empty' }))).rejects.toThrow(
      `has ${SEASON_TABLES.map((table) => `MARCELLE.${table}`).join(', ')} missing`,
    );
  });

  test('a file that another program is writing, or left half written, is not read', async () => {
    const file = database();
    mkdirSync(`${file}.lock`);
    const locked = `The season database ${file} is being written by another program.`;
    await expect(ask(sqliteSeasons({ file }))).rejects.toThrow(locked);
    rmSync(`${file}.lock`, { recursive: true });
    writeFileSync(`${file}-journal`, 'x');
    await expect(ask(sqliteSeasons({ file }))).rejects.toThrow(locked);
  });

  test('may be asked in a dry run', () => {
    const adapter = sqliteSeasons({ file: 'seasons.db' });
    expect([adapter.dry, adapter.timeout]).toEqual([true, 35]);
  });
});

// ---------------------------------------------------------------------------------------------
// Packets of Oracle's network protocol, as far as these tests need them

/** ACCEPT, version 315: the lengths in later packets have four bytes. */
function tnsAccept(): Buffer {
  const packet = Buffer.alloc(45);
  packet.writeUInt16BE(packet.length, 0);
  packet.writeUInt8(2, 4);
  packet.writeUInt16BE(315, 8);
  packet.writeUInt16BE(8192, 12);
  packet.writeUInt16BE(65_535, 14);
  packet.writeUInt16BE(1, 16);
  packet.writeUInt8(0x04, 22);
  packet.writeUInt8(0x08, 23);
  packet.writeUInt32BE(8192, 32);
  packet.writeUInt32BE(65_535, 36);
  return packet;
}

/** REFUSE with the listener's reason. */
function tnsRefuse(reason: string): Buffer {
  const packet = Buffer.alloc(12 + reason.length);
  packet.writeUInt16BE(packet.length, 0);
  packet.writeUInt8(4, 4);
  packet.writeUInt16BE(reason.length, 10);
  packet.write(reason, 12, 'latin1');
  return packet;
}

/** DATA with an error message (type 4): 28 empty fields, the number, three more, the text. */
function oracleError(number: number, text: string): Buffer {
  const length = Buffer.alloc(5);
  length.writeUInt8(4, 0);
  length.writeUInt32BE(number, 1);
  const message = Buffer.from(text, 'latin1');
  const body = Buffer.concat([
    Buffer.from([4]),
    Buffer.alloc(28),
    length,
    Buffer.alloc(3),
    Buffer.from([message.length]),
    message,
  ]);
  const header = Buffer.alloc(10);
  header.writeUInt32BE(header.length + body.length, 0);
  header.writeUInt8(6, 4);
  return Buffer.concat([header, body]);
}
