/**
 * Values that nobody but their owner is to see: of parameters that are marked, and of parameters and
 * environment variables whose names say so. Wherever desgw writes they become `***`; on record they
 * are a digest that is salted for the workspace, so that a change is seen and nothing can be guessed.
 */
import { saltedDigest } from '../api/digest.ts';
import type { Json } from '../api/values.ts';
import type { Secrets } from '../world/world.ts';
import { display, literal, shellQuote } from './quote.ts';

/** Stands for a secret wherever people look. */
const HIDDEN = '***';
/** A sealed value, as it is on record. */
const SEALED = /\*{3}[\w-]{22}/g;
/** Shorter values stand in too many texts by chance; what bears their name is hidden all the same. */
const SHORTEST = 6;

/** Names that leave no doubt, and names that others have as well (a sort key, a pass of a survey). */
const SURE =
  /PASSW|PASSPHRASE|SECRET|CREDENTIAL|TOKEN|WEBHOOK|(?:API|ACCESS|AUTH|PRIVATE|MASTER)_?KEY/i;
const LIKELY = /^(?:PASS|KEYS?|CREDS?|APIKEY|.*_PWD)$/i;
/** Says where a secret lies, which is none. */
const PLACE = /(?:FILE|PATH|DIR|DIRECTORY|HOME|SOCK|SOCKET|NAME|TYPE)S?$/i;

/** Whether a name says that its value is a secret. */
export function looksSecret(name: string): boolean {
  if (PLACE.test(name)) return false;
  return SURE.test(name) || wordsIn(name).some((word) => LIKELY.test(word));
}

/** `dbPass` and `DB_PASS` are two words; `DB_PWD` stays one, since PWD alone is the folder. */
const wordsIn = (name: string): readonly string[] => [
  name,
  ...name.replace(/([a-z\d])([A-Z])/g, '$1_$2').split(/[^A-Za-z\d]+|_/),
];

/** A text as people see it: what is sealed in it is hidden. */
export const unsealed = (text: string): string => text.replace(SEALED, HIDDEN);

/** Such names in a text whose words are not known. */
const NAMES = String.raw`[\w.-]*(?:passw|passphrase|secret|token|credential|webhook|api[-_]?key)[\w.-]*`;

const ASSIGNED = new RegExp(String.raw`(\b${NAMES}=)('[^']*'|"[^"]*"|\S+)`, 'gi');
const FOLLOWING = new RegExp(String.raw`(--${NAMES} +)(?!-)('[^']*'|"[^"]*"|\S+)`, 'gi');
const IN_URL = /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@]+:[^\s/@]+@/gi;
/** Chat services let in whoever knows the address. */
const HOOK = /(https?:\/\/hooks\.[\w.-]+\/)\S+/gi;

/** The text with stars in the place of what looks like a secret. */
export function withoutSecrets(text: string): string {
  return text
    .replace(ASSIGNED, `$1${HIDDEN}`)
    .replace(FOLLOWING, `$1${HIDDEN}`)
    .replace(IN_URL, `$1${HIDDEN}@`)
    .replace(HOOK, `$1${HIDDEN}`);
}

/** What is written in front of people as `NAME=value`, hidden where the name says so. */
export const hideAssigned = (line: string): string =>
  line.replace(
    /^(\W*(?:export\s+)?)([A-Za-z_][\w.-]*)(\s*[=:]\s*)(\S.*)$/,
    (all, before: string, name: string, sign: string) =>
      looksSecret(name) ? `${before}${name}${sign}${HIDDEN}` : all,
  );

/** What is known to be secret, more of which comes to be known on the way. */
export interface SecretStore extends Secrets {
  /** From now on this value is hidden. */
  learn(name: string, value: Json | undefined): void;
  /** From now on sealed with this salt, which is asked for when the first is sealed. */
  saltWith(salt: () => string): void;
}

/**
 * @param env every variable in it whose name says so is hidden
 * @param words of the command line: of `--set NAME=VALUE` and `--NAME VALUE` likewise
 */
export function openSecrets(
  env: { readonly [name: string]: string | undefined },
  words: readonly string[],
): SecretStore {
  return new KnownSecrets(env, words);
}

