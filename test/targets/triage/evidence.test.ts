import { expect, test } from 'vitest';
import type { Marker } from '../../../targets/grid/marker.ts';
import { ccdReport } from '../../../targets/reports/ccd-report.ts';
import { forcefileReport } from '../../../targets/reports/forcefile-report.ts';
import { ccdFacts } from '../../../targets/triage/evidence.ts';
import { dagText } from '../../fixtures/postproc/dag-text.ts';

const root = 'pnfs/exp/20170817/668439/dp2206';
const directory = (ccd: number, names: readonly string[]) => ({
  dir: `${root}/i_${String(ccd).padStart(2, '0')}`,
  names,
});
const report = ccdReport(
  [
    directory(1, ['outputs_dp2206_20170817_668439_i_01.tar.gz']),
    directory(3, ['RUN18_combined+expose_hotpants.FAIL', 'RUN19_combined_coaddWSdiff.FAIL']),
    directory(4, []),
  ],
  { exposure: '668439', band: 'i', season: '2206' },
);
const marker = { token: 't', job: null } as Marker;
const evidence = {
  report,
  forcefiles: undefined,
  copied: (ccd: number) => ccd === 5,
  late: 60,
  dag: dagText({ options: '--memory=3GB' }),
  earlier: [
    { number: 1, dag: dagText({ ccds: [3], options: '--memory=6000MB' }), marker, claimed: true },
    // Begun and not known to be submitted: it was no try.
    { number: 2, dag: dagText({ ccds: [3] }), marker: undefined, claimed: true },
  ],
  templates: undefined,
  templatesDone: 100,
  templatesComing: false,
  age: 7200,
  pause: 1800,
};

test('what is complete is left out, what failed comes with every earlier try at it', () => {
  const facts = new Map(ccdFacts(evidence).map((one) => [one.ccd, one]));
  expect(facts.size).toBe(58);
  expect(facts.has(1)).toBe(false);
  expect(facts.get(3)).toEqual({
    ccd: 3,
    failures: ['RUN18_combined+expose_hotpants', 'RUN19_combined_coaddWSdiff'],
    ...{ lacks: [], copied: false, late: 60 },
    tried: [
      { memory: 3072, templatesDone: undefined },
      { memory: 6000, templatesDone: undefined },
    ],
    templatesDone: 100,
    templatesSettled: true,
    templatesComing: false,
    age: 7200,
    pause: 1800,
  });
  expect(facts.get(4)?.tried).toEqual([{ memory: 3072, templatesDone: undefined }]);
});

test('a complete CCD without its force-photometry files is one to look at', () => {
  const forcefiles = forcefileReport([], report);
  const [first] = ccdFacts({ ...evidence, forcefiles });
  expect(first).toMatchObject({ ccd: 1, lacks: ['.fits', '.psf'], failures: [] });
});
