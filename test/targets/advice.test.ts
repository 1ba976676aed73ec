/** Whatever the pipeline advises is a command as desgw reads it: its name, its options, its words. */
import { expect, test } from 'vitest';
import { describe as described } from '../../core/cli/added.ts';
import { COMMANDS } from '../../core/cli/commands.ts';
import { type Described, parse } from '../../core/cli/options.ts';
import { followUpCommands, sandbox } from '../../targets/index.ts';
import { adviceInSources } from '../support/advice.ts';

const ADDED = Object.entries(followUpCommands(sandbox()));
const ALL: { readonly [name: string]: Described } = {
  ...COMMANDS,
  ...Object.fromEntries(ADDED.map(([name, command]) => [name, described(name, command)])),
};

/** The words of a command in a text, what is put in when it is printed filled in. */
const wordsOf = (text: string): readonly string[] =>
  [...text.replaceAll('\u0001', '668440').matchAll(/'([^']*)'|\S+/g)].map(
    ([all, quoted]) => quoted ?? all,
  );

test('every command that the pipeline advises can be typed', () => {
  const advised = adviceInSources('targets');
  expect(advised.length).toBeGreaterThan(60);
  const wrong = advised.flatMap(({ file, text }) => {
    const [, name = '', ...words] = wordsOf(text);
    try {
      const { args } = parse(name, ALL[name]!, [name, ...words]);
      const unknown = args.filter((word) => word.includes('--'));
      return unknown.length === 0 ? [] : [`${file}: ${text}`];
    } catch (error) {
      return [`${file}: ${text}: ${String(error)}`];
    }
  });
  expect(wrong).toEqual([]);
});
