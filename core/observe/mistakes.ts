/** Mistakes in rules as errors for people, with the place to mend. */
import { UserError } from '../api/errors.ts';
import type { RuleFault } from '../api/rule-code.ts';
import type { Project } from './project.ts';
import { declarationOf } from './stage.ts';

/** Finds the place of a mistake: in the code that threw, of the word that it is about, of the rule. */
export const mistakesIn =
  (project: Project) =>
  ({ cause, target }: RuleFault): Error => {
    if (target === undefined) return project.explain(cause);
    const { message, hint } = cause as UserError;
    const place = declarationOf(project, target);
    return place === undefined ? (cause as UserError) : new UserError(`${place}: ${message}`, hint);
  };
