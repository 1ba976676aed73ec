/**
 * The messages that people meet when something is wrong, as they stand on a screen of 80 columns, in
 * a pipe and as JSON: word for word, so that a change of one is seen and read before it is made.
 */
import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import { CODES } from '../../core/api/codes.ts';
import { headerLine, JOURNAL } from '../../core/memory/format.ts';
import { asSpoken } from '../support/advice.ts';
import { onTerminal } from '../support/on-terminal.ts';
import { once, withGrid } from './fake-grid.ts';
import { BIN, type Interference, PRELOAD, test, type Workspace } from './workspace.ts';

interface Situation {
  /** The code that it is told by, and which of those that share it. */
  readonly name: string;
  readonly make: (w: Workspace) => Promise<void> | void;
  readonly args: readonly string[];
  readonly with?: Interference;
}

const made = (name: string, more = ''): string =>
  `target('${name}', { outputs: ['${name}'], recipe: [sh('${name}', 'echo made > ${name}')], ${more} })`;

/** A goal of one target with this script. */
const script =
  (text: string, more = '') =>
  (w: Workspace): void =>
    w.rules(
      `target('out_1', { outputs: ['out_1'], recipe: [sh('out_1', ${JSON.stringify(text)})], ${more} }),\n  group('goal', ['out_1'])`,
    );

const submitting = async (w: Workspace): Promise<void> => {
  withGrid(w, (rules) => rules);
};

/** Work of three exposures on a grid, as `work` tells, and a list of those that are there. */
const gathering =
  (list: string, work: { readonly [exposure: string]: string }) =>
  (w: Workspace): void => {
    const names = Object.keys(work).map((exposure) => `'ccds_${exposure}'`);
    const reports = Object.entries(work).map(
      ([exposure, sighting]) =>
        `target('ccds_${exposure}', { goOn: { together: all, when: ${list} }, outputs: ['ccds_${exposure}'], observe: { look: () => [], judge: () => (${sighting}) }, recipe: { version: '1', steps: () => [write('ccds_${exposure}', '')] } })`,
    );
    w.rules(
      `...((all) => [${reports.join(', ')}, target('goal', { gathers: all, ${list === "'all'" ? '' : `least: ${list}, `}outputs: ['list'], recipe: { version: '1', steps: ({ gathered }) => [write('list', gathered.join(' '))] } })])([${names.join(', ')}])`,
    );
  };

const complete = `{ state: 'ready', value: 59 }`;
const onTheGrid = (progress: string, more = ''): string =>
  `{ state: 'waiting', underway: true, value: 1, progress: '${progress}'${more} }`;
const held = onTheGrid(
  '57 of 59 CCDs complete; jobs: 2 held (memory over 2000 MB)',
  `, enough: true, tell: [{ about: 'held', occasion: 'held', text: '2 jobs of 668443 held: memory over 2000 MB: desgw release 668443, or desgw cancel 668443' }]`,
);

