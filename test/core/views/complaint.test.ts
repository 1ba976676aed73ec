import { expect, test } from 'vitest';
import { CODES } from '../../../core/api/codes.ts';
import { UserError } from '../../../core/api/errors.ts';
import {
  codeText,
  complaintJson,
  complaintOf,
  complaintText,
} from '../../../core/views/complaint.ts';

const RULES = `import { defineBuild, target } from 'desgw';
export default defineBuild({
  goal: 'b',
  rules: () => [
    target('b', { deps: ['a'] }),
    target('a', { deps: ['b'] }),
  ],
});
`;
const readText = (path: string) => (path === 'desgwfile.ts' ? RULES : undefined);

test('the line of the rule file is shown with the name underlined that is spoken of', () => {
  const error = new UserError(
    "target 'b' (desgwfile.ts:5) needs 'a', which no rule makes",
    'Declare it.',
  ).coded('DG302');
  expect(
    complaintText(complaintOf(error, readText), { width: 200 }),
  ).toBe(`desgw: target 'b' (desgwfile.ts:5) needs 'a', which no rule makes
  5 |     target('b', { deps: ['a'] }),
    |                           ^
  Declare it.
  (DG302: \`desgw help DG302\` tells more)`);
});

test('of a cycle two lines are shown; a message that shows its line itself is left alone', () => {
  const cycle = new UserError(
    'the rules form a cycle: b -> a -> b\n  b needs a (desgwfile.ts:5)\n  a needs b (desgwfile.ts:6)',
  ).coded('DG303');
  expect(complaintOf(cycle, readText).source).toEqual([
    "  5 |     target('b', { deps: ['a'] }),",
    '    |                           ^',
    "  6 |     target('a', { deps: ['b'] }),",
    '    |                           ^',
  ]);
  const own = new UserError('desgwfile.ts:5:3: Unexpected\n  5 | target(\n    | ^');
  expect(complaintOf(own, readText).source).toEqual([]);
  expect(complaintOf(new UserError('see other.ts:5'), readText).source).toEqual([]);
});

test('as data an error has its code, its sentences and the exit status', () => {
  const error = new UserError("there is no target 'x'", 'See `desgw targets`.').coded('DG301');
  expect(complaintJson(complaintOf(error, readText))).toEqual({
    error: {
      code: 'DG301',
      title: 'unknown target',
      message: "there is no target 'x'",
      hint: 'See `desgw targets`.',
      exit: 2,
    },
  });
});

test('only what is neither of people nor of the system is called a fault of desgw', () => {
  const system = Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
  expect(complaintOf(system, readText)).toMatchObject({ code: 'DG503', exit: 5 });
  expect(complaintOf(new Error('internal: x'), readText)).toMatchObject({ code: 'DG900', exit: 1 });
  expect(complaintOf('thrown', readText).message).toBe('thrown');
});

test('every code is explained, in sentences', () => {
  for (const code of Object.keys(CODES) as (keyof typeof CODES)[]) {
    expect(codeText(code)).toMatch(new RegExp(`^${code}: .+\n\n  [A-Za-z].+\\.\n$`));
  }
});

test('what the disk refuses is told with the remedy, what Node itself refuses without one', () => {
  const refused = (code: string) =>
    complaintOf(Object.assign(new Error('no'), { code }), readText).hint;
  expect(refused('ENOSPC')).toBe('Make room on that disk and run this again.');
  expect(refused('EROFS')).toContain('can only be read now');
  expect(refused('EDQUOT')).toContain('quota');
  expect(refused('ENOTDIR')).toContain('A file stands where a folder belongs');
  expect(refused('ERR_INVALID_ARG_TYPE')).toBeUndefined();
});
