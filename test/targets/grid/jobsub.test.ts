import { describe, expect, test } from 'vitest';
import { grid } from './answers.ts';

describe('the grid of jobsub', () => {
  test('the receipt is the job id in the line that jobsub prints after a success', () => {
    const rule = '=-'.repeat(30);
    const text = `Submitting job(s).\n1 job(s) submitted to cluster 71.\n${rule}\n\nUse job id 71.0@jobsub02.fnal.gov to retrieve output\n\n${rule}\n`;
    const found = (said: string) => new RegExp(grid.receipt).exec(said)?.[1];
    expect(found(text)).toBe('71.0@jobsub02.fnal.gov');
    expect(found('Use job id 71@jobsub02.fnal.gov to retrieve output')).toBe(
      '71@jobsub02.fnal.gov',
    );
    expect(found('Use job id  to retrieve output')).toBe(undefined);
    expect(found('1 job(s) submitted to cluster 71.')).toBe(undefined);
  });
});
