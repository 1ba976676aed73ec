/** How the templates of an event stand, from what its passes noted, the registry, pnfs and the queue. Pure. */
import { isAlive, type Path, type Queue } from '../../core/index.ts';
import type { Exposure } from '../settings/domain.ts';
import { type PassClaims, passFile, redoName } from './pass-files.ts';
import type { Template } from './template-dag.ts';
import { type TemplateFound, templateFound } from './template-state.ts';

/** A template with the exposures of this event that need it. */
export interface Needed {
  readonly template: Template;
  readonly usedBy: readonly Exposure[];
  /** Passes for which this workspace has taken it, and the exposure that did. */
  readonly ours: ReadonlyMap<number, Exposure>;
}

/** The newest claim on a template. */
export interface Claimed {
  readonly pass: number;
  /** As it stands in the file. */
  readonly text: string;
  readonly user: string | null;
  readonly host: string | null;
  readonly workspace: string | null;
  /** The exposure for which it was claimed, where the note says so. */
  readonly exposure: Exposure | null;
  readonly code: string | null;
  /** When it was made. */
  readonly since: number;
}

/** How one template stands. */
export interface TemplateRow {
  readonly needed: Needed;
  readonly found: TemplateFound;
  readonly claim: Claimed | undefined;
  /** Living jobs of it; undefined: the queue could not be seen. */
  readonly jobs: number | undefined;
  readonly state: 'complete' | 'under way' | 'partial' | 'nothing' | 'no raw image';
  /** Made by another SEdiff.sh or calibration than there is now. */
  readonly stale: boolean;
}

/** The templates that the claims files of an event name, each once, in the order of their numbers. */
export function neededIn(
  files: readonly { readonly exposure: Exposure; readonly pass: number; readonly text: string }[],
): readonly Needed[] {
  const found = new Map<
    string,
    { template: Template; usedBy: Set<Exposure>; ours: Map<number, Exposure> }
  >();
  for (const { exposure, pass, text } of files) {
    const claims = passFile<PassClaims>(text, 'desgw/template-claims');
    if (claims === undefined) continue;
    for (const template of [...claims.taken, ...claims.elsewhere, ...claims.rest]) {
      const key = `${template.nite}_${template.exposure}`;
      const one = found.get(key) ?? { template, usedBy: new Set(), ours: new Map() };
      found.set(key, one);
      one.usedBy.add(exposure);
    }
    for (const { nite, exposure: template } of claims.taken)
      found.get(`${nite}_${template}`)!.ours.set(pass, exposure);
  }
  return [...found.values()]
    .map(({ template, usedBy, ours }) => ({ template, usedBy: [...usedBy].sort(), ours }))
    .sort((a, b) => (a.template.exposure < b.template.exposure ? -1 : 1));
}

/** The exposure and pass of a claims file, by its name. */
export function claimsFileNamed(
  name: string,
): { readonly exposure: Exposure; readonly pass: number } | undefined {
  const [, exposure, pass] = /^claims_(\d+)_(\d+)\.json$/.exec(name) ?? [];
  return exposure === undefined ? undefined : { exposure, pass: Number(pass) };
}

/** The newest claim among the names in the registry; undefined: nobody has claimed it. */
export function newestPass(
  { nite, exposure }: Template,
  names: readonly string[],
): number | undefined {
  const passes = names.flatMap((name) => {
    const [, of, pass] = /^(\d+_\d+)\.pass(\d+)$/.exec(name) ?? [];
    return of === `${nite}_${exposure}` ? [Number(pass)] : [];
  });
  return passes.length === 0 ? undefined : Math.max(...passes);
}

/** Reads a claim; half of one, or somebody else's file, holds it all the same. */
export function claimedIn(text: string, pass: number, since: number): Claimed {
  const none = { user: null, host: null, workspace: null, exposure: null, code: null };
  try {
    const written = JSON.parse(text);
    return {
      ...{ pass, text, since },
      user: written.user ?? null,
      host: written.host ?? null,
      workspace: written.workspace ?? null,
      exposure: /templates of (\d+)/.exec(written.note ?? '')?.[1] ?? null,
      code: written.about?.code ?? null,
    };
  } catch {
    return { ...none, pass, text, since };
  }
}

/** What is known of one template. */
export interface RowFacts {
  readonly needed: Needed;
  /** Names in its directory; undefined: there is none. */
  readonly names: readonly string[] | undefined;
  readonly raw: boolean;
  readonly claim: Claimed | undefined;
  /** Names in the registry of its processing. */
  readonly registry: readonly string[];
  readonly queue: Queue;
  readonly enough: number;
  /** Of SEdiff.sh and the calibration as they are now. */
  readonly code: string | undefined;
}

/** Judges one template. */
export function templateRow(facts: RowFacts): TemplateRow {
  const { needed, names, raw, claim, registry, queue, enough, code } = facts;
  const { template } = needed;
  const found = templateFound(template, names);
  const holders = new Set([claim?.exposure, ...needed.ours.values()]);
  const living = queue.jobs.filter(
    (job) =>
      isAlive(job) &&
      (job.labels.templatesOf === undefined
        ? job.labels.template === template.exposure
        : holders.has(job.labels.templatesOf)),
  ).length;
  const jobs = queue.state === 'seen' || living > 0 ? living : undefined;
  const redone = code !== undefined && registry.includes(redoName(template, code));
  const made = claim?.code ?? undefined;
  return {
    ...{ needed, found, claim, jobs },
    state:
      found.done >= enough
        ? 'complete'
        : living > 0
          ? 'under way'
          : found.done > 0
            ? 'partial'
            : raw
              ? 'nothing'
              : 'no raw image',
    stale: found.done > 0 && made !== undefined && code !== undefined && made !== code && !redone,
  };
}

/** Where star catalogues lie that search jobs make once of the templates and never again. */
export function starCatalogues(pnfs: Path): Path | undefined {
  const found = /^(.*\/persistent)\/([^/]+)\/?$/.exec(pnfs);
  return found === null ? undefined : `${found[1]}/stash/${found[2]}/CATALOG_FILES`;
}

/** Whether a file is a star catalogue of one of these exposures. */
export const isStarCatalogue = (name: string, exposures: ReadonlySet<Exposure>): boolean =>
  exposures.has(/^SN(?:STAR|VETO)_(\d+)_\d+_r\d+p\d+\.LIST$/.exec(name)?.[1] ?? '');
