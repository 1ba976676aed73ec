import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Params } from '../../../core/api/builds.ts';
import { digestOf } from '../../../core/api/digest.ts';
import { Refusal, UserError } from '../../../core/api/errors.ts';
import { findRuleFile } from '../../../core/load/find.ts';
import { type Loaded, loadBuild } from '../../../core/load/load.ts';
import { trustFolder } from '../../../core/load/trust.ts';
import { openFiles } from '../../../core/world/files.ts';

/** Stands for the bundled `desgw`: marks builds as the real one does. */
const STAND_IN = `
export const defineBuild = (build) => ({ ...build, [Symbol.for('desgw.build')]: true });
export const target = (name, rule) => ({ name, ...rule });
`;

let workspace: string;
let writes: string[];

beforeEach(() => {
  workspace = realpathSync(mkdtempSync(join(tmpdir(), 'load-')));
  writes = [];
});
afterEach(() => rmSync(workspace, { recursive: true, force: true }));

function put(path: string, text: string): string {
  const full = join(workspace, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, text);
  return full;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** Who owns what, for real. */
function ownership() {
  const { strangerIn, privateDirectory, isOwnOrAbsent, isPrivate, realDirectory } =
    openFiles(workspace);
  return { strangerIn, privateDirectory, isOwnOrAbsent, isPrivate, realDirectory };
}

function load(
  cache: 'use' | 'readonly' = 'use',
  version = '1.0.0',
  env: { readonly HOME?: string } = {},
): Promise<Loaded> {
  const standIn = put('elsewhere/index.mjs', STAND_IN);
  return loadBuild(join(workspace, 'desgwfile.ts'), {
    cache,
    version,
    env,
    moduleFor: (specifier) => (specifier === 'desgw' ? `file://${standIn}` : undefined),
    files: {
      ...ownership(),
      absolute: (path) => resolve(workspace, path),
      digest: (path) => {
        const text = readText(path);
        return text === undefined ? 'absent' : digestOf(text);
      },
      readText,
      remove: (path) => rmSync(path),
      write: (path, data, mode) => {
        writes.push(path);
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, data, { mode });
      },
    },
  });
}

/** Message and hint of the error that loading ends in. */
async function complaint(): Promise<string> {
  const error = await load('readonly').catch((e: unknown) => e);
  if (!(error instanceof UserError)) throw error;
  expect(error.exit).toBe(2);
  return `${error.message.replaceAll(workspace, '<ws>')}\n${error.hint?.replaceAll(workspace, '<ws>')}`;
}

const NO_PARAMS: Params = {};

describe('a good rule file', () => {
  test('is loaded with its helpers, types and enums', async () => {
    put(
      'lib/helper.ts',
      'export enum Band { i = "i" }\nexport const name = (b: Band): string => "band-" + b;\n',
    );
    put(
      'desgwfile.ts',
      `import { defineBuild, target } from 'desgw';
import type { Build } from 'desgw';
import { Band, name } from './lib/helper';
export default defineBuild({ goal: name(Band.i), rules: () => [target(name(Band.i), {})] }) satisfies Build;
`,
    );
    const loaded = await load();
    expect([loaded.build.goal, loaded.build.rules(NO_PARAMS)]).toEqual([
      'band-i',
      [{ name: 'band-i' }],
    ]);
    expect([loaded.file, loaded.sources]).toEqual([
      join(workspace, 'desgwfile.ts'),
      [join(workspace, 'desgwfile.ts'), join(workspace, 'lib/helper.ts')],
    ]);
  });

  test.each(['use', 'readonly'] as const)(
    'finds its own place through import.meta in every source (cache: %s)',
    async (cache) => {
      put('lib/helper.ts', 'export const here = import.meta.dirname;\n');
      put(
        'desgwfile.ts',
        `import { defineBuild } from 'desgw';
import { here } from './lib/helper.ts';
// The word "import.meta.url" in a text stays as it is.
const goal = [import.meta.url, import.meta.filename, here, 'import.meta.url'].join(' ');
export default defineBuild({ goal, rules: () => [] });
`,
      );
      const file = join(workspace, 'desgwfile.ts');
      const lib = join(workspace, 'lib');
      expect((await load(cache)).build.goal).toBe(`file://${file} ${file} ${lib} import.meta.url`);
    },
  );

  test.each(['use', 'readonly'] as const)(
    'may import an installed package (cache: %s)',
    async (cache) => {
      put(
        'node_modules/stars/package.json',
        '{"name":"stars","exports":{".":{"import":"./m.mjs","default":"./c.cjs"}}}',
      );
      put('node_modules/stars/m.mjs', 'export const star = "Vega";\n');
      put(
        'desgwfile.ts',
        `import { defineBuild } from 'desgw';
import { sep } from 'path';
import { join } from 'node:path';
import { star } from 'stars';
export default defineBuild({ goal: join(sep, star), rules: () => [] });
`,
      );
      expect((await load(cache)).build.goal).toBe('/Vega');
    },
  );
});

