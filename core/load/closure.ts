/**
 * The code of a function of the rule file together with what it uses: helpers, constants and other
 * values of the scopes around it, wherever they were imported from. Only a debugger can see what a
 * function has captured, so this process is its own debugger, and looks at each function once.
 */
import type { Session } from 'node:inspector';
import { createRequire } from 'node:module';
import { digestOf } from '../api/digest.ts';
import type { Json } from '../api/values.ts';
import { AROUND } from './as-script.ts';

/** Any function. */
type Code = (...args: never[]) => unknown;

/** Tells what a function is made of, as a text to compare. */
export interface CodeReader {
  codeOf(code: Code): string;
  /** Lets go of the debugger. What has been read stays known. */
  close(): void;
}

/** Variables of one scope, by name. */
type Scope = { readonly [name: string]: unknown };

/** A function as the debugger sees it. */
interface Inspected {
  /** The script it is from; the rule file and all that it imports from the workspace are one. */
  readonly script: string;
  /** The scopes around it, the innermost first. */
  readonly scopes: readonly Scope[];
}

/**
 * Texts of objects without functions in them, as they were when first seen: a table that fills up while
 * rules are made must not look changed.
 */
const SEEN = new WeakMap<object, string>();

/**
 * Reads functions.
 * @param params the parameters: a function is taken to use those whose names it mentions
 * @param seal takes out of values what is not to be recorded
 * @param variable what a variable of the environment holds, as it may go on record
 */
export function codeReader(
  params: object,
  seal: (text: string) => string = (text) => text,
  variable: Variables = () => null,
): CodeReader {
  const known = new WeakMap<Code, string>();
  let inspector: Inspector | undefined;
  return {
    codeOf(code) {
      const text = known.get(code);
      if (text !== undefined) return text;
      inspector ??= new Inspector();
      const read = new Reading(inspector, params, seal, variable).all(code);
      known.set(code, read);
      return read;
    },
    close() {
      inspector?.close();
      inspector = undefined;
    },
  };
}

type Variables = (name: string) => Json;

