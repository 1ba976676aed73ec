/**
 * Editing the job lines of a DAG: by option and by flag, never by position, and every blank and
 * word that is not meant stays as it is. Options of jobsub stand before `file://`, arguments of the
 * program after it.
 */

/** The same job line with another amount of `--memory`, which is added where there is none. */
export function withMemory(text: string, memory: string): string {
  const { options, program } = parted(text);
  const replaced = options.replace(/(\s--memory)(?:=|\s+)\S+/g, `$1=${memory}`);
  const added = replaced === options && !/\s--memory=/.test(options);
  return `${replaced}${added ? ` --memory=${memory}` : ''}${program}`;
}

/** The same job line as one job: without `-N 60`, which makes a job of every CCD. */
export function asOneJob(text: string): string {
  const { options, program } = parted(text);
  return `${options.replace(/\s-N(?:\s+|=)?\d+(?=\s|$)/g, '')}${program}`;
}

/** The same job line without a flag of the program that takes no value, such as `-j` of SEdiff.sh. */
export function withoutFlag(text: string, letter: string): string {
  const { options, program } = parted(text);
  return `${options}${program.replace(new RegExp(`\\s-${letter}(?=\\s|$)`, 'g'), '')}`;
}

/** The same job line with another value of a flag that the line has, `-c 0` or `-c0`. */
export function withFlag(text: string, letter: string, value: string): string {
  const { options, program } = parted(text);
  return `${options}${program.replace(new RegExp(`(\\s-${letter})\\s*\\S+`), `$1 ${value}`)}`;
}

function parted(text: string): { readonly options: string; readonly program: string } {
  const at = text.search(/\s'?file:\/\//);
  return { options: text.slice(0, at), program: text.slice(at) };
}
