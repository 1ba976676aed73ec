/** The recipes of rules, and what of them decides whether a target is made again. */
import type { Complaint } from '../api/check.ts';
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

/**
 * What is wrong with steps that must not be repeated where nothing tells whether they have happened: the
 * next build would run them again. Undefined where all is well.
 */
export function unkept({ once }: Rule, steps: readonly Step[]): Complaint | undefined {
  if (once !== undefined) return undefined;
  const which = steps.findIndex(
    (step) => step.kind === 'exec' && (step.idempotent === false || step.detached === 'doubt'),
  );
  if (which < 0) return undefined;
  const word = 'idempotent' in steps[which]! ? 'idempotent' : 'detached';
  return {
    at: `[${which}]`,
    what: 'must not be repeated without a word from a person, and its target has no `once`',
    hint: 'Give the target `once`, which tells whether it has happened (`submitOnce` makes such a target); or let the step be repeated.',
    word,
  };
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
