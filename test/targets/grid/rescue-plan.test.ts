import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { digestOf } from '../../../core/api/digest.ts';
import { jobsIn, parseDag } from '../../../targets/grid/dag.ts';
import { ccdReport, stateByCcd } from '../../../targets/reports/ccd-report.ts';
import { ccd2, SEARCH_CCDS } from '../../../targets/settings/domain.ts';
import { dagText } from '../../fixtures/postproc/dag-text.ts';
import { ccds, DAG, job, marker, OUTPUTS, PNFS, planned, refusal, type World } from './rescued.ts';

describe('what a rescue would do', () => {
  test('the CCDs that failed, died or never ran go into a DAG of their own, with twice the memory where that can help', () => {
    const plan = planned();
    expect(plan).toMatchObject({
      kind: 'ready',
      number: 1,
      ccds: [3, 12, 40],
      memory: '2500MB to 5000MB',
      why: '1 x NOOVERLAPS, 1 x RUN02_expose_makeStarCat, 1 x incomplete',
      others: ['first'],
    });
    const jobs = jobsIn(parseDag(plan.dag));
    expect(jobs.map(({ kind, flags }) => [kind, flags.get('c')])).toEqual([
      ['dummy', undefined],
      ['search', '3'],
      ['search', '12'],
      ['search', '40'],
    ]);
    expect(jobs.slice(1).map(({ text: line }) => line.match(/--memory=\S+/g))).toEqual([
      ['--memory=2500MB'],
      ['--memory=2500MB'],
      ['--memory=5000MB'],
    ]);
  });

  test('what a failed CCD left is moved aside, its outputs before its FAIL files', () => {
    const at = (ccd: string, name: string) => ({
      from: `${PNFS}/i_${ccd}/${name}`,
      to: `${PNFS}/i_${ccd}/previous/1/${name}`,
    });
    expect(planned().moves).toEqual([
      at('03', OUTPUTS(3)),
      at('03', 'RUN02_expose_makeStarCat.FAIL'),
      at('12', 'NOOVERLAPS.FAIL'),
    ]);
  });

  test('the memory asked for is taken as it is; every rescue doubles that of the one before, up to 32000MB', () => {
    expect(planned({ asked: { memory: '4GB' } }).memory).toBe('4GB');
    const second = (memory: string) =>
      planned({
        earlier: {
          1: {
            dag: dagText({ ccds: [3], options: `--memory=${memory}` }),
            marker: marker({ token: 'second' }),
          },
        },
      });
    expect(second('6000MB')).toMatchObject({
      number: 2,
      memory: '6000MB to 12000MB',
      others: ['first', 'second'],
    });
    expect(second('3GB').memory).toBe('3GB to 6144MB');
    expect(second('20000MB').memory).toBe('20000MB to 32000MB');
    expect(second('40000MB').memory).toBe('40000MB');
    expect(
      planned({
        dag: dagText({ options: '--disk=1GB' }),
        marker: marker({ dag: digestOf(dagText({ options: '--disk=1GB' })) }),
      }).memory,
    ).toBe('6000MB');
  });

  test('numbers go on after the highest there is, however many', () => {
    const done = { dag: dagText({ ccds: [3] }), marker: marker() };
    expect(planned({ earlier: { 2: done, 9: done, 10: done } }).number).toBe(11);
  });

  test.each<[string, World, string]>([
    ['all CCDs are complete', { ccds: ccds({}) }, 'all CCDs of 668439 are complete'],
    ['it was never submitted', { marker: undefined }, 'was never submitted'],
    [
      'the marker is not one',
      { marker: 'submitted by hand, see the log book' },
      'was never submitted',
    ],
    ['it belongs to another season', { marker: marker({ season: '417' }) }, 'season 417'],
    ['its DAG is gone', { dag: undefined }, 'is not there any more'],
    ['its DAG was changed', { dag: `${DAG}# one more line\n` }, 'was changed since'],
    ['nothing was judged yet', { judged: false }, 'desgw build ccds_668439'],
    [
      'jobs are live',
      {
        queue: {
          state: 'seen',
          jobs: [job({ token: 'first' }), job({ token: 'first', node: 'stage_3' })],
        },
      },
      'still in the queue: 1 running',
    ],
    [
      'jobs are held',
      {
        queue: {
          state: 'seen',
          jobs: [job({ token: 'first', node: 'stage_3', status: 'held', holdReason: 'memory' })],
        },
      },
      '1 held (memory)',
    ],
    [
      'jobs of another rescue are live',
      { queue: { state: 'seen', jobs: [job({ token: 'else' })] } },
      'still in the queue',
    ],
    [
      'the queue cannot be seen',
      { queue: { state: 'failed', why: 'no ticket', jobs: [] } },
      'the queue could not be seen (no ticket)',
    ],
    ['pnfs cannot be seen', { pnfs: { kind: 'failed', why: 'EIO' } }, 'EIO'],
    ['its band is not known', { rows: '' }, 'the band of 668439'],
    [
      'nothing came back at all',
      { ccds: ccds(Object.fromEntries(SEARCH_CCDS.map((ccd) => [ccd, []]))) },
      'resubmit submitted_668439',
    ],
    [
      'there is nothing to settle',
      { asked: { marked: 'not submitted' } },
      'no rescue that was begun',
    ],
  ])('it is refused when %s', (_when, world, why) => {
    expect(refusal(world)).toContain(why);
  });

  test('jobs that were removed or have completed do not count as live', () => {
    const jobs = [
      job({ token: 'first', status: 'removed' }),
      job({ token: 'first', node: 'stage_1', status: 'completed' }),
    ];
    expect(planned({ queue: { state: 'seen', jobs } }).kind).toBe('ready');
  });

  test('a rescue that was begun stands with its own CCDs, though jobs are live and CCDs have changed', () => {
    const dag = dagText({ ccds: [3, 5], options: '--memory=7000MB' });
    const world: World = {
      earlier: { 1: { dag, claimed: true } },
      queue: { state: 'seen', jobs: [job({ token: 'mine' })] },
      judged: false,
      record: 'begun',
    };
    expect(planned(world)).toMatchObject({
      kind: 'unfinished',
      number: 1,
      ccds: [3, 5],
      memory: '7000MB',
      dag,
      others: ['first'],
    });
  });

  test('a rescue on record as submitted is over, also when its marker was lost', () => {
    expect(
      planned({ earlier: { 1: { dag: dagText({ ccds: [3] }) } }, record: 'submitted' }),
    ).toMatchObject({ kind: 'ready', number: 2 });
  });

  test('whatever the CCDs look like: those not complete run again, and count as incomplete once the moves are made', () => {
    const names = fc.subarray([
      'outputs',
      'RUN02_expose_makeStarCat.FAIL',
      'NOOVERLAPS.FAIL',
      'ingest/',
      'note.txt',
    ]);
    const some = fc.dictionary(fc.constantFrom(...SEARCH_CCDS.map(String)), names, {
      minKeys: 1,
      maxKeys: 20,
    });
    fc.assert(
      fc.property(some, (chosen) => {
        const others = Object.fromEntries(
          Object.entries(chosen).map(([ccd, list]) => [
            ccd,
            list.map((name) => (name === 'outputs' ? OUTPUTS(Number(ccd)) : name)),
          ]),
        );
        const listings = ccds(others);
        const about = { exposure: '668439', band: 'i', season: '2206' };
        const states = stateByCcd(ccdReport(listings, about));
        const wanted = SEARCH_CCDS.filter((ccd) => states.get(`i_${ccd2(ccd)}`) !== 'complete');
        fc.pre(wanted.length > 0);
        const plan = planned({ ccds: listings });
        expect(plan.ccds).toEqual(wanted);
        const gone = new Set(plan.moves.map(({ from }) => from));
        const after = listings.map(({ dir, names: list }) => ({
          dir,
          names: list.filter((name) => !gone.has(`${dir}/${name}`)),
        }));
        const now = stateByCcd(ccdReport(after, about));
        for (const ccd of SEARCH_CCDS)
          expect(now.get(`i_${ccd2(ccd)}`)).toBe(wanted.includes(ccd) ? 'incomplete' : 'complete');
      }),
      { numRuns: 40 },
    );
  });
});
