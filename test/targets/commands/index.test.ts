import { expect, test } from 'vitest';
import { followUpCommands } from '../../../targets/commands/index.ts';
import { sandbox } from '../../../targets/site/sandbox.ts';

test('every command says in one line what it is for, and its options with a line each', () => {
  const commands = followUpCommands(sandbox());
  expect(Object.keys(commands)).toEqual(
    expect.arrayContaining(['jobs', 'rescue', 'triage', 'doctor']),
  );
  for (const { doc, options = {} } of Object.values(commands)) {
    expect(doc).toMatch(/^[^\n]{10,160}$/);
    for (const [option, help] of Object.entries(options)) {
      expect(option).toMatch(/^--[a-z-]+( [A-Z]+)?$/);
      expect(help).toMatch(/^[^\n]+$/);
    }
  }
});
