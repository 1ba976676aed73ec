/**
 * Templates that are processed once more on a person's word: those that a dead workspace holds, and
 * those that an older calibration made. Exclusive as any pass is: who takes a claim over first has to
 * claim that very takeover, so that of two who see the same dead holder one alone goes on.
 */
import {
  claim,
  digestOf,
  type Move,
  move,
  type Path,
  type Rule,
  type Step,
  submitOnce,
  write,
} from '../../core/index.ts';
import { beforeSubmission } from '../credentials.ts';
import type { Exposure, Season } from '../settings/domain.ts';
import { handedIn, type Place, workDir } from '../settings/follow-up.ts';
import type { Site } from '../site/site.ts';
import { markerFormat, READ_ONLY } from '../submitted.ts';
import { claimName, claimsDirectory, redoName } from './pass-files.ts';
import { type Template, type TemplateWork, templateDag } from './template-dag.ts';

/** Beyond every pass, so that the queue tells their jobs from those of one. */
const WORDS_FROM = 100;

/** Why a template is processed once more. */
export type Reason =
  /** `claimed`: text of the claim that is taken over; undefined: nobody holds it. */
  | { readonly kind: 'take'; readonly pass: number; readonly claimed: string | undefined }
  | { readonly kind: 'redo'; readonly code: string };

/** Templates of one exposure that go to the grid in one DAG. */
export interface ByWord {
  readonly exposure: Exposure;
  readonly season: Season;
  readonly number: number;
  readonly memory: string;
  /** The line that opens the DAG of the exposure. */
  readonly dummy: string | undefined;
  readonly works: readonly (TemplateWork & { readonly reason: Reason })[];
  readonly code: string | undefined;
}

/** Name of the target that submits them. */
export const byWordName = (exposure: Exposure, number: number): string =>
  `templates_${exposure}_word${number}`;

const dagName = ({ exposure, season, number }: Pick<ByWord, 'exposure' | 'season' | 'number'>) =>
  `desgw_templates_${exposure}_S${season}_word${number}.dag`;

/** Lies beside the DAG of the exposure, as the markers of passes do. */
const byWordMarker = (place: Place, asked: Pick<ByWord, 'exposure' | 'season' | 'number'>): Path =>
  `${workDir(place, asked.exposure)}/${dagName(asked)}.submitted`;

/** The DAG. What is made once more is made whatever is there (`-O`). */
export function byWordDag({ works, memory, dummy }: ByWord): string {
  const [fresh, again] = (['take', 'redo'] as const).map((kind) =>
    works.filter(({ reason }) => reason.kind === kind),
  );
  const taken = templateDag(fresh!, { memory, dummy });
  if (again!.length === 0) return taken;
  const lines = templateDag(again!, { memory, dummy: undefined })
    .split('\n')
    .filter((line) => line.includes('SEdiff.sh'))
    .map((line) => `${line} -O`);
  return taken.replace(
    '</parallel>\n',
    `${lines.map((line) => `${line}\n`).join('')}</parallel>\n`,
  );
}

/** The target that submits them, exactly once. */
export function byWordRule(site: Site, asked: ByWord, timeout: number): Rule {
  const { exposure, season, number } = asked;
  const place = { site, season };
  const name = dagName(asked);
  const file = handedIn(season, name);
  const marker = byWordMarker(place, asked);
  const dag = byWordDag(asked);
  return submitOnce(byWordName(exposure, number), {
    doc: `templates of ${exposure} that are processed once more on a person's word`,
    after: beforeSubmission(site),
    params: { dag: digestOf(dag) },
    ...{ grid: site.grid, queue: 'queue', marker, outputs: [], reads: [file] },
    work: {
      labels: { templatesOf: exposure, pass: String(WORDS_FROM + number), season },
      file: `{workspace}/${file}`,
      cwd: workDir(place, exposure),
      timeout,
    },
    before: () => [
      ...asked.works.flatMap(({ template, reason }) => claimSteps(site, template, reason, asked)),
      claim(workDir(place, exposure), [`${name}.submitting`], `submission of ${name}`, {
        once: true,
      }),
      write(file, dag, READ_ONLY),
    ],
    record: markerFormat({ exposure, season, marker, dags: [file] }),
  });
}

/** What makes a template ours, or fails while nothing has been submitted. */
function claimSteps(
  site: Site,
  template: Template,
  reason: Reason,
  { exposure, code }: Pick<ByWord, 'exposure' | 'code'>,
): readonly Step[] {
  const registry = claimsDirectory(site, template.processing);
  const about = code === undefined ? {} : { about: { code } };
  if (reason.kind === 'redo') {
    const name = redoName(template, reason.code);
    return [claim(registry, [name], `templates of ${exposure}, done once more`, about)];
  }
  const name = claimName(template, reason.pass);
  const own = claim(registry, [name], `templates of ${exposure}, pass ${reason.pass}`, about);
  if (reason.claimed === undefined) return [own];
  const of = digestOf(reason.claimed)
    .replaceAll(/[^A-Za-z0-9]/g, '')
    .slice(0, 10);
  const aside: Move = move(`${registry}/${name}`, `${registry}/${name}.was-${of}`);
  return [
    claim(registry, [`${name}.over-${of}`], `takeover of ${name} for ${exposure}`, about),
    aside,
    own,
  ];
}
