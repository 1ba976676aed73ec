/** The borders between the parts of desgw, read off the sources. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { FLOORS } from './floors.ts';
import { booleanParametersIn, functionsIn } from './shape.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

interface Import {
  readonly from: string;
  /** Path within the repository, or the name of a package. */
  readonly to: string;
  readonly typeOnly: boolean;
}

interface Source {
  readonly path: string;
  /** Without comments. */
  readonly code: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

const SOURCES: readonly Source[] = ['core', 'targets', 'page']
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map(
      (path) => `${folder}/${path}`,
    ),
  )
  .filter((path) => path.endsWith('.ts'))
  .sort()
  .map((path) => {
    const text = readFileSync(join(root, path), 'utf8');
    const code = withoutComments(text);
    return { path, text, code, imports: importsOf(path, code) };
  });

/** Texts stay, except that what looks like a comment in them goes; nothing here looks at those. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
}

function importsOf(path: string, code: string): readonly Import[] {
  const found: Import[] = [];
  const statement = /^(?:import|export)\s+(type\s)?(?:[^;'"]*?\sfrom\s+)?'([^']+)'/gm;
  for (const [, type, to] of code.matchAll(statement))
    found.push(edge(path, to!, type !== undefined));
  for (const [, type, to, member] of code.matchAll(/(typeof\s+)?\bimport\('([^']+)'\)(\.[A-Z])?/g))
    found.push(edge(path, to!, type !== undefined || member !== undefined));
  return found;
}

function edge(from: string, to: string, typeOnly: boolean): Import {
  return { from, to: to.startsWith('.') ? normalize(join(dirname(from), to)) : to, typeOnly };
}

/**
 * Files that say when something was, to people or on record. `listings.ts` and `remember.ts` also take
 * what changed within minutes of it for young, which costs another look and never saves one.
 */
const BY_THE_TIME_OF_DAY: readonly string[] = [
  'core/cli/answer.ts',
  'core/cli/by-hand.ts',
  'core/cli/call.ts',
  'core/cli/clean.ts',
  'core/cli/notify.ts',
  'core/cli/remember.ts',
  'core/cli/report.ts',
  'core/cli/reporting.ts',
  'core/cli/show.ts',
  'core/cli/views.ts',
  'core/cli/watch.ts',
  'core/memory/history.ts',
  'core/memory/lock.ts',
  'core/observe/by-set.ts',
  'core/observe/judging.ts',
  'core/observe/listings.ts',
  'core/observe/observer.ts',
  'core/observe/stillness.ts',
  'core/run/action.ts',
  'core/run/adopt.ts',
  'core/run/build.ts',
  'core/run/course.ts',
  'core/run/on-record.ts',
  'core/run/schedule.ts',
  'core/testing/machine.ts',
  'core/testing/memory-files.ts',
  'core/views/lines.ts',
  'core/views/live.ts',
];

const inCore = SOURCES.filter(({ path }) => path.startsWith('core/'));
const inTargets = SOURCES.filter(({ path }) => path.startsWith('targets/'));
/** Rooms whose adapters and checks have effects of their own. */
const EFFECTS = [
  'targets/site/',
  'targets/seasons/',
  'targets/doctor/',
  'targets/grid/jobsub-queue.ts',
  'targets/grid/jobsub-doctor.ts',
];
const pureTargets = inTargets.filter(({ path }) => !EFFECTS.some((room) => path.startsWith(room)));

/** `path imports what`, for every import that breaks a rule. */
function breaches(
  sources: readonly Source[],
  allowed: (one: Import) => boolean,
): readonly string[] {
  return sources.flatMap(({ imports }) =>
    imports.filter((one) => !allowed(one)).map(({ from, to }) => `${from} imports ${to}`),
  );
}

/** Files, other than those excepted, whose code matches. */
function uses(
  sources: readonly Source[],
  pattern: RegExp,
  except: readonly string[] = [],
): readonly string[] {
  return sources
    .filter(({ path, code }) => pattern.test(code) && !except.includes(path))
    .map(({ path }) => path);
}

test('the sources are found, with what they import', () => {
  expect(inCore.length).toBeGreaterThan(40);
  expect(inTargets.length).toBeGreaterThan(20);
  const plan = SOURCES.find(({ path }) => path === 'core/plan/plan.ts');
  expect(plan?.imports).toContainEqual({
    from: 'core/plan/plan.ts',
    to: 'core/plan/decide.ts',
    typeOnly: false,
  });
  expect(plan?.imports).toContainEqual({
    from: 'core/plan/plan.ts',
    to: 'core/api/values.ts',
    typeOnly: true,
  });
});

