/** What is lacking of the grid's programs is said in the words of doctor. */
import { expect, test } from 'vitest';
import { type AdapterTools, exec } from '../../../core/index.ts';
import { programsLook } from '../../../targets/site/programs-look.ts';

const ends = (exit: object, stdout: string) => ({ exit, stdout, stderr: '' });

test.each([
  ['of a known version', ends({ kind: 'exit', code: 0 }, 'jobsub_lite version v1.12\n'), []],
  [
    'that cannot be started',
    ends({ kind: 'spawn', message: 'ENOENT' }, ''),
    [{ what: 'jobsub_q cannot be started', remedy: expect.stringContaining('PATH') }],
  ],
  // Submitting will tell what that is; it is not lacking.
  ['that ends with an error', ends({ kind: 'exit', code: 1 }, 'Traceback\n'), []],
])('a program %s', async (_, ended, lacking) => {
  const adapter = programsLook([exec(['jobsub_q', '--version'])]);
  const tools = { run: async () => ended } as unknown as AdapterTools;
  expect(await adapter.ask(null, tools)).toEqual(lacking);
});
