/**
 * The template pass: every template of an exposure goes to the grid once, for all exposures, events
 * and people, before the search DAG follows without them. A pass takes those that nobody has
 * claimed, hands them over in a DAG of templates alone, and waits until they have settled; further
 * passes with more memory follow for what can profit from it.
 */
import {
  claim,
  type Look,
  Refusal,
  type Rule,
  type RunFacts,
  type Seen,
  type Sighting,
  type Step,
  submitOnce,
  target,
  write,
} from '../core/index.ts';
import { beforeSubmission } from './credentials.ts';
import { readMarker } from './grid/marker.ts';
import type { Exposure } from './settings/domain.ts';
import {
  dagFile,
  dagmakerName,
  type FollowUp,
  handedIn,
  settling,
  workDir,
} from './settings/follow-up.ts';
import { exposureSubject, TEMPLATES } from './settings/phases.ts';
import { setupOf } from './site/site.ts';
import { markerFormat, READ_ONLY } from './submitted.ts';
import {
  claimName,
  claimsDirectory,
  claimsFile,
  claimsName,
  codeIn,
  codeLooks,
  type PassClaims,
  type PassState,
  passDag,
  passFile,
  passMarker,
  passMemories,
  passName,
  stateFile,
  stateName,
} from './templates/pass-files.ts';
import { judgePass, passLooks } from './templates/pass-state.ts';
import { dummyLine, type Template, templateDag, templatesOf } from './templates/template-dag.ts';
import { templateFound } from './templates/template-state.ts';

/** The targets of all passes of one exposure. */
export function templatePass(all: FollowUp, exposure: Exposure): readonly Rule[] {
  return passMemories(all).flatMap((memory, pass) => {
    const one: Pass = { all, exposure, pass, memory };
    return [claims(one), handedOver(one), settled(one)];
  });
}

interface Pass {
  readonly all: FollowUp;
  readonly exposure: Exposure;
  readonly pass: number;
  readonly memory: string;
}

/** template_claims_EXP_K: which templates this exposure takes, so that nobody else processes them. */
function claims({ all, exposure, pass }: Pass): Rule {
  const { site } = all;
  const dag = dagFile(all, exposure);
  const before = stateFile(exposure, pass - 1);
  return target(claimsName(exposure, pass), {
    doc: `templates of ${exposure} that nobody has processed, claimed for pass ${pass}`,
    phase: TEMPLATES,
    subject: exposureSubject(exposure),
    deps: [pass === 0 ? dagmakerName(exposure) : stateName(exposure, pass - 1)],
    after: setupOf(site),
    outputs: [claimsFile(exposure, pass)],
    observe: {
      sticky: true,
      reads: [pass === 0 ? dag : before],
      look: ({ text }) => [
        ...wantedIn(pass, text(pass === 0 ? dag : before)).map(
          ({ nite, exposure: template }): Look => ({
            kind: 'list',
            pattern: `${site.pnfs}/exp/${nite}/${template}`,
          }),
        ),
        ...codeLooks(site),
      ],
      judge: (seen, { text }) =>
        wantedSighting(wantedIn(pass, text(pass === 0 ? dag : before)), seen, all),
    },
    recipe: {
      version: '1',
      steps: ({ value }) => claimSteps({ all, exposure, pass }, value as unknown as Found),
    },
  });
}

/** The value of the observation. */
interface Found {
  readonly wanted: readonly Wanted[];
  /** Of SEdiff.sh and the calibration; null: could not be seen. */
  readonly code: string | null;
}

/** Claims what is incomplete and nobody has, and notes what was taken. */
function claimSteps(
  { all, exposure, pass }: Pick<Pass, 'all' | 'exposure' | 'pass'>,
  { wanted, code }: Found,
): readonly Step[] {
  const incomplete = wanted.filter(({ missing }) => missing.length > 0);
  const [first] = incomplete;
  const noted = write(claimsFile(exposure, pass), (run) => claimsText(run, wanted, pass));
  if (first === undefined) return [noted];
  const names = incomplete.map((one) => claimName(one, pass));
  const registry = claimsDirectory(all.site, first.processing);
  const options = { all: true, ...(code === null ? {} : { about: { code } }) } as const;
  return [claim(registry, names, `templates of ${exposure}, pass ${pass}`, options), noted];
}

type Wanted = Template & { readonly missing: readonly number[] };

/** Templates that a pass may take: all of the DAG at first, later those that can profit from more. */
function wantedIn(pass: number, text: string): readonly Template[] {
  if (pass === 0) return templatesOf(text);
  const state = passFile<PassState>(text, 'desgw/template-state');
  if (state === undefined) throw new Refusal('the state of the templates cannot be read');
  return state.templates.filter((one) => one.state === 'again').map(({ template }) => template);
}

