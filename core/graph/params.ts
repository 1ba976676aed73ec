/** Parameters: what the rule file declares, overridden by `--set KEY=VALUE`. */

import type { Build, Param, Params } from '../api/builds.ts';
import { didYouMean, UserError } from '../api/errors.ts';
import type { Json } from '../api/values.ts';
import { display } from '../words/quote.ts';
import { enumerate } from '../words/text.ts';

type ParamSource = 'default' | 'rule file' | '--set';

/** The values of this invocation, and where each comes from. */
export interface ChosenParams {
  /** Reading a name that was never declared throws a UserError. */
  readonly values: Params;
  /** `rule file` for a bare value, `default` for a declared parameter left alone. */
  readonly sources: { readonly [name: string]: ParamSource };
}

/**
 * Declared values with the overrides of the command line.
 *
 * @param build its `params` and `openParams`
 * @param set `KEY=VALUE` texts; a later one wins
 * @param allowUnknown accept names that are not declared, as texts, if the rule file is open to it
 * @throws UserError for a name that is not declared, or a value of the wrong type or refused by its check
 */
export function chosenParams(
  build: Pick<Build, 'params' | 'openParams'>,
  set: readonly string[],
  { allowUnknown = false }: { readonly allowUnknown?: boolean } = {},
): ChosenParams {
  const declared = new Map(Object.entries(build.params ?? {}));
  const values = new Map<string, Json>();
  const sources = new Map<string, ParamSource>();
  for (const [name, value] of declared) {
    const param = asParam(value);
    values.set(name, param === undefined ? (value as Json) : checkedDefault(name, param));
    sources.set(name, param === undefined ? 'rule file' : 'default');
  }
  for (const [name, text] of set.map(keyAndText)) {
    const found = declared.get(name);
    if (found === undefined && !(build.openParams === true && allowUnknown)) {
      throw unknownName(name, declared, { open: build.openParams === true });
    }
    values.set(name, found === undefined ? text : parsed(name, text, found));
    sources.set(name, '--set');
  }
  return { values: guarded(values), sources: Object.fromEntries(sources) };
}

/** Whether `--set NAME=TEXT` would be accepted as it is. */
export function isSettable(
  build: Pick<Build, 'params' | 'openParams'>,
  name: string,
  text: string,
): boolean {
  try {
    chosenParams(build, [`${name}=${text}`]);
    return true;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}

/** The type of a parameter that is declared by its value alone. `undefined`: `--set` cannot give it. */
function typeOf(value: Json): Param['type'] | undefined {
  if (typeof value === 'number') return 'number';
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'string' || value === null) return 'text';
  return Array.isArray(value) ? 'list' : undefined;
}

function parsed(name: string, text: string, declared: Param | Json): Json {
  const param = asParam(declared);
  const standard = param === undefined ? (declared as Json) : param.default;
  const type = param === undefined ? typeOf(standard) : param.type;
  if (type === undefined) {
    throw new UserError(
      `${display(name)} has several values in one and cannot be given with --set`,
      'Change it in the rule file.',
    ).coded('DG206');
  }
  const value = parsedAs(type, text, standard);
  if (value === undefined) {
    throw new UserError(
      `--set ${display(`${name}=${text}`)}: '${display(text)}' is not ${WANTED[type]}`,
      param?.help === undefined ? EXAMPLE[type] : `${display(name)}: ${param.help}`,
    ).coded('DG206');
  }
  const complaint = param?.check?.(value);
  if (complaint !== undefined) {
    throw new UserError(`--set ${display(`${name}=${text}`)}: ${complaint}`, param?.help).coded(
      'DG206',
    );
  }
  return value;
}

const WANTED: { readonly [type in Param['type']]: string } = {
  text: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  list: 'a list of members separated by commas',
};

const EXAMPLE: { readonly [type in Param['type']]: string } = {
  text: 'Give any text.',
  integer: 'Give digits, such as 12.',
  number: 'Give a number, such as 0.3.',
  boolean: 'Give true or false.',
  list: 'Give members with commas between them and none left out, such as a,b,c.',
};

