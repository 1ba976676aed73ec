/** What tests of commands share. */
import type { CommandCall, RoundCall, RunningProgram } from '../../../core/api/builds.ts';
import type { Adapter, Look, Seen } from '../../../core/api/looks.ts';
import type { Rule } from '../../../core/api/rules.ts';
import type { Exec } from '../../../core/api/steps.ts';
import type { Job, OnRecord, Queue } from '../../../core/index.ts';
import { followUpCommands } from '../../../targets/commands/index.ts';
import { sandbox } from '../../../targets/site/sandbox.ts';

export const MINUTE = 60_000;
export const NOW = 1_000 * MINUTE;

export const job = (fields: Partial<Job>): Job => ({
  id: '90.0@jobsub01.fnal.gov',
  status: 'running',
  token: 'one',
  submission: fields.token ?? 'one',
  labels: { exposure: '668439', season: '2206' },
  queued: NOW - 5 * MINUTE,
  ...fields,
});
export const node = (n: number, fields: Partial<Job> = {}): Job =>
  job({
    id: `${90 + n}.0@jobsub01.fnal.gov`,
    node: `stage_${n}`,
    ...fields,
  });

export const QUEUE: readonly Job[] = [
  job({
    id: '50.0@jobsub02.fnal.gov',
    token: 'two',
    labels: { exposure: '668440', season: '2206' },
    queued: NOW - 300 * MINUTE,
  }),
  job({
    id: '51.0@jobsub02.fnal.gov',
    token: 'two',
    labels: { exposure: '668440', season: '2206' },
    node: 'stage_1',
    status: 'idle',
  }),
  job({}),
  node(1),
  node(2, { status: 'held', holdReason: 'memory exceeded' }),
  node(3, { status: 'held', holdReason: 'memory exceeded' }),
  node(4, { status: 'held' }),
  node(5, { status: 'completed' }),
];

export interface World {
  readonly args?: readonly string[];
  readonly options?: { readonly [name: string]: string | true };
  /** What the queue answers, one after the other; the last for ever. */
  readonly queue?: readonly (Queue | Error)[];
  readonly now?: number;
  readonly said?: string;
  readonly agrees?: boolean;
  readonly season?: string | undefined;
  /** Files of the workspace beside the season. */
  readonly texts?: { readonly [path: string]: string };
  readonly params?: CommandCall['params'];
  readonly screen?: CommandCall['screen'];
  readonly seen?: (look: Look) => Seen;
  readonly running?: (target: string, did: string[]) => RunningProgram | undefined;
  readonly records?: { [target: string]: OnRecord };
  readonly builds?: (items: readonly Rule[], records: { [target: string]: OnRecord }) => number;
}

/** Runs a command in a world that keeps a record of what it did. */
export async function run(name: string, world: World = {}) {
  const { commands, call, did, printed } = callIn(world);
  const status = await commands[name]!.run(call);
  return { status, did, out: printed.join('\n') };
}

/** What it does of itself between two rounds of a build. */
export async function runBetween(
  name: string,
  world: World & Pick<RoundCall, 'round'> & { readonly canPrompt?: boolean },
) {
  const { commands, call, did, printed } = callIn(world);
  const acted = await commands[name]!.between!({
    ...{ ...call, round: world.round, canPrompt: world.canPrompt ?? false },
    tell: (_target, { text }) => printed.push(text),
  });
  return { acted, did, out: printed.join('\n') };
}

function callIn(world: World) {
  const did: string[] = [];
  const printed: string[] = [];
  const answers = [...(world.queue ?? [{ state: 'seen', jobs: QUEUE }])];
  const queue: Adapter = {
    dry: false,
    timeout: 1,
    ask: async () => {
      did.push('asked the queue');
      const answer = answers.length > 1 ? answers.shift()! : answers[0]!;
      if (answer instanceof Error) throw answer;
      return answer as never;
    },
  };
  const site = sandbox();
  const commands = followUpCommands({
    ...site,
    adapters: { ...site.adapters, queue },
  });
  const records = world.records ?? {};
  const call: CommandCall = {
    args: world.args ?? [],
    option: (option) => world.options?.[option],
    params: world.params ?? {},
    tools: {
      workspace: '/w',
      signal: new AbortController().signal,
      run: async (exec: Exec) => {
        did.push(`ran ${exec.argv.join(' ')}`);
        return {
          exit: { kind: 'exit', code: 0 },
          stdout: '',
          stderr: world.said ?? '',
        };
      },
    },
    env: {},
    now: world.now ?? NOW,
    readText: (path) =>
      path === 'image_proc_outputs/season'
        ? 'season' in world
          ? world.season
          : '2206\n'
        : world.texts?.[path],
    look: async (looks) =>
      looks.map((look) => world.seen?.(look) ?? { kind: 'read', text: undefined }),
    record: (target) => records[target],
    status: async () =>
      ['668439', '668440', '668441'].map((subject) => ({
        ...{
          target: `ccds_${subject}`,
          state: 'missing' as const,
          reasons: [],
        },
        subject,
      })),
    changes: async () => ({ changes: [], text: '' }),
    build: async (items, goal) => {
      did.push(`built ${goal}: ${(items as readonly Rule[]).map((item) => item.name).join(' ')}`);
      return world.builds?.(items as readonly Rule[], records) ?? 0;
    },
    forget: async (targets) => {
      if (targets.length > 0) did.push(`forgot ${targets.join(' ')}`);
    },
    running: (target) => world.running?.(target, did),
    print: (text) => printed.push(text),
    ...(world.screen === undefined ? {} : { screen: world.screen }),
    confirm: async (question) => {
      did.push(question);
      return world.agrees ?? false;
    },
  };
  return { commands, call, did, printed };
}
