/** Refuses rules that cannot mean what was written, before anything is made of them. Pure. */

import type { RuleItem } from '../api/builds.ts';
import { type Complaint, inWords } from '../api/check.ts';
import { didYouMean, UserError } from '../api/errors.ts';
import { inRule, RuleFault } from '../api/rule-code.ts';
import type { Chain, Rule } from '../api/rules.ts';
import { expansionShape, ruleShape } from '../api/shapes.ts';
import type { TargetName } from '../api/values.ts';
import type { Node } from './graph.ts';
import { recipeOf, unkept } from './recipes.ts';

/** @throws UserError when this is not a list of rules; `whose` says who gave it */
export function checkItems(items: unknown, whose: string): asserts items is readonly RuleItem[] {
  if (!Array.isArray(items)) {
    const hint =
      items instanceof Promise
        ? 'It must not be asynchronous: what takes time is for an adapter or a recipe.'
        : 'For example: rules: (params) => [target(...), group(...)].';
    throw new UserError(`${whose} gave ${inWords(items)}, not a list of rules`, hint)
      .coded('DG207')
      .about('rules');
  }
  for (const [i, item] of items.entries()) {
    if (typeof item === 'object' && item !== null && !Array.isArray(item)) continue;
    const hint = Array.isArray(item)
      ? 'Spread it into the list: ...rules.'
      : "A rule is made by target('name', {...}), group(...) or expand(...).";
    const what = `${whose} gave ${inWords(item)} as its rule number ${i + 1}`;
    throw new UserError(what, hint).coded('DG207').about(typeof item === 'string' ? item : 'rules');
  }
}

/** @throws UserError for a field that means nothing, a value of the wrong kind, a recipe that is lacking */
export function checkRule(rule: Rule): void {
  const complaint = ruleShape(rule);
  if (complaint !== undefined) throw complaintOf(rule, complaint);
  const { steps } = recipeOf(rule);
  const broken = typeof steps === 'function' ? undefined : unkept(rule, steps);
  if (broken !== undefined) {
    const where = Array.isArray(rule.recipe) ? 'recipe' : 'recipe.steps';
    throw complaintOf(rule, { ...broken, at: `${where}${broken.at}` });
  }
  if (rule.recipe !== undefined || rule.chain !== undefined) return;
  // A target that only observes has no recipe, and may have files that the observation goes by.
  const needing = rule.observe === undefined ? [...FOR_A_RECIPE, ...SOURCES] : FOR_A_RECIPE;
  const field = needing.find((one) => {
    const value = rule[one];
    return value !== undefined && !(Array.isArray(value) && value.length === 0);
  });
  if (field === undefined) return;
  throw new UserError(
    `target '${rule.name}'${at(rule)} has '${field}' but no recipe`,
    "Say how it is made: recipe: [exec(['make-it'])]. Without a recipe it is a group, a name for what it needs.",
  ).coded('DG207');
}

/** Fields that make no sense without a recipe. */
const FOR_A_RECIPE = ['outputs', 'once', 'doneBefore', 'exclusive', 'hold'] as const;
/** Likewise, where nothing is observed either. */
const SOURCES = ['inputs', 'globs'] as const;

/** @throws UserError for an expansion that is none */
export function checkExpansion(item: object): void {
  const complaint = expansionShape(item);
  if (complaint === undefined) return;
  const maker = 'file' in item ? 'expandFile' : 'expand';
  const whose = 'file' in item ? item.file : 'from' in item ? item.from : undefined;
  const subject = typeof whose === 'string' ? `the expansion of '${whose}'` : 'an expansion';
  const colon = complaint.at === '' ? '' : ':';
  throw new UserError(`${subject}${colon} ${toldOf(complaint)}`, complaint.hint)
    .coded('DG207')
    .about(complaint.word ?? maker);
}

/** @throws UserError for a chain or a hold that names what is not there */
export function checkNames(nodes: ReadonlyMap<TargetName, Node>): void {
  const chains = new Set<Chain>();
  for (const { rule } of nodes.values()) {
    const { hold, chain } = rule;
    for (const name of hold === undefined ? [] : [hold.since, hold.until])
      if (!nodes.has(name))
        throw new UserError(
          `target '${rule.name}'${at(rule)} is held for '${name}', which no rule makes`,
          didYouMean(name, nodes.keys()),
        ).coded('DG207');
    if (chain === undefined || chains.has(chain)) continue;
    chains.add(chain);
    checkChain(rule, chain, nodes);
  }
}

function checkChain(rule: Rule, chain: Chain, nodes: ReadonlyMap<TargetName, Node>): void {
  const where = `chain '${chain.name}' of target '${rule.name}'${at(rule)}`;
  for (const link of chain.links) {
    const node = nodes.get(link);
    if (node === undefined)
      throw new UserError(
        `${where} has a link '${link}', which no rule makes`,
        didYouMean(link, nodes.keys()),
      ).coded('DG207');
    if (node.rule.chain !== chain)
      throw new UserError(
        `${where} has a link '${link}', which belongs to ${node.rule.chain === undefined ? 'none' : 'another'}`,
        'All links share one object: const chain = {...}, and chain in each of their rules.',
      ).coded('DG207');
  }
  if (!chain.links.includes(rule.name))
    throw new UserError(
      `${where} does not list that target among its links`,
      `Its links are ${chain.links.join(', ')}.`,
    ).coded('DG207');
  // Of a long chain only the ends are tried here; every sweep is checked again when it is used.
  const tried = chain.links.length <= 100 ? chain.links : [chain.links[0]!, chain.links.at(-1)!];
  for (const link of tried) {
    try {
      sweepOf(chain, link);
    } catch (error) {
      // A fault in the rule's own code fails the targets of this chain alone, when it is used.
      if (!(error instanceof RuleFault)) throw error;
    }
  }
}

/** Which links a run remakes that begins with `first`. @throws UserError when that one is not among them */
export function sweepOf(chain: Chain, first: TargetName): readonly TargetName[] {
  const swept: unknown = inRule(() => chain.sweep(first));
  if (!Array.isArray(swept) || !swept.includes(first))
    throw new UserError(
      `chain '${chain.name}': its sweep from '${first}' gave ${Array.isArray(swept) ? `[${swept.join(', ')}]` : inWords(swept)}, without that link`,
      'A run remakes at least the link that it begins with: links.slice(links.indexOf(first)).',
    )
      .coded('DG207')
      .about('sweep');
  const stranger = swept.find((link) => !chain.links.includes(link));
  if (stranger !== undefined && chain.links.length <= 100)
    throw new UserError(
      `chain '${chain.name}': its sweep from '${first}' names '${stranger}', which is not a link of it`,
      didYouMean(String(stranger), chain.links),
    )
      .coded('DG207')
      .about('sweep');
  return swept;
}

function complaintOf(rule: Rule, complaint: Complaint): UserError {
  return new UserError(
    `target '${rule.name}'${at(rule)}: ${toldOf(complaint)}`,
    complaint.hint,
  ).coded('DG207');
}

/** `recipe[0] lacks 'argv'`, or the sentence without its subject. */
const toldOf = ({ at: where, what }: Complaint): string =>
  where === '' ? what : `${where} ${what}`;

/** Where a rule was declared, to be put after its name. */
export const at = (rule: Rule): string =>
  rule.declaredAt === undefined ? '' : ` (${rule.declaredAt})`;