describe('code that others could have written', () => {
  const RULES = `import { defineBuild } from 'desgw'; import { GOAL } from './lib/goal.ts'; export default defineBuild({ goal: GOAL, rules: () => [] });`;
  const env = () => ({ HOME: join(workspace, 'home') });
  const loadIt = () => load('use', '1.0.0', env());

  beforeEach(() => {
    put('desgwfile.ts', RULES);
    put('lib/goal.ts', `export const GOAL = 'all';`);
  });

  test.each<[string, () => void, string]>([
    [
      'the rule file, by its mode',
      () => chmodSync(join(workspace, 'desgwfile.ts'), 0o666),
      'everybody may write it',
    ],
    [
      'a file it imports',
      () => chmodSync(join(workspace, 'lib/goal.ts'), 0o666),
      'lib/goal.ts is not run: everybody may write it',
    ],
    [
      'a folder of those',
      () => chmodSync(join(workspace, 'lib'), 0o777),
      'everybody may write its folder',
    ],
    [
      'a folder above',
      () => chmodSync(workspace, 0o777),
      'desgwfile.ts is not run: everybody may write its folder',
    ],
    [
      'the folder of a link to it',
      () => {
        rmSync(join(workspace, 'lib'), { recursive: true });
        put('elsewhere/deep/lib/goal.ts', `export const GOAL = 'all';`);
        chmodSync(join(workspace, 'elsewhere'), 0o777);
        symlinkSync('elsewhere/deep/lib', join(workspace, 'lib'));
      },
      'elsewhere, and so put another folder in the place of its own',
    ],
    [
      'a package of the workspace',
      () => {
        put('node_modules/more/package.json', '{"name":"more","main":"more.js"}');
        put('node_modules/more/more.js', '');
        chmodSync(join(workspace, 'node_modules/more/more.js'), 0o666);
        put('desgwfile.ts', `import 'more'; ${RULES}`);
      },
      'more.js is not run: everybody may write it',
    ],
  ])('%s: is not run before the user has said so', async (_what, open, told) => {
    expect((await loadIt()).build.goal).toBe('all');
    open();
    const error = (await loadIt().catch((e: unknown) => e)) as UserError;
    expect(`${error.message} ${error.hint}`).toContain(told);
    expect(error.hint).toContain(`desgw trust ${workspace}`);
    trustFolder(workspace, openFiles(workspace), env());
    expect((await loadIt()).build.goal).toBe('all');
  });

  test('a bundle in the cache that others could have written is not used', async () => {
    await loadIt();
    const cached = writes[0]!;
    expect([statSync(cached).mode & 0o777, statSync(dirname(cached)).mode & 0o777]).toEqual([
      0o600, 0o700,
    ]);
    writeFileSync(cached, readFileSync(cached, 'utf8').replace('all', 'evil'));
    chmodSync(cached, 0o666);
    expect((await loadIt()).build.goal).toBe('all');
  });

  test('a cache that cannot be kept holds nobody up', async () => {
    put('.desgw/cache', 'in the way');
    expect((await loadIt()).build.goal).toBe('all');
  });
});

