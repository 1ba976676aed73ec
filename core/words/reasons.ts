/** Why a target is not fresh: the reasons there are, and each in words. */

import type { State } from '../api/builds.ts';
import type { Instant, Json, Path, TargetName } from '../api/values.ts';
import { display } from './quote.ts';
import { unsealed } from './secrets.ts';
import { cut, enumerate } from './text.ts';
import { moment } from './time.ts';

/** Why a target is not fresh. */
export type Reason =
  | { readonly kind: 'never built' }
  | { readonly kind: 'forced' }
  | { readonly kind: 'cleaned' }
  | { readonly kind: 'asked again'; readonly why: string }
  | { readonly kind: 'interrupted'; readonly at: Instant }
  | { readonly kind: 'failed before'; readonly problem: string }
  | { readonly kind: 'record damaged' }
  | { readonly kind: 'recipe changed' }
  | {
      readonly kind: 'param changed';
      readonly name: string;
      readonly from?: Json;
      readonly to?: Json;
    }
  | {
      readonly kind: 'input changed';
      readonly path: Path;
      readonly how: keyof typeof INPUT_WORDS;
    }
  | {
      readonly kind: 'glob changed';
      readonly pattern: string;
      /** Which files, where the record names them. */
      readonly files?: readonly {
        readonly path: Path;
        readonly how: keyof typeof INPUT_WORDS;
      }[];
    }
  /** `what` was written while the target was made from it: a path, a pattern, or a target. */
  | { readonly kind: 'changed meanwhile'; readonly what: string }
  | {
      readonly kind: 'env changed';
      readonly name: string;
      readonly from?: string;
      readonly to?: string;
    }
  | { readonly kind: 'dep changed'; readonly target: TargetName }
  | { readonly kind: 'dep added' | 'dep removed'; readonly target: TargetName }
  | { readonly kind: 'gathered' | 'not gathered'; readonly target: TargetName }
  | { readonly kind: 'observation changed'; readonly from: string; readonly to: string }
  | { readonly kind: 'observation asks'; readonly what: string }
  | { readonly kind: 'output missing'; readonly path: Path }
  | { readonly kind: 'output changed'; readonly path: Path }
  | { readonly kind: 'swept'; readonly chain: string; readonly first: TargetName };

/** One reason in a few words, with old and new values: `TEFF_CUT_g: 0.2 -> 0.3`. */
export function reasonText(reason: Reason): string {
  switch (reason.kind) {
    case 'never built':
      return 'never built';
    case 'forced':
      return 'asked for with --force';
    case 'cleaned':
      return 'cleaned';
    case 'asked again':
      return `asked for once more: ${display(reason.why)}`;
    case 'interrupted':
      return `interrupted at ${moment(reason.at)}`;
    case 'failed before':
      return `failed before: ${display(reason.problem)}`;
    case 'record damaged':
      return 'its record is damaged';
    case 'recipe changed':
      return 'recipe changed';
    case 'param changed':
      return `${display(reason.name)}: ${changeText(reason.from, reason.to)}`;
    case 'input changed':
      return `${display(reason.path)} ${INPUT_WORDS[reason.how]}`;
    case 'glob changed':
      return globText(reason);
    case 'changed meanwhile':
      return `${display(reason.what)} changed while this was made from it`;
    case 'env changed':
      return `$${display(reason.name)}: ${changeText(reason.from, reason.to)}`;
    case 'dep changed':
      return `${display(reason.target)} was remade differently`;
    case 'dep added':
      return `${display(reason.target)} is a new dependency`;
    case 'dep removed':
      return `${display(reason.target)} is no longer a dependency`;
    case 'gathered':
      return `${display(reason.target)} has come in`;
    case 'not gathered':
      return `${display(reason.target)} has dropped out`;
    case 'observation changed':
      return observationText(reason.from, reason.to);
    case 'observation asks':
      return display(reason.what);
    case 'output missing':
      return `${display(reason.path)} is missing`;
    case 'output changed':
      return `${display(reason.path)} is not as it was left`;
    case 'swept':
      return `made together with ${display(reason.first)} (${display(reason.chain)})`;
  }
}

