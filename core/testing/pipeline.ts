/** A pipeline on a machine in memory: a rule file's build, built and looked at as desgw does. */
import type { Build, OnRecord, RuleItem, TargetStatus } from '../api/builds.ts';
import { defineBuild, isBuild } from '../api/define.ts';
import { UserError } from '../api/errors.ts';
import { buildShape } from '../api/shapes.ts';
import type { TargetName } from '../api/values.ts';
import { chosenParams } from '../graph/params.ts';
import { loadMemory } from '../memory/journal.ts';
import { onRecord } from '../memory/trace.ts';
import type { Project } from '../observe/project.ts';
import { EXIT } from '../run/build.ts';
import type { Outcome } from '../run/events.ts';
import { lookOnly } from '../run/opening.ts';
import { statesOf } from '../views/status.ts';
import type { Engine, EngineOptions, Machine } from './machine.ts';
import { buildTold } from './told.ts';

/** What the command line may say, and how the process that does it fares. */
export interface Asked extends EngineOptions {
  /** `name=value`, as after `--set`. */
  readonly set?: readonly string[];
}

/** What `desgw build` may be asked. */
export interface BuildAsked extends Asked {
  readonly force?: boolean;
  /** Go on until nothing is under way elsewhere; by default it does. */
  readonly wait?: boolean;
  readonly failFast?: boolean;
  readonly jobs?: number;
}

/** How a build went. */
export interface Went {
  readonly outcome: Outcome;
  /** The exit status that desgw would have had. */
  readonly exit: number;
  /** What happened, such as `done report` or `failed report: exit 1`. */
  readonly told: readonly string[];
}

/** A build on a machine. Every call is a new process of desgw. */
export interface Pipeline {
  build(goals?: readonly string[], asked?: BuildAsked): Promise<Went>;
  /** How targets stand, in the order in which they are made; by default those of the goal. */
  status(targets?: readonly string[], asked?: Asked): Promise<readonly TargetStatus[]>;
  /** What is on record of a target. */
  record(target: TargetName): OnRecord | undefined;
}

/** Days pass in no time on a machine in memory, and what never ends must end. */
const WAIT_SECONDS = 48 * 3600;

/**
 * Puts a pipeline on a machine.
 * @param pipeline the default export of a rule file, or some of its rules: then the first is the goal
 * @throws UserError for what desgw would refuse when it loads the rule file
 */
export function pipelineOn(machine: Machine, pipeline: Build | readonly RuleItem[]): Pipeline {
  const build = buildOf(pipeline);
  const open = ({ set = [], ...options }: Asked): Project =>
    projectOf(machine.engine(options), build, set);
  return {
    async build(goals = [], { force = false, wait = true, failFast = false, jobs, ...asked } = {}) {
      const { summary, told } = await buildTold(open(asked), {
        ...{ goals, force, wait, failFast, waitTimeout: WAIT_SECONDS },
        jobs: jobs ?? build.jobs ?? 5,
      });
      return { outcome: summary.outcome, exit: EXIT[summary.outcome], told };
    },
    async status(targets = [], asked = {}) {
      const { signal } = new AbortController();
      const { stage } = await lookOnly(open(asked), targets, {
        ...{ dry: false, signal, failuresStand: true },
      });
      return statesOf(stage.plan);
    },
    record: (target) => onRecord(loadMemory(machine.engine().files).traces.get(target)),
  };
}

function buildOf(pipeline: Build | readonly RuleItem[]): Build {
  if (Array.isArray(pipeline)) {
    const [first] = pipeline as readonly RuleItem[];
    const goal = first !== undefined && 'name' in first ? { goal: first.name } : {};
    return defineBuild({ ...goal, rules: () => pipeline });
  }
  const build = pipeline as Build;
  if (!isBuild(build))
    throw new UserError('this was not made by defineBuild', 'Hand in the default export.');
  const complaint = buildShape(build);
  if (complaint !== undefined)
    throw new UserError(`the build has ${complaint.at}, which ${complaint.what}`, complaint.hint);
  return build;
}

function projectOf(world: Engine, build: Build, set: readonly string[]): Project {
  const { values, sources } = chosenParams(build, set);
  const given = Object.entries(values).filter(([name]) => sources[name] === '--set');
  return {
    ...{ world, build, params: values, given: Object.fromEntries(given) },
    siteOf: () => '',
    explain: (error) => explainedAs('the rule file', error),
  };
}

/** As far as it can be told where the rules are objects, and there is no file to point into. */
export function explainedAs(file: string, error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  if (!(error instanceof UserError) || error.word === undefined) return error;
  const { message, word, hint, exit, kind } = error;
  return new UserError(`${file} (${word}): ${message}`, hint, exit).coded(kind);
}
