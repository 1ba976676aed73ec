import { describe, expect, test } from 'vitest';
import { jobsIn, parseDag } from '../../../targets/grid/dag.ts';
import { TEMPLATE_CCDS } from '../../../targets/settings/domain.ts';
import {
  dummyLine,
  searchDag,
  templateDag,
  templatesOf,
} from '../../../targets/templates/template-dag.ts';
import { dagText } from '../../fixtures/postproc/dag-text.ts';
import { jobsOfWork } from '../../support/template-jobs.ts';

const text = dagText({ templates: ['512345', '512346', '512345'] });
const [first, second] = templatesOf(text);
const works = [
  { template: first!, ccds: TEMPLATE_CCDS },
  { template: second!, ccds: [3, 31] },
];
const made = templateDag(works, { memory: '6000MB', dummy: dummyLine(text) });

test('each template is known once, by its flags', () => {
  expect(templatesOf(text).map(({ line, ...rest }) => rest)).toEqual([
    { exposure: '512345', nite: '20150817', band: 'i', processing: 'r4p7' },
    { exposure: '512346', nite: '20150817', band: 'i', processing: 'r4p7' },
  ]);
});

describe('the search DAG', () => {
  test('is the DAG without its template lines, byte for byte', () => {
    expect(searchDag(text)).toBe(dagText({ templates: [] }));
    expect(parseDag(searchDag(text)).syntax).toEqual([]);
  });

  test('of a DAG without templates is that DAG', () => {
    const none = dagText({ templates: [] });
    expect(searchDag(none)).toBe(none);
  });

  test('of a DAG that was cut short is refused', () => {
    expect(() => searchDag(text.slice(0, -12))).toThrow('damaged');
  });
});

describe('a DAG of templates', () => {
  const jobs = jobsIn(parseDag(made));

  test('has one line of sixty jobs for a whole template, and one job a missing CCD for the rest', () => {
    expect(parseDag(made).syntax).toEqual([]);
    expect(jobs.map(({ kind, flags }) => [kind, flags.get('E'), flags.get('c')])).toEqual([
      ['dummy', undefined, undefined],
      ['template', '512345', '0'],
      ['template', '512346', '3'],
      ['template', '512346', '31'],
    ]);
    expect(jobs.map(({ text: line }) => / -N 60 /.test(line))).toEqual([false, true, false, false]);
    expect(jobsOfWork(works, 60)).toBe(62);
  });

  test('gives every job the memory of the pass, whatever the settings said', () => {
    for (const { text: line } of jobs.slice(1))
      expect(line.match(/--memory=\S+/g)).toEqual(['--memory=6000MB']);
  });

  test('processes anew and does not only calibrate', () => {
    expect(first!.line).toContain(' -j ');
    for (const { flags } of jobs) expect(flags.has('j')).toBe(false);
  });

  test('changes nothing else of a line', () => {
    const [, whole] = made.split('\n').slice(1);
    const back = whole!.replace('--memory=6000MB', '--memory=2500MB').replace(' -d ', ' -j -d ');
    expect(back).toBe(first!.line);
  });
});
