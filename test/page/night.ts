/** The data of a night of exposures, some of which went wrong, by the same way as `desgw report` has them. */
import type { Sighting, Tally } from '../../core/api/looks.ts';
import type { Json } from '../../core/api/values.ts';
import type { Showcase } from '../../core/views/exhibitions.ts';
import { reportData } from '../../core/views/report.ts';
import type { ReportData } from '../../core/views/report-data.ts';
import { candidateExhibits } from '../../targets/candidates/exhibits.ts';
import { curvesJson, type PlainCurve } from '../../targets/candidates/light-curve.ts';
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
/** Candidates of `many`: each seen in two bands on twelve exposures, one of them with stamps. */
function candidatesText(many: number): string {
  const curves = Array.from({ length: many }, (_, n): PlainCurve => {
    const observations = Array.from({ length: 12 }, (_, i) => ({
      ...{ mjd: 57982.97 + i * 0.7, band: i % 2 === 0 ? 'i' : 'z', flux: 1000 + 10 * n, mag: 20 },
      ...{ fluxError: 40, exposure: String(668000 + i), ccd: '5', field: 'WS1', nite: '20170817' },
      ...(i === 3 ? { score: 0.95 - n / 10_000, object: `66800${n}` } : {}),
    }));
    const host = { PHOTOZ: '0.05 +- 0.01', SNSEP: '1.25' };
    return { snid: String(8_000_000 + n), ra: 197.5, dec: -23.4, host, observations };
  });
  return curvesJson(curves);
}

/** What would be in the files of a night with so many candidates. */
function showcase(many: number): Showcase {
  const text = candidatesText(many);
  return {
    read: (path) => (path === 'curves.json' ? text : undefined),
    bytes: () => STAMP,
  };
}

/** As large as a true one. */
const STAMP = Buffer.concat([
  Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAAAAAAALAAAAAABAAEAAAIBRAA7', 'base64'),
  Buffer.alloc(2700),
]);

/** @param candidates how many post processing has found */
export function nightData(exposures: number, candidates = 0): ReportData {
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
  sketches.season = {
    ...sketches.season,
    exhibits: {
      title: 'candidates',
      advice: 'desgw candidates',
      items: (read) => candidateExhibits(read('curves.json') ?? '', 'stamps'),
    },
  };
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
    showcase: showcase(candidates),
    findings: [
      {
        target: 'exposure.list',
        problems: [{ what: '5 of 6 exposures go on; not 668001', advice: 'desgw rescue 668001' }],
        strict: false,
      },
    ],
    params: [{ name: 'TWINDOW', value: 20, source: '--set', help: 'days' }],
  });
}