const SITUATIONS: readonly Situation[] = [
  {
    name: 'waiting for a quorum',
    make: gathering('2', {
      668441: complete,
      668442: onTheGrid('12 of 59 CCDs complete; jobs: 40 running, 7 idle'),
      668443: onTheGrid('20 of 59 CCDs complete; jobs: 39 running'),
    }),
    args: ['build', '--no-wait', '-j', '1'],
  },
  {
    name: 'going on with a quorum while jobs are held',
    make: gathering('2', {
      668441: complete,
      668442: onTheGrid('12 of 59 CCDs complete; jobs: 40 running, 7 idle'),
      668443: held,
    }),
    args: ['build', '--no-wait', '-j', '1'],
  },
  {
    name: 'waiting for held jobs',
    make: gathering("'all'", { 668443: held.replace(', enough: true', '') }),
    args: ['build', '--no-wait', '-j', '1'],
  },
  {
    name: 'DG100 nothing to accept',
    make: script('echo > out_1'),
    args: ['accept', 'out_1'],
  },
  {
    name: 'DG101 unknown command',
    make: script('echo > out_1'),
    args: ['biuld'],
  },
  {
    name: 'DG102 unknown option',
    make: script('echo > out_1'),
    args: ['build', '--forse'],
  },
  { name: 'DG201 no rule file', make: () => {}, args: ['build'] },
  {
    name: 'DG202 no TypeScript',
    make: (w) =>
      w.write(
        'desgwfile.ts',
        "import { defineBuild } from 'desgw';\nexport default defineBuild({ goal: 'a' rules: () => [] });\n",
      ),
    args: ['build'],
  },
  {
    name: 'DG203 the rule file throws',
    make: (w) =>
      w.write(
        'desgwfile.ts',
        "import { defineBuild } from 'desgw';\nconst list: string[] = JSON.parse('null');\nexport default defineBuild({ goal: list[0]!, rules: () => [] });\n",
      ),
    args: ['build'],
  },
  {
    name: 'DG204 no build',
    make: (w) => w.write('desgwfile.ts', 'export const a = 1;\n'),
    args: ['build'],
  },
  {
    name: 'DG205 unknown parameter',
    make: (w) =>
      w.rules(made('goal'), `params: { season: 1600, propid: '2024B-937206' }, goal: 'goal'`),
    args: ['build', '--set', 'seasn=5'],
  },
  {
    name: 'DG206 a value that cannot be',
    make: (w) =>
      w.rules(
        made('goal'),
        `params: { season: param(1600, { help: 'the season' }) }, goal: 'goal'`,
      ),
    args: ['build', '--set', 'season=one'],
  },
  {
    name: 'DG207 a rule that is none',
    make: (w) => w.rules(`target('goal', { outputs: ['goal'], recipe: () => [exec(['true'])] })`),
    args: ['build'],
  },
  {
    name: 'DG208 a rule file that others can write',
    make: (w) => {
      script('echo > out_1')(w);
      chmodSync(join(w.dir, 'desgwfile.ts'), 0o666);
    },
    args: ['build'],
  },
  {
    name: 'DG301 unknown target',
    make: (w) =>
      w.rules(
        `${made('ccds_700001')}, ${made('ccds_700002')}, ${made('report')}, group('goal', ['ccds_700001', 'ccds_700002', 'report'])`,
      ),
    args: ['build', 'ccds_700003'],
  },
  {
    name: 'DG302 a need that no rule makes',
    make: (w) => w.rules(`${made('dagmaker.rc')},\n  ${made('goal', `deps: ['dagmaker.rcs']`)}`),
    args: ['build'],
  },
  {
    name: 'DG303 a cycle',
    make: (w) =>
      w.rules(
        `${made('a', `deps: ['b']`)},\n  ${made('b', `deps: ['c']`)},\n  ${made('c', `deps: ['a']`)},\n  ${made('goal', `deps: ['a']`)}`,
      ),
    args: ['build'],
  },
  {
    name: 'DG304 two makers',
    make: (w) =>
      w.rules(
        `${made('a')},\n  target('b', { outputs: ['./a'], recipe: [sh('b', 'echo > a')] }),\n  group('goal', ['a', 'b'])`,
      ),
    args: ['build'],
  },
  {
    name: 'DG305 a directory',
    make: (w) => {
      mkdirSync(join(w.dir, 'nights'));
      script('ls nights > out_1', `inputs: ['nights']`)(w);
    },
    args: ['build'],
  },
  {
    name: 'DG306 nothing makes it',
    make: (w) => {
      w.write('exposures.lst', '700001\n');
      script('cp exposures.list out_1', `inputs: ['exposures.list']`)(w);
    },
    args: ['build'],
  },
  {
    name: 'DG307 it cannot be read',
    make: (w) => {
      symlinkSync('list', join(w.dir, 'list'));
      script('cp list out_1', `inputs: ['list']`)(w);
    },
    args: ['build'],
  },
  {
    name: 'DG401 a step that failed',
    make: script('echo looking; echo "cannot open the catalogue" >&2; exit 3'),
    args: ['build'],
  },
  {
    name: 'DG401 a step that was killed',
    make: script('echo begun; kill -KILL $$'),
    args: ['build'],
  },
  {
    name: 'DG401 a step that took too long',
    make: (w) =>
      w.rules(
        `target('goal', { outputs: ['goal'], recipe: [exec(['sh', '-c', 'echo step RUN18 begins; sleep 60'], { timeout: 1 })] })`,
      ),
    args: ['build'],
  },
  {
    name: 'DG401 again with the same inputs',
    make: async (w) => {
      script('echo "no such night" >&2; exit 1')(w);
      await w.desgw(['build']);
      await w.desgw(['build']);
    },
    args: ['build'],
  },
  {
    name: 'DG402 an output that was not made',
    make: script('echo made > out_l'),
    args: ['build'],
  },
  {
    name: 'DG403 an edit by hand',
    make: async (w) => {
      script('echo made > out_1')(w);
      await w.desgw(['build']);
      w.write('out_1', 'made by hand\n');
    },
    args: ['build'],
  },
  {
    name: 'DG404 a doubt',
    make: async (w) => {
      await submitting(w);
      w.write('grid/trouble', 'no job');
    },
    args: ['build', 'submitted'],
  },
  {
    name: 'DG405 an outdated submission',
    make: async (w) => {
      await submitting(w);
      await once(w);
      w.write('grid/queue', '');
      w.write('src', 'two\n');
    },
    args: ['build', 'submitted'],
  },
  {
    name: 'DG406 a function that throws',
    make: (w) =>
      w.rules(
        `target('goal', {\n    outputs: ['goal'],\n    recipe: { version: '1', steps: () => { throw new TypeError('the list has no rows'); } },\n  })`,
      ),
    args: ['build'],
  },
  {
    name: 'DG407 a refusal',
    make: (w) =>
      w.rules(
        `target('goal', { outputs: ['goal'], recipe: { version: '1', steps: () => { throw new Refusal('the season is not set', 'Set it: desgw build --set season=1600'); } } })`,
      ),
    args: ['build'],
  },
  {
    name: 'DG408 what cannot be seen',
    make: (w) =>
      w.rules(
        `target('goal', { observe: { look: () => [{ kind: 'read', path: 'mount' }], judge: () => ({ state: 'failed', why: 'the mount of the night does not answer since an hour' }) } })`,
      ),
    args: ['build', '--no-wait'],
  },
  {
    name: 'DG409 a refusal from outside',
    make: (w) => {
      withGrid(w, (rules) =>
        rules.replace(
          "[{ what: 'no job id was printed' }]",
          "[{ what: 'the ticket has expired', advice: 'kinit, and build again', refused: 'all' }]",
        ),
      );
      w.write('grid/trouble', 'no job');
    },
    args: ['build', 'submitted'],
  },
  {
    name: 'DG503 a full disk',
    make: script('echo made > out_1'),
    args: ['build'],
    with: { fullFrom: 4 },
  },
  {
    name: 'DG501 another build',
    make: async (w) => {
      script('touch begun; await_file go; echo > out_1')(w);
      w.start(['build']);
      await w.appears('begun');
    },
    args: ['build', '--no-wait'],
  },
  {
    name: 'DG502 state of a newer version',
    make: async (w) => {
      script('echo made > out_1')(w);
      w.write(
        `${JOURNAL}/000009-h-1.jsonl`,
        headerLine({ format: 2, number: 9, host: 'h', pid: 1 }),
      );
    },
    args: ['build'],
  },
];

