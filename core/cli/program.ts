/**
 * All of desgw but its targets, as it is bundled into one file: one instance of everything. Beside
 * `runCommand` this is what the other bundles take from this one, and `bundle.mjs` for the help.
 */
export { defineBuild, isBuild } from '../api/define.ts';
export { UserError } from '../api/errors.ts';
export { buildShape } from '../api/shapes.ts';
export { chosenParams } from '../graph/params.ts';
export * as api from '../index.ts';
export { loadMemory } from '../memory/journal.ts';
export { onRecord } from '../memory/trace.ts';
export { EXIT, runBuild } from '../run/build.ts';
export { lookOnly } from '../run/opening.ts';
export { statesOf } from '../views/status.ts';
export { realClock } from '../world/clock.ts';
export { openFiles } from '../world/files.ts';
export { endedByReboot } from '../world/identity.ts';
export { commandHelps, described, topHelp } from './help.ts';
export { runCommand } from './main.ts';
