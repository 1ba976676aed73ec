/** output.txt lists what was handed to the grid, and nothing that was not. */
import { expect, test } from 'vitest';
import { outputTxt } from '../../targets/output-txt.ts';
import { readOutputText } from '../../targets/reports/output-reader.ts';
import {
  factsOf,
  followUpWith,
  judgingFacts,
  SEASON,
  seenValue,
  tableRow,
  textOf,
} from '../support/follow-up.ts';

const exposures = ['668441', '668440', '668442'];
const rule = outputTxt(followUpWith({ exposures }));
const ROWS = 'image_proc_outputs/exposures.list';
const rows = tableRow('668440') + tableRow('668441', { 5: 'Y' }) + tableRow('668442');
const value = (text: string) => seenValue(rule.observe!.judge([], judgingFacts({ [ROWS]: text })));
const made = (gathered: readonly string[]) =>
  textOf(rule, 'image_proc_outputs/output.txt', factsOf({}, { value: value(rows), gathered }));

test('exposures that were not submitted are not in it, the others in the order of the table', () => {
  expect(readOutputText(made(['submitted_668441', 'submitted_668440']))).toEqual({
    entries: [
      { expnum: '668440', band: 'i' },
      { expnum: '668441', band: 'Y' },
    ],
    season: SEASON,
  });
});

test('a row that changes in what output.txt does not say leaves it as it is', () => {
  expect(value(rows.replaceAll('0.48', '0.99'))).toEqual(value(rows));
  expect(value(rows.replace(' Y ', ' z '))).not.toEqual(value(rows));
  expect(rule.gathers).toEqual(exposures.map((one) => `submitted_${one}`));
});
