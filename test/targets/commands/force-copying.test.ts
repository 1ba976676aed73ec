import { expect, test } from 'vitest';
import { copiesInWords, copiesOf } from '../../../targets/commands/force-copying.ts';
import { ccdReport } from '../../../targets/reports/ccd-report.ts';
import { sandbox } from '../../../targets/site/sandbox.ts';

const site = sandbox();
const DP = `${site.pnfs}/exp/20170817/668439/dp2206`;
const report = ccdReport([{ dir: `${DP}/i_07`, names: ['outputs_x'] }], {
  ...{ exposure: '668439', band: 'i', season: '2206' },
});
const decisions = [
  { ccd: 7, cause: 'force', what: 'x', action: 'copy force files', lacks: ['.psf'], why: 'x' },
  { ccd: 8, cause: 'memory', what: 'x', action: 'rescue', memory: 1, why: 'x' },
] as const;
const NAME = 'WS2206_668439_F_combined_i_07.psf';

async function copied(listed: string, code = 0) {
  const ran: string[] = [];
  const copies = await copiesOf(
    site,
    {
      look: async () => [{ kind: 'list', dirs: [] }],
      readText: () => JSON.stringify(report),
      tools: {
        ...{ workspace: '/w', signal: new AbortController().signal },
        run: async ({ argv }) => {
          ran.push(argv.join(' '));
          return { exit: { kind: 'exit', code }, stdout: listed, stderr: '' };
        },
      },
    },
    '2206',
    [{ exposure: '668439', decisions }],
  );
  return { ran, copies };
}

test('the outputs of each CCD that lacks files are looked into, and of no other', async () => {
  const { ran, copies } = await copied(`RUN01.LOG\n${NAME}\n`);
  const archive = `${DP}/i_07/outputs_dp2206_20170817_668439_i_07.tar.gz`;
  expect(ran).toEqual([`tar tzf ${archive}`]);
  const to = `${site.pnfs}/forcephoto/images/dp2206/20170817/668439/${NAME}`;
  expect(copies).toEqual([{ exposure: '668439', ccd: 7, files: [{ archive, member: NAME, to }] }]);
  expect(copiesInWords(copies)[0]?.text).toContain('1 force-photometry files of 1 CCDs');
});

test('outputs that hold none are told of by CCD', async () => {
  const { copies } = await copied('', 2);
  expect(copies).toEqual([{ exposure: '668439', ccd: 7, files: [] }]);
  expect(copiesInWords(copies)[0]?.text).toContain('outputs of CCD 07 do not hold any');
});
