import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { Refusal } from '../../../core/api/errors.ts';
import { editShell, quoteShell, readShell } from '../../../core/formats/shell.ts';

const fixtures = join(import.meta.dirname, '../../fixtures/dagmaker-rc');
const folder = mkdtempSync(join(tmpdir(), 'desgw-shell-'));
afterAll(() => rmSync(folder, { recursive: true }));

const BASH_OWN = new Set(['PWD', 'OLDPWD', 'SHLVL', '_', 'PATH', 'HOME']);

/** What a bare bash has in its variables after sourcing the text; it must not complain. */
function sourced(text: string): { [name: string]: string } {
  const file = join(folder, 'dagmaker.rc');
  writeFileSync(file, text);
  const script = 'set -a; exec 2>&1; source "$1" || exit 9; env -0';
  const out = execFileSync('bash', ['--norc', '--noprofile', '-c', script, 'bash', file], {
    cwd: folder,
    env: { PATH: '/usr/bin:/bin', HOME: '/nonexistent' },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 300_000,
  }).toString();
  const items = out.split('\0').slice(0, -1);
  const pairs = items.map((item) => [item.split('=', 1)[0]!, item.slice(item.indexOf('=') + 1)]);
  return Object.fromEntries(pairs.filter(([name]) => !BASH_OWN.has(name!)));
}

const base = (name: string): string => readFileSync(join(fixtures, name), 'utf8');

/** Lines that are neither an assignment nor a commented example of the keys. */
function otherLines(text: string, keys: readonly string[]): string[] {
  const own = new RegExp(`^\\s*(?:export\\s+)?(?:#\\s*)?(?:${keys.join('|')})=`);
  const lines = text.split('\n').filter((line) => !own.test(line));
  while (lines.at(-1) === '') lines.pop();
  return lines;
}

interface Case {
  readonly id: string;
  readonly base: string;
  readonly edits: readonly { readonly key: string; readonly value: string }[];
  readonly policy: 'must-apply' | 'may-refuse' | 'must-refuse';
  readonly expected_env: { readonly [name: string]: string };
}

const cases = base('cases.jsonl')
  .trim()
  .split('\n')
  .map((line): Case => JSON.parse(line));

describe('the recorded edits of dagmaker.rc', () => {
  test.each(cases)('$id is $policy', ({ base: name, edits, policy, expected_env }) => {
    const text = base(name);
    const values = Object.fromEntries(edits.map(({ key, value }) => [key, value]));
    const refused = policy === 'must-refuse' || edits.some(({ value }) => value.includes('\n'));
    if (refused) {
      expect(() => editShell(text, values)).toThrow(Refusal);
      return;
    }
    const edited = editShell(text, values);
    expect(sourced(edited)).toEqual(expected_env);
    expect(otherLines(edited, Object.keys(values))).toEqual(otherLines(text, Object.keys(values)));
    expect(editShell(edited, values)).toBe(edited);
    for (const [key, value] of Object.entries(values)) {
      expect(readShell(edited).get(key)?.value).toBe(value);
    }
    expect(readdirSync(folder)).toEqual(['dagmaker.rc']);
  });
});

