import { expect, test } from 'vitest';
import { UserError } from '../../../core/api/errors.ts';
import { COMMANDS } from '../../../core/cli/commands.ts';
import { refuseSwallowed } from '../../../core/cli/npm.ts';
import { GLOBAL_OPTIONS } from '../../../core/cli/options.ts';

const NPM = { npm_command: 'run', npm_lifecycle_event: 'desgw' };

/** What is said when `words` arrived and npm kept the rest in its environment. */
function said(words: readonly string[], env: { readonly [name: string]: string }): string {
  const options = [...COMMANDS[words[0]!]!.options, ...GLOBAL_OPTIONS];
  try {
    refuseSwallowed(options, { words, env });
  } catch (error) {
    if (error instanceof UserError) return error.hint?.replace(/^.*npm run /, '') ?? '';
    throw error;
  }
  return 'nothing';
}

// What npm 11 puts into the environment, with `yes=null` and `loglevel=notice` in .npmrc.
test.each<[string, string[], { [name: string]: string }, string]>([
  ['build -n', ['build'], { npm_config_yes: '' }, 'desgw -- build -n'],
  ['build --dry-run', ['build'], { npm_config_dry_run: 'true' }, 'desgw -- build --dry-run'],
  ['build --json', ['build'], { npm_config_json: 'true' }, 'desgw -- build --json'],
  ['build -q', ['build'], { npm_config_loglevel: 'warn' }, 'desgw -- build -q'],
  ['build -f x', ['build', 'x'], { npm_config_force: 'true' }, 'desgw -- build x --force'],
  ['build -j3', ['build'], { npm_config_j3: 'true' }, 'desgw -- build -j3'],
  ['build --no-wait', ['build'], { npm_config_wait: '' }, 'desgw -- build --no-wait'],
  ['log a -f', ['log', 'a'], { npm_config_force: 'true' }, 'desgw -- log a -f'],
  ['build --set=a=1', ['build'], { npm_config_set: 'a=1' }, 'desgw -- build --set=a=1'],
  [
    'build --set a=1',
    ['build', 'a=1'],
    { npm_config_set: 'true' },
    'desgw -- build a=1 --set <key=value>',
  ],
  ['clean x -y', ['clean', 'x'], { npm_config_yes: 'true' }, 'desgw -- clean x -y'],
])('`npm run desgw %s` is refused with the right spelling', (_typed, words, env, expected) => {
  expect(said(words, { ...NPM, ...env })).toBe(expected);
});

test('what arrived is not held against anybody, nor what npm keeps of another script', () => {
  expect(said(['build', '-n'], NPM)).toBe('nothing');
  expect(said(['build'], { ...NPM, npm_config_loglevel: 'silent' })).toBe('nothing');
  expect(said(['build'], { npm_config_yes: '' })).toBe('nothing');
  expect(said(['build'], { ...NPM, npm_lifecycle_event: 'test', npm_config_json: 'true' })).toBe(
    'nothing',
  );
  // An option of another command.
  expect(said(['status'], { ...NPM, npm_config_force: 'true' })).toBe('nothing');
});
