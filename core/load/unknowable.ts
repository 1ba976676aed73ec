/** What a rule file may depend on that nobody can see from outside. */

/**
 * What in the code of a rule file may change its rules although every file that it was seen to read is
 * the same; undefined when there is nothing.
 * @param code the bundle, without comments
 * @param known modules that depend on nothing else
 */
export function unknowableIn(code: string, known: readonly string[]): string | undefined {
  for (const [, from] of code.matchAll(/(?:^|[;}\s])(?:import|export)\b[^;"']*["']([^"']+)["']/g))
    if (!known.includes(from!)) return `imports ${from}`;
  const word = UNKNOWABLE.exec(code)?.[0];
  return word === undefined ? undefined : `uses ${word}`;
}

/** The time, chance, the network, other modules, and ways to reach these. Of `process`, `env` is watched. */
const UNKNOWABLE =
  /\b(?:Date|Math\.random|performance|crypto|fetch|WebSocket|require|globalThis|global|eval|Function|Temporal|Intl|navigator|process(?!\.env\b))\b|\bimport\s*\(/;
