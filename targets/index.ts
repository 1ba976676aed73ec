/** What rule files of the pipeline are written with. */
export { completeFollowUp } from './commands/complete.ts';
export { followUpCommands } from './commands/index.ts';
export { type NightOf, nightOf } from './night.ts';
export { followUp, followUpParams } from './pipeline.ts';
export { type FermilabOptions, fermilab } from './site/fermilab.ts';
export { sandbox, sandboxExposures } from './site/sandbox.ts';
export type { Site } from './site/site.ts';
export { testing } from './testing/testing.ts';
