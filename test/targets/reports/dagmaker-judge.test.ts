import { describe, expect, test } from 'vitest';
import { type DagmakerRun, judgeDagmaker } from '../../../targets/reports/dagmaker-judge.ts';
import { dagText } from '../../fixtures/postproc/dag-text.ts';

const SUBMIT =
  'jobsub_submit_dag -G des --role=desgw --need-storage-modify /des/persistent/gw/exp file://desgw_pipeline_668439.dag';

const good: DagmakerRun = {
  exposure: '668439',
  season: '2206',
  exit: { kind: 'exit', code: 0 },
  stdout: `All the exposures are:\n668439\nNOVERLAPS 3\nTo submit this DAG do\n${SUBMIT}\n`,
  stderr: '',
  dag: dagText(),
  done: `${SUBMIT}\n`,
  overlaps: '2 i 668439 512345\n',
  copyPairs: true,
};

const whats = (change: Partial<DagmakerRun>) =>
  judgeDagmaker({ ...good, ...change }).map((problem) => problem.what);
const saying = (line: string) => good.stdout.replace('NOVERLAPS 3', line);
const exit = (code: number) => ({ kind: 'exit', code }) as const;

describe('a run of DAGMaker', () => {
  test('with every piece of evidence it has no problem', () => {
    expect(whats({})).toEqual([]);
  });

  test('B9: noise on standard error, whatever it is, does not make a run fail', () => {
    expect(whats({ stderr: 'Error: something harmless\ncp failed!\n' })).toEqual([]);
  });

  test('B8: exit status 0 without templates is a failure, told once', () => {
    const stdout = `${good.stdout.replace(SUBMIT, '')}NO TEMPLATE IMAGES, DIFFIMG WILL FAIL\n${SUBMIT}\n`;
    expect(whats({ stdout, dag: dagText({ runmon: false }), overlaps: '1 i 668439\n' })).toEqual([
      'exposure 668439 has no template images, so that nothing could be subtracted',
    ]);
    expect(
      whats({
        stdout: saying(
          'There appear to be no templates for this exposure 668439. Diffimg will fail.',
        ),
      }),
    ).toEqual(['exposure 668439 has no template images, so that nothing could be subtracted']);
    expect(whats({ overlaps: '1 i 668439\n' })).toEqual([
      'exposure 668439 has no template images, so that nothing could be subtracted',
    ]);
  });

  test('a DAG of the dummy alone, of a search image that the overlap script did not find, is a failure', () => {
    const dag = `${dagText().split('\n').slice(0, 2).join('\n')}\n</parallel>\n<parallel>\n</parallel>\n`;
    const found = whats({ dag, overlaps: undefined });
    expect(found).toContain('mytemp_668439/KH_diff.list1 was not written');
    expect(found.length).toBeGreaterThan(1);
  });

  test('B5: a DAG that this run did not write is not there to be submitted', () => {
    expect(whats({ dag: undefined })).toEqual(['desgw_pipeline_668439.dag was not written']);
  });

  test.each([
    ['Error, an exposure number must be supplied', 1, 'DAGMaker was started without an exposure'],
    [
      'Error, exposure number must be a number; you entered 66x.',
      1,
      "DAGMaker does not take '66x' for an exposure number",
    ],
    [
      'Error: /home/s1/desgw/.pgpass not found.',
      2,
      'DAGMaker needs /home/s1/desgw/.pgpass, which is not there',
    ],
    [
      'Error with setting band. Check exposures.list to see if there is a problem with this exposure. Exiting...',
      1,
      'exposure 668439 is not in exposures.list, or its band cannot be read there',
    ],
    ['cp failed!', 2, 'DAGMaker could not copy a raw image to pnfs'],
    [
      'Error copying edited file DECam_00668439.fits.fz back to dCache!',
      1,
      'DAGMaker could not copy the corrected image DECam_00668439.fits.fz back to pnfs',
    ],
    [
      '668439 is in SE_blacklist.txt. Skipping.',
      0,
      'exposure 668439 is in SE_blacklist.txt, so that nothing would be searched',
    ],
    [
      'wget failed! Will try to get image 668439 20170817 from NOAO.',
      0,
      'the raw image of exposure 668439 was found neither on disk nor at NCSA',
    ],
    [
      'Error copying data dir!!!!',
      0,
      'DAGMaker could not copy its input files to pnfs, without which every job would fail',
    ],
    [
      'Error copying input files to dCache!!!!',
      0,
      'DAGMaker could not copy its input files to pnfs, without which every job would fail',
    ],
  ])('B8: %s', (line, code, what) => {
    const problems = judgeDagmaker({ ...good, exit: exit(code), stdout: saying(line) });
    expect(problems.map((problem) => problem.what)).toEqual([what]);
    expect(problems[0]?.advice).toMatch(/\w/);
  });

  test('templates that are blacklisted, or whose image is missing, are no failure', () => {
    const line =
      '512345 is in SE_blacklist.txt. Skipping.\nwget failed! Will try to get image 512345 20150817 from NOAO.\nwget failed! Will try to get image 6684390 20150817 from NOAO.';
    expect(whats({ stdout: saying(line) })).toEqual([]);
  });

  test('an exit status, signal or time limit without a known message is told as it is', () => {
    expect(whats({ exit: exit(3), dag: undefined })).toEqual(['DAGMaker ended with exit status 3']);
    expect(whats({ exit: { kind: 'signal', signal: 'SIGKILL' } })).toEqual([
      'DAGMaker was killed (SIGKILL; perhaps out of memory)',
    ]);
    expect(whats({ exit: { kind: 'timeout', after: 3600, silent: true } })).toEqual([
      'DAGMaker printed nothing for 3600 s and was stopped',
    ]);
    expect(whats({ exit: { kind: 'spawn', message: 'ENOENT' } })).toEqual([
      'DAGMaker could not be started: ENOENT',
    ]);
  });

  test('output that does not end in the submit command of this exposure is a failure', () => {
    expect(whats({ stdout: 'NOVERLAPS 3\n' })).toEqual([
      'the output of DAGMaker does not end in the submit command but in: NOVERLAPS 3',
    ]);
    expect(whats({ stdout: '' })).toEqual(['DAGMaker printed nothing']);
    expect(whats({ stdout: good.stdout.replace('_668439.dag', '_66843.dag') }).length).toBe(1);
  });

  test('each missing or foreign file is a failure of its own', () => {
    expect(whats({ done: undefined })).toEqual(['mytemp_668439/DAGMaker.DONE was not written']);
    expect(whats({ done: SUBMIT.replace('668439', '668440') })).toEqual([
      'mytemp_668439/DAGMaker.DONE does not hold the submit command of exposure 668439',
    ]);
    expect(whats({ overlaps: undefined })).toEqual(['mytemp_668439/KH_diff.list1 was not written']);
    expect(whats({ overlaps: '' })).toEqual([
      'mytemp_668439/KH_diff.list1 does not list exposure 668439',
    ]);
    expect(whats({ copyPairs: false })).toEqual([
      'copy_pairs_for_668439.sh did not reach input_files on pnfs, without which every job would fail',
    ]);
    expect(whats({ dag: dagText({ season: '416' }) })).toEqual([
      'the DAG is for dp416, wanted is dp2206',
    ]);
  });
});
