import { describe, expect, test } from 'vitest';
import type { Look, Seen } from '../../../core/api/looks.ts';
import type { Answer } from '../../../core/index.ts';
import { ccdLog, logAmong } from '../../../targets/commands/ccd-log.ts';
import type { CcdReport } from '../../../targets/reports/ccd-report.ts';
import { sandbox } from '../../../targets/site/sandbox.ts';

const STEP = 'RUN18_combined+expose_hotpants';
const REPORT = {
  exposure: '668445',
  band: 'i',
  season: '1601',
  ccds: [
    { ccd: 'i_25', nite: '20170817', state: 'failed', failures: [STEP] },
    { ccd: 'i_08', nite: '20170817', state: 'failed', failures: ['NOOVERLAPS'] },
  ],
} as unknown as CcdReport;
const FOLDER = 'sandbox/pnfs/des/persistent/gw/exp/20170817/668445/dp1601/i_25';
const NAME = 'outputs_dp1601_20170817_668445_i_25.tar.gz';
const MEMBERS = `i_25/RUN01_expose_prepData.LOG\ni_25/${STEP}.LOG\ni_25/makeCand.out\n`;

/** Folders with their names, and a tar that has these members, each with its name as its text. */
function call(folders: { readonly [dir: string]: readonly string[] }, text = 'why\nit stopped\n') {
  const asked: (readonly string[])[] = [];
  const look = (looks: readonly Look[]): Promise<readonly Seen[]> =>
    Promise.resolve(
      looks.map((one) => {
        const pattern = one.kind === 'list' ? one.pattern : '';
        const dirs = Object.entries(folders).filter(
          ([dir]) => dir === pattern || dir.replace(/[^/]*$/, '*') === pattern,
        );
        return { kind: 'list', dirs: dirs.map(([dir, names]) => ({ dir, names })) };
      }),
    );
  const run = ({ argv }: { readonly argv: readonly string[] }): Promise<Answer> => {
    asked.push(argv);
    const stdout = argv[1] === 'tzf' ? MEMBERS : text;
    return Promise.resolve({ exit: { kind: 'exit', code: 0 }, stdout, stderr: '' });
  };
  const signal = new AbortController().signal;
  return { asked, call: { look, tools: { run, workspace: '/night', signal } } };
}

describe('the log of a step', () => {
  test('is that of the step which failed, read out of the outputs', async () => {
    const { asked, call: given } = call({ [FOLDER]: [NAME, `${STEP}.FAIL`] });
    expect(await ccdLog(sandbox(), given, REPORT, '25')).toBe(
      `i_25: i_25/${STEP}.LOG\n  why\n  it stopped\n  (${FOLDER}/${NAME})`,
    );
    expect(asked.at(-1)).toEqual(['tar', 'xzOf', `${FOLDER}/${NAME}`, `i_25/${STEP}.LOG`]);
  });

  test('is cut to its end', async () => {
    const long = Array.from({ length: 100 }, (_, i) => `line ${i}`).join('\n');
    const { call: given } = call({ [FOLDER]: [NAME] }, long);
    const lines = (await ccdLog(sandbox(), given, REPORT, 'i_25')).split('\n');
    expect(lines[0]).toContain('the last 40 of 100 lines');
    expect([lines[1], lines.at(-2)]).toEqual(['  line 60', '  line 99']);
  });

  test('of a try before a rescue is found where that moved it, unless there is a newer one', async () => {
    const before = { [`${FOLDER}/previous/1`]: [NAME] };
    const moved = call({ [FOLDER]: [], ...before });
    expect(await ccdLog(sandbox(), moved.call, REPORT, 'i_25')).toContain('/previous/1/');
    const again = call({ [FOLDER]: [NAME], ...before });
    expect(await ccdLog(sandbox(), again.call, REPORT, 'i_25')).not.toContain('/previous/');
  });

  test.each([
    ['i_08', 'left no outputs'],
    ['r_25', undefined],
    ['i_63', 'has no CCD i_63'],
    ['first', 'has no CCD first'],
  ])('%s', async (typed, expected) => {
    const told = ccdLog(sandbox(), call({ [FOLDER]: [NAME] }).call, REPORT, typed);
    if (expected === undefined) expect(await told).toContain('i_25');
    else await expect(told).rejects.toThrow(expected);
  });
});

test('where no step failed, or its log is not there, it is the last step that ran', () => {
  expect(logAmong(['a/RUN02_b.LOG', 'a/RUN11_c.LOG', 'a/x.out'], [])).toBe('a/RUN11_c.LOG');
  expect(logAmong(['a/RUN02_b.LOG'], ['NOOVERLAPS'])).toBe('a/RUN02_b.LOG');
  expect(logAmong(['a/makeCand.out'], ['RUN02_b'])).toBeUndefined();
});
