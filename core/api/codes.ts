/**
 * The kinds of trouble that desgw tells of, each with a code that does not change, so that it can be
 * looked up (`desgw help CODE`) and programs need not read sentences.
 */

interface Kind {
  readonly title: string;
  /** What it means, why it is so, and what to do. */
  readonly text: string;
}

/** Every code with what it stands for. 1: command line, 2: rule file, 3: targets, 4: runs, 5: state and machine. */
export const CODES = {
  DG100: {
    title: 'wrong use of a command',
    text: 'The command cannot do what it was asked as things stand; nothing was changed. The message says what is in the way and what to type instead; `desgw COMMAND --help` shows what there is.',
  },
  DG101: {
    title: 'unknown command',
    text: 'Neither desgw nor the rule file has a command of that name. `desgw --help` lists its own, `desgw commands` those of the rule file.',
  },
  DG102: {
    title: 'wrong option',
    text: 'The command has no such option, or the option lacks its value or has one too many. A name that begins with a dash goes behind `--`.',
  },
  DG201: {
    title: 'no rule file',
    text: 'desgw looks for desgwfile.ts in this folder and in those above it. Go into the workspace, name the file with --file, or make a new workspace with `desgw init`.',
  },
  DG202: {
    title: 'the rule file cannot be read',
    text: 'It is not TypeScript as it stands, or imports what is not there. The message shows the place; nothing was built.',
  },
  DG203: {
    title: 'the rule file ended with an error',
    text: 'Its own code threw while the rules were made. The message shows the place in the rule file; nothing was built.',
  },
  DG204: {
    title: 'the rule file exports no build',
    text: 'Its default export must be what defineBuild returns: `export default defineBuild({ goal, rules })`.',
  },
  DG205: {
    title: 'unknown parameter',
    text: 'No parameter of that name is declared. `desgw params` lists those there are; --allow-unknown lets others through where the rule file is open to it.',
  },
  DG206: {
    title: 'a parameter has a value that it cannot have',
    text: 'The value is of another type, or the check of the parameter refuses it. `desgw params` says what each is for.',
  },
  DG207: {
    title: 'a rule is not as it has to be',
    text: 'It lacks something, has a field that means nothing, or one of another kind than is wanted. The message names the field; docs/reference.md has all there are.',
  },
  DG208: {
    title: 'a rule file that somebody else could have written',
    text: 'A rule file is a program, and it would be run as you. Take it over (own it, and let nobody but your group write to it), or say once that you trust its folder: `desgw trust`.',
  },
  DG301: {
    title: 'unknown target',
    text: 'A target is named by its name, by a pattern such as `name_*`, by a file it makes, or by what it is about (its subject means all targets of that). `desgw targets` lists them.',
  },
  DG302: {
    title: 'the rules do not fit together',
    text: 'A rule needs what no rule makes, or has no proper name. A file that nothing makes belongs into inputs, not into deps.',
  },
  DG303: {
    title: 'the rules form a cycle',
    text: 'Each target of the row needs the next, and the last the first, so that none can be made. Take away the need that is not one; `after` and `gathers` count as well.',
  },
  DG304: {
    title: 'two rules make the same',
    text: 'Two targets have one name, or make one file (perhaps by two spellings or through a link). Each file has one maker.',
  },
  DG305: {
    title: 'a directory in the place of a file',
    text: 'What changes in a directory would not be noticed. Name the files in it by a pattern.',
  },
  DG306: {
    title: 'a file that no rule makes is not there',
    text: 'Something reads it, and nothing makes it. Put it in its place, or name the one that is there.',
  },
  DG307: {
    title: 'a file cannot be read',
    text: 'It is there, and not for you, or it is nothing that can be read. Mend its permissions, or name another; other targets are made meanwhile.',
  },
  DG401: {
    title: 'a target failed',
    text: 'A step ended badly, or what it left was judged not to be good. `desgw log TARGET` shows what it printed, `desgw why TARGET` what it was made from; `desgw build` tries again.',
  },
  DG402: {
    title: 'an output was not made',
    text: 'The steps ended well and a file that they were to make is not there, or is something that no record can hold. The message names what lies near it. Mend the path in the recipe, or say `optional` where making none is no failure.',
  },
  DG403: {
    title: 'an output was edited by hand',
    text: 'It is not overwritten. `desgw accept TARGET` lets the edit stand until what it is made from changes; `desgw build --force TARGET` makes it again and keeps the edit beside it.',
  },
  DG404: {
    title: 'it is not known whether something took effect',
    text: 'It must not happen twice, so desgw does not try again by itself. Look outside, whether it happened; then `desgw mark submitted TARGET --job ID` or `desgw mark not-submitted TARGET`. Of what may be made again at will the only question is whether it still runs: `desgw mark not-done TARGET` when it does not.',
  },
  DG405: {
    title: 'what was submitted is outdated',
    text: 'It was done once, and what it was made from has changed since. `desgw why TARGET` says what; `desgw resubmit TARGET` does it once more.',
  },
  DG406: {
    title: 'a function of the rule file threw, or gave what is of no use',
    text: 'It was asked for steps, a judgement or a note of one target; only that target fails. The message shows the place in the rule file.',
  },
  DG407: {
    title: 'a target cannot be made as things are asked',
    text: 'Its rule refuses: a value, a file or a state does not fit. The message says which and what would do; nothing was begun.',
  },
  DG408: {
    title: 'what has to be known cannot be seen',
    text: 'A disk, a queue or a database does not answer. What is not seen is never taken for a negative answer: the target waits, and fails after a while. The message says what did not answer; when it does, build again.',
  },
  DG409: {
    title: 'it was refused before anything happened',
    text: 'The grid said no before it took the work; that nothing happened is certain, so the next build may try again. The message says what the grid wants.',
  },
  DG501: {
    title: 'another build is at work here',
    text: 'One builds at a time. Wait for it, or look what it does with `desgw log -f`. `desgw unlock` takes the lock away from a builder that died on another host, on your word.',
  },
  DG502: {
    title: 'what desgw remembers is damaged or of another version',
    text: 'Only what is concerned is looked at anew; nothing is done twice. A newer format needs a newer desgw.',
  },
  DG503: {
    title: 'the disk or the system refuses',
    text: 'Permissions, quota, a full disk, or a mount that does not answer. The message names the file and what the system said.',
  },
  DG900: {
    title: 'a fault of desgw',
    text: 'Not yours. Nothing it believed was written down wrongly. DESGW_DEBUG=1 shows where it happened; please report it with that.',
  },
} as const satisfies { readonly [code: string]: Kind };

/** A code of a message, such as DG101. */
export type Code = keyof typeof CODES;

/** Whether a word is a code, in capitals or not. */
export const isCode = (word: string): word is Code => Object.hasOwn(CODES, word);

/** Of which kind something wrong with a target is. */
export const codeOf = (problem: { readonly code?: Code; readonly refused?: string }): Code =>
  problem.code ?? (problem.refused === undefined ? 'DG401' : 'DG409');
