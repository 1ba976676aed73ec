/** A follow-up of the sandbox with the parameters that it has by default, and what its rules are given. */
import { defineBuild } from '../../core/api/define.ts';
import type { Facts, RunFacts } from '../../core/api/facts.ts';
import type { Job, Queue } from '../../core/api/grid.ts';
import type { Seen, Sighting } from '../../core/api/looks.ts';
import type { Recipe, Rule } from '../../core/api/rules.ts';
import type { Step, Write } from '../../core/api/steps.ts';
import type { Json } from '../../core/api/values.ts';
import { chosenParams } from '../../core/graph/params.ts';
import { followUpParams } from '../../targets/pipeline.ts';
import type { FollowUp } from '../../targets/settings/follow-up.ts';
import { sandbox } from '../../targets/site/sandbox.ts';

export const EXPOSURE = '668440';
export const SEASON = '1600';

export interface FollowUpAsked {
  readonly exposures?: readonly string[];
  readonly season?: string;
  /** As after `--set`. */
  readonly set?: readonly string[];
  readonly isolate?: boolean;
}

export function followUpWith(asked: FollowUpAsked = {}): FollowUp {
  const { exposures = [EXPOSURE], season = SEASON, set = [], isolate = false } = asked;
  const site = sandbox({ isolate });
  const build = defineBuild({ params: followUpParams(site), rules: () => [] });
  return { site, season, exposures, params: chosenParams(build, set).values };
}

export interface Files {
  readonly [path: string]: string;
}

/** Facts of a workspace with these files; reading another one throws, as it does in desgw. */
export function factsOf(files: Files, more: Partial<RunFacts> = {}): RunFacts {
  return {
    text: (path) => {
      const text = files[path];
      if (text === undefined) throw new Error(`${path} is not there`);
      return text;
    },
    maybeText: (path) => files[path],
    ...{ value: null, settled: true, gathered: [], due: [], workspace: '/w' },
    ...{ token: 'token', startedAt: Date.UTC(2017, 7, 18), again: false, exits: [] },
    ...{ stdout: '', stderr: '', receipt: undefined, claims: [] },
    ...more,
  };
}

/** The recipe of a rule, which has one as an object. */
export function recipeOf({ name, recipe }: Rule): Recipe {
  if (recipe === undefined || Array.isArray(recipe)) throw new Error(`${name} has no such recipe`);
  return recipe as Recipe;
}

export function stepsOf(rule: Rule, facts: Facts): readonly Step[] {
  const { recipe } = rule;
  if (Array.isArray(recipe)) return recipe as readonly Step[];
  const { steps } = recipeOf(rule);
  return typeof steps === 'function' ? steps(facts) : steps;
}

/** What a rule writes into a file. */
export function textOf(rule: Rule, path: string, facts: RunFacts): string {
  const step = stepsOf(rule, facts).find(
    (one): one is Write => one.kind === 'write' && one.path === path,
  );
  if (step === undefined) throw new Error(`${rule.name} does not write ${path}`);
  return typeof step.content === 'function' ? step.content(facts) : String(step.content);
}

/** An answer of the queue: both schedds have answered unless it says otherwise. */
export const queueSeen = (jobs: readonly Job[] = [], more: Partial<Queue> = {}): Seen => ({
  kind: 'answer',
  answer: { state: 'seen', jobs, answered: BOTH, ...more } as never,
});
const BOTH = { schedds: ['jobsub01.fnal.gov', 'jobsub02.fnal.gov'], silent: [] };

/** A DAG in the queue. */
export const leadJob = (labels: Job['labels'], more: Partial<Job> = {}): Job => ({
  ...{ id: '7.0@jobsub01.fnal.gov', submission: 'mine', token: 'mine', status: 'running', labels },
  ...more,
});

export const read = (text?: string): Seen => ({ kind: 'read', text });

/** The value of what was seen. */
export function seenValue(sighting: Sighting): Json {
  if (sighting.state === 'failed') throw new Error(sighting.why);
  return sighting.value ?? null;
}

/** A row of the exposure table; `more` replaces columns by their place, counted from 0. */
export function tableRow(expnum: string, more: { readonly [column: number]: string } = {}): string {
  const columns = [
    ...[expnum, '20170817', '57983.005780', '198.019708', '-23.29865', 'i', '90.0'],
    ...['2017B-0110', 'object', '0.48', 'DESGW: LIGO event G298048'],
  ];
  return ` ${columns.map((column, i) => more[i] ?? column).join(' ')}\n`;
}

export const tableOf = (...rows: readonly string[]): string =>
  `expnum nite mjd_obs radeg decdeg band exptime propid obstype teff object\n${rows.join('')}`;

/** Facts with which an observation is judged. */
export const judgingFacts = (
  files: Files = {},
  more: { now?: number; unchangedFor?: number } = {},
) => ({
  ...factsOf(files),
  ...{ now: 0, unchangedFor: 0, ...more },
});
