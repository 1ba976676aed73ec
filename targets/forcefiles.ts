/** forcefiles_EXP: whether an exposure has the force-photometry files of its complete CCDs. */
import { type Rule, target, write } from '../core/index.ts';
import type { CcdReport } from './reports/ccd-report.ts';
import { forcefileLooks, forcefileSighting, forcefilesFrom } from './reports/forcefile-report.ts';
import type { Exposure } from './settings/domain.ts';
import {
  ccdsFile,
  ccdsName,
  type FollowUp,
  forcefilesFile,
  forcefilesName,
  settling,
} from './settings/follow-up.ts';
import { exposureSubject, REPORTS } from './settings/phases.ts';
import { seesToFailures, triagedName } from './triaged.ts';

/** The force-photometry report, and with it whether the exposure goes on to post processing. */
export function forcefiles(
  followUp: FollowUp,
  exposure: Exposure,
  { afterTriage = false }: { readonly afterTriage?: boolean } = {},
): Rule {
  const { site, season, params } = followUp;
  const ccdReport = ccdsFile(exposure);
  const share = Number(params.forceShare);
  const surplus = params.acceptSurplus === true ? 'accept' : 'refuse';
  return target(forcefilesName(exposure), {
    doc: `whether ${exposure} has its force-photometry files and goes on`,
    phase: REPORTS,
    subject: exposureSubject(exposure),
    deps: [ccdsName(exposure)],
    after: afterTriage && seesToFailures(followUp) ? [triagedName(exposure)] : [],
    params: { share, surplus },
    outputs: [forcefilesFile(exposure)],
    observe: {
      valueFromFiles: true,
      reads: [ccdReport],
      look: () => forcefileLooks(site.pnfs, { exposure, season }),
      judge: (seen, { text, unchangedFor }) => {
        const report: CcdReport = JSON.parse(text(ccdReport));
        const judged = forcefilesFrom(seen, report, { share, surplus });
        if (judged.state === 'failed') return judged;
        return forcefileSighting({
          report: judged.report,
          unchangedForSeconds: unchangedFor,
          lateSeconds: params.fromOutput === '' ? settling(site, params).lateSeconds : 0,
        });
      },
    },
    recipe: {
      version: '1',
      steps: ({ value }) => [
        write(forcefilesFile(exposure), `${JSON.stringify(value, null, 2)}\n`),
      ],
    },
  });
}
