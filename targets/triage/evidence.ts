/** What is known of the CCDs of one exposure, put together for the policy. */
import { jobsIn, parseDag } from '../grid/dag.ts';
import type { Earlier } from '../grid/rescue-files.ts';
import { type CcdReport, stateByCcd } from '../reports/ccd-report.ts';
import type { ForcefileReport } from '../reports/forcefile-report.ts';
import type { PassState } from '../templates/pass-files.ts';
import type { CcdFacts, Tried } from './policy.ts';

/** What the files of an exposure and the queue say. */
export interface ExposureEvidence {
  readonly report: CcdReport;
  readonly forcefiles: ForcefileReport | undefined;
  /** Whether the force-photometry files of a CCD were looked for in its outputs since it ran. */
  readonly copied: (ccd: number) => boolean;
  /** Seconds for which files may come late. */
  readonly late: number;
  /** The DAG as it was submitted; undefined: it is not there any more. */
  readonly dag: string | undefined;
  readonly earlier: readonly Earlier[];
  /** How far the templates were when the search was submitted; undefined: not noted. */
  readonly templates: Pick<PassState, 'templates'> | undefined;
  /** CCDs of its templates that are done now; undefined: not looked at. */
  readonly templatesDone: number | undefined;
  /** Jobs of its templates are in the queue. */
  readonly templatesComing: boolean;
  /** Seconds since the exposure was judged. */
  readonly age: number;
  /** Seconds after which what failed for want of a copy or a database is tried again. */
  readonly pause: number;
}

/** Memory of a job when its DAG does not say (jobsub_lite gives 2000MB; dagmaker.rc asks for more). */
const UNTOLD_MEMORY = 2500;

/** The CCDs that are not complete, or whose force-photometry files are lacking. */
export function ccdFacts(evidence: ExposureEvidence): readonly CcdFacts[] {
  const { report, forcefiles, templates } = evidence;
  const first: Tried = {
    memory: memoryOf(evidence.dag ?? '') ?? UNTOLD_MEMORY,
    templatesDone: templates?.templates.reduce((sum, { done }) => sum + done, 0),
  };
  const rescues = evidence.earlier.filter(({ marker }) => marker !== undefined).map(rescueOf);
  return [...stateByCcd(report)].flatMap(([name, state]): CcdFacts[] => {
    const lacks = state === 'complete' ? lackedBy(name, forcefiles) : [];
    if (state === 'complete' && lacks.length === 0) return [];
    const ccd = Number(name.split('_').at(-1));
    const later = rescues.filter(({ ccds }) => ccds.has(ccd)).map(({ tried }) => tried);
    return [
      {
        ccd,
        failures: [
          ...new Set(
            report.ccds.filter((entry) => entry.ccd === name).flatMap(({ failures }) => failures),
          ),
        ],
        ...{ lacks, copied: evidence.copied(ccd), late: evidence.late },
        tried: [first, ...later],
        templatesDone: evidence.templatesDone,
        templatesSettled: !evidence.templatesComing,
        templatesComing: evidence.templatesComing,
        age: evidence.age,
        pause: evidence.pause,
      },
    ];
  });
}

/** `.fits`, `.psf`, or both. */
function lackedBy(ccd: string, report: ForcefileReport | undefined): readonly string[] {
  const { fits = [], psf = [] } = report?.missing ?? {};
  return [...(fits.includes(ccd) ? ['.fits'] : []), ...(psf.includes(ccd) ? ['.psf'] : [])];
}

function rescueOf({ dag, marker }: Earlier): {
  readonly ccds: ReadonlySet<number>;
  readonly tried: Tried;
} {
  const jobs = jobsIn(parseDag(dag)).filter(({ kind }) => kind === 'search');
  return {
    ccds: new Set(jobs.map(({ flags }) => Number(flags.get('c')))),
    tried: { memory: memoryOf(dag) ?? UNTOLD_MEMORY, templatesDone: marker?.templatesDone },
  };
}

/** Megabytes that the search jobs of a DAG ask for; undefined where it does not say. */
function memoryOf(dag: string): number | undefined {
  const search = jobsIn(parseDag(dag)).find(({ kind }) => kind === 'search');
  const found = /\s--memory(?:=|\s+)(\d+)([KMGT]?)/.exec(search?.text ?? '');
  if (found === null) return undefined;
  const units: { readonly [unit: string]: number } = { K: 1 / 1024, G: 1024, T: 1024 * 1024 };
  return Math.round(Number(found[1]) * (units[found[2]!] ?? 1));
}
