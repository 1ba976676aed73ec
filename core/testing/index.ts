/** What tests of rule files are written with. It needs no test framework. */
export { type FixedClock, fixedClock } from './clock.ts';
export { type Fault, Stopped } from './faults.ts';
export {
  type Call,
  type Ended,
  type Machine,
  type MachineOptions,
  memoryMachine,
  type Program,
  type Programs,
} from './machine.ts';
export { type Asked, type BuildAsked, type Pipeline, pipelineOn, type Went } from './pipeline.ts';
export type { ReadFault } from './reads.ts';
