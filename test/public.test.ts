/** What desgw gives to others: every name of it is used, and every file of targets has its own test. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const text = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const filesIn = (folder: string): readonly string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => `${folder}/${path}`);

/** Names that a file exports, and those of the files whose types it exports whole. */
function exportedBy(path: string): readonly string[] {
  const source = text(path);
  const named = [...source.matchAll(/^export (?:type )?\{([^}]*)\} from/gm)].flatMap(([, list]) =>
    list!
      .split(',')
      .map((name) => name.trim().replace(/^type /, ''))
      .filter((name) => name !== ''),
  );
  const whole = [...source.matchAll(/^export type \* from '([^']+)'/gm)].flatMap(([, from]) =>
    [...text(join(dirname(path), from!)).matchAll(/^export (?:interface|type) (\w+)/gm)].map(
      ([, name]) => name!,
    ),
  );
  return [...named, ...whole];
}

const USERS = [
  ...['targets', 'examples', 'test'].flatMap(filesIn),
  ...['README.md', 'CONTRIBUTING.md', 'desgwfile.ts'],
];

describe.each([
  ['desgw', 'core/index.ts', ['core/api']],
  ['desgw/targets', 'targets/index.ts', []],
  ['desgw/testing', 'core/testing/index.ts', ['core/testing']],
])('%s', (_, index, home) => {
  test('exports no name that neither targets nor a page, an example or a test uses', () => {
    const users = USERS.filter((path) => path !== index).map(text);
    // A type may be there for another one that is public.
    const kin = home
      .flatMap(filesIn)
      .filter((path) => path !== index)
      .map(text);
    const isUsed = (name: string): boolean => {
      const word = new RegExp(`\\b${name}\\b`, 'g');
      return (
        users.some((one) => one.search(word) >= 0) ||
        kin.reduce((n, one) => n + (one.match(word)?.length ?? 0), 0) > 1
      );
    };
    const names = exportedBy(index);
    expect(names.length).toBeGreaterThan(10);
    expect(names.filter((name) => !isUsed(name))).toEqual([]);
  });
});

test('what desgw/testing takes of desgw is exported by the bundle in which it looks for it', () => {
  const taken = (source: string, verb: string): readonly string[] =>
    [...source.matchAll(new RegExp(`^${verb} \\{([^}]*)\\} from '\\.\\./(?!index)`, 'gm'))]
      .flatMap(([, list]) => list!.split(',').map((name) => name.trim()))
      .filter((name) => name !== '' && !name.startsWith('type '));
  const given = taken(text('core/cli/program.ts'), 'export');
  const needed = filesIn('core/testing').flatMap((path) => taken(text(path), '(?:import|export)'));
  expect(needed).toContain('openFiles');
  expect(needed.filter((name) => !given.includes(name))).toEqual([]);
});

test('every file of targets has a test of its own name, with tests in it', () => {
  const lacking = filesIn('targets').filter((path) => {
    const own = join('test', path.replace(/\.ts$/, '.test.ts'));
    return !existsSync(join(ROOT, own)) || !/^\s*test(\.each)?[(<]/m.test(text(own));
  });
  expect(lacking).toEqual([]);
});
