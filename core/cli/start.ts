/**
 * What the entry needs of desgw before all of it: bundled apart, since it is to be loaded faster than
 * what it spares.
 */
export { codeFolder, loadCompiled } from '../world/compiled.ts';
export { answer } from './answer.ts';
