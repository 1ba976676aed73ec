/** The recipes of rules, and what of them decides whether a target is made again. */
import { digestOf } from '../api/digest.ts';
import type { Recipe, Rule } from '../api/rules.ts';
import type { Step } from '../api/steps.ts';
import type { Json } from '../api/values.ts';
import type { Secrets } from '../world/world.ts';

/** A function as a text to compare. */
export type CodeOf = (code: (...args: never[]) => unknown) => string;

/** The recipe a target is made by: its own or its chain's. */
export function recipeOf(rule: Rule): Recipe {
  const recipe = rule.chain?.recipe ?? rule.recipe ?? [];
  return isStepList(recipe) ? { steps: recipe } : recipe;
}

function isStepList(recipe: Recipe | readonly Step[]): recipe is readonly Step[] {
  return Array.isArray(recipe);
}

/** Digest of a recipe's version; without one, of its steps or of the code that makes them. */
export function recipeDigest(rule: Rule, codeOf: CodeOf, secrets?: Pick<Secrets, 'seal'>): string {
  const recipe = recipeOf(rule);
  if (recipe.version !== undefined) return digestOf(`version ${recipe.version}`);
  const { steps } = recipe;
  const text =
    typeof steps === 'function'
      ? codeOf(steps)
      : JSON.stringify(
          steps.map((step) => plainStep(step, codeOf)),
          (name: string, value: Json) =>
            typeof value === 'string' && secrets ? secrets.seal(name, value) : value,
        );
  return digestOf(text);
}

/**
 * A step as data alone: the function that a write may have, as its code. `passEnv` is left out: what it
 * passes on differs from person to person, and changes no result.
 */
function plainStep(step: Step, codeOf: CodeOf): object {
  if (step.kind === 'write' && typeof step.content === 'function')
    return { ...step, content: codeOf(step.content) };
  if (step.kind !== 'exec') return step;
  const { passEnv: _, environment, ...rest } = step;
  if (environment === undefined) return rest;
  const { passEnv: __, ...sourced } = environment;
  return { ...rest, environment: sourced };
}
