/** The data of a night of exposures, some of which went wrong, by the same way as `desgw report` has them. */
import type { Sighting, Tally } from '../../core/api/looks.ts';
import type { Json } from '../../core/api/values.ts';
import { reportData } from '../../core/views/report.ts';
import type { ReportData } from '../../core/views/report-data.ts';
import type { CcdEntry, CcdReport } from '../../targets/reports/ccd-report.ts';
import { ccdTally } from '../../targets/reports/ccd-settling.ts';
import { focalPlane } from '../../targets/reports/focal-plane.ts';
import { ccd2, SEARCH_CCDS } from '../../targets/settings/domain.ts';
import { builtTrace, planOf, type Sketch } from '../support/plans.ts';

const STEPS = ['RUN02_expose_makeStarCat', 'NOOVERLAPS', 'RUN18_combined+expose_hotpants'];

/** Exposure `n`: every 7th CCD of every third exposure failed, one CCD of each is incomplete. */
function nightReport(n: number): CcdReport {
  const ccds = SEARCH_CCDS.map((ccd, i): CcdEntry => {
    const failed = n % 3 === 0 && i % 7 === 0;
    const state = failed ? 'failed' : i === 5 ? 'incomplete' : 'complete';
    const failures = failed ? [STEPS[i % STEPS.length]!] : [];
    return { ccd: `i_${ccd2(ccd)}`, nite: '20170817', state, failures };
  });
  const count = (state: CcdEntry['state']) => ccds.filter((one) => one.state === state).length;
  return {
    schema: 'desgw/ccds',
    version: 1,
    exposure: String(668000 + n),
    band: 'i',
    season: '2206',
    nites: ['20170817'],
    counts: {
      complete: count('complete'),
      failed: count('failed'),
      incomplete: count('incomplete'),
      missing: 0,
      total: ccds.length,
    },
    threshold: 50,
    enough: true,
    inputFiles: true,
    ccds,
    strays: [],
  };
}

/** `exposures` of them; the second has no templates, the third is still on the grid. */
export function nightData(exposures: number): ReportData {
  const sketches: { [name: string]: Sketch } = { season: { phase: 'preparation' } };
  const sightings = new Map<string, Sighting>();
  for (let n = 0; n < exposures; n++) {
    const exposure = String(668000 + n);
    const subject = { kind: 'exposure', name: exposure };
    const report = nightReport(n);
    const tally: Tally = ccdTally(report, 'none');
    const failed = n === 1;
    sketches[`dagmaker_${exposure}.out`] = {
      phase: 'DAGMaker',
      subject,
      deps: ['season'],
      ...(failed
        ? { state: 'failed' as const, note: `no templates for </script> ${exposure}` }
        : {}),
    };
    sketches[`ccds_${exposure}`] = {
      phase: 'grid',
      subject,
      deps: [`dagmaker_${exposure}.out`],
      tally,
      observe: {
        look: () => [],
        judge: () => ({ state: 'ready', value: null }),
        parts: (value: Json) => focalPlane(value as unknown as CcdReport),
      },
      ...(failed ? { state: 'blocked' as const, by: [`dagmaker_${exposure}.out`] } : {}),
      ...(n === 2 ? { state: 'waiting' as const, note: '40 of 59' } : {}),
    };
    if (!failed)
      sightings.set(`ccds_${exposure}`, {
        state: 'ready',
        value: report as unknown as Json,
      });
  }
  const plan = planOf(sketches);
  const traces = new Map(
    plan.order.map((name, i) => [name, builtTrace({ at: Date.UTC(2017, 7, 18) + i * 1000 })]),
  );
  return reportData(plan, {
    title: 'S230518h <night>',
    now: Date.UTC(2017, 7, 18, 6),
    origin: { command: 'desgw report', desgw: '0.1.0' },
    traces,
    sighting: (name) => sightings.get(name),
    params: [{ name: 'TWINDOW', value: 20, source: '--set', help: 'days' }],
  });
}
