/** How far the templates of an exposure are after a pass, judged from listings, claims and queue. */
import {
  type Grid,
  isAlive,
  type Job,
  jobsState,
  type Look,
  type Path,
  type Queue,
  type Seen,
  type Sighting,
} from '../../core/index.ts';
import type { Marker } from '../grid/marker.ts';
import { rawOnPnfs } from '../reports/raw-image.ts';
import type { Site } from '../site/site.ts';
import { claimName, claimsDirectory, type PassClaims, type PassState } from './pass-files.ts';
import type { Template } from './template-dag.ts';
import { type TemplateFound, templateFound, templateState } from './template-state.ts';

/** Seconds that a claim may be older than the submission it is for. */
const CLAIM_AHEAD = 1800;

const directory = (pnfs: Path, { exposure, nite }: Template): Path =>
  `${pnfs}/exp/${nite}/${exposure}`;

/** What to look at for `judgePass`: of each template its directory, its raw image and its claim. */
export function passLooks(site: Site, claims: PassClaims): readonly Look[] {
  return [
    { kind: 'ask', adapter: 'queue', question: null },
    { kind: 'stat', path: `${site.pnfs}/exp` },
    ...open(claims).flatMap((template): readonly Look[] => {
      const claim = `${claimsDirectory(site, template.processing)}/${claimName(template, claims.pass)}`;
      return [
        { kind: 'list', pattern: directory(site.pnfs, template) },
        { kind: 'stat', path: rawOnPnfs(site.pnfs, template) ?? site.pnfs },
        { kind: 'read', path: claim },
        { kind: 'stat', path: claim },
      ];
    }),
  ];
}

const LOOKS_EACH = 4;

const open = ({ taken, elsewhere }: PassClaims): readonly Template[] => [...taken, ...elsewhere];

/** What is known when a pass is judged. */
export interface PassFacts {
  readonly grid: Grid;
  readonly pnfs: Path;
  readonly claims: PassClaims;
  /** Of the submission of this pass. */
  readonly marker: Marker | undefined;
  /** CCDs at which a template counts as complete. */
  readonly enough: number;
  readonly last: boolean;
  /** Seconds after its submission when the search goes on whatever its templates do. */
  readonly waitSeconds: number;
  readonly lateSeconds: number;
  readonly now: number;
  readonly unchangedFor: number;
}

/** Waiting until every template has settled; then the value is a `PassState`. */
export function judgePass(seen: readonly Seen[], facts: PassFacts): Sighting {
  const [queueSeen, root, ...rest] = seen;
  const unseen = [root, ...rest].find((one) => one?.kind === 'failed');
  if (unseen?.kind === 'failed') return { state: 'failed', why: unseen.why };
  if (root?.kind === 'stat' && root.stat === undefined)
    return { state: 'failed', why: 'the output tree on pnfs is not there' };
  const queue: Queue =
    queueSeen?.kind === 'answer'
      ? (queueSeen.answer as unknown as Queue)
      : {
          state: 'failed',
          why: queueSeen?.kind === 'failed' ? queueSeen.why : 'no answer',
          jobs: [],
        };
  const { claims } = facts;
  const own = ownJobs(queue, facts);
  const judged = open(claims).map((template, i) =>
    judgeOne(template, rest.slice(LOOKS_EACH * i, LOOKS_EACH * (i + 1)), {
      facts,
      queue,
      own: own?.alive,
      taken: i < claims.taken.length,
    }),
  );
  return sightingOf(judged, claims, facts, own?.held ?? 0);
}

type Judged = {
  readonly template: Template;
  readonly found: TemplateFound;
  readonly state: ReturnType<typeof templateState>;
};

/** Living jobs of the pass; undefined where some of the queue could not be seen. */
function ownJobs(
  queue: Queue,
  { grid, marker }: PassFacts,
): { readonly alive: number; readonly held: number } | undefined {
  const none = { alive: 0, held: 0 };
  if (marker === undefined || (marker.job === null && marker.token === null)) return none;
  const found = grid.jobsOf(queue, {
    ...(marker.job === null ? {} : { receipt: marker.job }),
    ...(marker.token === null ? {} : { token: marker.token }),
  });
  const state = jobsState(found);
  if (typeof state === 'string') return state === 'unknown' ? undefined : none;
  return { alive: found.jobs.filter(isAlive).length, held: state.held };
}

