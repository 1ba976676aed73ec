import { describe, expect, test } from 'vitest';
import { completion, type KeptCommands } from '../../../core/cli/complete.ts';
import type { Names } from '../../../core/cli/known-names.ts';
import { suggestions } from '../../../core/cli/suggest.ts';

const KNOWN: KeptCommands = {
  commands: {
    build: {
      usage: 'build [...targets]',
      doc: 'makes things',
      options: [
        ['-n, --dry-run', 'shows'],
        ['-j, --jobs <n>', 'at a time'],
      ],
    },
    graph: {
      usage: 'graph [...targets]',
      doc: 'draws',
      options: [['--format <dot|json>', 'which']],
    },
    mark: { usage: 'mark <yes|no> <...targets>', doc: 'decides', options: [] },
    init: { usage: 'init [folder]', doc: 'begins', options: [] },
  },
  added: { ccds: { usage: 'ccds [...words]', shown: 'ccds [exposure...]', doc: 'x', options: [] } },
  global: [['--set <key=value>', 'a parameter']],
};
const NAMES: Names = {
  targets: ['season', 'postproc:0', 'postproc:1', 'ccds_7'],
  subjects: { exposure: ['7', '8'] },
  params: [
    ['TEFF', 'a cut'],
    ['night', ''],
  ],
  options: [['--exposures <file>', 'a list']],
  commands: {
    cancel: {
      usage: 'cancel [...words]',
      shown: 'cancel <exposure...> | postproc',
      doc: 'ends',
      options: [['-y, --yes', 'do not ask']],
    },
  },
};
const offered = (...words: string[]): string =>
  suggestions(words, KNOWN, NAMES)
    .map(({ word }) => word)
    .join(' ');

describe('what may come next', () => {
  test.each([
    ['a command', [''], 'build graph mark init cancel help --version'],
    ['a command begun', ['b'], 'build'],
    ['nothing like it', ['x'], ''],
    ['the command of a command that is explained', ['help', 'gr'], 'graph'],
    ['targets, and what they are about', ['build', ''], 'season postproc:0 postproc:1 ccds_7 7 8'],
    ['a target begun', ['build', 'postproc:'], 'postproc:0 postproc:1'],
    ['a target behind an option', ['build', '-n', 'se'], 'season'],
    ['options', ['build', '-'], '--dry-run --jobs --exposures --set --help'],
    ['options that were not given yet', ['build', '-n', '--j'], '--jobs'],
    ['an option that may come again', ['build', '--set', 'a=1', '--s'], '--set'],
    ['the value of an option: nobody knows', ['build', '-j', ''], ''],
    ['the value of an option: a choice', ['graph', '--format', 'd'], 'dot'],
    ['the same behind =', ['graph', '--format='], '--format=dot --format=json'],
    ['a parameter', ['build', '--set', 'TE'], 'TEFF='],
    ['a parameter behind =', ['build', '--set=n'], '--set=night='],
    ['only targets behind two dashes', ['build', '--', '-'], ''],
    ['one of several words', ['mark', ''], 'yes no'],
    ['the argument after it', ['mark', 'yes', 'sea'], 'season'],
    ['more of the last argument', ['mark', 'yes', 'season', 'cc'], 'ccds_7'],
    ['a folder: the shell knows', ['init', ''], ''],
    ['nothing more', ['init', 'x', ''], ''],
    ['exposures, and a word beside them', ['cancel', ''], '7 8 postproc'],
    ['nothing for a command that is not there', ['cancle', ''], ''],
  ])('%s', (_title, words, expected) => {
    expect(offered(...words)).toBe(expected);
  });
});

describe('what a shell is told', () => {
  const told = (...asked: string[]) => completion(asked, '/nowhere', KNOWN);
  const bash = (line: string, breaks = ' :=') => told('bash', String(line.length), line, breaks);

  test('zsh and fish get what each is for, bash words alone', () => {
    expect(told('fish', 'bu')).toBe('build\tmakes things\n');
    expect(told('zsh', 'bu')).toBe('build\tmakes things\n');
    expect(bash('desgw bu')).toBe('build\n');
  });

  test('bash holds what stands behind : and = for a word of its own', () => {
    expect(bash('desgw graph --format=d')).toBe('dot\n');
    expect(bash('desgw graph --format=d', ' ')).toBe('--format=dot\n');
  });

  test('words are read as bash reads them, up to the cursor', () => {
    expect(told('bash', '10', 'desgw  "bu build', '')).toBe('build\n');
    expect(bash("desgw 'graph' --format d")).toBe('dot\n');
  });

  test('without names of a workspace, the commands of a follow-up are offered', () => {
    expect(bash('desgw cc')).toBe('ccds\n');
  });
});
