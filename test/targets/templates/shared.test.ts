/**
 * The shape of a large event: 297 exposures with 49 template lines each are 1,638 different
 * templates. Without a pass every line is sixty jobs.
 */
import { expect, test } from 'vitest';
import { TEMPLATE_CCDS } from '../../../targets/settings/domain.ts';
import { claimName } from '../../../targets/templates/pass-files.ts';
import { templatesOf } from '../../../targets/templates/template-dag.ts';
import { templatePass } from '../../../targets/templates.ts';
import { dagText } from '../../fixtures/postproc/dag-text.ts';
import { followUpWith } from '../../support/follow-up.ts';
import { jobsOfWork } from '../../support/template-jobs.ts';

const EXPOSURES = 297;
const LINES = 49;
const DIFFERENT = 1638;

/** The lines of one exposure: neighbours on the sky share most of their templates. */
const dagOf = (exposure: number): string =>
  dagText({
    exposure: String(1_000_000 + exposure),
    templates: Array.from({ length: LINES }, (_, i) =>
      String(500_000 + ((exposure * LINES + i) % DIFFERENT)),
    ),
  });

test('each template is claimed by one exposure, and a ninth of the jobs remain', () => {
  const claimed = new Map<string, number>();
  let lines = 0;
  let jobs = 0;
  for (let exposure = 0; exposure < EXPOSURES; exposure++) {
    const templates = templatesOf(dagOf(exposure));
    lines += templates.length;
    const taken = templates.filter((one) => !claimed.has(claimName(one, 0)));
    for (const one of taken) claimed.set(claimName(one, 0), exposure);
    jobs += jobsOfWork(
      taken.map((template) => ({ template, ccds: TEMPLATE_CCDS })),
      TEMPLATE_CCDS.length,
    );
  }
  expect({ lines, claims: claimed.size, before: 60 * lines, after: jobs }).toEqual({
    lines: 14_553,
    claims: DIFFERENT,
    before: 873_180,
    after: 98_280,
  });
});

test('the plan of a large event looks at each template once, however many exposures need it', () => {
  const exposures = Array.from({ length: EXPOSURES }, (_, i) => String(1_000_000 + i));
  const all = followUpWith({ exposures, set: ['templatePass=true'] });
  const keys = new Map<string, number>();
  let dagsRead = 0;
  for (const [i, exposure] of exposures.entries()) {
    const [claims] = templatePass(all, exposure);
    const text = () => {
      dagsRead += 1;
      return dagOf(i);
    };
    for (const look of claims!.observe!.look({ text, maybeText: text })) {
      const key = JSON.stringify(look);
      keys.set(key, (keys.get(key) ?? 0) + 1);
    }
  }
  // Beside the templates SEdiff.sh and what it fetches; core makes each look once in a plan.
  const code = 1 + all.site.calibration.length;
  expect([keys.size, dagsRead]).toEqual([DIFFERENT + code, EXPOSURES]);
  expect([...keys.values()].reduce((sum, n) => sum + n, 0)).toBe(EXPOSURES * (LINES + code));
});