describe('an edit', () => {
  const edited: readonly [string, string, { [key: string]: string | null }, string][] = [
    ['keeps the remark behind a value', 'A=1   # one\n', { A: '2' }, 'A=2   # one\n'],
    ['keeps export and indentation', '  export A="x y" # c\n', { A: 'z' }, '  export A=z # c\n'],
    [
      'takes the place of the last example',
      '#A=1\n#A=2 # c\n# A\n',
      { A: '3' },
      '#A=1\nA=3 # c\n# A\n',
    ],
    [
      'passes over prose that begins like an example',
      '#A=1 was too little\n',
      { A: '3' },
      '#A=1 was too little\nA=3\n',
    ],
    ['adds at the end what has no place', 'B=1\n', { A: '3', C: '' }, 'B=1\nA=3\nC=""\n'],
    ['leaves the last line without an end', 'B=1', { A: '3', C: '4' }, 'B=1\nA=3\nC=4'],
    ['fills an empty file', '', { A: '1' }, 'A=1\n'],
    ['changes the assignment that counts', 'A=1\nA=2\n', { A: '3' }, 'A=1\nA=3\n'],
    [
      'changes an earlier assignment that is expanded',
      'A=1\nB=$A\nA=2\n',
      { A: '3' },
      'A=3\nB=$A\nA=3\n',
    ],
    [
      'stands before the line that expands it',
      '# c\nB="$A x"\n#A=9\n',
      { A: '3' },
      '# c\nA=3\nB="$A x"\n#A=9\n',
    ],
    [
      'stands before a command that expands it',
      'C=1; echo $A\n',
      { A: '3' },
      'C=1; A=3; echo $A\n',
    ],
    ['replaces a value of several lines', 'A="x\n#B=1 y"\nB=2\n', { A: '3', B: '4' }, 'A=3\nB=4\n'],
    ['replaces a value that is continued', 'A=x\\\ny\nB=2\n', { A: '3' }, 'A=3\nB=2\n'],
    ['replaces what is added to', 'A=1\nA+=2\n', { A: '3' }, 'A=1\nA=3\n'],
    ['changes one of two on a line', 'A=1;B=2 C=3\n', { B: 'x y' }, 'A=1;B="x y" C=3\n'],
    [
      'comments out what is to be unset',
      'A=1\n  export B=2 # b\n',
      { A: null, B: null, C: null },
      '#A=1\n#  export B=2 # b\n',
    ],
    [
      'brings back what was unset',
      '#A=1\n#  export B=2 # b\n',
      { A: '3', B: '4' },
      'A=3\nB=4 # b\n',
    ],
    [
      'passes over here-documents',
      'cat <<-"E F"\n#A=1\n\tE F\nA=1\n',
      { A: '2' },
      'cat <<-"E F"\n#A=1\n\tE F\nA=2\n',
    ],
    [
      'passes over text within compound commands',
      'if [ $B ]; then\n  #A=1\n  C=2\nfi\nA=0\n',
      { A: '5' },
      'if [ $B ]; then\n  #A=1\n  C=2\nfi\nA=5\n',
    ],
    [
      'stands before the end of the sourcing',
      'B=1\nreturn\n#A=2\n',
      { A: '3' },
      'B=1\nA=3\nreturn\n#A=2\n',
    ],
    [
      'does not mind commands without the key',
      'echo "A is $A"; f() { B=2; }\ncase $B in x) ;; *) C=3;; esac\nA=1\n',
      { A: '2' },
      'echo "A is $A"; f() { B=2; }\ncase $B in x) ;; *) C=3;; esac\nA=2\n',
    ],
    [
      'keeps carriage returns in comments',
      '# one\r\nA=1 # two\r\n',
      { A: '2' },
      '# one\r\nA=2 # two\r\n',
    ],
    [
      'keeps line separators of other alphabets',
      'B="\u2028é"\nA=1\n',
      { A: '2' },
      'B="\u2028é"\nA=2\n',
    ],
  ];
  test.each(edited)('%s', (_title, before, values, after) => {
    expect(editShell(before, values)).toBe(after);
    expect(editShell(after, values)).toBe(after);
  });

  const refused: readonly [
    string,
    string,
    { [key: string]: string | null },
    string,
    string | undefined,
  ][] = [
    [
      'a command where a value was meant',
      'B=1\nA=--x --y\n',
      { A: '2' },
      'line 2 ("A=--x --y") runs "--y" as a command instead of setting A',
      'Put quotes around the whole value.',
    ],
    [
      'a condition',
      '[ $B ] && A=3\n',
      { A: '2' },
      'line 1 ("[ $B ] && A=3") may set A, but not in the form NAME=value',
      'Give A a line of its own, outside of commands and conditions.',
    ],
    [
      'a condition that goes on in the next line',
      'true &&\nA=3\n',
      { A: '2' },
      'line 1 ("true &&\\nA=3") may set A, but not in the form NAME=value',
      'Give A a line of its own, outside of commands and conditions.',
    ],
    [
      'an assignment within if',
      'A=1\nif true\nthen A=2\nfi\n',
      { A: '2' },
      'line 2 ("if true\\nthen A=2\\nfi") may set A, but not in the form NAME=value',
      'Give A a line of its own, outside of commands and conditions.',
    ],
    [
      'a function that sets it',
      'function f {\n  A=1\n}\nf\n',
      { A: '2' },
      'line 1 ("function f {\\n  A=1\\n}") may set A, but not in the form NAME=value',
      'Give A a line of its own, outside of commands and conditions.',
    ],
    [
      'an unset',
      'A=1\nunset B A\n',
      { A: '2' },
      'line 2 ("unset B A") may set A, but not in the form NAME=value',
      'Give A a line of its own, outside of commands and conditions.',
    ],
    [
      'an array',
      'A=(1\n2)\n',
      { A: '2' },
      'line 1 ("A=(1\\n2)") may set A, but not in the form NAME=value',
      'Give A a line of its own, outside of commands and conditions.',
    ],
    [
      'another file read afterwards',
      'A=1\n. ./site.rc\n',
      { A: '2' },
      'line 2 (". ./site.rc") runs other text, which may set A again',
      'Move that line above the one that sets A.',
    ],
    [
      'a quote that is not closed',
      'B=1\nA="1\n',
      { A: '2' },
      "what begins in line 2 has no end: a quote, a bracket or an 'if' is not closed",
      'Close it: bash would not read the rest of the file either.',
    ],
    [
      'an if that is not closed',
      'if true; then\nA=1\n',
      { B: '2' },
      "what begins in line 1 has no end: a quote, a bracket or an 'if' is not closed",
      'Close it: bash would not read the rest of the file either.',
    ],
    [
      'carriage returns',
      '# c\nA=1\r\n',
      { A: '2' },
      'line 2 ends as on Windows; bash would take the carriage return for a part of the value',
      "Remove the carriage returns: sed -i 's/\\r$//' FILE",
    ],
    [
      'a byte order mark',
      '\ufeffA=1\n',
      { A: '2' },
      'line 1 begins with a byte order mark, which bash takes for a command',
      'Remove the mark.',
    ],
    [
      'bytes that are not text',
      'A=1\nB=\ufffd\n',
      { A: '2' },
      'line 2 holds bytes that are not text in UTF-8',
      'Correct that line.',
    ],
    [
      'to unset a part of a line',
      'A=1; B=2\n',
      { A: null },
      'line 1 sets A together with something else, or over several lines',
      'Comment it out by hand, or give A a line of its own.',
    ],
    [
      'a name that is none',
      'A=1\n',
      { 'A B': '1' },
      '"A B" is not a name that bash can assign to',
      undefined,
    ],
    [
      'a line break in a value',
      'A=1\n',
      { A: 'x\ny' },
      'the value "x\\ny" holds a line break',
      'Give the value on one line.',
    ],
    [
      'a NUL in a value',
      'A=1\n',
      { A: 'x\0' },
      'the value "x\\u0000" holds a character that no text file can hold',
      'Give the value on one line.',
    ],
  ];
  test.each(refused)('refuses %s', (_title, text, values, message, advice) => {
    try {
      editShell(text, values);
    } catch (error) {
      expect(error).toBeInstanceOf(Refusal);
      expect(error).toMatchObject({ message, advice });
      return;
    }
    expect.unreachable('nothing was refused');
  });

  test('never runs text of the value and leaves all other lines alone, whatever the value', () => {
    const word = fc.string({
      unit: fc.constantFrom(...'aZ09 _\t\r\x01\x7f$`"\'\\!#;&|()<>{}[]*?~=:%+-é日🔭'),
      maxLength: 12,
    });
    const keys = ['SEASON', 'JOBSUB_OPTS', 'MIN_NITE', 'STASHVER', 'NEW_KEY', 'TEFF_CUT_g'];
    const values = fc.dictionary(fc.constantFrom(...keys), word, { minKeys: 1 });
    fc.assert(
      fc.property(fc.constantFrom('base.rc', 'base_alt.rc'), values, (name, wanted) => {
        const text = base(name);
        const result = editShell(text, wanted);
        expect(sourced(result)).toMatchObject(wanted);
        expect(otherLines(result, keys)).toEqual(otherLines(text, keys));
        expect(editShell(result, wanted)).toBe(result);
      }),
      { numRuns: 60 },
    );
  });
});

