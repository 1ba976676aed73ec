import { expect, test } from 'vitest';
import { causeOf, firstFailure, stepOf } from '../../../targets/triage/causes.ts';

test('a step is known by its number, whatever follows it', () => {
  expect(['RUN18_combined+expose_hotpants', 'RUN02', 'NOOVERLAPS', 'RUN1_x'].map(stepOf)).toEqual([
    ...['RUN18', 'RUN02', 'NOOVERLAPS', 'RUN1_x'],
  ]);
});

test('the cause is that of the first step, not of what follows from it', () => {
  expect(causeOf(['RUN24_x', 'RUN19_x'])).toBe('templates');
  expect(causeOf(['RUN19_x', 'RUN18_x'])).toBe('memory');
  expect(firstFailure(['RUN01_x', 'NOOVERLAPS'])).toBe('NOOVERLAPS');
});

test('nothing left behind is a job that died, and what nobody knows may be tried again', () => {
  expect([causeOf([]), causeOf(['RUN77_x']), causeOf(['NOOVERLAPS'])]).toEqual([
    ...['died', 'infrastructure', 'geometry'],
  ]);
});