describe('the cache', () => {
  const rules = (goal: string) =>
    `import { defineBuild } from 'desgw';\nimport { tail } from './tail.ts';\nexport default defineBuild({ goal: '${goal}' + tail, rules: () => [] });\n`;

  test('is written once and used while no source has changed', async () => {
    put('tail.ts', 'export const tail = "!";\n');
    put('desgwfile.ts', rules('a'));
    const goals = [(await load()).build.goal, (await load()).build.goal];
    expect([goals, writes.length]).toEqual([['a!', 'a!'], 1]);
    put('tail.ts', 'export const tail = "?";\n');
    expect([(await load()).build.goal, writes.length]).toEqual(['a?', 2]);
    put('desgwfile.ts', rules('b'));
    expect([(await load()).build.goal, writes.length]).toEqual(['b?', 3]);
    const kept = readdirSync(join(workspace, '.desgw/cache'));
    expect(kept.map((name) => name.split('.').at(-1))).toEqual(['code', 'mjs']);
  });

  test('of another version is not used', async () => {
    put('tail.ts', 'export const tail = "";\n');
    put('desgwfile.ts', rules('a'));
    await load('use', '1.0.0');
    await load('use', '1.0.1');
    expect(writes.length).toBe(2);
  });

  test('is neither written nor made when only reading', async () => {
    put('tail.ts', 'export const tail = "";\n');
    put('desgwfile.ts', rules('a'));
    expect([(await load('readonly')).build.goal, writes]).toEqual(['a', []]);
    await load('use');
    put('desgwfile.ts', rules('b'));
    expect([(await load('readonly')).build.goal, writes.length]).toEqual(['b', 1]);
  });

  test('that was damaged is made again', async () => {
    put('tail.ts', 'export const tail = "";\n');
    put('desgwfile.ts', rules('a'));
    await load();
    for (const text of ['', '// desgw {"inputs"', '// desgw {}\nexport default 1;\n']) {
      writeFileSync(writes[0]!, text);
      expect((await load()).build.goal).toBe('a');
    }
    expect(writes.length).toBe(4);
  });

  test('that names a package which has moved is made again', async () => {
    put('node_modules/stars/package.json', '{"name":"stars","exports":"./stars.mjs"}');
    put('node_modules/stars/stars.mjs', 'export const star = "Vega";\n');
    put(
      'desgwfile.ts',
      `import { defineBuild } from 'desgw';\nimport { star } from 'stars';\nexport default defineBuild({ goal: star, rules: () => [] });\n`,
    );
    await load();
    const cached = readFileSync(writes[0]!, 'utf8');
    writeFileSync(writes[0]!, cached.replace('stars/stars.mjs', 'stars/moved.mjs'));
    expect([(await load()).build.goal, writes.length]).toEqual(['Vega', 2]);
  });
});

describe('a bad rule file is answered with place and reason', () => {
  test('when it does not parse', async () => {
    put('desgwfile.ts', `import { defineBuild } from 'desgw';\nconst x = = 1;\n`);
    expect(await complaint()).toBe(`desgwfile.ts:2:11: Unexpected "="
  2 | const x = = 1;
    |           ^
Mend the line; nothing has been built.`);
  });

  test('when a helper does not parse', async () => {
    put('lib/helper.ts', `export const a = 1;\n\texport const b = ";\n`);
    put('desgwfile.ts', `import { a } from './lib/helper.ts';\nexport default a;\n`);
    expect(await complaint()).toBe(`lib/helper.ts:2:21: Unterminated string literal
  2 |  export const b = ";
    |                     ^
Mend the line; nothing has been built.`);
  });

  test('when it imports what is not there', async () => {
    put(
      'desgwfile.ts',
      `import { a } from './helper.ts';\nimport b from 'stars';\nexport default [a, b];\n`,
    );
    expect(await complaint()).toBe(`desgwfile.ts:1:19: Could not resolve "./helper.ts"
  1 | import { a } from './helper.ts';
    |                   ^^^^^^^^^^^^^
desgwfile.ts:2:15: Could not resolve "stars"
  2 | import b from 'stars';
    |               ^^^^^^^
Mend the line; nothing has been built.`);
  });

  test('when it imports a part that desgw does not have', async () => {
    put('desgwfile.ts', `import 'desgw/tarets';\n`);
    expect(
      await complaint(),
    ).toBe(`desgwfile.ts:1:8: desgw has no part 'desgw/tarets'. Did you mean 'desgw/targets'?
  1 | import 'desgw/tarets';
    |        ^^^^^^^^^^^^^^
Mend the line; nothing has been built.`);
  });

  test('when it imports a name that desgw does not have', async () => {
    put('desgwfile.ts', `import { defineBild } from 'desgw';\nexport default defineBild({});\n`);
    expect(await complaint()).toBe(`desgwfile.ts:1:10: 'desgw' has no export 'defineBild'
  1 | import { defineBild } from 'desgw';
    |          ^^^^^^^^^^
Did you mean 'defineBuild'?`);
  });

  test.each(['use', 'readonly'] as const)(
    'when it throws while it is evaluated (cache: %s)',
    async (cache) => {
      put(
        'lib/helper.ts',
        `interface Deep { a?: { b: number } }\nexport const dig = (d: Deep): number => d.a!.b;\n`,
      );
      put('desgwfile.ts', `import { dig } from './lib/helper.ts';\n\nexport default dig({});\n`);
      const error = (await load(cache).catch((e: unknown) => e)) as UserError;
      expect([error.name, error.message, error.hint]).toEqual([
        'UserError',
        `lib/helper.ts:2:46: TypeError: Cannot read properties of undefined (reading 'b')
  2 | export const dig = (d: Deep): number => d.a!.b;
    |                                              ^
  called from desgwfile.ts:3:16`,
        'This happened in the rule file; nothing has been built.',
      ]);
    },
  );

  test('when it throws something that is no error', async () => {
    put('desgwfile.ts', `throw 'no\\x1b[31m';\n`);
    expect(await complaint()).toBe('desgwfile.ts threw no\\x1b[31m\nundefined');
  });

  test('when it exports no build', async () => {
    put('desgwfile.ts', `export const build = 1;\n`);
    expect(await complaint()).toBe(
      'desgwfile.ts:1:14: there is no default export\nIt must end in: export default defineBuild({ goal: ..., rules: ... });',
    );
  });

  test('when its export was not made by defineBuild', async () => {
    put('desgwfile.ts', `export default { goal: 'all', rules: () => [] };\n`);
    expect(await complaint()).toBe(
      '<ws>/desgwfile.ts: the default export was not made by defineBuild\nIt must end in: export default defineBuild({ goal: ..., rules: ... });',
    );
  });

  test('when it is not there', async () => {
    expect(await complaint()).toBe(
      '<ws>/desgwfile.ts does not exist\nGo to the folder of your desgwfile.ts, or make a new workspace with `desgw init`.',
    );
  });
});