/** `undefined` when the text is not of the type. */
function parsedAs(type: Param['type'], text: string, standard: Json): Json | undefined {
  const trimmed = text.trim();
  switch (type) {
    case 'text':
      return text;
    case 'integer': {
      const value = Number(trimmed);
      return /^[+-]?\d+$/.test(trimmed) && Number.isSafeInteger(value) ? value : undefined;
    }
    case 'number':
      return numberIn(trimmed);
    case 'boolean':
      return BOOLEANS.get(trimmed.toLowerCase());
    case 'list':
      return listIn(trimmed, standard);
  }
}

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['yes', true],
  ['on', true],
  ['1', true],
  ['false', false],
  ['no', false],
  ['off', false],
  ['0', false],
]);

function numberIn(text: string): number | undefined {
  const value = Number(text);
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) && Number.isFinite(value)
    ? value
    : undefined;
}

/** Members are numbers if those of the declared list are. */
function listIn(text: string, standard: Json): Json | undefined {
  if (text === '') return [];
  const members = text.split(',').map((member) => member.trim());
  if (members.includes('')) return undefined;
  const numeric =
    Array.isArray(standard) && standard.length > 0 && standard.every((m) => typeof m === 'number');
  if (!numeric) return members;
  const numbers = members.map(numberIn);
  return numbers.every((n) => n !== undefined) ? numbers : undefined;
}

function asParam(declared: Param | Json): Param | undefined {
  const shaped =
    typeof declared === 'object' &&
    declared !== null &&
    'default' in declared &&
    'type' in declared &&
    typeof declared.type === 'string' &&
    Object.hasOwn(WANTED, declared.type);
  return shaped ? (declared as Param) : undefined;
}

/** `null` stands for "not set" and suits every type. */
function checkedDefault(name: string, param: Param): Json {
  const value = param.default;
  const type = value === null ? param.type : typeOf(value);
  const fits = type === param.type || (param.type === 'integer' && Number.isSafeInteger(value));
  const complaint = fits
    ? value === null
      ? undefined
      : param.check?.(value)
    : `it is not ${WANTED[param.type]}`;
  if (complaint === undefined) return value;
  throw new UserError(
    `the default of parameter ${display(name)}, ${display(JSON.stringify(value))}, is refused: ${complaint}`,
    'Change it in the rule file.',
  )
    .coded('DG206')
    .about(name);
}

function keyAndText(given: string): readonly [string, string] {
  const at = given.indexOf('=');
  if (at > 0) return [given.slice(0, at).trim(), given.slice(at + 1)];
  throw new UserError(
    `--set ${display(given)}: there is no KEY=VALUE in this`,
    'For example: --set NAME=5',
  ).coded('DG206');
}

function unknownName(
  name: string,
  declared: ReadonlyMap<string, unknown>,
  { open }: { readonly open: boolean },
): UserError {
  const near = didYouMean(name, declared.keys());
  const list =
    declared.size === 0
      ? 'The rule file declares none.'
      : `There are ${enumerate([...declared.keys()], 12)}.`;
  const way = open ? ' --allow-unknown lets it pass as a text.' : '';
  return new UserError(`there is no parameter '${display(name)}'`, (near ?? list) + way).coded(
    'DG205',
  );
}

/** Reading a name that is not there is a mistake in the rule file, not an absent value. */
function guarded(values: ReadonlyMap<string, Json>): Params {
  return new Proxy<Params>(Object.freeze(Object.fromEntries(values)), {
    get(target, name, receiver) {
      // `await`, JSON.stringify and others look for these in any object.
      if (typeof name === 'symbol' || Object.hasOwn(target, name) || LOOKED_FOR.has(name)) {
        return Reflect.get(target, name, receiver);
      }
      throw new UserError(
        `the rule file reads parameter '${display(name)}', which it does not declare`,
        didYouMean(name, values.keys()) ?? 'Declare it in `params` of defineBuild.',
      )
        .coded('DG205')
        .about(name);
    },
  });
}

const LOOKED_FOR: ReadonlySet<string> = new Set([
  'then',
  'toJSON',
  'constructor',
  'toString',
  'valueOf',
]);
