/**
 * A bundled rule file as a script instead of a module: of scripts alone V8 lets compiled code be kept
 * in every Node that desgw runs on. Every character stays in its line and column, so that the source
 * map fits, and the texts of functions are those that they have in the module.
 */

/** The name of the function around the code, by which `closure.ts` knows its scope. */
export const AROUND = 'desgwRules';

/** Hands over what an import brings in: one name of a module, or without a name the whole module. */
type PickImport = (from: string, name?: string) => unknown;

/** The function around the code. */
export type Around = (pick: PickImport) => Promise<{ readonly default?: unknown }>;

/**
 * The code as an `Around`; undefined when it has to stay a module.
 * @param code an ES module as esbuild writes it, without white space
 * @param imports from where it imports, once for each statement
 * @param known modules that can be handed to it
 */
export function asScript(
  code: string,
  imports: readonly string[],
  known: readonly string[],
): string | undefined {
  // A script cannot import: it must get by with what is handed to it.
  if (imports.some((from) => !known.includes(from)) || /\bimport\s*\(/.test(code)) return undefined;
  const names: string[] = [];
  const inside = code.replace(IMPORT, (statement, clause: string, from: string) => {
    if (!imports.includes(from)) return statement;
    names.push(bindings(clause, JSON.stringify(from)));
    return ' '.repeat(statement.length);
  });
  const end = EXPORT.exec(inside);
  // Something was taken for an import that is none, or one was not recognised.
  if (names.length !== imports.length || end === null) return undefined;
  const given = end[1]!
    .split(',')
    .map((one) => one.split(' as '))
    .map(([local, exported = local]) => `${exported}:${local}`);
  return [
    `(async function ${AROUND}(pick){"use strict";${names.join('')}\n`,
    `${inside.slice(0, end.index)}return{${given.join(',')}};\n})\n`,
  ].join('');
}

const IMPORT = /\bimport([^;"'()]*?)(?:from)?"([^"\n]*)";/g;
const EXPORT = /\bexport\{([\w$ ,]*)\};\s*$/;

/** `{a as b}`, `* as all`, `one` and `one,{a}` as declarations of the same names. */
function bindings(clause: string, from: string): string {
  const [, one, all, list] =
    /^\s*([\w$]+)?\s*,?\s*(?:\*\s*as\s+([\w$]+)|\{(.*)\})?\s*$/s.exec(clause) ?? [];
  const named = (list?.split(',') ?? []).map((pair) => pair.trim().split(/\s+as\s+/));
  return [
    ...(one === undefined ? [] : [`const ${one}=pick(${from},"default");`]),
    ...(all === undefined ? [] : [`const ${all}=pick(${from});`]),
    ...named.map(([name, local = name]) => `const ${local}=pick(${from},"${name}");`),
  ].join('');
}
