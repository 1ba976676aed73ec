/** `desgw build`, and its dry run. */

import { UserError } from '../api/errors.ts';
import { EXIT, runBuild } from '../run/build.ts';
import type { BuildEvent, Summary } from '../run/events.ts';
import { type Found, lookOnly } from '../run/opening.ts';
import { jsonReporter } from '../views/json.ts';
import { noticesOf } from '../views/notice.ts';
import { profiler } from '../views/profile.ts';
import type { Reporter } from '../views/reporter.ts';
import { betweenRounds } from './between.ts';
import type { BuildFlags } from './build-flags.ts';
import { type CommonFlags, type Invocation, jobsOf, type Opened, openProject } from './context.ts';
import { dryRun } from './dry-run.ts';
import { isPlain, viewsOf } from './idle-views.ts';
import { keepNames, namesOf } from './names.ts';
import { Notifying } from './notify.ts';
import { isInteractive, prompt } from './prompt.ts';
import { remembering } from './remember.ts';
import { pageReporter } from './report.ts';
import { logReporter, screenReporter, together } from './reporting.ts';
import { seconds } from './times.ts';
import { watchBuild } from './watch.ts';

/** Builds targets, once or again and again; the exit status says how it went. */
export function build(
  targets: readonly string[],
  flags: BuildFlags,
  invocation: Invocation,
): Promise<number> {
  if (flags.watch !== undefined) return watchBuild(targets, flags, invocation, buildOnce);
  if (flags.until === undefined) return buildOnce(targets, flags, invocation);
  throw new UserError('--until is for --watch', 'desgw build --watch 5m --until 12:00').coded(
    'DG102',
  );
}

/** @param isNews whether a summary is worth telling */
async function buildOnce(
  targets: readonly string[],
  flags: BuildFlags,
  called: Invocation,
  isNews: (summary: Summary) => boolean = () => true,
): Promise<number> {
  const memory = remembering(called, { isPlain: isPlain(flags) });
  const { invocation } = memory;
  const readOnly = flags.dryRun === true || flags.quiet === true;
  const opened = await completed(flags, invocation, { writes: !readOnly });
  if (flags.quiet === true) return isFresh(opened, targets, invocation);
  if (flags.dryRun === true) return dryRun(opened, targets, flags, invocation);
  const page = pageOf(flags, opened, invocation);
  const notifying = new Notifying(opened, invocation);
  const notices = noticesOf(opened.project.build);
  const told = [reporterFor(flags, opened, invocation), ...(page === undefined ? [] : [page])];
  const reporter = beginningWith(notices, together(told));
  const emit = (event: BuildEvent): void => {
    memory.note(event);
    if (event.kind === 'planned' && !memory.isRecalling)
      keepNames(opened.project.world.files.root, namesOf(event.plan, opened));
    if (event.kind !== 'finished' || isNews(event.summary)) reporter.event(event);
    notifying.event(event);
  };
  const between = betweenRounds(opened, invocation, emit);
  let idle: Found | undefined;
  try {
    const summary = await runBuild(opened.project, {
      ...optionsOf(targets, flags, opened),
      command: invocation.command(),
      signal: invocation.signal,
      emit,
      ...(between && { between }),
      ...memory.recalling(opened),
      onIdle: (seen) => {
        idle = seen;
      },
    });
    await page?.written();
    await notifying.sent();
    await memory.keep({ ...summary, notices }, opened.project.world.files, {
      unknowable: opened.loaded.unknowable(),
      idle,
      views: async () => viewsOf(opened, idle, { targets, flags, invocation }),
    });
    return EXIT[summary.outcome];
  } finally {
    reporter.end();
  }
}

/** Writes the report page, where one is wanted. */
const pageOf = ({ report }: BuildFlags, opened: Opened, invocation: Invocation) =>
  report === undefined ? undefined : pageReporter(report, opened, invocation);

/** Tells the notices with the first event: wrong use is told by itself, for then nothing begins. */
function beginningWith(notices: readonly string[], reporter: Reporter): Reporter {
  let begun = false;
  return {
    event(event) {
      if (!begun) for (const text of notices) reporter.event({ kind: 'notice', text });
      begun = true;
      reporter.event(event);
    },
    end: () => reporter.end(),
  };
}

/** What a build is to do, as it says on the command line. */
function optionsOf(targets: readonly string[], flags: BuildFlags, { project }: Opened) {
  return {
    goals: targets,
    jobs: jobsOf(project.build, flags),
    failFast: flags.failFast === true,
    force: flags.force === true,
    wait: flags.wait !== false,
    strict: flags.strict === true,
    waitTimeout: seconds('--wait-timeout', flags.waitTimeout),
  };
}

/** The project, with what the rule file prompts for at the terminal before a build. */
async function completed(
  flags: CommonFlags,
  invocation: Invocation,
  { writes }: { readonly writes: boolean },
): Promise<Opened> {
  const opened = await openProject(invocation, flags, { writes });
  const { build, params, world } = opened.project;
  if (build.complete === undefined || !isInteractive()) return opened;
  const answers = await build.complete({
    params,
    readText: (path) => world.files.readText(path),
    prompt: (question) => prompt(question, invocation.signal),
  });
  const set = Object.entries(answers).map(([name, value]) => `${name}=${[value].flat().join(',')}`);
  // What was answered is not to be seen in any file.
  if (set.length > 0) invocation.noting?.doubt('an answer');
  return set.length === 0
    ? opened
    : openProject(invocation, { ...flags, set: [...(flags.set ?? []), ...set] }, { writes });
}

function reporterFor(flags: BuildFlags, opened: Opened, invocation: Invocation): Reporter {
  const { world } = opened.project;
  const log = logReporter(world, invocation);
  const shown =
    flags.json === true
      ? jsonReporter(invocation.terminal)
      : screenReporter(world, invocation, {
          verbose: flags.verbose === true,
          utc: flags.utc === true,
          jobs: jobsOf(opened.project.build, flags),
          log: () => log.path,
        });
  if (flags.profile === undefined) return together([log, shown]);
  return together([log, shown, profiler((text) => world.files.write(flags.profile!, text))]);
}

/** `-q`: says by its exit status alone whether everything is fresh. */
async function isFresh(
  { project }: Opened,
  targets: readonly string[],
  { signal }: Invocation,
): Promise<number> {
  const { stage } = await lookOnly(project, targets, { dry: false, signal });
  const { goals, verdicts } = stage.plan;
  const fresh =
    stage.kind === 'plan' &&
    stage.provisional.length === 0 &&
    goals.every((goal) => verdicts.get(goal)!.state === 'fresh');
  return fresh ? 0 : 1;
}
