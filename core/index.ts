/** What rule files, and the targets that come with desgw, may use. Everything else is internal. */
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
} from './define.ts';
export { digestOf } from './digest.ts';
export { didYouMean, nearest, Refusal, UserError } from './errors.ts';
export { editIni, iniName, readIni } from './formats/ini.ts';
export { editShell, quoteShell, readShell } from './formats/shell.ts';
export type * from './types.ts';
