/**
 * credentials: what the grid wants of whoever submits. Nothing is handed in without them; they are
 * renewed in good time, and their end is told of before it comes. What runs on the grid has its own.
 */
import {
  type CommandCall,
  type Instant,
  type Json,
  type Look,
  type Params,
  type Path,
  type Rule,
  type RunFacts,
  type Seen,
  type Sighting,
  type TargetName,
  type Told,
  target,
  write,
} from '../core/index.ts';
import {
  type CredentialsSeen,
  credentialsSighting,
  lackingText,
  NOT_RENEWED,
  type Renewed,
} from './grid/credentials.ts';
import { programsOf } from './grid-programs.ts';
import { OUTPUTS } from './settings/follow-up.ts';
import { PREPARATION } from './settings/phases.ts';
import { type Site, setupOf } from './site/site.ts';

const NAME: TargetName = 'credentials';
/** What it looks at, also for whoever does not build it. */
export const CREDENTIALS_LOOK: Look = { kind: 'ask', adapter: NAME, question: null };

/** When what was renewed would have ended. */
const FILE: Path = `${OUTPUTS}/credentials.json`;

/** What everything comes after that hands work over at this site. */
export const beforeSubmission = (site: Site): readonly TargetName[] => [
  ...setupOf(site),
  ...(site.credentials === undefined ? [] : [NAME]),
  ...programsOf(site),
];

/** What is lacking, and what the target says of it; undefined: nothing that is known. */
export function lackingIn(
  seen: Seen | undefined,
  known: Pick<CommandCall, 'readText' | 'now' | 'params'>,
): { readonly what: string; readonly told: Told } | undefined {
  const { readText, now, params } = known;
  const sighting = judged(seen, { before: readRenewed(readText(FILE)), now, params });
  if (seen?.kind !== 'answer' || sighting.state !== 'waiting') return undefined;
  const what = lackingText(seen.answer as unknown as CredentialsSeen);
  return { what, told: sighting.tell?.[0] ?? { about: NAME, text: sighting.progress } };
}

/** Of a site that needs credentials: how they are, looked at as long as there is something to do. */
export function credentials(site: Site, params: Params): readonly Rule[] {
  const { credentials: kept } = site;
  if (kept === undefined) return [];
  const rule = target(NAME, {
    doc: 'credentials for the grid: there, renewed in good time, or waited for',
    phase: PREPARATION,
    after: setupOf(site),
    outputs: [{ path: FILE, quiet: true }],
    observe: {
      fleeting: true,
      reads: [FILE],
      look: () => [CREDENTIALS_LOOK],
      judge: ([seen], { maybeText, now }) =>
        judged(seen, { before: readRenewed(maybeText(FILE)), now, params }),
    },
    recipe: {
      version: '1',
      reads: [FILE],
      steps: ({ value, maybeText }) => {
        const before = readRenewed(maybeText(FILE));
        const due = (value ?? before) as unknown as Renewed;
        return [
          ...(due.ticket === before.ticket ? [] : [kept.ticket]),
          ...(due.vault === before.vault ? [] : [kept.vault]),
          write(FILE, `${JSON.stringify({ schema: 'desgw/credentials', version: 1, ...due })}\n`),
        ];
      },
      // One that could not be renewed is as good as ever until it ends, which is told of then.
      judge: () => [],
      note: renewalNote,
    },
  });
  return [rule];
}

function judged(
  seen: Seen | undefined,
  {
    before,
    now,
    params,
  }: {
    readonly before: Renewed;
    readonly now: Instant;
    readonly params: Params;
  },
): Sighting {
  // What could not be looked at is not lacking: the grid itself will say so if it is.
  if (seen?.kind !== 'answer') return { state: 'ready', value: { ...before } };
  return credentialsSighting(seen.answer as unknown as CredentialsSeen, {
    now,
    before,
    renew: params.renewCredentials === true,
    hours: Number(params.nightHours),
  });
}

function readRenewed(text: string | undefined): Renewed {
  if (text === undefined || text === '') return NOT_RENEWED;
  try {
    const { ticket, vault } = JSON.parse(text) as {
      readonly [name: string]: Json;
    };
    return { ticket: asText(ticket), vault: asText(vault) };
  } catch (error) {
    if (error instanceof SyntaxError) return NOT_RENEWED;
    throw error;
  }
}

const asText = (value: Json | undefined): string | null =>
  typeof value === 'string' ? value : null;

function renewalNote({ exits }: Pick<RunFacts, 'exits'>): string {
  if (exits.length === 0) return '';
  const failed = exits.filter((exit) => exit.kind !== 'exit' || exit.code !== 0).length;
  if (failed === 0) return 'renewed';
  return `could not be renewed: desgw log credentials; kinit before they end`;
}
