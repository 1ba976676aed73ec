import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Refusal } from '../../../core/api/errors.ts';
import { jobsIn, judgeDag, parseDag, rescueDag } from '../../../targets/grid/dag.ts';
import { SEARCH_CCDS } from '../../../targets/settings/domain.ts';
import { dagText, searchLine } from '../../fixtures/postproc/dag-text.ts';

const purpose = { exposure: '668439', season: '2206' };
const whats = (text: string) => judgeDag(parseDag(text), purpose).map((problem) => problem.what);

describe('reading a DAG', () => {
  test('blocks hold the dummy and templates, the 59 search jobs, and RUNMON', () => {
    const dag = parseDag(dagText());
    expect(dag.syntax).toEqual([]);
    expect(
      dag.blocks.map(({ kind, line, jobs }) => [kind, line, jobs.length, jobs[0]?.kind]),
    ).toEqual([
      ['parallel', 1, 2, 'dummy'],
      ['parallel', 5, 59, 'search'],
      ['serial', 66, 1, 'runmon'],
    ]);
    expect(jobsIn(dag)[1]?.kind).toBe('template');
  });

  test('arguments are found by flag wherever JOBSUB_OPTS moves them', () => {
    for (const options of ['', '--cpu=4', '--memory 8GB --lines=+A=1 -e B --disk 1GB']) {
      const [job] = jobsIn(parseDag(`<parallel>\n${searchLine(62, { options })}\n</parallel>`));
      expect([...(job?.flags ?? [])]).toEqual([
        ['r', '4'],
        ['p', '7'],
        ['E', '668439'],
        ['v', 'gw10'],
        ['b', 'i'],
        ['n', '20170817'],
        ['d', 'persistent'],
        ['m', 'gw'],
        ['C', ''],
        ['j', ''],
        ['c', '62'],
        ['S', 'dp2206'],
        ['T', 'SNSTAR_668439_62_r4p7.LIST'],
        ['V', 'SNVETO_668439_62_r4p7.LIST'],
      ]);
    }
  });

  test('flags may be bundled and joined with their values, as getopts allows', () => {
    const [job] = jobsIn(
      parseDag('<parallel>\njobsub -n file://SEdiff.sh -CjE668439 -c5 -n 1\n</parallel>'),
    );
    expect(Object.fromEntries(job?.flags ?? [])).toEqual({
      C: '',
      j: '',
      E: '668439',
      c: '5',
      n: '1',
    });
  });

  test('a job line behind a # is still a job, since jobsub looks for the word first', () => {
    const dag = parseDag('<parallel>\n# jobsub -n file://dummyjob.sh\n# a remark\n</parallel>\n');
    expect(jobsIn(dag).map((job) => job.kind)).toEqual(['dummy']);
    expect(dag.syntax).toEqual([]);
  });

  test('what jobsub would reject or ignore is named with its line', () => {
    const text = [
      'jobsub -n file://dummyjob.sh',
      '<parallel>',
      '<parallel>',
      'jobsub -n',
      'nonsense',
      '</parallel>',
      '</serial>',
    ].join('\n');
    expect(parseDag(text).syntax).toEqual([
      'line 1: a job outside every block',
      'line 3: <parallel> inside <parallel>',
      'line 4: a job without file://',
      'line 5: not understood: nonsense',
      'line 7: </serial> closes nothing',
      'line 2: <parallel> is never closed',
    ]);
  });

  test('any text at all can be read', () => {
    const piece = fc.constantFrom(
      '<parallel>',
      '</serial>',
      '\n',
      'jobsub ',
      'file://SEdiff.sh',
      '-E',
    );
    const text = fc.array(fc.oneof(piece, fc.string({ maxLength: 8 })), { maxLength: 30 });
    fc.assert(
      fc.property(text, (parts) => {
        expect(() => judgeDag(parseDag(parts.join('')), purpose)).not.toThrow();
      }),
      { numRuns: 200 },
    );
  });
});