function wantedSighting(
  templates: readonly Template[],
  seen: readonly Seen[],
  { params }: FollowUp,
): Sighting {
  const enough = Number(params.templateEnough);
  const wanted: Wanted[] = [];
  for (const [i, template] of templates.entries()) {
    const one = seen[i];
    if (one?.kind === 'failed') return { state: 'failed', why: one.why };
    const names = one?.kind === 'list' ? one.dirs[0]?.names : undefined;
    const { done, missing } = templateFound(template, names);
    wanted.push({ ...template, missing: done >= enough ? [] : missing });
  }
  const open = wanted.filter(({ missing }) => missing.length > 0).length;
  return {
    state: 'ready',
    value: { wanted, code: codeIn(seen.slice(templates.length)) ?? null } as never,
    note: `${open} of ${wanted.length} templates are incomplete`,
  };
}

function claimsText(run: RunFacts, wanted: readonly Wanted[], pass: number): string {
  const ours = new Set(run.claims);
  const open = wanted.filter(({ missing }) => missing.length > 0);
  const file: PassClaims = {
    schema: 'desgw/template-claims',
    version: 1,
    pass,
    taken: open.filter((one) => ours.has(claimName(one, pass))),
    elsewhere: open.filter((one) => !ours.has(claimName(one, pass))),
    rest: wanted.filter(({ missing }) => missing.length === 0),
  };
  return `${JSON.stringify(file, null, 2)}\n`;
}

function readClaims(text: string): PassClaims {
  const found = passFile<PassClaims>(text, 'desgw/template-claims');
  if (found === undefined) throw new Refusal('the claims of the templates cannot be read');
  return found;
}

/** templates_EXP_K: the templates that were taken, on the grid, once. Without any: nothing to do. */
function handedOver({ all, exposure, pass, memory }: Pass): Rule {
  const { site, season, params } = all;
  const name = passDag(all, exposure, pass);
  const file = handedIn(season, name);
  const marker = passMarker(all, exposure, pass);
  const own = claimsFile(exposure, pass);
  const dag = dagFile(all, exposure);
  return submitOnce(passName(exposure, pass), {
    doc: `templates of ${exposure}, pass ${pass} with ${memory} each, submitted once`,
    phase: TEMPLATES,
    subject: exposureSubject(exposure),
    deps: [claimsName(exposure, pass)],
    after: beforeSubmission(site),
    params: { memory },
    ...{ grid: site.grid, queue: 'queue', marker, reads: [own, dag, file] },
    work: {
      labels: { templatesOf: exposure, pass: String(pass), season },
      file: `{workspace}/${file}`,
      cwd: workDir(all, exposure),
      timeout: Number(params.submitTimeout),
    },
    needless: ({ text }) => readClaims(text(own)).taken.length === 0,
    before: ({ text }) => {
      const { taken } = readClaims(text(own));
      const works = taken.map(({ missing, ...template }) => ({ template, ccds: missing }));
      return [
        claim(workDir(all, exposure), [`${name}.submitting`], `submission of ${name}`, {
          once: true,
        }),
        write(file, templateDag(works, { memory, dummy: dummyLine(text(dag)) }), READ_ONLY),
      ];
    },
    record: markerFormat({ exposure, season, marker, dags: [file] }),
    note: ({ receipt }) => (receipt === undefined ? 'no template to process' : receipt),
  });
}

/** template_state_EXP_K: how far the templates are when nothing more is to be expected of the pass. */
function settled({ all, exposure, pass }: Pass): Rule {
  const { site, params } = all;
  const own = claimsFile(exposure, pass);
  const marker = passMarker(all, exposure, pass);
  return target(stateName(exposure, pass), {
    doc: `how far the templates of ${exposure} are after pass ${pass}`,
    phase: TEMPLATES,
    subject: exposureSubject(exposure),
    deps: [claimsName(exposure, pass)],
    after: [passName(exposure, pass)],
    outputs: [stateFile(exposure, pass)],
    observe: {
      sticky: true,
      reads: [own, marker],
      look: ({ text }) => passLooks(site, readClaims(text(own))),
      judge: (seen, { text, maybeText, now, unchangedFor }) =>
        judgePass(seen, {
          grid: site.grid,
          pnfs: site.pnfs,
          claims: readClaims(text(own)),
          marker: readMarker(maybeText(marker)),
          enough: Number(params.templateEnough),
          last: pass === passMemories(all).length - 1,
          waitSeconds: 3600 * Number(params.templateWait),
          lateSeconds: settling(site, params).lateSeconds,
          now,
          unchangedFor,
        }),
    },
    recipe: {
      version: '1',
      steps: ({ value }) => [
        write(stateFile(exposure, pass), `${JSON.stringify(value, null, 2)}\n`),
      ],
    },
  });
}
