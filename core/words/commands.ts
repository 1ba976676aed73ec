/** Steps as a person would type them into bash, or say them. */
import type { Exec, Sourced, Step } from '../api/steps.ts';
import { commandLine, display, shellQuote } from './quote.ts';
import { looksSecret } from './secrets.ts';
import { enumerate } from './text.ts';

/** What stands in the places that are filled in when a step runs. */
export interface Filling {
  /** Absolute path of the workspace. */
  readonly workspace: string;
  readonly token: string;
}

/** A program's start as a line that can be copied into bash, begun in the workspace. */
function execCommand(exec: Exec, { workspace, token }: Filling): string {
  const filled = (text: string) =>
    text.replaceAll('{token}', token).replaceAll('{workspace}', workspace);
  const assignments = Object.entries(exec.env ?? {})
    .map(([name, value]) => `${assignment(name, filled(value))} `)
    .join('');
  const cwd = exec.cwd ?? '.';
  const sourcedIn = exec.environment?.cwd ?? '.';
  const parts = [
    ...(exec.environment === undefined ? [] : sourcing(exec.environment, workspace, filled)),
    ...(cwd === sourcedIn && exec.environment !== undefined
      ? []
      : changeTo(cwd, sourcedIn, { moved: exec.environment !== undefined, workspace })),
    assignments + commandLine(exec.argv.map(filled)),
  ];
  const command = parts.length === 1 ? parts[0]! : `(${parts.join(' && ')})`;
  return `${command}${exec.stdout === undefined ? '' : ` > ${shellQuote(exec.stdout)}`}`;
}

const assignment = (name: string, value: string): string =>
  `${name}=${looksSecret(name) ? '***' : shellQuote(value)}`;

/** Sources a script in the folder it wants; there its path is spelled out, which is relative to another. */
function sourcing(
  { script, args, cwd, env, set }: Sourced,
  workspace: string,
  filled: (text: string) => string,
): readonly string[] {
  const exports = (values: Sourced['env']) =>
    Object.entries(values ?? {}).map(
      ([name, value]) => `export ${assignment(name, filled(value))}`,
    );
  const path = cwd === undefined || script.startsWith('/') ? script : `${workspace}/${script}`;
  const source = [...exports(env), `. ${commandLine([path, ...(args ?? [])])}`, ...exports(set)];
  return cwd === undefined ? source : [`cd ${shellQuote(cwd)}`, ...source];
}

function changeTo(
  cwd: string,
  from: string,
  { moved, workspace }: { readonly moved: boolean; readonly workspace: string },
): readonly string[] {
  if (cwd === '.' && from === '.') return [];
  return [`cd ${shellQuote(moved && !cwd.startsWith('/') ? `${workspace}/${cwd}` : cwd)}`];
}

/** A step in one line, without the content of files. */
export function stepLine(step: Step, filling: Filling): string {
  switch (step.kind) {
    case 'exec':
      return `$ ${execCommand(step, filling)}`;
    case 'write':
      return `write ${display(step.path)}`;
    case 'edit':
      return `edit ${display(step.path)}`;
    case 'copy':
      return `copy ${display(step.from)} to ${display(step.to)}`;
    case 'link':
      return `link ${display(step.path)} -> ${display(step.to)}`;
    case 'move':
      return `move ${display(step.from)} to ${display(step.to)}, if it is there`;
    case 'remove':
      return `remove ${display(step.path)}, if it is there`;
    case 'claim': {
      const which =
        step.all === true
          ? 'what is free of '
          : step.names.length === 1
            ? ''
            : 'the first free of ';
      const names = `${which}${enumerate(step.names.map(display), 3)}`;
      return `claim ${names} in ${display(step.registry)} (${display(step.note)})`;
    }
  }
}
