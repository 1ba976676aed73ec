/** The DAG of an exposure: what it is made from, in which directory, and what is not made again under its jobs. */
import { describe, expect, test } from 'vitest';
import { Refusal } from '../../core/api/errors.ts';
import type { Seen } from '../../core/api/looks.ts';
import { dagmaker } from '../../targets/dagmaker.ts';
import { markerText } from '../../targets/submitted.ts';
import { dagText } from '../fixtures/postproc/dag-text.ts';
import {
  EXPOSURE,
  factsOf,
  followUpWith,
  judgingFacts,
  leadJob,
  queueSeen,
  read,
  recipeOf,
  SEASON,
  stepsOf,
  tableRow,
} from '../support/follow-up.ts';

const rule = dagmaker(followUpWith(), EXPOSURE);
const DAG = `sandbox/gw_workflow/desgw_pipeline_${EXPOSURE}.dag`;
const dag = dagText({ exposure: EXPOSURE, season: SEASON });

describe('it is made from', () => {
  const ROWS = 'image_proc_outputs/exposures.list';
  const seen = (rows: string) => rule.observe!.judge([], judgingFacts({ [ROWS]: rows }));

  test('its own row of the table: others may come and go all night', () => {
    const own = tableRow(EXPOSURE);
    expect(seen(own + tableRow('668441'))).toEqual(seen(own));
    expect(seen(tableRow(EXPOSURE, { 5: 'z' }))).not.toEqual(seen(own));
    expect(seen(tableRow('668441')).state).toBe('failed');
  });

  test('dagmaker.rc and the script, in the order of setup and table', () => {
    expect(rule.deps).toEqual(['dagmaker.rc']);
    expect(rule.after).toEqual(['exposures.list', 'sandbox']);
    expect(rule.params).toEqual({ script: './DAGMaker.sh', isolate: false });
  });
});

describe('its run', () => {
  const commands = (isolate: boolean) =>
    stepsOf(dagmaker(followUpWith({ isolate }), EXPOSURE), factsOf({}));

  test('puts aside what an older run left, which must not be taken for the new one', () => {
    expect(commands(false).filter(({ kind }) => kind === 'move')).toMatchObject([
      { from: DAG, to: `${DAG}.previous` },
      { from: `sandbox/gw_workflow/mytemp_${EXPOSURE}/DAGMaker.DONE` },
    ]);
  });

  test('is judged by what it left: its exit status alone says nothing', () => {
    expect(commands(false).find(({ kind }) => kind === 'exec')).toMatchObject({
      ...{ argv: ['./DAGMaker.sh', EXPOSURE], okExits: 'any', cwd: 'sandbox/gw_workflow' },
    });
  });

  test('has a directory of its own with links to what it looks for, where nothing is shared', () => {
    const steps = commands(true);
    const links = steps.flatMap((step) => (step.kind === 'link' ? [step.path] : []));
    const dir = `sandbox/gw_workflow/desgw_S${SEASON}_${EXPOSURE}`;
    expect(links).toContain(`${dir}/SEdiff.sh`);
    expect(links.at(-1)).toBe(`${dir}/dagmaker.rc`);
    expect(commands(false).filter(({ kind }) => kind === 'link')).toEqual([]);
  });

  test('is not at it at the same time as another one of its band', () => {
    const keys = rule.exclusive as (value: unknown) => readonly string[];
    expect([keys({ band: 'i' }), keys(null)]).toEqual([['DAGMaker of band i'], []]);
  });
});

describe('what it left', () => {
  const judge = (inputs: Seen) =>
    recipeOf(rule).judge!(factsOf({}), [read(dag), read(''), read(''), inputs]);

  test('cannot be judged while pnfs cannot be seen', () => {
    expect(() => judge({ kind: 'failed', why: 'EIO' })).toThrow(Refusal);
    const partly = { kind: 'list', dirs: [], unread: [{ dir: 'd', why: 'EACCES' }] } as Seen;
    expect(() => judge(partly)).toThrow('pnfs could not be seen: EACCES');
  });
});

describe('a DAG without a record', () => {
  const labels = { exposure: EXPOSURE, season: SEASON };
  const marker = markerText(factsOf({ dag }, { receipt: '7.0@s' }), { ...labels, dags: ['dag'] });
  const made = (own: string | undefined, ...seen: Seen[]) =>
    rule.doneBefore!.judge([read(own), ...seen, ...Array.from({ length: 4 }, () => read())]);
  const none: Seen = { kind: 'list', dirs: [] };

  test('is not made again under its jobs', () => {
    expect(made(dag, read(), none, queueSeen([leadJob(labels)]), read())).toMatchObject({
      ...{ state: 'done', how: expect.stringContaining('in the queue') },
    });
    expect(made(dag, read(marker), none, queueSeen(), read()).state).toBe('done');
  });

  test('that was not submitted, or is not of this season, is made again', () => {
    expect(made(dag, read(), none, queueSeen(), read()).state).toBe('not done');
    const other = dagText({ exposure: EXPOSURE, season: '1601' });
    expect(made(other, read(marker), none, queueSeen(), read()).state).toBe('not done');
    expect(made(undefined, read(marker), none, queueSeen(), read()).state).toBe('not done');
    expect(made(`${dag}# edited\n`, read(marker), none, queueSeen(), read()).state).toBe(
      'not done',
    );
  });

  test('is not replaced while nobody can tell whether it was submitted', () => {
    const unseen: Seen = { kind: 'failed', why: 'no ticket' };
    expect(made(dag, read(), none, unseen, read()).state).toBe('unknown');
  });
});
