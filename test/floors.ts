/** The rooms of core, from the ground floor up: a room imports from the floors below it alone. */
export const FLOORS: readonly (readonly string[])[] = [
  ['api'],
  ['formats', 'world'],
  ['words'],
  ['graph', 'memory', 'load'],
  ['plan'],
  ['observe'],
  ['run', 'repair'],
  ['views'],
  ['cli', 'testing'],
];
