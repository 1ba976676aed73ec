/** What tests of rule files are written with. It needs no test framework. */
export type { Call, Ended, Program, Programs } from './calls.ts';
export { type FixedClock, fixedClock } from './clock.ts';
export { type Fault, Stopped } from './faults.ts';
export {
  type Machine,
  type MachineOptions,
  memoryMachine,
} from './machine.ts';
export { type Asked, type BuildAsked, type Pipeline, pipelineOn, type Went } from './pipeline.ts';
export type { ReadFault } from './reads.ts';
