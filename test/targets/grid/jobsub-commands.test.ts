import { describe, expect, test } from 'vitest';
import { Refusal } from '../../../core/api/errors.ts';
import { OPTIONS, submitted } from './answers.ts';

describe('submitting', () => {
  test('B6, B7: one command with storage paths, token, exposure and season', () => {
    expect(submitted({ exposure: '668439', season: '2206' }).argv).toEqual([
      'jobsub_submit_dag',
      '-G',
      'des',
      '--role=desgw',
      '--need-storage-modify',
      '/des/persistent/gw/exp',
      '--need-storage-modify',
      '/des/persistent/gw/forcephoto',
      '--lines',
      '+DesgwSubmission="{token}"',
      '--lines',
      '+DesgwExposure="668439"',
      '--lines',
      '+DesgwSeason="2206"',
      'file://desgw_pipeline_668439.dag',
    ]);
  });

  test('B7: program, group, role and storage are the site’s to choose', () => {
    const options = {
      ...OPTIONS,
      programs: { ...OPTIONS.programs, submit: '/opt/jobsub_submit_dag' },
      group: 'dune',
      role: 'Analysis',
      storageModify: [],
    };
    expect(submitted({ exposure: '668439', season: '2206' }, options).argv).toEqual([
      '/opt/jobsub_submit_dag',
      '-G',
      'dune',
      '--role=Analysis',
      '--lines',
      '+DesgwSubmission="{token}"',
      '--lines',
      '+DesgwExposure="668439"',
      '--lines',
      '+DesgwSeason="2206"',
      'file://desgw_pipeline_668439.dag',
    ]);
  });

  test('a value that could add to the job description is refused', () => {
    expect(() => submitted({ exposure: '6"\n+x="', season: '2206' })).toThrow(Refusal);
    expect(() => submitted({ exposure: '668439', season: '' })).toThrow(Refusal);
  });
});