describe('who may import what', () => {
  test('core imports core alone: it knows nothing of targets, templates or tests', () => {
    const inside = ({ from, to }: Import) =>
      !to.includes('/') ||
      to.startsWith('core/') ||
      to.startsWith('node:') ||
      to === 'readline/promises' ||
      (to === '@clack/prompts' && from === 'core/cli/prompt.ts');
    expect(breaches(inCore, inside)).toEqual([]);
  });

  test('targets see core through its index', () => {
    const allowed = ({ to }: Import) =>
      to.startsWith('targets/') || to === 'core/index.ts' || !to.startsWith('core/');
    expect(breaches(inTargets, allowed)).toEqual([]);
  });

  test('targets apart from the site are pure: nothing of Node, no package, nothing asynchronous', () => {
    const allowed = ({ to }: Import) => to.startsWith('targets/') || to === 'core/index.ts';
    expect(breaches(pureTargets, allowed)).toEqual([]);
    expect(uses(pureTargets, /\bprocess\.|\bglobalThis\b|\bfetch\(|\bMath\.random\b/)).toEqual([]);
    const commands = pureTargets.filter(({ path }) => !path.startsWith('targets/commands/'));
    expect(uses(commands, /\basync\b|\bawait\b|\bPromise\b/)).toEqual([]);
  });

  test('the page takes the types of what it shows and the order of states from core, and nothing from anywhere else', () => {
    const inPage = SOURCES.filter(({ path }) => path.startsWith('page/'));
    expect(inPage.length).toBeGreaterThan(4);
    const allowed = ({ to, typeOnly }: Import) =>
      to.startsWith('page/') ||
      to === 'core/words/paint.ts' ||
      (typeOnly && to === 'core/views/report-data.ts');
    expect(breaches(inPage, allowed)).toEqual([]);
  });

  test('a room of core imports only from the floors below it', () => {
    const floorOf = (path: string): number => {
      const room = path.split('/')[1]!;
      return FLOORS.findIndex((rooms) => rooms.includes(room));
    };
    const homeless = inCore.filter(({ path }) => path !== 'core/index.ts' && floorOf(path) < 0);
    expect(homeless.map(({ path }) => path)).toEqual([]);
    const below = ({ from, to }: Import) =>
      !to.startsWith('core/') ||
      from === 'core/index.ts' ||
      from.split('/')[1] === to.split('/')[1] ||
      floorOf(to) < floorOf(from);
    expect(breaches(inCore, below)).toEqual([]);
  });

  test('no file imports itself by way of others, not even for types', () => {
    expect(cycles()).toEqual([]);
  });
});

describe('who may touch the outside', () => {
  test('files: only world/files.ts, reading.ts, noting.ts, signatures.ts and compiled.ts, and for logs, /proc and sockets, those that look after processes', () => {
    const fs = ({ to, from, typeOnly }: Import) =>
      typeOnly ||
      !/^(node:)?fs(\/promises)?$/.test(to) ||
      /^core\/world\/(files|reading|noting|signatures|compiled|processes|starting|descriptors|program-logs|identity|voucher)\.ts$/.test(
        from,
      );
    expect(breaches(inCore, fs)).toEqual([]);
  });

  test('processes: only world/starting.ts, and by execa alone', () => {
    const none = ({ to, from }: Import) =>
      !/child_process|cluster$|node:vm/.test(to) ||
      (from === 'core/world/compiled.ts' && to === 'node:vm');
    expect(breaches(SOURCES, none)).toEqual([]);
    const execa = ({ to, from }: Import) => to !== 'execa' || from === 'core/world/starting.ts';
    expect(breaches(SOURCES, execa)).toEqual([]);
  });

  test('network: the sockets of world/voucher.ts, which are files, world/server.ts for this machine alone, world/webhook.ts for messages', () => {
    const none = ({ to, from }: Import) =>
      !/^(node:)?(net|http|https|http2|tls|dgram|dns)(\/|$)/.test(to) ||
      from === 'core/world/voucher.ts' ||
      (from === 'core/world/server.ts' && to === 'node:http');
    expect(breaches(inCore, none)).toEqual([]);
    expect(uses(inCore, /\bfetch\(/, ['core/world/webhook.ts'])).toEqual([]);
  });

  test('the time of day: only world/clock.ts', () => {
    expect(uses(SOURCES, /\bDate\.now\b|\bnew Date\(\s*\)/, ['core/world/clock.ts'])).toEqual([]);
  });

  test('the time of day: only for people and for records; what lasts is measured by a clock nobody can set', () => {
    expect(uses(SOURCES, /\b#?clock\.now\(|\brealClock\(\)\.now\(/)).toEqual(BY_THE_TIME_OF_DAY);
  });

  test('the terminal: only terminal.ts, and confirm.ts for questions', () => {
    const except = ['core/words/terminal.ts', 'core/cli/prompt.ts'];
    expect(uses(inCore, /\bprocess\.(stdout|stderr|stdin)\b/, except)).toEqual([]);
    expect(uses(SOURCES, /\bconsole\./)).toEqual([]);
  });

  test('words, environment, working directory and end of the process: only main.ts', () => {
    const pattern = /\bprocess\.(argv|env|cwd|exit|exitCode|on|once|chdir|umask)\b/;
    const atTheEnd = 'core/world/compiled.ts';
    expect(uses(inCore, pattern, ['core/cli/main.ts', atTheEnd])).toEqual([]);
    expect(uses(inTargets, /\bprocess\.(argv|cwd|exit|exitCode|on|once|chdir|umask)\b/)).toEqual(
      [],
    );
  });

  test('nothing puts a command line together for a shell', () => {
    expect(uses(SOURCES, /\bshell:\s*true|\bexecSync\b|\bexecaCommand\b/)).toEqual([]);
  });
});

describe('house rules', () => {
  test('no work is left undone and no check is switched off', () => {
    const pattern =
      /\b(TODO|FIXME|XXX)\b|@ts-(ignore|expect-error|nocheck)|(biome|eslint|oxlint)-(ignore|disable)/;
    expect(SOURCES.filter(({ text }) => pattern.test(text)).map(({ path }) => path)).toEqual([]);
  });

  test('nothing is of type any', () => {
    expect(uses(SOURCES, /\bas any\b|:\s*any\b|<any>|\bany\[\]/)).toEqual([]);
  });

  test('no enums, namespaces, parameter properties or default exports', () => {
    expect(uses(SOURCES, /^\s*(export\s+)?(const\s+)?enum\s/m)).toEqual([]);
    expect(uses(SOURCES, /^\s*(export\s+)?(declare\s+)?namespace\s/m)).toEqual([]);
    // `entries: readonly Entry[]` is a type, `readonly entries: ...` a property.
    expect(uses(SOURCES, /constructor\([^)]*[(,]\s*(private|public|protected|readonly)\s/)).toEqual(
      [],
    );
    expect(uses(SOURCES, /^export default\b/m)).toEqual([]);
  });

  test('no file has more than 350 lines', () => {
    const long = SOURCES.map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }));
    expect(long.filter(({ lines }) => lines > 350)).toEqual([]);
  });

  test('no function has more than 50 lines', () => {
    const long = SOURCES.flatMap(({ path, text }) =>
      functionsIn(path, text)
        .filter(({ lines }) => lines > 50)
        .map(({ name }) => `${path}: ${name}`),
    );
    expect(long).toEqual([]);
  });

  test('no function is given a bare true or false: what it means would not be seen', () => {
    const bare = SOURCES.flatMap(({ path, text }) => booleanParametersIn(path, text));
    expect(bare).toEqual([]);
  });

  test('core knows no word of the domain, but in examples for people', () => {
    const pattern =
      /submitted_|\bexposures?\b|from-?output|\bccds?\b|\bdags?\b|dagmaker|forcefile|\bnites?\b|\bpnfs\b|\bseasons?\b|schedd|jobsub|postproc|telescope/i;
    expect(uses(inCore, pattern)).toEqual([]);
  });

  test('every export says what it is; those that belong together may share what is said', () => {
    const mute = SOURCES.flatMap(({ path, text }) => {
      const lines = text.split('\n');
      return lines.flatMap((line, at) => {
        const name = /^export (?:async )?(?:const|function|class|interface|type) (\w+)/.exec(
          line,
        )?.[1];
        if (name === undefined) return [];
        let above = at - 1;
        while (above > 0 && lines[above] !== '' && !lines[above]!.endsWith('*/')) above -= 1;
        return lines[above]?.endsWith('*/') === true ? [] : [`${path}: ${name}`];
      });
    });
    expect(mute).toEqual([]);
  });

  test('every file says at its top what it is for', () => {
    expect(SOURCES.filter(({ text }) => !text.startsWith('/**')).map(({ path }) => path)).toEqual(
      [],
    );
  });
});

/** Files on a cycle of imports, in the order in which they import one another. */
function cycles(): readonly string[] {
  const next = new Map(SOURCES.map(({ path, imports }) => [path, imports.map(({ to }) => to)]));
  const state = new Map<string, 'open' | 'done'>();
  const found: string[] = [];
  const visit = (path: string, way: readonly string[]): void => {
    if (state.get(path) === 'open')
      found.push([...way.slice(way.indexOf(path)), path].join(' -> '));
    if (state.has(path)) return;
    state.set(path, 'open');
    for (const to of next.get(path) ?? []) if (next.has(to)) visit(to, [...way, path]);
    state.set(path, 'done');
  };
  for (const { path } of SOURCES) visit(path, []);
  return found;
}
