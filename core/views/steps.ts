/** Steps of a recipe as a person would type or describe them. */
import { Refusal } from '../api/errors.ts';
import type { Edit, Exec, Step, Write } from '../api/steps.ts';
import type { Path } from '../api/values.ts';
import { editKeys } from '../formats/keys.ts';
import { stepLine } from '../words/commands.ts';
import { display } from '../words/quote.ts';
import { hideAssigned } from '../words/secrets.ts';
import { count } from '../words/text.ts';
import { duration } from '../words/time.ts';
import { lineDiff } from './diff.ts';

/** Most lines of a file's content or difference that are shown. */
const SHOWN = 24;

/** What steps are shown against. */
export interface StepContext {
  /** Absolute path of the workspace. */
  readonly workspace: string;
  /** What a file holds now, so that a change of it can be shown as a difference. */
  readonly textOf: (path: Path) => string | undefined;
}

/** One step in lines. Commands can be copied into bash, started from the workspace. */
export function stepLines(step: Step, context: StepContext): readonly string[] {
  const { textOf } = context;
  const line = stepLine(step, { workspace: context.workspace, token: '<token>' });
  switch (step.kind) {
    case 'exec': {
      const notes = execNotes(step);
      return [line, ...(notes.length === 0 ? [] : [`    ${notes.join('; ')}`])];
    }
    case 'write':
      return writeLines(step, textOf(step.path));
    case 'edit':
      return editLines(step, textOf);
    case 'copy':
    case 'link':
    case 'move':
    case 'remove':
    case 'claim':
      return [line];
  }
}

function execNotes(exec: Exec): readonly string[] {
  const { timeout, silence, retry, detached, idempotent, passEnv } = exec;
  return [
    ...(timeout === undefined ? [] : [`stopped after ${duration(timeout * 1000)}`]),
    ...(silence === undefined ? [] : [`stopped when silent for ${duration(silence * 1000)}`]),
    ...(retry === undefined ? [] : [`tried up to ${count(retry.times + 1, 'time')}`]),
    ...(detached === undefined ? [] : ['goes on when desgw ends']),
    ...(idempotent === false ? ['never repeated without your word'] : []),
    ...(passEnv === undefined || passEnv.length === 0
      ? []
      : [`with ${someOf(passEnv)} of your environment`]),
  ];
}

function someOf(names: readonly string[]): string {
  if (names.length <= 4) return names.join(', ');
  return `${names.slice(0, 3).join(', ')} and ${names.length - 3} more names and patterns`;
}

function writeLines(step: Write, before: string | undefined): readonly string[] {
  const path = display(step.path);
  if (typeof step.content === 'function') {
    return [`write ${path}`, '    its content is known only when the steps before have run'];
  }
  if (before === undefined) {
    const lines = step.content.replace(/\n$/, '').split('\n');
    return [
      `write ${path} (${count(lines.length, 'line')})`,
      ...shown(lines.map((line) => `+${line}`)),
    ];
  }
  const diff = lineDiff(before, step.content);
  return diff.length === 0 ? [`write ${path} (as it is)`] : [`write ${path}`, ...shown(diff)];
}

function editLines(step: Edit, textOf: (path: Path) => string | undefined): readonly string[] {
  const path = display(step.path);
  const now = textOf(step.path);
  const from = now ?? (step.template === undefined ? undefined : textOf(step.template));
  if (from === undefined) {
    const settings = Object.entries(step.values).map(([key, value]) =>
      value === null ? `${key} unset` : `${key} = ${value}`,
    );
    return [`edit ${path}`, ...shown(settings)];
  }
  const start = now === undefined ? `, starting from ${display(step.template ?? '')}` : '';
  const diff = lineDiff(from, edited(step, from));
  return [`edit ${path}${start}${diff.length === 0 ? ' (as it is)' : ''}`, ...shown(diff)];
}

function edited(step: Edit, from: string): string {
  try {
    return editKeys(from, step.format, step.values);
  } catch (error) {
    if (error instanceof Refusal) return `refused: ${error.message}`;
    throw error;
  }
}

function shown(lines: readonly string[]): readonly string[] {
  const some = lines.length > SHOWN + 1 ? lines.slice(0, SHOWN) : lines;
  const rest = lines.length - some.length;
  return [
    ...some.map((line) => `    ${display(hideAssigned(line))}`),
    ...(rest > 0 ? [`    ... ${count(rest, 'more line')}`] : []),
  ];
}
