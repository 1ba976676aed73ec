/** What is remembered of a build with nothing to do for the commands that only look. */
import { type MemoViews, screenOf } from '../memory/memo.ts';
import type { Found } from '../run/opening.ts';
import type { Terminal } from '../words/terminal.ts';
import type { BuildFlags } from './build-flags.ts';
import type { Invocation, Opened } from './context.ts';
import { tellDryRun } from './dry-run.ts';
import { tellStatus } from './views.ts';

/** Whether it says what a build like it said that had nothing to do, and nothing else. */
export const isPlain = (flags: BuildFlags): boolean =>
  OTHERWISE.every((name) => flags[name] === undefined || flags[name] === false);

/** What becomes of a build with nothing to do by each option: the same, or something else. */
const BY_OPTION: { readonly [Flag in keyof BuildFlags]-?: 'same' | 'otherwise' } = {
  ...{
    set: 'same',
    jobs: 'same',
    failFast: 'same',
    wait: 'same',
    waitTimeout: 'same',
    strict: 'same',
  },
  ...{ dryRun: 'otherwise', full: 'otherwise', force: 'otherwise', quiet: 'otherwise' },
  ...{ verbose: 'otherwise', utc: 'otherwise', profile: 'otherwise', report: 'otherwise' },
  ...{ json: 'otherwise', file: 'otherwise', allowUnknown: 'otherwise' },
  ...{ watch: 'otherwise', until: 'otherwise' },
};
const OTHERWISE = Object.entries(BY_OPTION).flatMap(([name, what]) =>
  what === 'otherwise' ? [name as keyof BuildFlags] : [],
);

/** What the commands that only look would show of a build with nothing to do. */
export async function viewsOf(
  { project }: Opened,
  idle: Found | undefined,
  {
    targets,
    flags,
    invocation,
  }: {
    readonly targets: readonly string[];
    readonly flags: BuildFlags;
    readonly invocation: Invocation;
  },
): Promise<MemoViews | undefined> {
  // Those commands do not take the options of builds, and look anew at what this build took on trust.
  const { jobs, failFast, wait, waitTimeout, strict } = flags;
  const own = [jobs, failFast, waitTimeout, strict].some((flag) => flag !== undefined);
  if (idle === undefined || own || wait === false || idle.observer.believes) return undefined;
  const plan = idle.stage.plan;
  const looked = { project, ...idle, plan };
  const status = await captured(invocation, (to) => tellStatus(looked, targets, {}, to));
  const dry = await captured(invocation, (to) => tellDryRun({ project }, idle, {}, to));
  return {
    screen: screenOf(invocation.terminal),
    ...(status === undefined ? {} : { status }),
    ...(dry === undefined ? {} : { 'dry run': dry }),
  };
}

/** What a command prints; undefined where it is more than a text on standard output, or fails. */
async function captured(
  invocation: Invocation,
  run: (invocation: Invocation) => Promise<number> | number,
): Promise<string | undefined> {
  const out: string[] = [];
  let isMore = false;
  const more = (): void => {
    isMore = true;
  };
  const { terminal } = invocation;
  const { paint, width } = terminal;
  const capturing: Terminal = Object.create(terminal, {
    paint: { value: paint },
    width: { value: width },
    out: { value: (text: string) => void out.push(text) },
    ...Object.fromEntries(['err', 'data', 'raw'].map((name) => [name, { value: more }])),
  });
  const code = await run({ ...invocation, terminal: capturing });
  return isMore || code !== 0 ? undefined : out.join('\n');
}