describe('reading', () => {
  test('tells what bash would, and admits what only bash can tell', () => {
    const text = [
      "A=1 B='x y' # c",
      'export C="a\\$b\\"c\\\\d" D=a\\ b"c"\'d\'',
      'E="$A" F=~/x G=$(id) H=a$ I=`id` J=$((1+2)) K=$\'\\n\'',
      'A=2; L+=x',
      '#M=1',
      'N=1 command',
      'read O <<< x',
      'P=x#y Q=',
    ].join('\n');
    const read = Object.fromEntries([...readShell(text)].map(([key, { value }]) => [key, value]));
    expect(read).toEqual({
      ...{ A: '2', B: 'x y', C: 'a$b"c\\d', D: 'a bcd' },
      ...{
        E: undefined,
        F: undefined,
        G: undefined,
        H: 'a$',
        I: undefined,
        J: undefined,
        K: undefined,
      },
      ...{
        L: undefined,
        N: undefined,
        command: undefined,
        O: undefined,
        read: undefined,
        x: undefined,
      },
      ...{ P: 'x#y', Q: '' },
    });
    expect(readShell(text).get('L')).toEqual({ value: undefined, line: 4, raw: 'x' });
    expect(readShell(text).get('O')).toEqual({ value: undefined, line: 7, raw: 'read O <<< x' });
  });

  test('agrees with bash wherever it gives a value', () => {
    const piece = fc.constantFrom(
      'A=1',
      'B=',
      'AB',
      ' ',
      '\n',
      ';',
      '"',
      "'",
      '\\',
      '$',
      '#',
      '$A',
      '(',
      ')',
      '`',
      '{',
      '}',
      'if ',
      'fi',
      '~',
      '&',
      '=',
      'export ',
      ':',
      'true',
    );
    const scripts = fc.array(fc.array(piece, { maxLength: 14 }), { minLength: 40, maxLength: 40 });
    fc.assert(
      fc.property(scripts, (many) => {
        // Without the last line, bash 5.2 replaces the subshell by the last command of the file; the
        // empty one before it is for a backslash at the end.
        const texts = many.map((pieces) => `${pieces.join('')}\n\n:\n`);
        const results = bashValues(texts);
        texts.forEach((text, index) => {
          const read = readShell(text);
          if (results[index] === undefined) return;
          for (const name of ['A', 'B'] as const) {
            const told = read.get(name);
            if (told?.value === undefined) continue;
            expect({ text, name, value: results[index]![name] }).toEqual({
              text,
              name,
              value: told.value,
            });
          }
        });
      }),
      { numRuns: 4 },
    );
  });
});

