/** `desgw build`, and its dry run. */

import { MissingText, Refusal, UserError } from '../api/errors.ts';
import { RuleFault } from '../api/rule-code.ts';
import { recipeOf } from '../graph/recipes.ts';
import type { Observer } from '../observe/observer.ts';
import type { Stage } from '../observe/stage.ts';
import { EXIT, runBuild } from '../run/build.ts';
import { evaluate } from '../run/entry.ts';
import type { BuildEvent, Summary } from '../run/events.ts';
import { lookOnly } from '../run/opening.ts';
import { dryRunJson, dryRunText, refusals } from '../views/dry-run.ts';
import type { StepsOf } from '../views/dry-run-words.ts';
import { jsonReporter } from '../views/json.ts';
import { noticesOf, noticeText } from '../views/notice.ts';
import { profiler } from '../views/profile.ts';
import type { Reporter } from '../views/reporter.ts';
import type { BuildFlags } from './build-flags.ts';
import { type CommonFlags, type Invocation, jobsOf, type Opened, openProject } from './context.ts';
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
  const memory = remembering(called);
  const { invocation } = memory;
  const readOnly = flags.dryRun === true || flags.quiet === true;
  const opened = await completed(flags, invocation, { writes: !readOnly });
  if (flags.quiet === true) return isFresh(opened, targets, invocation);
  if (flags.dryRun === true) return dryRun(opened, targets, flags, invocation);
  const { signal, command } = invocation;
  const page =
    flags.report === undefined ? undefined : pageReporter(flags.report, opened, invocation);
  const told = reporterFor(flags, opened, invocation);
  const notifying = new Notifying(opened, invocation);
  const reporter = page === undefined ? told : together([told, page]);
  const emit = (event: BuildEvent): void => {
    memory.note(event);
    if (event.kind === 'planned')
      keepNames(opened.project.world.files.root, namesOf(event.plan, opened));
    if (event.kind !== 'finished' || isNews(event.summary)) reporter.event(event);
    notifying.event(event);
  };
  try {
    const notices = noticesOf(opened.project.build);
    for (const text of notices) emit({ kind: 'notice', text });
    const summary = await runBuild(opened.project, {
      goals: targets,
      jobs: positive('--jobs', flags.jobs) ?? jobsOf(opened.project.build),
      failFast: flags.failFast === true,
      force: flags.force === true,
      wait: flags.wait !== false,
      strict: flags.strict === true,
      waitTimeout: seconds('--wait-timeout', flags.waitTimeout),
      command: command(),
      signal,
      emit,
    });
    await page?.written();
    await notifying.sent();
    memory.keep({ ...summary, notices }, opened.project.world.files, opened.loaded.unknowable());
    return EXIT[summary.outcome];
  } finally {
    reporter.end();
  }
}

/** The project, with what the rule file asks for at the terminal before a build. */
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
          jobs: positive('--jobs', flags.jobs) ?? jobsOf(opened.project.build),
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

async function dryRun(
  { project }: Opened,
  targets: readonly string[],
  flags: BuildFlags,
  { terminal, signal }: Invocation,
): Promise<number> {
  const { stage, observer } = await lookOnly(project, targets, {
    dry: true,
    force: flags.force === true,
    signal,
  });
  const stepsOf = stepsAsThingsStand(stage, observer, project.explain);
  const refused = refusals(stage.plan, stepsOf);
  const { files } = project.world;
  if (flags.json === true) terminal.data(dryRunJson(stage.plan, stepsOf));
  else {
    const { paint } = terminal;
    for (const text of noticesOf(project.build)) terminal.out(noticeText(text, paint));
    terminal.out(
      dryRunText(stage.plan, {
        stepsOf,
        paint,
        refused,
        full: flags.full === true,
        workspace: files.root,
        textOf: (path) => files.readText(path),
      }),
    );
    if (stage.kind === 'plan' && stage.provisional.length > 0) {
      terminal.out(
        `Targets that follow from ${stage.provisional.join(', ')} are shown as far as they can be told now.`,
      );
    }
  }
  return refused.length > 0 ? 2 : 0;
}

/** Steps of an action, or why they cannot be told before something else has been made. */
function stepsAsThingsStand(
  { plan }: Stage,
  observer: Observer,
  explain: (error: unknown) => Error,
): StepsOf {
  return (action) => {
    const node = plan.graph.nodes.get(action.makes[0]!)!;
    const recipe = recipeOf(node.rule);
    const pending = plan.verdicts.get(node.name)!.by ?? [];
    const unmadeNeeds = new Set(pending);
    const known = node.rule.observe === undefined || observer.sighting(node.name) !== undefined;
    const after =
      pending.length > 0
        ? `known once ${pending.slice(0, 3).join(', ')} ${pending.length > 1 ? 'are' : 'is'} made`
        : 'known when it runs';
    const fixed = typeof recipe.steps !== 'function';
    if (!known && !fixed && needsValue(recipe.steps)) return { unknown: after };
    // A text that is about to be made anew, or a set that is not complete, would show what will not be written.
    const { makers } = plan.graph;
    const unsure = (need: string | undefined): boolean =>
      need !== undefined && unmadeNeeds.has(need);
    const unmade =
      node.gathers.some(unsure) || (recipe.reads ?? []).some((path) => unsure(makers.get(path)));
    if (unmade && !fixed) return { unknown: after };
    try {
      const gathered = node.gathers.filter((name) => plan.verdicts.get(name)?.state === 'fresh');
      const due = node.rule.chain === undefined ? [] : action.makes;
      return { steps: evaluate(recipe, observer.facts(node, gathered, due, recipe.reads ?? [])) };
    } catch (error) {
      if (error instanceof RuleFault)
        return { unknown: explain(error.cause).message, refused: true };
      const isRefusal = error instanceof Refusal;
      if (!isRefusal && !(error instanceof MissingText)) throw error;
      if (pending.length > 0) return { unknown: after };
      const advice = isRefusal && error.advice !== undefined ? { advice: error.advice } : {};
      return { unknown: error.message, refused: isRefusal, ...advice };
    }
  };
}

/** A recipe that takes its facts apart reads the value or texts; one without parameters needs none. */
const needsValue = (steps: { readonly length: number }): boolean => steps.length > 0;

function positive(option: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (Number.isInteger(number) && number > 0) return number;
  throw new UserError(`${option} ${value} is not a whole number above 0`);
}
