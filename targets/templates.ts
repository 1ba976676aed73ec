/**
 * The template pass: every template of an exposure goes to the grid once, for all exposures, events
 * and people, before the search DAG follows without them. A pass takes those that nobody has
 * claimed, hands them over in a DAG of templates alone, and waits until they have settled; further
 * passes with more memory follow for what can profit from it.
 */
import {
  claim,
  type Look,
  type OnceSighting,
  type Problem,
  type Queue,
  Refusal,
  type Rule,
  type RunFacts,
  type Seen,
  type Sighting,
  target,
  write,
} from '../core/index.ts';
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
import { judgeSubmission, markerText, READ_ONLY } from './submitted.ts';
import {
  claimName,
  claimsDirectory,
  claimsFile,
  claimsName,
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
      look: ({ text }) =>
        wantedIn(pass, text(pass === 0 ? dag : before)).map(
          ({ nite, exposure: template }): Look => ({
            kind: 'list',
            pattern: `${site.pnfs}/exp/${nite}/${template}`,
          }),
        ),
      judge: (seen, { text }) =>
        wantedSighting(wantedIn(pass, text(pass === 0 ? dag : before)), seen, all),
    },
    recipe: {
      version: '1',
      steps: ({ value }) => {
        const wanted = (value ?? []) as unknown as readonly Wanted[];
        const incomplete = wanted.filter(({ missing }) => missing.length > 0);
        const [first] = incomplete;
        return [
          ...(first === undefined
            ? []
            : [
                claim(
                  claimsDirectory(site, first.processing),
                  incomplete.map((one) => claimName(one, pass)),
                  `templates of ${exposure}, pass ${pass}`,
                  { all: true },
                ),
              ]),
          write(claimsFile(exposure, pass), (run) => claimsText(run, wanted, pass)),
        ];
      },
    },
  });
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
    value: wanted as never,
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
  return target(passName(exposure, pass), {
    doc: `templates of ${exposure}, pass ${pass} with ${memory} each, submitted once`,
    phase: TEMPLATES,
    subject: exposureSubject(exposure),
    deps: [claimsName(exposure, pass)],
    after: setupOf(site),
    params: { memory },
    outputs: [{ path: marker, quiet: true }],
    once: {
      look: () => [
        { kind: 'read', path: marker },
        { kind: 'ask', adapter: 'queue', question: null },
      ],
      judge: (seen, attempt) =>
        judgeHandedOver(seen, { all, exposure, pass, token: attempt?.token }),
      cancel: (receipt) => site.grid.cancel([receipt]),
    },
    recipe: {
      version: '1',
      reads: [own, dag, file],
      steps: ({ text }) => {
        const { taken } = readClaims(text(own));
        const works = taken.map(({ missing, ...template }) => ({ template, ccds: missing }));
        const made = (run: RunFacts) => markerText(run, { exposure, season, dags: [file] });
        if (works.length === 0) return [write(marker, made)];
        return [
          claim(workDir(all, exposure), [`${name}.submitting`], `submission of ${name}`, {
            once: true,
          }),
          write(file, templateDag(works, { memory, dummy: dummyLine(text(dag)) }), READ_ONLY),
          site.grid.submit({
            labels: { templatesOf: exposure, pass: String(pass) },
            file: `{workspace}/${file}`,
            cwd: workDir(all, exposure),
            timeout: Number(params.submitTimeout),
          }),
          write(marker, made),
        ];
      },
      note: ({ receipt }) => (receipt === undefined ? 'no template to process' : receipt),
      judge: (run): readonly Problem[] =>
        run.exits.length === 0 ? [] : judgeSubmission(site.grid, run),
    },
  });
}

function judgeHandedOver(
  [markerSeen, queueSeen]: readonly Seen[],
  asked: {
    readonly all: FollowUp;
    readonly exposure: Exposure;
    readonly pass: number;
    readonly token: string | undefined;
  },
): OnceSighting {
  const { all, exposure, pass, token } = asked;
  const marker = markerSeen?.kind === 'read' ? readMarker(markerSeen.text) : undefined;
  if (marker?.season === all.season && marker.exposure === exposure) {
    const how = `its marker says it was submitted ${marker.submitted}`;
    return marker.job === null
      ? { state: 'done', how }
      : { state: 'done', how, receipt: marker.job };
  }
  const queue = queueSeen?.kind === 'answer' ? (queueSeen.answer as unknown as Queue) : undefined;
  const purpose = { templatesOf: exposure, pass: String(pass) };
  const jobs =
    queue === undefined
      ? []
      : all.site.grid.jobsOf(queue, token === undefined ? { purpose } : { token }).jobs;
  const lead = jobs.find(({ node }) => node === undefined);
  if (lead !== undefined)
    return { state: 'done', how: `job ${lead.id} is in the queue`, receipt: lead.id };
  if (queue?.state === 'seen') return { state: 'not done' };
  const why = queueSeen?.kind === 'failed' ? queueSeen.why : (queue?.why ?? 'no answer');
  return {
    state: 'unknown',
    why: `the queue could not be seen (${why})`,
    advice: 'see `desgw jobs`, then build again',
  };
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