/** A variable of the environment that the text names; a name that is computed cannot be found. */
const VARIABLE = /\bprocess\.env(?:\.(\w+)|\[(['"])(\w+)\2\])/g;

const WORDS = /[\p{ID_Start}$_][\p{ID_Continue}$]*/gu;

/** One function with everything that it leads to. */
class Reading {
  readonly #inspector: Inspector;
  readonly #params: object;
  readonly #seal: (text: string) => string;
  readonly #variable: Variables;
  readonly #words = new Set<string>();
  /** Texts of the functions on the way, each once. */
  readonly #texts = new Map<Code, string>();
  #script: string | undefined;
  #usesParams = false;
  /** How many functions and uses of the parameters were met: what has none may be kept in `SEEN`. */
  #functions = 0;
  readonly #objects = new Map<object, string>();

  constructor(
    inspector: Inspector,
    params: object,
    seal: (text: string) => string,
    variable: Variables,
  ) {
    this.#inspector = inspector;
    this.#params = params;
    this.#seal = seal;
    this.#variable = variable;
  }

  all(code: Code): string {
    this.#read(code);
    const parts = [...this.#texts.values()];
    if (this.#usesParams) parts.push(JSON.stringify(this.#paramsUsed()));
    return parts.length === 1 ? parts[0]! : digestOf(this.#seal(JSON.stringify(parts)));
  }

  /** Parameters that are mentioned; all of them if none is, since they are used in some other way. */
  #paramsUsed(): readonly unknown[] {
    const all = Object.entries(this.#params);
    const named = all.filter(([name]) => this.#words.has(name));
    return named.length > 0 ? named : all;
  }

  #read(code: Code): void {
    const text = String(code);
    this.#texts.set(code, text);
    const { script, scopes } = this.#inspector.look(code);
    this.#script ??= script;
    // What comes with desgw, with Node or in packages is not the rule file's own.
    if (script !== this.#script) {
      this.#texts.set(code, `other ${code.name}`);
      return;
    }
    const words = new Set(text.match(WORDS));
    for (const word of words) this.#words.add(word);
    const captured: [string, unknown][] = [];
    for (const word of words) {
      const scope = scopes.find((one) => Object.hasOwn(one, word));
      if (scope !== undefined) captured.push([word, this.#value(scope[word])]);
    }
    for (const [, name, , quoted] of text.matchAll(VARIABLE)) {
      const variable = name ?? quoted!;
      captured.push([`env ${variable}`, this.#variable(variable)]);
    }
    if (captured.length > 0)
      this.#texts.set(code, `${text}\n${JSON.stringify(captured.sort(byName))}`);
  }

  /** A value as data. Functions are read apart from it, so that reading ends where they use each other. */
  #value(value: unknown): unknown {
    if (typeof value === 'function') {
      this.#functions++;
      const code = value as Code;
      if (!this.#texts.has(code)) this.#read(code);
      return ['function', digestOf(String(code))];
    }
    if (typeof value !== 'object' || value === null) return plain(value);
    if (value === this.#params) {
      this.#functions++;
      this.#usesParams = true;
      return ['params'];
    }
    const seen = SEEN.get(value) ?? this.#objects.get(value);
    if (seen !== undefined) return seen;
    this.#objects.set(value, 'circle');
    const before = this.#functions;
    const text = JSON.stringify(this.#object(value));
    this.#objects.set(value, text);
    if (this.#functions === before) SEEN.set(value, text);
    return text;
  }

  /** Of an instance of a class also that class, and its private fields. */
  #instance(value: object): readonly unknown[] {
    const maker: unknown = Object.getPrototypeOf(value)?.constructor;
    if (typeof maker !== 'function' || /\{ \[native code\] \}$/.test(String(maker))) return [];
    return [this.#value(maker), this.#inspector.hiddenIn(value)];
  }

  #object(value: object): unknown {
    const name = Object.getPrototypeOf(value)?.constructor?.name ?? '';
    if (value instanceof Date || value instanceof RegExp) return [name, String(value)];
    const entries = value instanceof Map || value instanceof Set ? [...value] : [];
    const own = Object.entries(value).sort(byName);
    return [
      name,
      ...this.#instance(value),
      entries.map((entry) => this.#value(entry)),
      own.map(([key, one]) => [key, this.#value(one)]),
    ];
  }
}

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
  a < b ? -1 : a > b ? 1 : 0;

const plain = (value: unknown): unknown =>
  typeof value === 'string' || typeof value === 'boolean' || value === null
    ? value
    : [typeof value, String(value)];

/** The global name under which a value is put for the debugger to find it. */
const HANDLE = '__desgw_looks_at__';
const SHARED = globalThis as { [HANDLE]?: unknown };

class Inspector {
  readonly #session: Session;
  readonly #modules = new Map<string, Scope>();

  constructor() {
    const load = createRequire(import.meta.url) as (name: string) => unknown;
    const { Session: Opened } = load('node:inspector') as { Session: new () => Session };
    this.#session = new Opened();
    this.#session.connect();
    this.#send('Debugger.enable', {});
  }

  look(code: Code): Inspected {
    const { internalProperties = [] } = this.#propertiesOf(this.#handleOf(code));
    const found = (name: string) =>
      internalProperties.find((property) => property.name === name)?.value;
    const scopes = found('[[Scopes]]')?.objectId;
    const place = found('[[FunctionLocation]]')?.value as { scriptId?: string } | undefined;
    const script = place?.scriptId ?? '';
    const list = scopes === undefined ? [] : this.#propertiesOf(scopes).result;
    const captured = list
      .filter(({ name, value }) => /^\d+$/.test(name) && value?.description !== 'Global')
      .map(({ value }) => {
        const isModule = WHOLE.has(value!.description ?? '');
        const known = isModule ? this.#modules.get(script) : undefined;
        const scope = known ?? this.#variables(value!.objectId!);
        if (isModule) this.#modules.set(script, scope);
        return scope;
      });
    delete SHARED[HANDLE];
    return { script, scopes: captured };
  }

  /** Private fields of an object, as far as they are plain. */
  hiddenIn(value: object): readonly unknown[] {
    const { privateProperties = [] } = this.#propertiesOf(this.#handleOf(value));
    delete SHARED[HANDLE];
    return privateProperties.map(({ name, value: held }) => [name, held?.value, held?.description]);
  }

  close(): void {
    this.#send('Debugger.disable', {});
    this.#session.disconnect();
  }

  /** The answer to a question about this very thread is there when `post` returns. */
  #send<T>(method: string, params: object): T {
    let answer: T | undefined;
    this.#session.post(method, params, (error: Error | null, result?: object) => {
      if (error !== null) throw new Error(`internal: ${method}: ${error.message}`);
      answer = result as T;
    });
    return answer!;
  }

  #handleOf(value: unknown): string {
    SHARED[HANDLE] = value;
    return this.#send<Evaluated>('Runtime.evaluate', { expression: HANDLE }).result.objectId!;
  }

  #propertiesOf(objectId: string): Properties {
    return this.#send('Runtime.getProperties', { objectId, ownProperties: true });
  }

  /** The values themselves, where the debugger would only describe them. */
  #variables(objectId: string): Scope {
    SHARED[HANDLE] = undefined;
    const functionDeclaration = `function () { globalThis.${HANDLE} = { ...this.object }; }`;
    this.#send('Runtime.callFunctionOn', { objectId, functionDeclaration });
    return (SHARED[HANDLE] ?? {}) as Scope;
  }
}

/** What the debugger calls the outermost scope of a module, and of a script that was made from one. */
const WHOLE: ReadonlySet<string> = new Set(['Module', `Closure (${AROUND})`]);

interface Remote {
  readonly objectId?: string;
  readonly description?: string;
  readonly value?: unknown;
}

interface Evaluated {
  readonly result: Remote;
}

interface Property {
  readonly name: string;
  readonly value?: Remote;
}

interface Properties {
  readonly result: readonly Property[];
  readonly internalProperties?: readonly Property[];
  readonly privateProperties?: readonly Property[];
}
