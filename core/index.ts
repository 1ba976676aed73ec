/** What rule files, and the targets that come with desgw, may use. Everything else is internal. */

export type * from './api/builds.ts';
export {
  claim,
  copy,
  defineBuild,
  edit,
  exec,
  expand,
  expandFile,
  group,
  link,
  move,
  param,
  remove,
  target,
  write,
} from './api/define.ts';
export { digestOf } from './api/digest.ts';
export { didYouMean, Refusal, UserError } from './api/errors.ts';
export type * from './api/exhibits.ts';
export type * from './api/facts.ts';
export type * from './api/grid.ts';
export {
  isAlive,
  jobsInWords,
  jobsMatching,
  jobsState,
  leadOf,
  queueOf,
} from './api/grid.ts';
export type * from './api/looks.ts';
export type * from './api/notify.ts';
export type * from './api/rules.ts';
export type * from './api/start.ts';
export type * from './api/steps.ts';
export {
  inQueue,
  jobsSeen,
  judgeSubmission,
  type MarkerFormat,
  notDone,
  provingJobs,
  type QueueAsked,
  queueIn,
  readSubmitted,
  type SubmitOnce,
  type Submitted,
  submitOnce,
  unseenQueue,
} from './api/submit-once.ts';
export type * from './api/values.ts';
export { editIni, iniName, readIni } from './formats/ini.ts';
export { editShell, quoteShell, readShell } from './formats/shell.ts';
export { exitText } from './words/exit.ts';
export { knowsUnicode, mapLines } from './words/map.ts';
export { table } from './words/text.ts';
export { moment } from './words/time.ts';
