/** What is known of an exposure at this moment, for triage: its files, its rescues, its templates. */
import { type CommandCall, isAlive, type Queue, type Seen } from '../../core/index.ts';
import { readMarker } from '../grid/marker.ts';
import {
  type Earlier,
  earlierFrom,
  earlierLooks,
  earlierNumbers,
  rescueLooks,
  textOf,
} from '../grid/rescue-files.ts';
import type { CcdReport } from '../reports/ccd-report.ts';
import {
  type ForcefileReport,
  forcefileLooks,
  forcefilesFrom,
} from '../reports/forcefile-report.ts';
import type { ExposureResult } from '../reports/night-summary.ts';
import { ccdsName, settling } from '../settings/follow-up.ts';
import type { Site } from '../site/site.ts';
import { type PassState, passFile, stateFile } from '../templates/pass-files.ts';
import type { Template } from '../templates/template-dag.ts';
import { templateFound } from '../templates/template-state.ts';
import type { ExposureEvidence } from '../triage/evidence.ts';
import { forceCopyName } from '../triage/force-copies.ts';
import { claimedSeason } from './asked.ts';

/** Looks at all that triage goes by. */
export async function evidenceOf(
  site: Site,
  call: CommandCall,
  { exposure, ccds, forcefiles }: ExposureResult,
  queue: Queue,
): Promise<ExposureEvidence> {
  const asked = { exposure, season: claimedSeason(call) };
  const seen = await call.look(rescueLooks(site, asked));
  const earlier = earlierFrom(
    earlierNumbers(exposure, seen),
    await call.look(earlierLooks(site, asked, seen)),
  );
  const templates = templatesAt(call, exposure);
  return {
    report: ccds!,
    forcefiles: await forcefilesNow(site, call, ccds!, forcefiles),
    copied: (ccd) => {
      const copy = call.record(forceCopyName(exposure, ccd));
      return copy?.state === 'made' && copy.at >= lastSubmitted(seen, earlier);
    },
    late: settling(site, call.params).lateSeconds,
    dag: textOf(seen[0]),
    earlier,
    templates,
    templatesDone:
      templates === undefined
        ? undefined
        : await doneNow(
            site,
            call,
            templates.templates.map(({ template }) => template),
          ),
    templatesComing: queue.jobs.some((job) => isAlive(job) && job.labels.templatesOf === exposure),
    age: (call.now - (call.record(ccdsName(exposure))?.at ?? 0)) / 1000,
    pause: Number(call.params.rescuePause),
  };
}

/** How far each template was when the passes were over; a later pass tells only of what was left. */
function templatesAt(
  { params, readText }: CommandCall,
  exposure: string,
): Pick<PassState, 'templates'> | undefined {
  const passes = params.templateMemory as readonly string[];
  const states = passes.flatMap(
    (_, pass) =>
      passFile<PassState>(readText(stateFile(exposure, pass)), 'desgw/template-state') ?? [],
  );
  if (states.length < passes.length) return undefined;
  const all = states.flatMap(({ templates }) => templates);
  return {
    templates: [...new Map(all.map((one) => [one.template.exposure, one])).values()],
  };
}

/** What there is of force photometry at this moment, or as it was seen last. */
async function forcefilesNow(
  { pnfs }: Site,
  { look }: CommandCall,
  ccds: CcdReport,
  before: ForcefileReport | undefined,
): Promise<ForcefileReport | undefined> {
  const judged = forcefilesFrom(await look(forcefileLooks(pnfs, ccds)), ccds);
  return judged.state === 'ready' ? judged.report : before;
}

/** When the exposure was handed over last, wholly or in part. */
const lastSubmitted = (seen: readonly Seen[], earlier: readonly Earlier[]): number =>
  Math.max(
    ...[readMarker(textOf(seen[1])), ...earlier.map(({ marker }) => marker)].map(
      (marker) => Date.parse(marker?.submitted ?? '') || 0,
    ),
  );

/** CCDs of templates that are done at this moment; undefined where they could not be seen. */
async function doneNow(
  site: Site,
  call: CommandCall,
  templates: readonly Template[],
): Promise<number | undefined> {
  const seen = await call.look(
    templates.map(({ nite, exposure }) => ({
      kind: 'list',
      pattern: `${site.pnfs}/exp/${nite}/${exposure}`,
    })),
  );
  if (seen.some(({ kind }) => kind === 'failed')) return undefined;
  return templates.reduce((sum, template, i) => {
    const one = seen[i];
    const names = one?.kind === 'list' ? one.dirs[0]?.names : undefined;
    return sum + templateFound(template, names).done;
  }, 0);
}