function judgeOne(
  template: Template,
  [listing, raw, claim, claimStat]: readonly Seen[],
  known: {
    readonly facts: PassFacts;
    readonly queue: Queue;
    readonly own: number | undefined;
    readonly taken: boolean;
  },
): Judged {
  const { facts, queue, own, taken } = known;
  const names = listing?.kind === 'list' ? listing.dirs[0]?.names : undefined;
  const found = templateFound(template, names);
  const holder = claim?.kind === 'read' ? holderOf(claim.text) : undefined;
  const stat = claimStat?.kind === 'stat' ? claimStat.stat : undefined;
  const age = stat === undefined ? Number.POSITIVE_INFINITY : (facts.now - stat.mtime) / 1000;
  const theirs = queue.jobs.filter((job) => isAlive(job) && isOf(job, template, holder)).length;
  // Of a schedd that has not answered nobody knows what it holds of theirs.
  const { unseen } = facts.grid.jobsOf(queue, { purpose: { templatesOf: holder ?? '' } });
  const seenTheirs = unseen === undefined || theirs > 0 ? theirs : undefined;
  const state = templateState({
    found,
    enough: facts.enough,
    jobs: taken ? own : seenTheirs,
    raw:
      rawOnPnfs(facts.pnfs, template) === undefined || raw?.kind !== 'stat'
        ? true
        : raw.stat !== undefined,
    last: facts.last,
    // A claim comes before its submission, so a young one may have no jobs yet.
    quietFor: taken || age > CLAIM_AHEAD ? facts.unchangedFor : 0,
    lateSeconds: facts.lateSeconds,
  });
  return { template, found, state };
}

/** The exposure whose pass holds a claim, from the note in it. */
function holderOf(text: string | undefined): string | undefined {
  return /templates of (\d+)/.exec(text ?? '')?.[1];
}

function isOf(job: Job, { exposure }: Template, holder: string | undefined): boolean {
  const of = job.labels.templatesOf;
  return of !== undefined ? of === holder : job.labels.template === exposure;
}

function sightingOf(
  judged: readonly Judged[],
  claims: PassClaims,
  facts: PassFacts,
  held: number,
): Sighting {
  const count = (state: Judged['state']) => judged.filter((one) => one.state === state).length;
  const busy = count('under way') + count('unseen');
  const rest = claims.rest.map((template) => ({ template, done: facts.enough, missing: [] }));
  const complete = rest.length + count('complete');
  const total = rest.length + judged.length;
  const tally = {
    unit: 'templates',
    total,
    complete,
    failed: count('final'),
    running: count('under way'),
    idle: count('again'),
    held: 0,
  };
  const words = [
    `${complete} of ${total} templates complete`,
    ...(count('again') > 0 ? [`${count('again')} to be done again`] : []),
    ...(count('final') > 0 ? [`${count('final')} final`] : []),
  ].join(', ');
  const value: PassState = {
    schema: 'desgw/template-state',
    version: 1,
    pass: claims.pass,
    templates: [
      ...rest.map((one) => ({ ...one, state: 'complete' as const })),
      ...judged.map(({ template, found, state }) => ({
        template,
        done: found.done,
        missing: found.missing,
        state: state === 'complete' || state === 'again' ? state : ('final' as const),
      })),
    ],
  };
  if (busy === 0) return { state: 'ready', value, tally, note: words };
  const since = facts.marker === undefined ? Number.NaN : Date.parse(facts.marker.submitted);
  if (facts.now - since > facts.waitSeconds * 1000)
    return { state: 'ready', value, tally, note: `${words}; ${busy} not waited for any longer` };
  const holding = held === 0 ? '' : `; ${held} held: they do nothing until they are released`;
  return { state: 'waiting', value, tally, progress: `${words}, ${busy} under way${holding}` };
}
