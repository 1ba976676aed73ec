/** What the job of a CCD printed, brought from the grid. */
import { expect, test } from 'vitest';
import type { Look, Seen } from '../../../core/api/looks.ts';
import type { Answer } from '../../../core/index.ts';
import { jobLog } from '../../../targets/commands/job-log.ts';
import type { CcdReport } from '../../../targets/reports/ccd-report.ts';
import { sandbox } from '../../../targets/site/sandbox.ts';
import { dagText } from '../../fixtures/postproc/dag-text.ts';

const REPORT = {
  ...{ exposure: '668439', band: 'i', season: '2206' },
  ccds: [
    { ccd: 'i_03', nite: '20170817', state: 'incomplete', failures: [] },
    { ccd: 'i_04', nite: '20170817', state: 'incomplete', failures: [] },
  ],
} as unknown as CcdReport;
const marker = (job: string) =>
  JSON.stringify({
    schema: 'desgw/submitted',
    version: 1,
    exposure: '668439',
    season: '2206',
    job,
  });
const RESCUE = 'desgw_pipeline_668439_rescue1.dag';

/** A site where CCD 3 was rescued once; what jobs printed is there once it was brought. */
function world(printed: { readonly [name: string]: string }, exit = 0, job = '9.0@s') {
  const ran: (readonly string[])[] = [];
  const call = {
    look: async (looks: readonly Look[]): Promise<readonly Seen[]> =>
      looks.map((look) => {
        if (look.kind === 'list' && look.pattern.endsWith('gw_workflow'))
          return { kind: 'list', dirs: [{ dir: 'd', names: [RESCUE] }] };
        if (look.kind === 'list' && look.pattern.startsWith('.desgw/logs/grid-'))
          return {
            kind: 'list',
            dirs: ran.length === 0 ? [] : [{ dir: look.pattern, names: Object.keys(printed) }],
          };
        if (look.kind !== 'read') return { kind: 'stat', stat: undefined };
        if (look.path.endsWith(RESCUE)) return { kind: 'read', text: dagText({ ccds: [3] }) };
        if (look.path.endsWith(`${RESCUE}.submitted`))
          return { kind: 'read', text: marker('11.0@s') };
        return { kind: 'read', text: look.path.endsWith('.submitted') ? marker(job) : undefined };
      }),
    readText: (path: string) => printed[path.split('/').at(-1)!],
    tools: {
      ...{ workspace: '/w', signal: new AbortController().signal },
      run: async ({ argv }: { readonly argv: readonly string[] }): Promise<Answer> => {
        ran.push(argv);
        return { exit: { kind: 'exit', code: exit }, stdout: '', stderr: 'Not Found\n' };
      },
    },
  };
  return { ran, call };
}
const printed = {
  'SEdiff.sh.12.0.out': 'SEdiff.sh -E 668439 -c 3 -S dp2206\nkilled\n',
  'SEdiff.sh.13.0.out': 'SEdiff.sh -E 668439 -c 31 -S dp2206\n',
  'SEdiff.sh.14.0.out': 'SEdiff.sh -E 512345 -c 3 -t -S dp2206\n',
};

test('it is that of the last submission which the CCD was part of, told by its arguments', async () => {
  const { ran, call } = world(printed);
  expect(await jobLog(sandbox(), call, REPORT, 'i_03')).toBe(
    'i_03: the end of .desgw/logs/grid-11.0@s/SEdiff.sh.12.0.out\n  SEdiff.sh -E 668439 -c 3 -S dp2206\n  killed',
  );
  expect(ran.map((argv) => argv.slice(-4))).toEqual([
    ['-J', '11.0@s', '--destdir', '/w/.desgw/logs/grid-11.0@s'],
  ]);
});

test('a CCD that was not rescued has its output in the first submission', async () => {
  const { ran, call } = world(printed);
  expect(await jobLog(sandbox(), call, REPORT, '4')).toContain('none of the 3 outputs of 9.0@s');
  expect(ran[0]).toContain('9.0@s');
});

test('what is not kept any more is no empty output', async () => {
  const { call } = world({}, 1);
  await expect(jobLog(sandbox(), call, REPORT, '4')).rejects.toThrow('was not brought');
});

test('without a known job nothing is asked for', async () => {
  const { ran, call } = world({}, 0, 'not an id!');
  await expect(jobLog(sandbox(), call, REPORT, '4')).rejects.toThrow('is not known');
  expect(ran).toEqual([]);
});
