/** A rule file, loaded, and the graph that its rules make. */

import type { Build, Expansion, Params, RuleItem } from '../api/builds.ts';
import { recordingSites } from '../api/define.ts';
import { Refusal, UserError } from '../api/errors.ts';
import type { Json, Path, TargetName } from '../api/values.ts';
import { type KnownOrder, resolveAgain } from '../graph/again.ts';
import type { Graph } from '../graph/graph.ts';
import { normalisePath, type ResolveOptions, resolve } from '../graph/resolve.ts';
import type { CodeReader } from '../load/closure.ts';
import type { History } from '../memory/history.ts';
import { nearestNames } from '../words/near.ts';
import type { World } from '../world/world.ts';

/** A rule file, loaded, with its parameters chosen. */
export interface Project {
  readonly world: World;
  readonly build: Build;
  readonly params: Params;
  /** Those of the parameters that the command line gives. */
  readonly given?: { readonly [name: string]: Json };
  /** `file:line` of the rule file from a stack, for messages. */
  readonly siteOf: (stack: string) => string;
  /** Turns what the rule file's own code threw, or a mistake about a word of it, into an error for people. */
  readonly explain: (error: unknown) => Error;
  /** Reads functions of the rule file with all that they use. */
  readonly code?: CodeReader;
  /** Keeps what is done, for people who ask later. */
  readonly history?: History;
}

/** Whether the rules are as the rule file has them, and not as an option asks for this once. */
export const isAsWritten = ({ given = {} }: Pick<Project, 'given'>): boolean =>
  Object.keys(given).length === 0;

/** The rules as the rule file has them with these parameters. */
export function declared(project: Project): readonly RuleItem[] {
  try {
    return project.build.rules(project.params);
  } catch (error) {
    throw explained(project, error);
  }
}

/** A refusal is meant for people as it stands; anything else is a fault in the rule file. */
function explained(project: Project, error: unknown): Error {
  if (error instanceof UserError) return placed(project, error);
  return error instanceof Refusal
    ? new UserError(error.message, error.advice)
    : project.explain(error);
}

/** A mistake in the rule file that is told without its place gets that of the word it is about. */
export const placed = ({ explain }: Project, error: UserError): Error =>
  error.word === undefined ? error : explain(error);

/**
 * The graph; where the rules are wrong they are declared once more with their places noted, which
 * would cost too much to do every time.
 */
export function resolved(
  project: Project,
  items: readonly RuleItem[],
  texts: ReadonlyMap<TargetName, string>,
  normalise: (path: Path) => string,
  {
    known,
    ...more
  }: Partial<Pick<ResolveOptions, 'open' | 'mayBeMade'>> & {
    readonly known?: KnownOrder | undefined;
  } = {},
): Graph {
  const textOf = (expansion: Expansion): string | undefined =>
    expansion.file === undefined
      ? texts.get(expansion.from!)
      : fileText(project, expansion.file, expansion.advice);
  const { code } = project;
  const options = {
    ...more,
    textOf,
    normalise,
    secrets: project.world.secrets,
    ...(code === undefined ? {} : { codeOf: code.codeOf }),
  };
  try {
    return (known && resolveAgain(items, known, options)) ?? resolve(items, options);
  } catch (error) {
    if (!(error instanceof UserError)) throw explained(project, error);
    return again(project, options);
  } finally {
    code?.close();
  }
}

function again(project: Project, options: ResolveOptions): Graph {
  try {
    return recordingSites(project.siteOf, () =>
      resolve(project.build.rules(project.params), options),
    );
  } catch (error) {
    throw explained(project, error);
  }
}

function fileText(project: Project, path: Path, advice: string | undefined): string {
  const text = project.world.files.readText(path);
  if (text !== undefined) return text;
  const near = nearestNames(project.world.files, path);
  const resembling = near.length > 0 ? `There is ${near.join(', ')}. ` : '';
  const hint = resembling + (advice ?? 'The rule file names it; make it, or name another.');
  throw new UserError(`${path} does not exist`, hint).coded('DG306');
}

/** One spelling for each file: relative to the workspace where it lies inside. */
export function normaliser(root: string): (path: Path) => string {
  return (path) => {
    const clean = normalisePath(path);
    if (clean === root) return '.';
    return clean.startsWith(`${root}/`) ? clean.slice(root.length + 1) : clean;
  };
}
