/** What is asked when an output.txt cannot be read. */
import { expect, test } from 'vitest';
import { completeFollowUp } from '../../../targets/commands/complete.ts';

const answers = ['668440 i, 668442 z ', ' 2206'];
async function asked(fromOutput: string, text?: string) {
  const questions: string[] = [];
  const given = await completeFollowUp({
    params: { fromOutput },
    readText: () => text,
    prompt: async (question) => answers[questions.push(question) - 1]!,
  });
  return { given, questions };
}

test('nothing, where there is none to read or it makes sense', async () => {
  expect(await asked('')).toEqual({ given: {}, questions: [] });
  expect(await asked('output.txt', '[668440 i]\n2206\n')).toEqual({ given: {}, questions: [] });
});

test.each([
  ['is missing', undefined],
  ['is empty', ''],
  ['makes no sense', '<html>404</html>'],
])('exposures and season, where the file %s', async (_, text) => {
  const { given, questions } = await asked('output.txt', text);
  expect(given).toEqual({ entries: ['668440 i', '668442 z'], season: '2206' });
  expect(questions[0]).toContain('output.txt cannot be read');
});