/** What only a mistake in desgw itself would bring about. */
const NEVER = ['DG900'];

const environment = (interference: Interference): { readonly [name: string]: string } => ({
  PATH: process.env.PATH ?? '',
  USER: 'mara',
  TZ: 'UTC',
  NODE_OPTIONS: `--require ${JSON.stringify(PRELOAD)}`,
  DESGW_SCENARIO: JSON.stringify(interference),
});

/** Texts that differ from run to run are told by what they are. */
function masked(text: string, w: Workspace): string {
  return text
    .replaceAll(w.dir, 'WORKSPACE')
    .replaceAll(hostname(), 'HOST')
    .replaceAll(new RegExp(`\\b${userInfo().username}\\b|\\bmara\\b`, 'g'), 'USER')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z?/g, 'TIME')
    .replaceAll(/(?:\d{4}-\d\d-\d\d )?\b\d\d:\d\d:\d\d(?:[+-]\d\d)?/g, 'HH:MM:SS')
    .replaceAll(/\bpid \d+|process \d+|"pid":\d+/g, 'PID')
    .replaceAll(/"(seconds|at|elapsed|ms|began|ended|tookMs|began[A-Z]\w*)":[\d.]+/g, '"$1":N')
    .replaceAll(/\b\d+(?:\.\d+)? ?(ms|s)\b/g, 'N s')
    .replaceAll(/\b[0-9a-f]{12,}\b/g, 'DIGEST');
}

/** Where lines are broken depends on how long the name of the workspace is. */
function onScreen(lines: readonly string[], w: Workspace): string {
  const told = asSpoken(lines.join('\n'));
  return masked(told.includes(w.dir) ? told : lines.join('\n'), w);
}

describe('a message is what was agreed on, on a screen, in a pipe and as JSON', () => {
  for (const { name, make, args, with: interference = {} } of SITUATIONS)
    test(name, async ({ w, expect }) => {
      await make(w);
      const [forScreen, forPipe] = [w.copy(), w.copy()];
      const screen = await onTerminal([process.execPath, BIN, ...args], {
        cwd: forScreen.dir,
        env: environment(interference),
        columns: 80,
      });
      const pipe = await forPipe.desgw(args, { with: interference });
      const json = await w.desgw([...args, '--json'], { with: interference });
      const golden = [
        `$ desgw ${args.join(' ')}`,
        `--- on a screen of 80 columns (exit ${pipe.code})`,
        onScreen(screen, forScreen),
        '--- in a pipe',
        masked(`${pipe.out}${pipe.err}`.trimEnd(), forPipe),
        '--- as JSON',
        masked(`${json.out}${json.err}`.trimEnd(), w),
        '',
      ].join('\n');
      if (name.startsWith('DG')) expect(golden).toContain(`"code":"${name.split(' ')[0]}"`);
      await expect(golden).toMatchFileSnapshot(`messages/${name.replaceAll(' ', '-')}.txt`);
    });

  test('each code has one', ({ expect }) => {
    const told = new Set(SITUATIONS.map(({ name }) => name.split(' ')[0]));
    expect(Object.keys(CODES).filter((code) => !told.has(code) && !NEVER.includes(code))).toEqual(
      [],
    );
  });
});
