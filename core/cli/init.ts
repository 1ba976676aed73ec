/** `desgw init`: a new workspace, by answers at prompts or told by options. */
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../api/errors.ts';
import type { Answers, Finding, Question, Start } from '../api/start.ts';
import { RULE_FILE } from '../load/find.ts';
import { importModule } from '../load/importing.ts';
import { PARTS } from '../load/parts.ts';
import { shellQuote } from '../words/quote.ts';
import { table } from '../words/text.ts';
import { openFiles } from '../world/files.ts';
import type { Files } from '../world/world.ts';
import type { Invocation } from './context.ts';
import { nameOf, type Option } from './options.ts';
import { isInteractive, type Prompts, prompts } from './prompt.ts';

/** Flags of `init`: its own, and the answers by the names of their options. */
export interface InitFlags {
  readonly yes?: boolean;
  readonly [name: string]: unknown;
}

/** Makes a workspace in a folder. Whatever is wrong is found before anything is written. */
export async function init(
  folder: string,
  flags: InitFlags,
  invocation: Invocation,
): Promise<number> {
  const home = fileURLToPath(new URL('..', import.meta.url));
  const workspace = resolve(invocation.cwd, folder);
  const here = openFiles(invocation.cwd);
  if (here.stat(join(workspace, RULE_FILE)) !== undefined)
    throw new UserError(`${join(workspace, RULE_FILE)} exists`, 'Edit it, or name another folder.');
  const start = await comesWithDesgw();
  const atTerminal = isInteractive() && flags.yes !== true ? await prompts(invocation) : undefined;
  const answers = await answersTo(start.questions, flags, findingIn(here, invocation), atTerminal);
  const texts = start.files(answers, (path) => readOwnFile(here, join(home, path)));
  here.makeDirectory(workspace);
  const files = openFiles(workspace);
  for (const [path, text] of Object.entries(texts)) files.createExclusive(path, text);
  files.createExclusive('tsconfig.json', tsconfig(home));
  const steps = [[`cd ${shellQuote(workspace)}`, ''] as const, ...start.next(answers)];
  invocation.terminal.out(
    [
      `${join(workspace, RULE_FILE)} is there. What is left to do:`,
      '',
      ...table(steps.map(([command, why]) => [`  ${command}`, why])).map((line) => line.trimEnd()),
    ].join('\n'),
  );
  return 0;
}

/** Options with which the questions are answered beforehand. */
export const optionsFor = ({ questions }: Start): readonly Option[] =>
  questions.flatMap(({ name, help, choices, flags = {} }) => [
    [`--${name} <${choices?.join('|') ?? 'value'}>`, help] as const,
    ...Object.entries(flags).map(
      ([flag, answer]) => [flag, `the same as --${name} ${answer}`] as const,
    ),
  ]);

/** What the package brings; found by its name, as rule files find it. */
export async function comesWithDesgw(): Promise<Start> {
  const targets = await importModule(new URL('targets.mjs', import.meta.url).href);
  return (targets as { readonly followUpStart: Start }).followUpStart;
}

async function answersTo(
  questions: readonly Question[],
  flags: InitFlags,
  look: Finding,
  atTerminal: Prompts | undefined,
): Promise<Answers> {
  const answers: { [name: string]: string | undefined } = {};
  const lacking: Question[] = [];
  for (const question of questions) {
    const told = toldBy(flags, question);
    if (told !== undefined) answers[question.name] = checked(question, told, look);
    else if (question.when?.(answers) !== false) {
      const suggested = question.suggest?.(answers, look);
      const answer =
        atTerminal === undefined ? suggested : await atTerminal.answer(question, suggested, look);
      if (answer !== undefined && answer !== '')
        answers[question.name] = question.keep?.(answer, look) ?? answer;
      else if (question.open === undefined) lacking.push(question);
    }
  }
  if (lacking.length === 0) return answers;
  throw new UserError(
    `desgw init has to know: ${lacking.map(({ help }) => help).join('; ')}`,
    `Say so: ${lacking.map(({ name }) => `--${name} ...`).join(' ')}`,
  );
}

function toldBy(flags: InitFlags, { name, flags: short = {} }: Question): string | undefined {
  const value = flags[nameOf(`--${name}`)];
  if (typeof value === 'string') return value;
  return Object.entries(short).find(([flag]) => flags[nameOf(flag)] === true)?.[1];
}

function checked(question: Question, told: string, look: Finding): string {
  const { name, choices } = question;
  const complaint =
    choices !== undefined && !choices.includes(told)
      ? `it must be ${choices.join(' or ')}`
      : question.check?.(told, look);
  if (complaint === undefined) return question.keep?.(told, look) ?? told;
  throw new UserError(`--${name} ${told}: ${complaint}`);
}

function findingIn(here: Files, { cwd, env }: Invocation): Finding {
  return {
    env,
    cwd,
    resolve: (typed) => resolve(cwd, typed.replace(/^~(?=\/|$)/, env.HOME ?? '~')),
    exists: (path) => here.stat(path) !== undefined,
    list: (folder) => here.list(folder) ?? [],
  };
}

function readOwnFile(files: Files, path: string): string {
  const text = files.readText(path);
  if (text === undefined) throw new Error(`internal: ${path} is missing`);
  return text;
}

/** Lets editors find the types of desgw wherever it is installed, with nothing else beside it. */
function tsconfig(home: string): string {
  const paths = Object.fromEntries(
    Object.entries(PARTS).map(([specifier, { source }]) => [
      specifier,
      [join(home, 'types', source.replace(/\.ts$/, '.d.ts'))],
    ]),
  );
  const compilerOptions = {
    target: 'es2022',
    module: 'preserve',
    moduleResolution: 'bundler',
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    allowImportingTsExtensions: true,
    types: [],
    paths,
  };
  return `${JSON.stringify({ compilerOptions, include: [RULE_FILE] }, null, 2)}\n`;
}
