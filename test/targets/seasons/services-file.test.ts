import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { UserError } from '../../../core/api/errors.ts';
import { modeWarnings, parseService, readService } from '../../../targets/seasons/services-file.ts';

const good = `; accounts
[db-dessci]
user = observer
passwd = s3cret
name = dessci
server = db.example.org
port = 1521

[db-sn-test]
USER: other
passwd: p;w#"d'\\x
name: sntest ; the test database
server: 127.0.0.1
port: 1522
`;

function complaint(text: string, section = 'db-dessci'): [string, string | undefined] {
  try {
    parseService(text, section, '/home/o/.desservices.ini');
  } catch (error) {
    if (error instanceof UserError) return [error.message, error.hint];
    throw error;
  }
  throw new Error('it was not refused');
}

describe('a section of the services file', () => {
  test('is read with its five keys', () => {
    expect(parseService(good, 'db-dessci', 'f')).toEqual({
      user: 'observer',
      password: 's3cret',
      name: 'dessci',
      server: 'db.example.org',
      port: 1521,
    });
  });

  test('is read as Python reads it: colons, upper case, marks inside a password, a comment', () => {
    expect(parseService(good, 'db-sn-test', 'f')).toEqual({
      user: 'other',
      password: 'p;w#"d\'\\x',
      name: 'sntest',
      server: '127.0.0.1',
      port: 1522,
    });
  });

  test('may have Windows line ends, a byte order mark, and a dot in its name', () => {
    const text = `\u{feff}${good}`.replace('db-dessci', 'db.dessci').replaceAll('\n', '\r\n');
    expect(parseService(text, 'db.dessci', 'f').server).toBe('db.example.org');
  });

  test('keeps a password of any visible characters exactly', () => {
    const visible = fc.string({
      unit: fc.integer({ min: 33, max: 126 }).map((n) => String.fromCharCode(n)),
      minLength: 1,
    });
    fc.assert(
      fc.property(visible, (password) => {
        const text = good.replace('s3cret', () => password);
        expect(parseService(text, 'db-dessci', 'f').password).toBe(password);
      }),
    );
  });

  test('that is missing is named with the one that was probably meant', () => {
    expect(complaint(good, 'db-desci')).toEqual([
      'The services file /home/o/.desservices.ini has no section [db-desci].',
      "Did you mean 'db-dessci'?",
    ]);
    expect(complaint(good, 'oracle')[1]).toBe('It has [db-dessci], [db-sn-test].');
  });

  test('that lacks keys is named with every key that is missing or empty', () => {
    expect(complaint('[db-dessci]\nuser = a\nserver = b\npasswd =\n')).toEqual([
      'Section [db-dessci] of the services file /home/o/.desservices.ini lacks passwd, name, port.',
      "Add a line 'passwd = ...' below [db-dessci].",
    ]);
  });

  test.each([
    ['server', 'a host name', 'db)(CONNECT_TIMEOUT=9999'],
    ['server', 'a host name', 'one, two'],
    ['name', 'a service name', 'x)(RETRY_COUNT=99'],
    ['port', 'a number from 1 to 65535', '0'],
    ['port', 'a number from 1 to 65535', '65536'],
    ['port', 'a number from 1 to 65535', '15 21'],
  ])('with a %s that is not %s is refused: %s', (key, what, value) => {
    const text = good.replace(new RegExp(`^${key} = .*$`, 'm'), `${key} = ${value}`);
    expect(complaint(text)).toEqual([
      `Section [db-dessci] of the services file /home/o/.desservices.ini has a ${key} that is not ${what}.`,
      `Correct the line '${key} = ...' below [db-dessci].`,
    ]);
  });

  test.each(['', 'user = x\n', '\0\u{1}\u{2}', '{"db": 1}', '[', ']\n='])(
    'is asked for when the file holds none: %j',
    (text) => {
      expect(complaint(text)).toEqual([
        'The services file /home/o/.desservices.ini has no section.',
        'It should hold [db-dessci] with the keys user, passwd, name, server, port.',
      ]);
    },
  );

  test('never makes a message that holds the password, whatever the file looks like', () => {
    const part = fc.constantFrom(
      '[db-dessci]',
      '[x]',
      'user = u',
      'port = no',
      'server = a b',
      'name = n',
      '=',
      '[',
    );
    fc.assert(
      fc.property(fc.array(part), fc.uuid(), (parts, password) => {
        const text = [...parts, `passwd = ${password}`, ...parts].join('\n');
        try {
          parseService(text, 'db-dessci', 'f');
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
          const { message, hint } = error as UserError;
          expect(`${message} ${hint} ${JSON.stringify(error)}`).not.toContain(password);
        }
      }),
    );
  });
});

describe('the services file on disk', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'desgw-services-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  test('is found relative to the workspace, and is silent with mode 600', async () => {
    writeFileSync(join(folder, 'services.ini'), good, { mode: 0o600 });
    const service = await readService('services.ini', 'db-dessci', folder);
    expect([service.password, service.warnings]).toEqual(['s3cret', []]);
  });

  test('that others may read gives a warning with the command that mends it', async () => {
    const file = join(folder, 'services.ini');
    writeFileSync(file, good);
    chmodSync(file, 0o644);
    expect((await readService(file, 'db-dessci', '/')).warnings).toEqual([
      `${file} holds secrets and is open to everyone (mode 644): chmod 600 ${file}`,
    ]);
    expect(modeWarnings('f', 0o100640)).toEqual([
      'f holds secrets and is open to your group (mode 640): chmod 600 f',
    ]);
  });

  test('that does not exist is reported with its full path and where to get one', async () => {
    const file = join(folder, 'none.ini');
    await expect(readService(file, 's', '/')).rejects.toMatchObject({
      message: `There is no services file ${file}.`,
      hint: 'It holds the database accounts; ask the database group of DES for one, and chmod 600 it.',
    });
    await expect(readService('~/no/such/file.ini', 's', '/')).rejects.toThrow(
      `There is no services file ${homedir()}/no/such/file.ini.`,
    );
  });

  test('that is a directory or far too large is refused', async () => {
    mkdirSync(join(folder, 'dir'));
    writeFileSync(join(folder, 'big'), 'x'.repeat((1 << 20) + 1));
    await expect(readService('dir', 's', folder)).rejects.toThrow(`${folder}/dir is not a file.`);
    await expect(readService('big', 's', folder)).rejects.toThrow('too large to be one');
  });
});
