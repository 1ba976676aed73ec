import { expect, test } from 'vitest';
import {
  claim,
  copy,
  defineBuild,
  edit,
  exec,
  expand,
  expandFile,
  group,
  isBuild,
  link,
  move,
  param,
  recordingSites,
  remove,
  target,
  write,
} from '../../../core/api/define.ts';

test('steps are plain data', () => {
  expect([
    exec(['cp', 'a', 'b'], { timeout: 3 }),
    write('a', 'text'),
    write('a', 'text', 0o755),
    edit('rc', 'shell', { KEY: '1' }),
    edit('rc', 'ini', { 'a.b': null }, 'template'),
    copy('a', 'b'),
    link('a', 'b'),
    move('a', 'b'),
    remove('a'),
    claim('registry', ['1', '2'], 'a note'),
  ]).toEqual([
    { kind: 'exec', argv: ['cp', 'a', 'b'], timeout: 3 },
    { kind: 'write', path: 'a', content: 'text' },
    { kind: 'write', path: 'a', content: 'text', mode: 0o755 },
    { kind: 'edit', path: 'rc', format: 'shell', values: { KEY: '1' } },
    { kind: 'edit', path: 'rc', format: 'ini', values: { 'a.b': null }, template: 'template' },
    { kind: 'copy', from: 'a', to: 'b' },
    { kind: 'link', path: 'a', to: 'b' },
    { kind: 'move', from: 'a', to: 'b' },
    { kind: 'remove', path: 'a' },
    { kind: 'claim', registry: 'registry', names: ['1', '2'], note: 'a note' },
  ]);
});

test('targets, groups and expansions are plain data', () => {
  const rules = () => [];
  expect([
    target('a', { deps: ['b'] }),
    group('all', ['a'], 'everything'),
    group('all', ['a']),
    expand('list', rules),
    expand('list', rules, '1'),
    expandFile('list', rules),
  ]).toEqual([
    { name: 'a', deps: ['b'] },
    { name: 'all', deps: ['a'], doc: 'everything' },
    { name: 'all', deps: ['a'] },
    { kind: 'expansion', from: 'list', rules },
    { kind: 'expansion', from: 'list', rules, placeholder: '1' },
    { kind: 'expansion', file: 'list', rules },
  ]);
});

test.each([
  [5, 'number'],
  [true, 'boolean'],
  ['text', 'text'],
  [['a'], 'list'],
  [null, 'text'],
] as const)('a parameter with default %j is of type %s', (value, type) => {
  expect(param(value)).toEqual({ default: value, type });
});

test('the type of a parameter may be said, its default is what it is', () => {
  const check = () => undefined;
  expect(param(5, { type: 'integer', help: 'how many', check })).toEqual({
    default: 5,
    type: 'integer',
    help: 'how many',
    check,
  });
});

test('a build is known as one, whichever copy of the module made it', () => {
  const build = { goal: 'a', rules: () => [] };
  expect([
    isBuild(defineBuild(build)),
    isBuild(build),
    isBuild(undefined),
    isBuild('build'),
  ]).toEqual([true, false, false, false]);
});

test('the place of a declaration is noted only where it is wanted', () => {
  expect(target('a', {}).declaredAt).toBe(undefined);
  expect(
    recordingSites(
      () => 'desgwfile.ts:3',
      () => target('a', {}),
    ),
  ).toEqual({ name: 'a', declaredAt: 'desgwfile.ts:3' });
  expect(() =>
    recordingSites(
      () => '',
      () => {
        throw new Error('bad rules');
      },
    ),
  ).toThrow('bad rules');
  expect(target('a', {}).declaredAt).toBe(undefined);
});
