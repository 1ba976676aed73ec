import { describe, expect, test } from 'vitest';
import { explainOracle, explainSqlite } from '../../../targets/seasons/registry-errors.ts';

const password = 'tiger-burning';

describe('Oracle', () => {
  const place = {
    server: 'db',
    port: 1521,
    name: 'n',
    user: 'u',
    password,
    file: 'f',
    section: 's',
    limit: 9,
  };
  test.each([
    [
      'NJS-116',
      'password verifier type 0x939 is not supported',
      'too old for this driver. Setting the password anew',
    ],
    [
      'NJS-138',
      'connections to this database server version',
      'runs a version of Oracle that is too old',
    ],
    ['NJS-533', 'negotiation failed', 'wants an encryption that this driver does not offer'],
    [
      'NJS-123',
      'call timeout of 9000 ms exceeded',
      'had no answer to the query on the ten MARCELLE tables within 9 s',
    ],
    [
      'NJS-503',
      'could not be established\nconnect EHOSTUNREACH 10.0.0.1:1521',
      'cannot be reached (EHOSTUNREACH)',
    ],
    ['NJS-511', 'was refused', 'refused the connection by its listener'],
    ['ORA-01045', 'lacks CREATE SESSION privilege', 'does not let u log in'],
    ['NJS-500', 'closed or broken\nORA-28000: locked', 'has locked the account u'],
  ])('%s (%s) is explained', (code, message, expected) => {
    const said = explainOracle(
      { kind: 'error', error: { code, message }, unreadable: [], phase: 'connecting' },
      place,
    );
    expect(said).toContain(expected);
    expect(said.startsWith('The season database db:1521 ([s] of f) ')).toBe(true);
  });

  test('tables that the account may not read are named', () => {
    const error = { code: 'ORA-00942', message: 'ORA-00942: table or view does not exist' };
    expect(
      explainOracle({ kind: 'error', error, unreadable: ['SNSCAN'], phase: 'asking' }, place),
    ).toBe(
      'The season database db:1521 ([s] of f) has MARCELLE.SNSCAN missing, not readable by user u, or without a column SEASON. Without all ten tables a free season cannot be told from a used one: have them restored or granted.',
    );
  });

  test('a query without an end is told from a login without an end', () => {
    expect(explainOracle({ kind: 'late', phase: 'asking' }, place)).toContain(
      'accepted the login of u, but the query on the ten MARCELLE tables had no answer within 9 s.',
    );
    expect(explainOracle({ kind: 'late', phase: 'loading' }, place)).toContain(
      'did not load within 9 s',
    );
  });

  test('what nobody foresaw is passed on, without the password', () => {
    const error = { code: '', message: `ORA-99999: ${password} is strange\nat line 1` };
    const said = explainOracle({ kind: 'error', error, unreadable: [], phase: 'asking' }, place);
    expect(said).toContain('could not be asked: ORA-99999: *** is strange. Show this message');
    expect(said).not.toContain(password);
  });
});

describe('SQLite', () => {
  test('a disk that does not answer, a file without permission, and an interrupt are explained', () => {
    const error = { code: 'EACCES', message: "EACCES: permission denied, open 'f'" };
    expect(explainSqlite({ kind: 'late', phase: 'connecting' }, 'f', 3)).toBe(
      'The season database f gave no answer within 3 s. Is its disk answering? Try: ls -l f',
    );
    expect(
      explainSqlite({ kind: 'error', error, unreadable: [], phase: 'connecting' }, 'f', 3),
    ).toBe('The season database f may not be read. Check its mode: ls -l f');
    expect(explainSqlite({ kind: 'aborted' }, 'f', 3)).toContain('interrupted');
  });
});
