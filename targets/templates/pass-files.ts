/** Where the template pass keeps its files, and what they hold. */
import { digestOf, type Look, type Path, type Seen } from '../../core/index.ts';
import type { Exposure } from '../settings/domain.ts';
import { type FollowUp, OUTPUTS, type Place, workDir } from '../settings/follow-up.ts';
import type { Site } from '../site/site.ts';
import type { Template } from './template-dag.ts';

/** Names of the targets of one pass, counted from 0. */
export const claimsName = (exposure: Exposure, pass: number): string =>
  `template_claims_${exposure}_${pass}`;
/** Names of the targets of a pass. */
export const passName = (exposure: Exposure, pass: number): string =>
  `templates_${exposure}_${pass}`;
/** The target that watches the jobs of a pass. */
export const stateName = (exposure: Exposure, pass: number): string =>
  `template_state_${exposure}_${pass}`;

/** Their files, in the workspace. */
export const claimsFile = (exposure: Exposure, pass: number): Path =>
  `${OUTPUTS}/templates/claims_${exposure}_${pass}.json`;
/** What became of the jobs of a pass. */
export const stateFile = (exposure: Exposure, pass: number): Path =>
  `${OUTPUTS}/templates/state_${exposure}_${pass}.json`;

/** File name of the DAG of a pass. */
export const passDag = ({ season }: Place, exposure: Exposure, pass: number): string =>
  `desgw_templates_${exposure}_S${season}_${pass}.dag`;

/** Lies where the DAG is handed over from, so that it tells everybody who works there. */
export const passMarker = (place: Place, exposure: Exposure, pass: number): Path =>
  `${workDir(place, exposure)}/${passDag(place, exposure, pass)}.submitted`;

/** The directory of one processing in the registry that all events and people share. */
export const claimsDirectory = (site: Site, processing: string): Path =>
  `${site.registry}/templates/${processing}`;

/** The name under which a template is claimed for a pass. */
export const claimName = ({ nite, exposure }: Pick<Template, 'nite' | 'exposure'>, pass: number) =>
  `${nite}_${exposure}.pass${pass}`;

/** What makes a template what it is, beside its raw image: SEdiff.sh and the calibration. */
export const codeLooks = ({ gwWorkflow, calibration }: Site): readonly Look[] =>
  [`${gwWorkflow}/SEdiff.sh`, ...calibration].map((path): Look => ({ kind: 'read', path }));

/** A short digest of them; undefined where one cannot be seen. */
export function codeIn(seen: readonly Seen[]): string | undefined {
  if (seen.length === 0 || seen.some(({ kind }) => kind === 'failed')) return undefined;
  const texts = seen.map((one) => (one.kind === 'read' ? (one.text ?? null) : null));
  return digestOf(JSON.stringify(texts))
    .replaceAll(/[^A-Za-z0-9]/g, '')
    .slice(0, 10);
}

/** The name under which a template is claimed to be done once more by a certain code. */
export const redoName = ({ nite, exposure }: Pick<Template, 'nite' | 'exposure'>, code: string) =>
  `${nite}_${exposure}.code-${code}`;

/** What an exposure's templates were before a pass, and which of them the pass takes. */
export type PassClaims = {
  readonly schema: 'desgw/template-claims';
  readonly version: 1;
  readonly pass: number;
  /** Nobody held them; this exposure submits them. */
  readonly taken: readonly (Template & { readonly missing: readonly number[] })[];
  /** Somebody else has claimed them, or has jobs of them in the queue. */
  readonly elsewhere: readonly (Template & { readonly missing: readonly number[] })[];
  /** Complete already, or nothing more can be had. */
  readonly rest: readonly Template[];
};

/** How far the templates of an exposure are after a pass, when nothing more is to be expected of it. */
export type PassState = {
  readonly schema: 'desgw/template-state';
  readonly version: 1;
  readonly pass: number;
  readonly templates: readonly {
    readonly template: Template;
    readonly done: number;
    readonly missing: readonly number[];
    /** `again`: the next pass may bring more. */
    readonly state: 'complete' | 'again' | 'final';
  }[];
};

/** Whether templates are processed in passes of their own, before the search. */
export const hasTemplatePass = ({ params }: Pick<FollowUp, 'params'>): boolean =>
  params.templatePass === true;

/** Memory of each pass; their number is the number of passes. */
export const passMemories = ({ params }: Pick<FollowUp, 'params'>): readonly string[] =>
  params.templateMemory as readonly string[];

/** Name of the target after which the templates of an exposure have settled. */
export const templatesSettled = (all: FollowUp, exposure: Exposure): string =>
  stateName(exposure, passMemories(all).length - 1);

/** Reads one of these files; undefined for what is none. */
export function passFile<File extends { readonly schema: string }>(
  text: string | undefined,
  schema: File['schema'],
): File | undefined {
  if (text === undefined) return undefined;
  const file: File = JSON.parse(text);
  return file.schema === schema ? file : undefined;
}
