/** What people can do where the disk or the system refuses something, by the system's code for why. */

/**
 * A remedy, as a sentence.
 * @param again what is to be done after it: `build again`
 */
export function remedyFor(code: string, again: string): string {
  switch (code) {
    case 'ENOSPC':
      return `Make room on that disk and ${again}.`;
    case 'EDQUOT':
      return `Your quota there is used up (\`quota -s\` tells): make room and ${again}.`;
    case 'EROFS':
      return `That disk can only be read now; when it can be written again, ${again}.`;
    case 'EACCES':
    case 'EPERM':
      return `See whose it is and who may write there, then ${again}.`;
    case 'EEXIST':
    case 'EISDIR':
    case 'ENOTDIR':
      return `A file stands where a folder belongs, or a folder where a file does: move it away, then ${again}.`;
    case 'EMFILE':
    case 'ENFILE':
    case 'EAGAIN':
    case 'ENOMEM':
      return `See \`ulimit -a\` and what else is running, then ${again}.`;
    default:
      return `See that the file system is well, then ${again}.`;
  }
}
