import { describe, expect, test } from 'vitest';
import { asOneJob, withFlag, withMemory, withoutFlag } from '../../../targets/grid/job-lines.ts';

const LINE = 'jobsub -n --memory=2500MB  --disk=70GB -N 60 file://SEdiff.sh -r 4 -j -c 0 -N 60 -t';

test('memory is set where it stands, before the program alone, and added where it does not', () => {
  expect(withMemory(LINE, '4GB')).toBe(LINE.replace('2500MB', '4GB'));
  expect(withMemory('jobsub --memory 2500MB file://x --memory=1', '4GB')).toBe(
    'jobsub --memory=4GB file://x --memory=1',
  );
  expect(withMemory('jobsub -n file://x', '4GB')).toBe('jobsub -n --memory=4GB file://x');
  expect(withMemory('jobsub --memory=4GB file://x', '4GB')).toBe('jobsub --memory=4GB file://x');
});

describe('one job instead of sixty', () => {
  test.each(['-N 60', '-N60', '-N=60'])('without %s of jobsub, not of the program', (flag) => {
    expect(asOneJob(`jobsub ${flag} --disk=1 file://x -N 60`)).toBe(
      'jobsub --disk=1 file://x -N 60',
    );
  });
});

test('a flag of the program goes or changes, one of jobsub with its letter stays', () => {
  expect(withoutFlag('jobsub -j file://x -j -jx -c 0', 'j')).toBe('jobsub -j file://x -jx -c 0');
  expect(withFlag('jobsub -c 9 file://x -c 0 -t', 'c', '25')).toBe('jobsub -c 9 file://x -c 25 -t');
  expect(withFlag('jobsub file://x -c0 -t', 'c', '25')).toBe('jobsub file://x -c 25 -t');
});

test('a quoted program is one, too', () => {
  expect(withMemory("jobsub 'file://x' -c 0", '4GB')).toBe("jobsub --memory=4GB 'file://x' -c 0");
});
