/** The exposure table is asked for only when it must be, and the files by band are made of it. */
import { execFile } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Exec, Step } from '../../core/api/steps.ts';
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
const queries = (steps: readonly Step[]) =>
  steps.filter((one) => one.kind === 'exec' && one.argv.includes('./getExposureInfo.sh')).length;
/** What is run to add rows and to make the files by band. */
const bringing = (steps: readonly Step[]) =>
  steps.find((one) => one.kind === 'exec' && one.argv.includes('bash')) as Exec;
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
    const { argv } = bringing(steps);
    expect(argv.slice(-3, -1)).toEqual([`{workspace}/${NIGHT}`, '668440 668441']);
    // Without a table to add to, others would lack the exposures of all other nights.
    expect(queries(stepsOf(night, factsOf({ [NIGHT]: tableRow('668441') })))).toBe(1);
  });
});

describe('on a real disk', () => {
  let dir: string;
  beforeEach(() => {
    dir = fs.mkdtempSync(join(tmpdir(), 'desgw-lists-'));
  });
  afterEach(() => fs.rmSync(dir, { recursive: true }));
  const text = (name: string) => fs.readFileSync(join(dir, name), 'utf8');
  /** Runs it as another workspace would, with rows of its own. */
  const bring = (exposures: readonly string[], rows?: string) => {
    const night = join(dir, `night-${exposures[0]}`);
    if (rows !== undefined) fs.writeFileSync(night, rows);
    const known = rows === undefined ? {} : { [NIGHT]: rows };
    const made = exposuresList(site, exposures, rows === undefined ? undefined : NIGHT);
    const { argv } = bringing(stepsOf(made, factsOf({ [LIST]: BOTH, ...known })));
    const words = argv.map((word) => word.replace(`{workspace}/${NIGHT}`, night));
    return promisify(execFile)(words[0]!, words.slice(1), { cwd: dir });
  };

  test('all files by band are made together, of the table as the query left it', async () => {
    fs.writeFileSync(join(dir, 'exposures.list'), BOTH);
    await bring(['668440']);
    const names = ['u', 'g', 'r', 'i', 'z', 'Y', 'VR'].map((band) => `exposures_${band}.list`);
    expect(fs.readdirSync(dir).sort()).toEqual(
      ['exposures.list', 'exposures.list.lock', ...names].sort(),
    );
    expect(text('exposures_Y.list')).toBe(tableRow('668441', { 5: 'Y' }));
    expect(text('exposures_g.list')).toBe('');
    expect(text('exposures.list')).toBe(BOTH);
    const before = fs.statSync(join(dir, 'exposures_i.list')).ino;
    await bring(['668440']);
    expect(fs.statSync(join(dir, 'exposures_i.list')).ino).toBe(before);
    const after = factsOf({ [LIST]: BOTH });
    expect(textOf(rule, ROWS, after)).toBe(tableRow('668440') + tableRow('668441', { 5: 'Y' }));
  });

  test('what several workspaces add at the same time is all there, each once', async () => {
    // A last line without its end, as an editor may leave it.
    fs.writeFileSync(join(dir, 'exposures.list'), BOTH.trimEnd());
    const news = Array.from({ length: 8 }, (_, i) => String(700_000 + i));
    await Promise.all(
      news.map((one) => bring([one, '668440'], tableRow(one) + tableRow('700900'))),
    );
    const lines = text('exposures.list').split('\n');
    for (const one of [...news, '668440'])
      expect(lines.filter((line) => line.trim().startsWith(`${one} `))).toHaveLength(1);
    // Only what was asked for.
    expect(text('exposures.list')).not.toContain('700900');
    expect(text('exposures_i.list').split('\n')).toHaveLength(8 + 2 + 1);
  });
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
