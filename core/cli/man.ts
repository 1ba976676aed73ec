/** The manual page, from the same descriptions as the help. Pure. */
import { EXIT_HELP } from './commands.ts';
import { VERSION } from './context.ts';
import type { Described, Option } from './options.ts';

/**
 * The page in the language of man(7).
 * @param added commands of the rule file of a follow-up
 */
export function manPage(
  commands: { readonly [name: string]: Described },
  added: { readonly [name: string]: Described },
  global: readonly Option[],
): string {
  const lines = [
    `.TH DESGW 1 "" "desgw ${VERSION}" "User Commands"`,
    '.SH NAME',
    'desgw \\- build what is out of date of a gravitational-wave follow-up, and nothing else',
    '.SH SYNOPSIS',
    '.B desgw',
    '.I command',
    '.RI [ arguments ]',
    '.RI [ options ]',
    '.SH DESCRIPTION',
    plain(DESCRIPTION),
    '.SH COMMANDS',
    ...Object.values(commands).flatMap(commandPart),
    '.SH COMMANDS OF A FOLLOW-UP',
    plain('The rule file of a workspace may add others: desgw commands lists them.'),
    ...Object.values(added).flatMap(commandPart),
    '.SH OPTIONS OF EVERY COMMAND',
    ...global.flatMap(optionPart),
    '.SH EXIT STATUS',
    plain(EXIT_HELP.replace(/^Exit status: /, '')),
    '.SH FILES',
    ...FILES.flatMap(([file, what]) => ['.TP', `.I ${plain(file)}`, plain(what)]),
    '.SH ENVIRONMENT',
    ...VARIABLES.flatMap(([name, what]) => ['.TP', `.B ${plain(name)}`, plain(what)]),
    '.SH SEE ALSO',
    plain('desgw help CODE explains the code of a message, such as DG101.'),
  ];
  return `${lines.join('\n')}\n`;
}

const DESCRIPTION =
  'Everything that a pipeline makes is a target with what it is made from. A build looks at all of it, makes what is out of date, several at a time, hands work to the grid exactly once, waits for what is under way there, and leaves the rest alone. It may be interrupted at any moment and called again.';

const FILES: readonly Option[] = [
  ['desgwfile.ts', 'the rule file of a workspace: here or in a folder above'],
  ['.desgw/', 'what desgw knows of a workspace: journal, lock, logs, compiled rule file'],
];

const VARIABLES: readonly Option[] = [
  [
    'DESGW_DEBUG',
    'explains on standard error what desgw goes by: plan, journal, process, or several',
  ],
  ['NO_COLOR', 'when set, nothing is coloured'],
];

const commandPart = ({
  usage,
  shown = usage,
  doc,
  options,
  examples = [],
}: Described): string[] => [
  `.SS desgw ${plain(shown)}`,
  plain(`${doc[0]!.toUpperCase()}${doc.slice(1)}.`),
  ...options.flatMap(optionPart),
  ...examples.flatMap((example) => ['.PP', '.RS 4', '.nf', plain(example), '.fi', '.RE']),
];

const optionPart = ([flag, help]: Option): string[] => ['.TP', `.B ${plain(flag)}`, plain(help)];

/** Text that is no request of the formatter: neither a backslash, nor a dot or a quote in front. */
const plain = (text: string): string =>
  text
    .replace(/\\/g, '\\e')
    .replace(/-/g, '\\-')
    .replace(/^([.'])/, '\\&$1');
