/** What of an output is not as a run left it, file by file. */
import { describe, expect, test } from 'vitest';
import { ABSENT, digestOf } from '../../../core/api/digest.ts';
import {
  contentOf,
  differencesOf,
  isAsLeft,
  linkDigest,
  membersDigest,
} from '../../../core/plan/left.ts';

const members = (table: { readonly [path: string]: string }) =>
  membersDigest(Object.entries(table));
const file = () => ABSENT;

describe('a set of files', () => {
  const output = { path: 'out/*', glob: true };
  const recorded = members({ 'out/a': '1', 'out/b': '2' });
  const compared = (now: string) => differencesOf(output, recorded, now, file);

  test('is told file by file: what lacks, what changed, and what no run has made', () => {
    expect(compared(members({ 'out/b': 'x', 'out/c': '3', 'out/d': '4' }))).toEqual({
      ...{ missing: ['out/a'], changed: ['out/b'], others: ['out/c', 'out/d'] },
    });
    expect(compared(recorded)).toEqual({ missing: [], changed: [], others: [] });
  });

  test('that is gone altogether is named by its pattern', () => {
    expect(compared(members({ 'out/c': '3' }))).toEqual({
      ...{ missing: ['out/*'], changed: [], others: ['out/c'] },
    });
  });

  test('is as it was left beside files of others, not without one of its own', () => {
    const left = (now: string) => isAsLeft(output, recorded, now, file);
    expect(left(members({ 'out/a': '1', 'out/b': '2', 'out/c': '3' }))).toBe(true);
    expect(left(members({ 'out/a': '1' }))).toBe(false);
    expect(left(members({ 'out/a': '1', 'out/b': 'x' }))).toBe(false);
  });
});

describe('a file', () => {
  const compared = (recorded: string | undefined, now: string) =>
    differencesOf({ path: 'f' }, recorded, now, file);

  test('that is not there lacks, one with another content has changed', () => {
    expect(compared('1', ABSENT)).toMatchObject({ missing: ['f'], changed: [] });
    expect(compared('1', '2')).toMatchObject({ missing: [], changed: ['f'] });
    expect(compared(undefined, '2')).toMatchObject({ missing: ['f'] });
  });

  test('in whose place is a link to nowhere lacks', () => {
    expect(compared('1', linkDigest('gone', ABSENT))).toMatchObject({ missing: ['f'] });
  });
});

test('a link is as it was left while it leads where it led, whatever is behind it now', () => {
  const left = (now: string) => isAsLeft({ path: 'f' }, linkDigest('a', '1'), now, file);
  expect(left(linkDigest('a', '2'))).toBe(true);
  expect(left(linkDigest('b', '1'))).toBe(false);
  expect(left('1')).toBe(false);
});

test('those who need a link compare what is behind it, or where it leads when nothing is there', () => {
  expect(contentOf(linkDigest('a', 'content'))).toBe('content');
  expect(contentOf(linkDigest('a', ABSENT))).not.toBe(contentOf(linkDigest('b', ABSENT)));
  expect(contentOf(digestOf('x'))).toBe(digestOf('x'));
});