/** Sources each text in a subshell of one bash; undefined for text that is no valid bash. */
function bashValues(texts: readonly string[]): ({ A: string; B: string } | undefined)[] {
  for (const [index, text] of texts.entries()) writeFileSync(join(folder, `s${index}`), text);
  const script = `for ((n = 0; n < $1; n++)); do (
    bash -n "s$n" || { printf 'bad\\0'; exit; }
    source "./s$n" </dev/null >&2; printf 'A=%s;B=%s\\0' "$A" "$B"
  ) 2>/dev/null; done; rm -f s*`;
  writeFileSync(join(folder, 'sources'), script);
  const out = execFileSync('bash', ['--norc', './sources', String(texts.length)], {
    cwd: folder,
    env: { PATH: '/usr/bin:/bin', HOME: '/nonexistent' },
    timeout: 300_000,
  });
  const items = out.toString().split('\0');
  return texts.map((_, index) => {
    const match = /^A=([\s\S]*);B=([\s\S]*)$/.exec(items[index]!);
    return match === null ? undefined : { A: match[1]!, B: match[2]! };
  });
}

describe('hostile text', () => {
  test('is read or refused, never anything else', () => {
    const unit = fc.constantFrom(
      ...'A=1 \n\t"\'\\$`(){}[]#;&|<>!~\0é',
      'if ',
      'fi\n',
      '<<E',
      'A=',
      '${',
      '$(',
      'case ',
      ')',
    );
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 60 }), (text) => {
        readShell(text);
        try {
          const result = editShell(text, { A: 'x y', B: null });
          expect(editShell(result, { A: 'x y', B: null })).toBe(result);
          expect(readShell(result).get('A')?.value).toBe('x y');
        } catch (error) {
          expect(error).toBeInstanceOf(Refusal);
        }
      }),
      { numRuns: 1500 },
    );
  });

  const size = 400_000;
  const large: readonly [string, string][] = [
    ['assignments', 'A=1\nB="$A"\n'],
    ['commands', 'echo $A\n'],
    ['brackets', '('],
    ['expansions', '$(${`'],
    ['one word', 'a['],
    ['here-documents', 'cat <<E\n'],
    ['examples', '#A=\n#A="\n'],
    ['quotes', '"\'\\'],
  ];
  test.each(large)('of great length is read in linear time: %s', (_title, unit) => {
    const text = unit.repeat(size / unit.length);
    readShell(text);
    try {
      editShell(text, { A: '2', C: '3', D: null });
    } catch (error) {
      expect(error).toBeInstanceOf(Refusal);
    }
  });
});

test('a quoted value is one bare word of bash where that is safe', () => {
  expect(['gw8', '--a=b', '~', '', 'a b', "it's", '$x', 'a:~/b'].map(quoteShell)).toEqual([
    'gw8',
    '"--a=b"',
    '"~"',
    '""',
    '"a b"',
    '"it\'s"',
    "'$x'",
    '"a:~/b"',
  ]);
});
