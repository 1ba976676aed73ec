/** The exposure table is asked for only when it must be, and the files by band are made of it. */
import { describe, expect, test } from 'vitest';
import type { Step } from '../../core/api/steps.ts';
import { exposuresList } from '../../targets/exposures-list.ts';
import {
  factsOf,
  followUpWith,
  judgingFacts,
  stepsOf,
  tableOf,
  tableRow,
  textOf,
} from '../support/follow-up.ts';

const { site } = followUpWith();
const LIST = 'sandbox/gw_workflow/exposures.list';
const ROWS = 'image_proc_outputs/exposures.list';
const NIGHT = 'image_proc_outputs/night.list';
const rule = exposuresList(site, ['668440', '668441']);
const queries = (steps: readonly Step[]) => steps.filter(({ kind }) => kind === 'exec').length;
const BOTH = tableOf(tableRow('668440'), tableRow('668441', { 5: 'Y' }), tableRow('668442'));

describe('the database is asked', () => {
  test.each([
    ['when there is no table', {}, 1],
    ['when it is empty', { [LIST]: '' }, 1],
    ['when it lacks a requested exposure', { [LIST]: tableOf(tableRow('668440')) }, 1],
    ['not when it has them all', { [LIST]: BOTH }, 0],
  ])('%s', (_, files, times) => {
    expect(queries(stepsOf(rule, factsOf(files)))).toBe(times);
  });

  test('not for rows that a night has found, which are added to the table that is there', () => {
    const night = exposuresList(site, ['668440', '668441'], NIGHT);
    const files = { [LIST]: tableOf(tableRow('668440')), [NIGHT]: tableRow('668441') };
    const steps = stepsOf(night, factsOf(files));
    expect(queries(steps)).toBe(0);
    expect(steps[0]).toMatchObject({
      ...{ kind: 'write', path: LIST, content: expect.stringContaining(' 668441 ') },
    });
    // Without a table to add to, others would lack the exposures of all other nights.
    expect(queries(stepsOf(night, factsOf({ [NIGHT]: tableRow('668441') })))).toBe(1);
  });
});

test('all files by band are made together, of the table as the query left it', () => {
  const after = factsOf({ [LIST]: BOTH });
  const written = stepsOf(rule, factsOf({})).flatMap((step) =>
    step.kind === 'write' ? [step.path] : [],
  );
  expect(written).toEqual([
    ...['u', 'g', 'r', 'i', 'z', 'Y', 'VR'].map((b) => `sandbox/gw_workflow/exposures_${b}.list`),
    ROWS,
  ]);
  expect(textOf(rule, 'sandbox/gw_workflow/exposures_Y.list', after)).toContain('668441');
  expect(textOf(rule, 'sandbox/gw_workflow/exposures_g.list', after)).not.toMatch(/66844/);
  expect(textOf(rule, ROWS, after)).toBe(tableRow('668440') + tableRow('668441', { 5: 'Y' }));
});

test('what others add to the table is no reason to make anything again', () => {
  expect(rule.outputs).toEqual([ROWS, { path: LIST, shared: true, quiet: true }]);
  expect(rule.params).toEqual({ exposures: ['668440', '668441'] });
});

describe('an exposure that the table did not have', () => {
  const rows = tableRow('668440');
  const seen = (age: number | undefined) =>
    rule.observe!.judge(
      [
        { kind: 'stat', ...(age === undefined ? {} : { stat: { size: 1, mtime: -age * 1000 } }) },
      ] as never,
      judgingFacts({ [ROWS]: rows }),
    );

  test('is asked for again half an hour later, not before', () => {
    expect(seen(1799)).toEqual({ state: 'ready', value: null, note: '668441 not in it' });
    expect(seen(1800)).toMatchObject({ redo: '668441 was not in it' });
    expect(seen(undefined)).toMatchObject({ redo: '668441 was not in it' });
  });

  test('is of no concern once it is there, or before there is anything', () => {
    const judge = (files: { [path: string]: string }) =>
      rule.observe!.judge([{ kind: 'stat' } as never], judgingFacts(files));
    expect(judge({})).toEqual({ state: 'ready', value: null });
    expect(judge({ [ROWS]: tableRow('668440') + tableRow('668441') })).toEqual({
      ...{ state: 'ready', value: null },
    });
  });
});