describe('judging a DAG', () => {
  test('a whole DAG has no problem, with any number of templates', () => {
    expect(whats(dagText())).toEqual([]);
    expect(whats(dagText({ templates: [] }))).toEqual([]);
    expect(whats(dagText({ templates: ['512345', '512346', '668439'] }))).toEqual([]);
  });

  test('missing, repeated and unknown CCDs are named', () => {
    const ccds = [...SEARCH_CCDS.filter((n) => n !== 17 && n !== 18), 5, 31];
    expect(whats(dagText({ ccds }))).toEqual([
      'the DAG has 59 search CCDs of exposure 668439, wanted are 59: missing 17, 18; twice 5; not a search CCD: 31',
    ]);
  });

  test('a DAG of another season, in every line or in one, is refused', () => {
    expect(whats(dagText({ season: '416' }))).toEqual(['the DAG is for dp416, wanted is dp2206']);
    expect(whats(dagText().replace('-c 60 -S dp2206', '-c 60 -S dp22'))).toEqual([
      'the DAG is for dp22, wanted is dp2206',
    ]);
  });

  test('a DAG of another exposure is refused', () => {
    expect(whats(dagText({ exposure: '668440' }))[0]).toBe(
      'the DAG holds search jobs of exposure 668440, not only of 668439',
    );
  });

  test('a DAG without RUNMON block has no templates', () => {
    expect(whats(dagText({ runmon: false }))).toEqual([
      'the DAG has no RUNMON block, which means that there are no templates',
    ]);
  });

  test('RUNMON outside a serial block does not count', () => {
    const text = dagText().replace('<serial>', '<parallel>').replace('</serial>', '</parallel>');
    expect(whats(text)).toEqual([
      'the DAG has no RUNMON block, which means that there are no templates',
    ]);
  });

  test('a DAG cut short at any line but the last is refused', () => {
    const lines = dagText().trimEnd().split('\n');
    for (let n = 0; n < lines.length; n++)
      expect(whats(lines.slice(0, n).join('\n')), `${n} lines`).not.toEqual([]);
  });
});

describe('rescuing CCDs', () => {
  test('only the wanted search lines and the dummy job stay', () => {
    expect(rescueDag(dagText(), { exposure: '668439', ccds: [62, 5, 5] })).toBe(
      [
        '<parallel>',
        'jobsub -n --group=des --memory=500MB --disk=100MB --expected-lifetime=600s file://dummyjob.sh',
        '</parallel>',
        '<parallel>',
        searchLine(5),
        searchLine(62),
        '</parallel>',
        '',
      ].join('\n'),
    );
  });

  test('memory is replaced where it stands, however it is written', () => {
    const line = (options: string) =>
      rescueDag(dagText({ options }), {
        exposure: '668439',
        ccds: [5],
        memoryOf: () => '6000MB',
      }).split('\n')[4];
    const want = searchLine(5, { options: '--cpu=1 --memory=6000MB --disk=1GB' });
    expect(line('--cpu=1 --memory=2500MB --disk=1GB')).toBe(want);
    expect(line('--cpu=1 --memory 2500MB --disk=1GB')).toBe(want);
    expect(line('--cpu=1 --memory=6000MB --disk=1GB')).toBe(want);
  });

  test('memory is added before the program when no line names any', () => {
    const text = rescueDag(dagText({ options: '--cpu=1' }), {
      exposure: '668439',
      ccds: [5],
      memoryOf: () => '32GB',
    });
    expect(text.split('\n')[4]).toBe(
      searchLine(5, { options: '--cpu=1' }).replace(' file://', ' --memory=32GB file://'),
    );
  });

  test('what it writes can be read and holds exactly the wanted CCDs', () => {
    const subset = fc.uniqueArray(fc.constantFrom(...SEARCH_CCDS), { minLength: 1 });
    fc.assert(
      fc.property(subset, (ccds) => {
        const dag = parseDag(
          rescueDag(dagText(), { exposure: '668439', ccds, memoryOf: () => '4000MB' }),
        );
        const search = jobsIn(dag).filter((job) => job.kind === 'search');
        expect(dag.syntax).toEqual([]);
        expect(search.map((job) => Number(job.flags.get('c')))).toEqual(
          [...ccds].sort((a, b) => a - b),
        );
        expect(search.every((job) => job.text.includes(' --memory=4000MB '))).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  test.each([
    ['no CCD', dagText(), { exposure: '668439', ccds: [] }],
    ['a CCD that is not there', dagText(), { exposure: '668439', ccds: [2] }],
    ['a CCD that is there twice', dagText({ ccds: [5, 5] }), { exposure: '668439', ccds: [5] }],
    ['another exposure', dagText(), { exposure: '668440', ccds: [5] }],
    ['an exposure that is none', dagText(), { exposure: '668439\n', ccds: [5] }],
    [
      'memory with an option in it',
      dagText(),
      { exposure: '668439', ccds: [5], memoryOf: () => '1GB -x' },
    ],
    ['a damaged DAG', dagText().replace('</serial>', ''), { exposure: '668439', ccds: [5] }],
    ['a DAG with a NUL', `${dagText()}\0`, { exposure: '668439', ccds: [5] }],
  ])('%s is refused', (_, text, rescue) => {
    expect(() => rescueDag(text, rescue)).toThrow(Refusal);
  });
});
