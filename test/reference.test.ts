/**
 * docs/reference.md is what the code says. After a change of commands, parameters, codes or of what rule
 * files may use: `npm run reference` writes it anew.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Param } from '../core/api/builds.ts';
import { CODES } from '../core/api/codes.ts';
import { describe as described } from '../core/cli/added.ts';
import { COMMANDS, EXIT_HELP } from '../core/cli/commands.ts';
import { optionsFor } from '../core/cli/init.ts';
import { type Described, GLOBAL_OPTIONS, type Option } from '../core/cli/options.ts';
import { followUpCommands, followUpParams, followUpStart, sandbox } from '../targets/index.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** A cell of a table. */
const cell = (text: string): string => text.replace(/\|/g, '\\|').replace(/\n/g, ' ');
const code = (text: string): string => `\`${cell(text)}\``;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

const optionTable = (options: readonly Option[]): string =>
  table(
    ['option', 'what it does'],
    options.map(([flag, help]) => [code(flag), cell(help)]),
  );

function commandPart({ usage, shown = usage, doc, options, examples = [] }: Described): string {
  return [
    `### desgw ${shown.split(' ')[0]}`,
    `${code(`desgw ${shown}`)}: ${doc}.`,
    ...(options.length === 0 ? [] : [optionTable(options)]),
    ...(examples.length === 0 ? [] : [`\`\`\`sh\n${examples.join('\n')}\n\`\`\``]),
  ].join('\n\n');
}

/** What of a module of the API is exported, with the first sentence of what is said of it. */
function exportsOf(module: string): readonly (readonly string[])[] {
  const path = `core/api/${module}.ts`;
  const text = readFileSync(join(ROOT, path), 'utf8');
  const found =
    /\/\*\*\s*((?:(?!\*\/)[\s\S])*?)\s*\*\/\s*export (?:declare )?(?:async )?(interface|type|function|const|class) (\w+)/g;
  return [...text.matchAll(found)].map(([, doc, , name]) => [
    `[${code(name!)}](../${path})`,
    cell(firstSentence(doc!)),
  ]);
}

function firstSentence(doc: string): string {
  const plain = doc
    .replace(/^\s*\* ?/gm, '')
    .replace(/\s+/g, ' ')
    .replace(/\s@.*$/, '');
  return /^.*?[.:](?=\s|$)/.exec(plain)?.[0] ?? plain;
}

const API = [
  'define',
  'builds',
  'rules',
  'steps',
  'looks',
  'facts',
  'submit-once',
  'grid',
  'errors',
];

function paramRows(params: { readonly [name: string]: unknown }): readonly (readonly string[])[] {
  return Object.entries(params).map(([name, value]) => {
    const { default: standard, type, help = '' } = value as Param;
    return [code(name), type, standard === null ? '' : code(JSON.stringify(standard)), cell(help)];
  });
}

test('docs/reference.md says what the code says', async () => {
  const own = Object.entries(COMMANDS).map(([name, command]) =>
    name === 'init'
      ? { ...command, options: [...command.options, ...optionsFor(followUpStart)] }
      : command,
  );
  const added = Object.entries(followUpCommands(sandbox())).map(([name, it]) =>
    described(name, it),
  );
  const statuses = EXIT_HELP.replace(/^Exit status: |\.$/g, '').split(', ');
  const page = [
    '# Reference',
    'Made from the code by `test/reference.test.ts`, which also sees to it that it is up to date.',
    '## Commands',
    ...own.map(commandPart),
    '## Commands of a follow-up',
    'Its rule file adds these with `commands: followUpCommands(site)`.',
    ...added.map(commandPart),
    '## Options of every command',
    optionTable(GLOBAL_OPTIONS),
    '## Exit statuses',
    statuses.map((one) => `- ${one}`).join('\n'),
    '## Parameters of a follow-up',
    '`desgw build --set KEY=VALUE` changes one for a run, `params` of the rule file for good. Without a default the file that DAGMaker.sh or run_postproc.py reads decides; `desgw params` shows what it says.',
    table(['parameter', 'type', 'default', 'what for'], paramRows(followUpParams(sandbox()))),
    '## Messages',
    '`desgw help CODE` prints the same.',
    ...Object.entries(CODES).map(([name, { title, text }]) => `### ${name}: ${title}\n\n${text}`),
    '## What a rule file may use',
    "`import { ... } from 'desgw'`. The sources tell every field.",
    table(['name', 'what it is'], API.flatMap(exportsOf)),
  ].join('\n\n');
  await expect(`${page}\n`).toMatchFileSnapshot(join(ROOT, 'docs/reference.md'));
});
