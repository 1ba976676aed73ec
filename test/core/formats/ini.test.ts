import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Refusal } from '../../../core/api/errors.ts';
import { editIni, iniName, readIni } from '../../../core/formats/ini.ts';

const fixtures = join(import.meta.dirname, '../../fixtures/ini');
const fixture = (name: string): string => readFileSync(join(fixtures, name), 'utf8');
const base = fixture('base.ini');

/** RawConfigParser(inline_comment_prefixes=(';',)) of Python 3, for files without continuations. */
function python3(text: string): Map<string, string> {
  const values = new Map<string, string>();
  let section = '';
  for (const whole of text.split(/\r?\n/)) {
    const line = whole.replace(/(?:^|\s);.*$/, '').trim();
    if (line === '' || line.startsWith('#')) continue;
    const header = /^\[(.+)\]/.exec(line);
    if (header !== null) {
      section = header[1]!;
      continue;
    }
    const match = /^(.*?)\s*[=:]\s*(.*)$/.exec(line)!;
    const name = `${section}.${match[1]!.toLowerCase()}`;
    if (values.has(name)) throw new Error(`DuplicateOptionError ${name}`);
    values.set(name, match[2]!);
  }
  return values;
}

/** Comments of their own and comments behind values, with what they say. */
function comments(text: string): string[] {
  const found = text.split('\n').map((line) => /^[#;].*|(?<=\s);\s*\S.*$/.exec(line)?.[0]);
  return found.filter((comment) => comment !== undefined).sort();
}

/** The message of the refusal; any other outcome is an error. */
function refusalOf(act: () => string): string {
  try {
    return `not refused: ${act()}`;
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
}

interface Case {
  readonly id: string;
  readonly edits: { readonly [key: string]: string };
  readonly policy: 'must-roundtrip' | 'may-refuse' | 'must-refuse';
  readonly expected: { readonly general: { readonly [key: string]: string } };
}

const cases = fixture('cases.jsonl')
  .trim()
  .split('\n')
  .map((line): Case => JSON.parse(line));

describe('the recorded values of an ini', () => {
  test.each(cases)('$id is $policy', ({ edits, policy, expected }) => {
    const values = Object.fromEntries(
      Object.entries(edits).map(([key, value]) => [`general.${key}`, value]),
    );
    if (policy !== 'must-roundtrip') {
      expect(() => editIni(base, values)).toThrow(Refusal);
      return;
    }
    const edited = editIni(base, values);
    const wanted = Object.entries(expected.general).map(
      ([key, value]) => [`general.${key}`, value] as const,
    );
    expect(python3(edited)).toEqual(new Map([...python3(base), ...wanted]));
    expect(readIni(edited)).toEqual(new Map([...readIni(base), ...wanted]));
    expect(comments(edited)).toEqual(comments(base));
    expect(editIni(edited, values)).toBe(edited);
  });
});

describe('reading', () => {
  // What Python 2.7.18 made of the same texts; see the fixture for each text.
  const readings: { text: string; values: { [name: string]: string } | null }[] = JSON.parse(
    fixture('python2.json'),
  );
  test.each(readings)('agrees with Python 2 on $text', ({ text, values }) => {
    if (values === null) expect(() => readIni(text)).toThrow(Refusal);
    else expect(Object.fromEntries(readIni(text))).toEqual(values);
  });

  test('names keys in lower case and sections as they are', () => {
    expect(iniName('GWFORCE.writeDB')).toBe('GWFORCE.writedb');
    expect(readIni('[GWFORCE]\nwriteDB=1\n').get(iniName('GWFORCE.WriteDB'))).toBe('1');
  });

  test('leaves out a section that no name can mean', () => {
    expect(readIni('[a.b]\nc = 1\n[a]\nb.c = 2\n')).toEqual(new Map([['a.b.c', '2']]));
  });
});

describe('an edit', () => {
  const edited: readonly [string, string, { [name: string]: string | null }, string][] = [
    [
      'keeps delimiter and case',
      '[s]\nKey: 1\nother= 2\n',
      { 's.key': '3', 's.OTHER': '4' },
      '[s]\nKey: 3\nother= 4\n',
    ],
    [
      'moves a comment above the value',
      '[s]\na = i ; one ; two\n',
      { 's.a': 'z' },
      '[s]\n; one ; two\na = z\n',
    ],
    ['drops a comment that says nothing', '[s]\na = i ;\n', { 's.a': 'z' }, '[s]\na = z\n'],
    [
      'sets a value that only had a comment behind it',
      '[s]\na = i ; one\n',
      { 's.a': 'i' },
      '[s]\n; one\na = i\n',
    ],
    [
      'replaces all lines of a value',
      '[s]\na = 1\n  2\n# c\n\n  3\nb = 4\n',
      { 's.a': '5' },
      '[s]\na = 5\n# c\n\nb = 4\n',
    ],
    [
      'adds behind the last key of the section',
      '[s]\na = 1\n  2\n\n# next\n[t]\n',
      { 's.b': '3', 't.c': '4' },
      '[s]\na = 1\n  2\nb = 3\n\n# next\n[t]\nc = 4\n',
    ],
    [
      'adds a section at the end',
      '[s]\na = 1\n',
      { 't.b': '2', 't.c': '' },
      '[s]\na = 1\n\n[t]\nb = 2\nc =\n',
    ],
    ['keeps a last line without an end', '[s]\na = 1', { 's.b': '2' }, '[s]\na = 1\nb = 2'],
    [
      'keeps Windows line ends',
      '[s]\r\na = 1 ; c\r\n',
      { 's.a': '2', 's.b': '3' },
      '[s]\r\n; c\r\na = 2\r\nb = 3\r\n',
    ],
    ['fills an empty file', '', { 's.a': '1' }, '[s]\na = 1\n'],
    [
      'gives an empty key a value',
      '[s]\na =\nb=\n',
      { 's.a': '1', 's.b': '2' },
      '[s]\na = 1\nb=2\n',
    ],
    ['leaves a key without a value', '[s]\na = 1\n', { 's.a': '' }, '[s]\na =\n'],
    [
      'comments out what is to be unset',
      '[s]\na = 1\n 2\nb = 3\n',
      { 's.a': null, 's.c': null },
      '[s]\n#a = 1\n# 2\nb = 3\n',
    ],
    ['knows sections by their case', '[s]\na = 1\n', { 'S.a': '2' }, '[s]\na = 1\n\n[S]\na = 2\n'],
  ];
  test.each(edited)('%s', (_title, before, values, after) => {
    expect(editIni(before, values)).toBe(after);
    expect(editIni(after, values)).toBe(after);
  });

  const refused: readonly [string, string, { [name: string]: string | null }, string][] = [
    [
      'a key before any section',
      'a = 1\n',
      { 's.a': '1' },
      'line 1 ("a = 1") stands before the first section',
    ],
    [
      'a line that is nothing',
      '[s]\nhello\n',
      { 's.a': '1' },
      'line 2 ("hello") is neither a key nor a comment',
    ],
    [
      'an indented first key',
      '[s]\n a = 1\n',
      { 's.a': '1' },
      'line 2 (" a = 1") is neither a key nor a comment',
    ],
    [
      'an indented first key of a later section',
      '[s]\na = 1\n[t]\n b = 2\n',
      { 's.a': '1' },
      'line 4 (" b = 2") is neither a key nor a comment',
    ],
    ['a section that is not closed', '[s\n', { 's.a': '1' }, 'line 1 ("[s") is not a section'],
    [
      'a section for all',
      '[DEFAULT]\n',
      { 's.a': '1' },
      'line 1 begins a [DEFAULT] section, whose keys appear in all others',
    ],
    [
      'a key given twice',
      '[s]\na = 1\nA = 2\n',
      { 's.b': '1' },
      'lines 2 and 3 both set s.a; Python 3 does not read that',
    ],
    [
      'a section given twice',
      '[s]\n[t]\n[s]\n',
      { 's.b': '1' },
      'line 3 begins a section that is there already; Python 3 does not read that',
    ],
    [
      'a byte order mark',
      '\ufeff[s]\n',
      { 's.b': '1' },
      'line 1 holds bytes that Python does not read as text (a byte order mark, a lone carriage return, no UTF-8)',
    ],
    ['a name without a section', '[s]\n', { a: '1' }, '"a" is not the name of a key'],
    ['a name that would be a comment', '[s]\n', { 's.#a': '1' }, '"s.#a" is not the name of a key'],
    [
      'a value that begins a comment',
      '[s]\n',
      { 's.a': 'x ; y' },
      's.a cannot be "x ; y" in an ini file: it holds a semicolon at the beginning or behind a blank, which starts a comment',
    ],
  ];
  test.each(refused)('refuses %s', (_title, text, values, message) => {
    expect(refusalOf(() => editIni(text, values))).toBe(message);
  });

  test('gives every reader the value, whatever it is, and no other key another', () => {
    const unit = fc.constantFrom(...'aZ09 _\t\v\f\x1c\x85\u00a0\u3000;#=:%([]"\'\\-é日\n\r\0');
    const values = fc.dictionary(
      fc.constantFrom(
        'general.bands',
        'general.GoodSNIDs',
        'GWFORCE.ncore',
        'GWmakeDataFiles.format',
        'new.key',
        'plots.new',
      ),
      fc.string({ unit, maxLength: 8 }),
      { minKeys: 1 },
    );
    fc.assert(
      fc.property(values, (wanted) => {
        let edited: string;
        try {
          edited = editIni(base, wanted);
        } catch (error) {
          expect(error).toBeInstanceOf(Refusal);
          return;
        }
        const ours = Object.entries(wanted).map(([name, value]) => [iniName(name), value] as const);
        expect(readIni(edited)).toEqual(new Map([...readIni(base), ...ours]));
        expect(comments(edited)).toEqual(comments(base));
        expect(editIni(edited, wanted)).toBe(edited);
      }),
      { numRuns: 300 },
    );
  });
});

describe('hostile text', () => {
  test('is read or refused, never anything else', () => {
    const unit = fc.constantFrom(...'a=1;:#[]\n\r\t %(\0é', '[s]\n', '\na = ', '""', ' ;');
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 60 }), (text) => {
        try {
          readIni(text);
          const edited = editIni(text, { 's.a': 'x', 't.b': null });
          expect(readIni(edited).get('s.a')).toBe('x');
          expect(editIni(edited, { 's.a': 'x', 't.b': null })).toBe(edited);
        } catch (error) {
          expect(error).toBeInstanceOf(Refusal);
        }
      }),
      { numRuns: 1500 },
    );
  });

  const large: readonly [string, string][] = [
    ['keys', 'KEY = 1 ; c\n'],
    ['continuations', 'a = 1\n  2\n'],
    ['blanks', '\t '],
    ['one value', 'a = ; '],
    ['brackets', '[['],
  ];
  test.each(large)('of great length is read in linear time: %s', (_title, unit) => {
    const repeated = Array.from({ length: 400_000 / unit.length }, (_, n) =>
      unit.replace('KEY', `k${n}`),
    );
    try {
      const edited = editIni(`[s]\n${repeated.join('')}`, { 's.k1': '2', 's.new': '3' });
      expect(readIni(edited).get('s.k1')).toBe('2');
    } catch (error) {
      expect(error).toBeInstanceOf(Refusal);
    }
  });
});
