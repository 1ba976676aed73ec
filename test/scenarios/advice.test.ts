/** Every command that a message of `core/` advises works when it is typed in the state that prints it. */
import { chmodSync, mkdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from 'vitest';
import { CODES } from '../../core/api/codes.ts';
import {
  type Advice,
  adviceIn,
  adviceInSources,
  asSpoken,
  type Written,
} from '../support/advice.ts';
import { allowed, typeIt, WRONG } from '../support/typing.ts';
import { once, withGrid } from './fake-grid.ts';
import { type Ended, test, type Workspace } from './workspace.ts';

/** A name that a shell would take apart. */
const NAME = "it's 1";
const QUOTED = `'it'\\''s 1'`;

/** All that the situations below printed, and what was typed of it. */
const printed: string[] = [];
const typedShapes = new Set<string>();

type Situation = readonly [what: string, shows: (w: Workspace) => Promise<string>];

const said = ({ out, err }: Ended): string => `${out}${err}`;

/** One target whose name wants quoting. */
const one = (w: Workspace, script: string, more = ''): void =>
  w.rules(
    `target(${JSON.stringify(NAME)}, { outputs: ['out'], recipe: [sh('made', ${JSON.stringify(script)})], ${more} }), group('goal', [${JSON.stringify(NAME)}])`,
  );

/** The grid's pipeline, in which what is submitted has a name that wants quoting. */
const submitting = (w: Workspace): void =>
  withGrid(w, (rules) => rules.replaceAll("'submitted'", JSON.stringify(NAME)));

const edited = async (w: Workspace): Promise<void> => {
  one(w, 'echo made > out');
  await w.desgw(['build']);
  w.write('out', 'by hand\n');
};

const doubtful = async (w: Workspace): Promise<void> => {
  submitting(w);
  w.write('grid/trouble', 'no job');
  await once(w);
  w.write('grid/trouble', '');
};

const outdated = async (w: Workspace): Promise<void> => {
  submitting(w);
  await once(w);
  w.write('grid/queue', '');
  w.write('src', 'two\n');
};

const SITUATIONS: readonly Situation[] = [
  [
    'nothing has been made',
    async (w) => {
      one(w, 'echo made > out');
      return said(await w.desgw(['status']));
    },
  ],
  [
    'only one of several was asked for',
    async (w) => {
      w.rules(
        `target('a', { outputs: ['a'], recipe: [sh('a', 'echo > a')] }), target('b', { outputs: ['b'], recipe: [sh('b', 'echo > b')] })`,
        'openParams: true',
      );
      return said(await w.desgw(['status', 'a']));
    },
  ],
  [
    'no goal',
    async (w) => {
      w.rules(`target('a', { outputs: ['a'], recipe: [sh('a', 'echo > a')] })`, 'openParams: true');
      return said(await w.desgw(['build'])) + said(await w.desgw(['status']));
    },
  ],
  [
    'a failure',
    async (w) => {
      one(w, 'echo no >&2; exit 1');
      return (
        said(await w.desgw(['build'])) +
        said(await w.desgw(['status'])) +
        said(await w.desgw(['why', NAME]))
      );
    },
  ],
  [
    'a failure before anything was started',
    async (w) => {
      w.rules(
        `target(${JSON.stringify(NAME)}, { outputs: ['out'], recipe: [exec(['./there-is-none'])] }), group('goal', [${JSON.stringify(NAME)}])`,
      );
      return (
        said(await w.desgw(['build'])) +
        said(await w.desgw(['status'])) +
        said(await w.desgw(['why', NAME]))
      );
    },
  ],
  [
    'an input that is not there',
    async (w) => {
      one(w, 'cp in out', `inputs: ['in']`);
      return said(await w.desgw(['build'])) + said(await w.desgw(['status']));
    },
  ],
  [
    'an edit',
    async (w) => {
      await edited(w);
      return (
        said(await w.desgw(['build'])) +
        said(await w.desgw(['status'])) +
        said(await w.desgw(['why', NAME]))
      );
    },
  ],
  [
    'a doubt',
    async (w) => {
      await doubtful(w);
      return (
        said(await once(w)) + said(await w.desgw(['status'])) + said(await w.desgw(['why', NAME]))
      );
    },
  ],
  [
    'a doubt that the outside has decided',
    async (w) => {
      await doubtful(w);
      w.write('grid/marker', '7.0@schedd1\n');
      return said(await w.desgw(['mark', 'not-submitted', NAME]));
    },
  ],
  [
    'what was done and has changed',
    async (w) => {
      await outdated(w);
      return (
        said(await once(w)) + said(await w.desgw(['status'])) + said(await w.desgw(['why', NAME]))
      );
    },
  ],
  [
    'what is under way',
    async (w) => {
      submitting(w);
      return (
        said(await once(w)) +
        said(await w.desgw(['status'])) +
        said(await w.desgw(['why', 'results']))
      );
    },
  ],
  [
    'acceptance of what was never made',
    async (w) => {
      one(w, 'echo made > out');
      return said(await w.desgw(['accept', NAME]));
    },
  ],
  [
    'a mark on what is no doubt',
    async (w) => {
      submitting(w);
      await once(w);
      w.write('grid/queue', '');
      return said(await w.desgw(['mark', 'not-submitted', NAME]));
    },
  ],
  [
    'a mark on what may be made at will',
    async (w) => {
      one(w, 'echo made > out');
      return said(await w.desgw(['mark', 'not-submitted', NAME]));
    },
  ],
  [
    'adoption of what may have been submitted, without its marker',
    async (w) => {
      submitting(w);
      return said(await w.desgw(['adopt', NAME]));
    },
  ],
  [
    'a value for what stands for none',
    async (w) => {
      one(w, 'echo made > out');
      return said(await w.desgw(['adopt', NAME, '--as', '5']));
    },
  ],
  [
    'a value for what needs something first',
    async (w) => {
      w.rules(
        `target(${JSON.stringify(NAME)}, { outputs: ['out'], recipe: [sh('made', 'echo made > out')] }), target('goal', { deps: [${JSON.stringify(NAME)}], outputs: ['number'], adoptAs: (value) => [write('number', value)], recipe: [write('number', '1')] })`,
      );
      return said(await w.desgw(['adopt', 'goal', '--as', '5']));
    },
  ],
  [
    'orphans',
    async (w) => {
      one(w, 'echo made > out');
      await w.desgw(['build']);
      w.rules(`target('goal', { recipe: [sh('goal', 'true')] })`);
      return said(await w.desgw(['status']));
    },
  ],
  [
    'orphans, of which it is not known yet',
    async (w) => {
      w.rules(
        `target(${JSON.stringify(NAME)}, { outputs: ['list'], recipe: [write('list', 'x')] }), expand(${JSON.stringify(NAME)}, () => [target('goal', { recipe: [sh('goal', 'true')] })])`,
      );
      return said(await w.desgw(['clean', '--orphans', '--yes']));
    },
  ],
  [
    'a value that --set left',
    async (w) => {
      w.write('a.rc', "CUT='it is .2'\n");
      w.rules(
        `(() => {
        const values = params.CUT === null ? { S: '1' } : { S: '1', CUT: String(params.CUT) };
        return target('goal', { params: values, outputs: [{ path: 'a.rc', keys: { format: 'shell', names: Object.keys(values) } }], recipe: [edit('a.rc', 'shell', values)] });
      })()`,
        `goal: 'goal', params: { CUT: param(null, { type: 'text', help: 'a cut' }) }`,
      );
      await w.desgw(['build', '--set', 'CUT=it is .3']);
      return said(await w.desgw(['build'])) + said(await w.desgw(['status']));
    },
  ],
  [
    'a lock of another host',
    async (w) => {
      one(w, 'echo made > out');
      mkdirSync(join(w.dir, '.desgw'), { recursive: true });
      w.write(
        '.desgw/lock',
        JSON.stringify({
          host: 'elsewhere',
          boot: 'b',
          pid: 1,
          start: '1',
          user: 'mara',
          command: 'make',
          since: 1,
        }),
      );
      return said(await w.desgw(['build', '--no-wait']));
    },
  ],
  [
    'a lock that says nothing',
    async (w) => {
      one(w, 'echo made > out');
      mkdirSync(join(w.dir, '.desgw'), { recursive: true });
      w.write('.desgw/lock', '');
      utimesSync(join(w.dir, '.desgw/lock'), 1, 1);
      return said(await w.desgw(['build', '--no-wait']));
    },
  ],
  [
    'a rule file that others may write',
    async (w) => {
      one(w, 'echo made > out');
      chmodSync(join(w.dir, 'desgwfile.ts'), 0o666);
      return said(await w.desgw(['build']));
    },
  ],
  ['no rule file', async (w) => said(await w.desgw(['build']))],
  [
    'wrong use',
    async (w) => {
      one(w, 'echo made > out');
      const lines = [
        ['clean'],
        ['why'],
        ['why', '--path', 'x'],
        ['build', 'nobody'],
        ['build', '--nothing'],
        ['log'],
        ['--x'],
        ['nonsense'],
        ['log', '--run=5', '--follow=3', NAME],
        ['accept', NAME],
        ['mark', 'x', NAME],
      ];
      let all = '';
      for (const line of lines) all += said(await w.desgw(line));
      return all;
    },
  ],
  [
    'where something comes from, though a later run failed',
    async (w) => {
      one(w, 'cp in out', `inputs: ['in']`);
      w.write('in', 'one\n');
      await w.desgw(['build']);
      const before = said(await w.desgw(['show', NAME])) + said(await w.desgw(['history', 'x']));
      one(w, 'exit 1', `inputs: ['in']`);
      await w.desgw(['build']);
      return before + said(await w.desgw(['show', NAME]));
    },
  ],
  [
    'a log of builds',
    async (w) => {
      one(w, 'echo made > out');
      return said(await w.desgw(['build'])) + said(await w.desgw(['log']));
    },
  ],
  [
    'help',
    async (w) => {
      one(w, 'echo made > out');
      await w.desgw(['build']);
      let all = said(await w.desgw(['--help'])) + said(await w.desgw(['commands']));
      for (const code of Object.keys(CODES)) all += said(await w.desgw(['help', code]));
      return all;
    },
  ],
  [
    'a new workspace',
    async (w) => {
      const text = said(await w.desgw(['init', NAME]));
      w.write('desgwfile.ts', w.read(`${NAME}/desgwfile.ts`));
      return text;
    },
  ],
  [
    'what is still being submitted',
    async (w) => {
      submitting(w);
      w.write('grid/slow', '');
      const building = w.start(['build']);
      await w.appears('grid/submitting');
      building.kill('SIGKILL');
      await building.ended;
      const text = said(await w.desgw(['mark', 'not-submitted', NAME]));
      w.write('grid/go', '');
      await w.appears('grid/accepted');
      return text;
    },
  ],
  [
    'acceptance of files that nobody made',
    async (w) => {
      one(w, 'echo made > out');
      w.write('out', 'by hand\n');
      return said(await w.desgw(['accept', NAME]));
    },
  ],
];

describe('advice', () => {
  test.for(SITUATIONS)(
    '%s: what is advised works when it is typed',
    async ([, shows], { w, expect }) => {
      const text = await shows(w);
      printed.push(asSpoken(text));
      const advised = adviceIn(text);
      expect(advised.length, text).toBeGreaterThan(0);
      for (const advice of advised) {
        if (process.env.DESGW_LONG === undefined && isSeen(advice)) continue;
        const { code, said: answer } = await typeIt(w.copy().dir, advice, { name: QUOTED });
        typedShapes.add(advice.shape);
        expect({ typed: advice.text, code, answer }).toSatisfy(() =>
          allowed(advice).includes(code),
        );
        expect(answer).not.toMatch(WRONG);
      }
    },
  );

  test('no command that the sources advise was left untyped', ({ expect }) => {
    const left = adviceInSources('core').filter(
      (advice) => !isExample(advice) && !isOfTwoHosts(advice) && !wasTyped(advice),
    );
    expect(left.map(({ file, before, text }) => `${file}: ${before} ${text}`)).toEqual([]);
  });
});

/** Where commands are described, spoken of, or sent to somebody who is not there. */
const DESCRIBED = [
  // A build that goes on until noon: watch.test.ts has it.
  'core/cli/build.ts',
  // With names that stand for any.
  ...['show', 'workspaces', 'commands', 'completion', 'man'].map((name) => `core/cli/${name}.ts`),
  ...['core/run/opening.ts', 'core/testing/told.ts', 'core/views/message.ts'],
];

/** What help shows of a command's use; `test/docs.test.ts` knows those. */
const isExample = ({ file, before }: Written): boolean =>
  DESCRIBED.includes(file) || before.startsWith('Options of') || file === 'core/cli/reporting.ts';

/** What takes two hosts to be advised: `test/process/hosts.test.ts` types it there. */
const isOfTwoHosts = ({ shape }: Written): boolean => shape.startsWith('mark not-done');

/** What only shows something does so in any state; once is enough. */
const isSeen = ({ shape }: Advice): boolean =>
  /^(?:help|why|log|status|targets|params|--help|init)\b/.test(shape) && typedShapes.has(shape);

const wasTyped = ({ shape, before }: Written): boolean =>
  [...typedShapes].some((typed) => typed === shape || typed.startsWith(shape.replace(/\+$/, ''))) &&
  printed.some((text) => text.includes(asSpoken(before)));