const INPUT_WORDS = {
  changed: 'changed',
  appeared: 'appeared',
  vanished: 'vanished',
  added: 'is a new input',
  removed: 'is no longer an input',
} as const;

function globText({ pattern, files = [] }: Extract<Reason, { kind: 'glob changed' }>): string {
  if (files.length === 0) return `files matching ${display(pattern)} changed`;
  const each = files.map(({ path, how }) => `${display(path)} ${INPUT_WORDS[how]}`);
  return `of the files matching ${display(pattern)}, ${enumerate(each)}`;
}

/** The same reason as a clause that can follow "because". */
export function becauseText(reason: Reason): string {
  switch (reason.kind) {
    case 'never built':
      return 'it was never built';
    case 'forced':
      return 'it was asked for with --force';
    case 'cleaned':
      return 'it was cleaned';
    case 'asked again':
      return `it was ${reasonText(reason)}`;
    case 'interrupted':
      return `its run was ${reasonText(reason)}`;
    case 'failed before':
      return `it ${reasonText(reason)}`;
    case 'recipe changed':
      return 'its recipe changed';
    case 'param changed':
    case 'env changed': {
      const name = reason.kind === 'env changed' ? `$${reason.name}` : reason.name;
      return `${display(name)} changed (${changeText(reason.from, reason.to)})`;
    }
    case 'dep changed':
      return `${display(reason.target)} changed`;
    case 'swept':
      return `it is made together with ${display(reason.first)}`;
    case 'record damaged':
    case 'input changed':
    case 'glob changed':
    case 'changed meanwhile':
    case 'dep added':
    case 'dep removed':
    case 'gathered':
    case 'not gathered':
    case 'observation changed':
    case 'observation asks':
    case 'output missing':
    case 'output changed':
      return reasonText(reason);
  }
}

/** Texts that would be read as a value of another type. */
const LIKE_OTHER = /^(null|true|false|[+-]?[\d.]+(e[+-]?\d+)?)$/i;

/** A value for people: plain words bare, anything else as JSON, cut to 60 columns. */
export function valueText(value: Json): string {
  // Quotes also tell the text 1 from the number 1.
  const bare =
    typeof value === 'string' && /^[^\s"'](.*[^\s"'])?$/.test(value) && !LIKE_OTHER.test(value);
  return cut(unsealed(display(bare ? value : JSON.stringify(value))), 60);
}

/** `is stale`, `may be stale`: a state as a predicate. */
export function stateWords(state: State): string {
  switch (state) {
    case 'maybe':
      return 'may be stale';
    case 'failed':
      return 'failed';
    case 'edited':
      return 'was edited by hand';
    case 'fresh':
    case 'stale':
    case 'missing':
    case 'waiting':
    case 'running':
    case 'blocked':
    case 'outdated':
    case 'in doubt':
      return `is ${state}`;
  }
}

function observationText(from: string, to: string): string {
  if (from === to) return `what was seen changed${to === '' ? '' : ` (${display(to)})`}`;
  return from === '' || to === ''
    ? `seen: ${display(from === '' ? 'something else' : from)} -> ${display(to === '' ? 'something else' : to)}`
    : `seen: ${display(from)} -> ${display(to)}`;
}

function changeText(from: Json | undefined, to: Json | undefined): string {
  if (from === undefined) return to === undefined ? 'changed' : `new, ${valueText(to)}`;
  if (to === undefined) return `${valueText(from)}, no longer set`;
  if (Array.isArray(from) && Array.isArray(to)) return listChangeText(from, to);
  return `${valueText(from)} -> ${valueText(to)}`;
}

/** Of a list the members that came and went, because both lists in full would hide them. */
function listChangeText(from: readonly Json[], to: readonly Json[]): string {
  const members = (list: readonly Json[]) => new Set(list.map((value) => valueText(value)));
  const before = members(from);
  const after = members(to);
  const added = [...after].filter((value) => !before.has(value));
  const removed = [...before].filter((value) => !after.has(value));
  const parts = [
    ...(added.length > 0 ? [`added ${enumerate(added, 5)}`] : []),
    ...(removed.length > 0 ? [`removed ${enumerate(removed, 5)}`] : []),
  ];
  return parts.length > 0 ? parts.join('; ') : 'same members, other order or number';
}