describe('what a rule file throws later', () => {
  test('is explained by its place in the sources', async () => {
    put(
      'desgwfile.ts',
      `import { defineBuild } from 'desgw';
interface Wide { readonly a: number; }

export default defineBuild({
  goal: 'all',
  rules: () => { throw new Error('no exposures'); },
});
`,
    );
    const loaded = await load('readonly');
    const error = catchError(() => loaded.build.rules(NO_PARAMS));
    expect(loaded.siteOf((error as Error).stack!)).toBe('desgwfile.ts:6');
    expect(loaded.explain(error).message).toBe(`desgwfile.ts:6:24: no exposures
  6 |   rules: () => { throw new Error('no exposures'); },
    |                        ^`);
    expect(loaded.siteOf(new Error('not in the rule file').stack!)).toBe('');
  });
});

test('a refusal and a user error keep their advice when they are explained', async () => {
  put(
    'desgwfile.ts',
    `import { defineBuild } from 'desgw';\nexport default defineBuild({ goal: 'a', rules: () => [] });\n`,
  );
  const { explain } = await load('readonly');
  const told = [new Refusal('no season', 'Take 500.'), new UserError('no host', 'Set it.', 4)].map(
    (error) => {
      const { message, hint, exit } = explain(error);
      return [message, hint, exit];
    },
  );
  expect(told).toEqual([
    ['desgwfile.ts: no season', 'Take 500.', 2],
    ['desgwfile.ts: no host', 'Set it.', 4],
  ]);
});

function catchError(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

describe('findRuleFile', () => {
  test('looks upwards from the folder it is given', () => {
    expect(findRuleFile('/a/b/c', (path) => path === '/a/desgwfile.ts')).toBe('/a/desgwfile.ts');
  });

  test('names where it looked when there is none', () => {
    expect(catchError(() => findRuleFile('/a/b', () => false))).toEqual(
      new UserError(
        'no desgwfile.ts in /a/b or in a folder above it',
        'Go to the folder of your desgwfile.ts, or make a new workspace with `desgw init`.',
      ),
    );
  });
});

test('a field of the build that means nothing is pointed at, with what was meant', async () => {
  put(
    'desgwfile.ts',
    `import { defineBuild } from 'desgw';\nexport default defineBuild({\n  gaol: 'a',\n  rules: () => [],\n});\n`,
  );
  await expect(load('readonly')).rejects.toMatchObject({
    message: `desgwfile.ts:3:3: the build has a field 'gaol', which means nothing
  3 |   gaol: 'a',
    |   ^^^^`,
    hint: "Did you mean 'goal'?",
  });
});