/** Functions in fields, since others take them out of it and hand them on. */
class KnownSecrets implements SecretStore {
  /** Value -> name of all that is hidden. */
  readonly #shown = new Map<string, string>();
  /** The same of parameters alone, whose values are sealed. */
  readonly #params = new Map<string, string>();
  readonly #names = new Set<string>();
  #pattern: RegExp | undefined;
  #salt: string | (() => string) = () => crypto.randomUUID();

  constructor(env: { readonly [name: string]: string | undefined }, words: readonly string[]) {
    for (const [name, value = ''] of [...Object.entries(env), ...assigned(words)])
      if (looksSecret(name)) this.#show(name, value);
  }

  readonly isSecret = (name: string): boolean => this.#names.has(name) || looksSecret(name);

  readonly hide = (text: string): string => {
    this.#pattern ??= patternOf([...this.#shown.keys()]);
    return unsealed(text.replace(this.#pattern, HIDDEN));
  };

  readonly seal: Secrets['seal'] = (name, value) =>
    this.isSecret(name) && value !== null ? this.#seal(JSON.stringify(value)) : this.#sealIn(value);

  readonly sealText = (text: string): string => this.#sealIn(text) as string;

  readonly standsIn = (text: string): string | undefined => {
    for (const [value, name] of this.#shown)
      if ((SURE.test(name) || this.#names.has(name)) && boundary(value).test(text)) return name;
    return undefined;
  };

  readonly learn: SecretStore['learn'] = (name, value) => {
    this.#names.add(name);
    for (const one of [value].flat(9)) {
      if (one === null || one === undefined || typeof one === 'boolean') continue;
      const text = typeof one === 'object' ? JSON.stringify(one) : String(one);
      this.#show(name, text);
      if (text.length >= SHORTEST) this.#params.set(text, name);
    }
  };

  readonly saltWith = (salt: () => string): void => {
    this.#salt = salt;
  };

  #show(name: string, value: string): void {
    const telling = /\d/.test(value) && /[a-z]/i.test(value);
    const sure = this.#names.has(name) || SURE.test(name) || telling;
    if (!sure || value.length < SHORTEST) return;
    this.#shown.set(value, name);
    this.#pattern = undefined;
  }

  #seal(text: string): string {
    if (typeof this.#salt !== 'string') this.#salt = this.#salt();
    return HIDDEN + saltedDigest(this.#salt, text);
  }

  #sealIn(value: Json): Json {
    if (typeof value === 'string') {
      let text = value;
      for (const secret of longestFirst(this.#params.keys()))
        text = text.split(secret).join(this.#seal(secret));
      return text;
    }
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((one) => this.#sealIn(one));
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, this.#sealIn(one)]));
  }
}

/** What a command line gives to names. */
function assigned(words: readonly string[]): readonly (readonly [string, string])[] {
  return words.flatMap((word, i) => {
    const [, name, value] = /^(?:--set=|--)?([A-Za-z_][\w.-]*)=(.*)$/s.exec(word) ?? [];
    if (name !== undefined && value !== undefined) return [[name, value] as const];
    const option = /^--([A-Za-z][\w-]*)$/.exec(word)?.[1];
    const next = words[i + 1];
    return option === undefined || option === 'set' || next === undefined
      ? []
      : [[option.replaceAll('-', '_'), next] as const];
  });
}

/** The values as they stand in texts: bare, in JSON (also twice), quoted for a shell, made visible. */
function patternOf(values: readonly string[]): RegExp {
  const spelt = values.flatMap((value) => {
    const json = JSON.stringify(value).slice(1, -1);
    const quoted = shellQuote(value).replace(/^\$?'|'$/g, '');
    return [value, json, JSON.stringify(json).slice(1, -1), quoted, display(value)];
  });
  const patterns = longestFirst(new Set(spelt)).map(literal);
  return patterns.length === 0 ? /(?!)/g : new RegExp(patterns.join('|'), 'g');
}

/** A value may be part of a longer one, of which the rest would stay to be seen. */
const longestFirst = (values: Iterable<string>): readonly string[] =>
  [...values].sort((a, b) => b.length - a.length);

/** A value that is no part of a longer word or path. */
const boundary = (value: string): RegExp => new RegExp(`(?<![\\w/])${literal(value)}(?![\\w/])`);
