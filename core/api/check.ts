/** Checks of what a rule file wrote, for shapes that types alone cannot hold it to. Pure. */
import { didYouMean } from './errors.ts';

/** What is wrong, and where within the value: `recipe[0].argv`. */
export interface Complaint {
  readonly at: string;
  readonly what: string;
  readonly hint?: string;
  /** The word in the source to point at. */
  readonly word?: string;
}

/** What is wrong with a value; nothing when it is as it should be. */
export type Check = (value: unknown) => Complaint | undefined;

const wrong = (value: unknown, wanted: string): Complaint => ({
  at: '',
  what: `is ${inWords(value)}, not ${wanted}`,
});

const primitive =
  (type: 'string' | 'number' | 'boolean', wanted: string): Check =>
  (value) =>
    typeof value === type ? undefined : wrong(value, wanted);

/** A text. */
export const text: Check = primitive('string', 'a text');
/** A number. */
export const number: Check = primitive('number', 'a number');
/** Nothing that merely counts as true. */
export const flag: Check = primitive('boolean', 'true or false');

/** Data that JSON can hold. */
export const json: Check = (value) =>
  typeof value === 'function' || typeof value === 'symbol' || value === undefined
    ? wrong(value, 'data')
    : undefined;

/** A function that gives its result itself, not the promise of one. */
export const pure: Check = (value) => {
  if (typeof value !== 'function') return wrong(value, 'a function');
  if (value.constructor.name !== 'AsyncFunction') return undefined;
  return {
    at: '',
    what: 'is asynchronous',
    hint: 'It must give its result at once; what takes time is for an adapter or a recipe.',
  };
};

/** Any function. */
export const anyFunction: Check = (value) =>
  typeof value === 'function' ? undefined : wrong(value, 'a function');

/** One of these words. */
export const oneOf =
  (...words: readonly string[]): Check =>
  (value) => {
    if (typeof value === 'string' && words.includes(value)) return undefined;
    const list = words.map((word) => `'${word}'`).join(', ');
    const hint = typeof value === 'string' ? didYouMean(value, words) : undefined;
    return { ...wrong(value, `one of ${list}`), ...(hint === undefined ? {} : { hint }) };
  };

/** Exactly this value. */
export const exactly =
  (wanted: unknown): Check =>
  (value) =>
    value === wanted ? undefined : wrong(value, String(wanted));

/** What one of several checks accepts; the complaint is that of the last. */
export const either =
  (...checks: readonly Check[]): Check =>
  (value) => {
    let complaint: Complaint | undefined;
    for (const check of checks) {
      complaint = check(value);
      if (complaint === undefined) return undefined;
    }
    return complaint;
  };

/** A list of which each entry passes; `wanted` names the entries in the plural. */
export const listOf =
  (check: Check, wanted: string): Check =>
  (value) => {
    if (!Array.isArray(value)) return wrong(value, `a list of ${wanted}`);
    for (const [i, one] of value.entries()) {
      const complaint = check(one);
      if (complaint !== undefined) return within(`[${i}]`, complaint);
    }
    return undefined;
  };

/** A list of texts. */
export const texts: Check = listOf(text, 'texts');

/** A plain object of which each value passes. */
export const tableOf =
  (check: Check): Check =>
  (value) => {
    if (!isTable(value)) return wrong(value, 'a table');
    for (const [key, one] of Object.entries(value)) {
      const complaint = check(one);
      if (complaint !== undefined) return within(`['${key}']`, complaint);
    }
    return undefined;
  };

type RequiredKeys<T> = {
  [K in keyof T]-?: object extends Pick<T, K> ? never : K;
}[keyof T];

/**
 * An object of type T. The compiler holds both tables against the type: every field has a check, and
 * those that the type requires are required here.
 * @param others fields that are not of the type: `not if misspelt` where rule files note more of their own
 */
export function fields<T extends object>(
  checks: { readonly [K in keyof Required<T>]: Check },
  required: { readonly [K in RequiredKeys<T>]: true },
  others: 'refused' | 'not if misspelt' = 'refused',
): Check {
  const known = new Map<string, Check>(Object.entries(checks));
  const needed = Object.keys(required);
  return (value) => {
    if (!isTable(value)) return wrong(value, 'an object');
    for (const key of Object.keys(value)) {
      const check = known.get(key);
      if (check === undefined) {
        if (others === 'refused' || didYouMean(key, known.keys()) !== undefined)
          return unknownField(key, known);
        continue;
      }
      // A field that is there without a value is as if it were not there.
      const one = value[key];
      const complaint = one === undefined ? undefined : check(one);
      if (complaint !== undefined) return within(key, complaint);
    }
    const missing = needed.find((key) => value[key] === undefined);
    return missing === undefined ? undefined : { at: '', what: `lacks '${missing}'` };
  };
}

/** One of several objects, told apart by their `kind`. */
export function byKind<T extends { readonly kind: string }>(
  checks: {
    readonly [K in T['kind']]: Check;
  },
): Check {
  const known = new Map<string, Check>(Object.entries(checks));
  return (value) => {
    if (!isTable(value)) return wrong(value, 'an object');
    const check = typeof value.kind === 'string' ? known.get(value.kind) : undefined;
    if (check !== undefined) return check(value);
    const hint = typeof value.kind === 'string' ? didYouMean(value.kind, known.keys()) : undefined;
    return {
      at: '',
      what: `has the kind ${inWords(value.kind)}, of which there is none`,
      ...(hint === undefined ? {} : { hint }),
    };
  };
}

function unknownField(key: string, known: ReadonlyMap<string, Check>): Complaint {
  return {
    at: '',
    what: `has a field '${key}', which means nothing`,
    hint: didYouMean(key, known.keys()) ?? `There are ${[...known.keys()].join(', ')}.`,
    word: key,
  };
}

function within(step: string, complaint: Complaint): Complaint {
  const rest = complaint.at;
  const joined = rest === '' || rest.startsWith('[') ? `${step}${rest}` : `${step}.${rest}`;
  return { ...complaint, at: joined };
}

const isTable = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A value as far as a message needs it. */
export function inWords(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (Array.isArray(value)) return 'a list';
  switch (typeof value) {
    case 'string':
      return value.length > 40 ? 'a text' : `'${value}'`;
    case 'function':
      return 'a function';
    case 'object':
      return value instanceof Promise ? 'a promise' : 'an object';
    default:
      return String(value);
  }
}
