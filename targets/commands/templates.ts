/** `desgw templates`: who has which template of this event, and what a person decides about them. */
import {
  type Command,
  type CommandCall,
  group,
  move,
  type Rule,
  table,
  target,
  UserError,
} from '../../core/index.ts';
import { TEMPLATE_CCDS } from '../settings/domain.ts';
import { dagFile, workDir } from '../settings/follow-up.ts';
import type { Site } from '../site/site.ts';
import {
  type ByWord,
  byWordDag,
  byWordName,
  byWordRule,
  type Reason,
} from '../templates/by-word.ts';
import { isStarCatalogue, starCatalogues, type TemplateRow } from '../templates/overview.ts';
import { dummyLine } from '../templates/template-dag.ts';
import { ageInWords, claimedSeason } from './asked.ts';
import { needCredentials } from './credentials.ts';
import { type TemplatesFound, templatesFound } from './templates-found.ts';

/** Milliseconds that a claim may be older than its jobs: it comes before they are submitted. */
const CLAIM_AHEAD = 30 * 60 * 1000;
const GOAL = 'templates by word';

/** Exit status 2 when something cannot be taken. */
export function templates(site: Site): Command {
  return {
    doc: 'the templates of this event: who processes each, how far it is; takes over and redoes on your word',
    usage: '[template...]',
    options: {
      '--take': 'process these templates here, though another workspace that is dead holds them',
      '--redo-stale': 'process those once more that another SEdiff.sh or calibration made',
      '--dry-run': 'show the DAGs; change nothing',
      '--yes': 'do not ask',
      '--json': 'print data instead of text',
    },
    run: async (call) => {
      const acts = call.option('--take') === true || call.option('--redo-stale') === true;
      if (acts && call.option('--json') === true)
        throw new UserError('--json is for looking', 'Leave it out to take or to redo templates.');
      if (acts && call.option('--dry-run') !== true) await needCredentials(site, call);
      const found = await templatesFound(site, call);
      const rows = chosen(found, call);
      if (call.option('--take') === true) return take(site, call, found, rows);
      if (call.option('--redo-stale') === true) return redo(site, call, found, rows);
      if (call.option('--json') === true) call.print(JSON.stringify(dataOf(found, rows, call)));
      else for (const line of linesOf(found, rows, call)) call.print(line);
      return 0;
    },
  };
}

/** @throws UserError for templates that no exposure here needs */
function chosen({ rows }: TemplatesFound, { args }: CommandCall): readonly TemplateRow[] {
  if (args.length === 0) return rows;
  const strange = args.find((arg) => !rows.some((one) => one.needed.template.exposure === arg));
  if (strange !== undefined)
    throw new UserError(
      `${strange} is no template of this event`,
      rows.length === 0
        ? 'No template pass has begun here: see the parameter templatePass (desgw params).'
        : '`desgw templates` lists those that are.',
    );
  return rows.filter((one) => args.includes(one.needed.template.exposure));
}

const inWords = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;

const isOurs = ({ claim, needed }: TemplateRow, { tools }: CommandCall): boolean =>
  claim !== undefined && (needed.ours.has(claim.pass) || claim.workspace === tools.workspace);

function linesOf(
  found: TemplatesFound,
  rows: readonly TemplateRow[],
  call: CommandCall,
): readonly string[] {
  if (found.rows.length === 0)
    return ['No template pass has begun here: see the parameter templatePass (desgw params).'];
  const count = (state: TemplateRow['state']) => rows.filter((one) => one.state === state).length;
  const states = ['complete', 'under way', 'partial', 'nothing', 'no raw image'] as const;
  const counted = states
    .filter((state) => count(state) > 0)
    .map((state) => `${count(state)} ${state}`)
    .join(', ');
  const exposures = new Set(rows.flatMap(({ needed }) => needed.usedBy)).size;
  const stale = rows.filter((one) => one.stale).length;
  const head = ['TEMPLATE', 'NITE', 'BAND', 'CCDS', 'STATE', 'PASS', 'HELD BY', 'SINCE', 'USED BY'];
  return [
    ...table([head, ...rows.map((row) => cells(row, call))]),
    `${inWords(rows.length, 'template')} of ${inWords(exposures, 'exposure')}: ${counted}`,
    ...(stale === 0
      ? []
      : [
          `Made by another SEdiff.sh or calibration than there is now: ${stale}; desgw templates --redo-stale makes them once more`,
        ]),
    ...found.unseen.slice(0, 3).map((why) => `Not all could be seen: ${why}`),
    ...(found.queue.state === 'failed' ? [`The queue could not be seen: ${found.queue.why}`] : []),
  ];
}

function cells(row: TemplateRow, call: CommandCall): readonly string[] {
  const { needed, found, claim, jobs, state, stale } = row;
  const { exposure, nite, band } = needed.template;
  const by =
    claim === undefined
      ? 'nobody'
      : isOurs(row, call)
        ? `here, for ${claim.exposure ?? needed.ours.get(claim.pass)}`
        : `${claim.user ?? 'somebody'} on ${claim.host ?? '?'} (${claim.workspace ?? '?'})`;
  const used = needed.usedBy;
  return [
    ...[exposure, nite, band, `${found.done} of ${TEMPLATE_CCDS.length}`],
    `${state}${state === 'under way' ? ` (${jobs} jobs)` : ''}${stale ? ', stale' : ''}`,
    ...[claim === undefined ? '-' : String(claim.pass), by],
    claim === undefined ? '-' : ageInWords(call.now - claim.since),
    used.length <= 2 ? used.join(', ') : `${used[0]} and ${used.length - 1} more`,
  ];
}

function dataOf(found: TemplatesFound, rows: readonly TemplateRow[], call: CommandCall): object {
  return {
    ...{ schema: 'desgw/templates', version: 1, code: found.code ?? null, unseen: found.unseen },
    templates: rows.map((row) => {
      const { needed, found: there, claim, jobs, state, stale } = row;
      const { exposure, nite, band, processing } = needed.template;
      return {
        ...{ template: exposure, nite, band, processing, done: there.done, missing: there.missing },
        ...{ state, stale, jobs: jobs ?? null, usedBy: needed.usedBy },
        claim:
          claim === undefined
            ? null
            : {
                ...{
                  pass: claim.pass,
                  here: isOurs(row, call),
                  since: claim.since,
                  code: claim.code,
                },
                ...{ user: claim.user, host: claim.host, workspace: claim.workspace },
                exposure: claim.exposure,
              },
      };
    }),
  };
}

/** Why a template cannot be taken over; undefined: it can. */
function whyNotTaken(row: TemplateRow, now: number): string | undefined {
  const { state, jobs, claim } = row;
  if (state === 'complete') return 'it is complete';
  if (state === 'no raw image')
    return 'its raw image is not there, so that nothing can be made of it';
  if (jobs === undefined) return 'the queue could not be seen, so that jobs of it may be at work';
  if (jobs > 0) return 'jobs of it are in the queue';
  if (claim !== undefined && now - claim.since < CLAIM_AHEAD)
    return `it was claimed ${ageInWords(now - claim.since)} ago, and a claim comes before its jobs`;
  return undefined;
}

async function take(
  site: Site,
  call: CommandCall,
  found: TemplatesFound,
  rows: readonly TemplateRow[],
): Promise<number> {
  if (call.args.length === 0)
    throw new UserError('--take needs templates', 'For example: desgw templates 512345 --take');
  if (found.unseen.length > 0)
    throw new UserError(`not all could be seen: ${found.unseen[0]}`, 'Try again when it can.');
  const refused = rows.flatMap((row) => {
    const why = whyNotTaken(row, call.now);
    return why === undefined ? [] : [`${row.needed.template.exposure} is not taken: ${why}`];
  });
  for (const line of refused) call.print(line);
  const taken = rows.filter((row) => whyNotTaken(row, call.now) === undefined);
  if (taken.length === 0) return 2;
  const works = taken.map(
    (row): Word => ({
      ...{ row, ccds: row.found.missing },
      reason: { kind: 'take', pass: row.claim?.pass ?? 0, claimed: row.claim?.text },
    }),
  );
  const status = await submitWords(site, call, found, works);
  return status === 0 && refused.length > 0 ? 2 : status;
}

async function redo(
  site: Site,
  call: CommandCall,
  found: TemplatesFound,
  rows: readonly TemplateRow[],
): Promise<number> {
  if (found.code === undefined || found.unseen.length > 0)
    throw new UserError(
      `not all could be seen${found.unseen[0] === undefined ? '' : `: ${found.unseen[0]}`}`,
      'Try again when SEdiff.sh, the calibration and pnfs can be read.',
    );
  const code = found.code;
  const stale = rows.filter((row) => row.stale && row.jobs === 0);
  const busy = rows.filter((row) => row.stale).length - stale.length;
  if (busy > 0)
    call.print(`${busy} stale templates have jobs in the queue, or it could not be seen: not now.`);
  if (stale.length === 0) {
    call.print(
      'No template is stale: all were made by the SEdiff.sh and the calibration that are there.',
    );
    return busy > 0 ? 2 : 0;
  }
  const others = new Set(
    stale.filter((row) => !isOurs(row, call)).map(({ claim }) => claim!.workspace),
  );
  call.print(
    `Made once more, whatever is there: ${inWords(stale.length, 'template')}, of which ${inWords(others.size, 'other workspace')} ${others.size === 1 ? 'holds' : 'hold'} claims on some; they use what comes of it.`,
  );
  const works = stale.map(
    (row): Word => ({
      ...{ row, ccds: TEMPLATE_CCDS, reason: { kind: 'redo', code } },
    }),
  );
  const users = new Set(stale.flatMap(({ needed }) => needed.usedBy));
  return submitWords(site, call, found, works, await starCatalogueRules(site, call, users, code));
}

/** Star catalogues that were made of the old templates are moved aside: jobs take them as they are. */
async function starCatalogueRules(
  site: Site,
  call: CommandCall,
  exposures: ReadonlySet<string>,
  code: string,
): Promise<readonly Rule[]> {
  const root = starCatalogues(site.pnfs);
  if (root === undefined) return [];
  const [seen] = await call.look([{ kind: 'list', pattern: `${root}/*` }]);
  if (seen?.kind === 'failed')
    throw new UserError(`the star catalogues could not be seen: ${seen.why}`, 'Try again later.');
  const moves = (seen?.kind === 'list' ? seen.dirs : []).flatMap(({ dir, names }) =>
    names
      .filter((name) => isStarCatalogue(name, exposures))
      .map((name) => move(`${dir}/${name}`, `${dir}/previous/${code}/${name}`)),
  );
  if (moves.length === 0) return [];
  call.print(
    `${moves.length} star catalogues of ${exposures.size} exposures are moved to previous/${code}/.`,
  );
  return [
    target(`star_catalogues_${code}`, {
      doc: 'star catalogues that were made of templates that are made once more, moved aside',
      params: { moves: moves.map(({ from }) => from) },
      recipe: { version: '1', steps: moves },
    }),
  ];
}

/** One template and why it is processed. */
interface Word {
  readonly row: TemplateRow;
  readonly ccds: readonly number[];
  readonly reason: Reason;
}

/** Asks, and submits them, a DAG for each exposure that needs some of them. */
async function submitWords(
  site: Site,
  call: CommandCall,
  found: TemplatesFound,
  words: readonly Word[],
  more: readonly Rule[] = [],
): Promise<number> {
  const asked = await byExposure(site, call, found, words);
  for (const one of asked) call.print(wordInShort(one));
  if (call.option('--dry-run') === true) {
    for (const one of asked) call.print(byWordDag(one));
    return 0;
  }
  if (!(await call.confirm(`Submit ${asked.length === 1 ? 'it' : `these ${asked.length}`}?`))) {
    call.print('Nothing was changed.');
    return 0;
  }
  const timeout = Number(call.params.submitTimeout);
  const rules = [...asked.map((one) => byWordRule(site, one, timeout)), ...more];
  const names = rules.map(({ name }) => name);
  const status = await call.build([...rules, group(GOAL, names)], GOAL);
  for (const { exposure, number } of asked) {
    const record = call.record(byWordName(exposure, number));
    const job = record?.receipt === undefined ? '' : ` as ${record.receipt}`;
    if (record?.state === 'made') call.print(`templates of ${exposure} are submitted${job}`);
  }
  return status;
}

/** What goes to the grid, a DAG for each exposure. */
async function byExposure(
  site: Site,
  call: CommandCall,
  found: TemplatesFound,
  words: readonly Word[],
): Promise<readonly ByWord[]> {
  const season = claimedSeason(call);
  const memories = call.params.templateMemory as readonly string[];
  const groups = new Map<string, Word[]>();
  for (const word of words) {
    const exposure = word.row.needed.usedBy[0]!;
    groups.set(exposure, [...(groups.get(exposure) ?? []), word]);
  }
  const asked: ByWord[] = [];
  for (const [exposure, own] of groups) {
    const [dag, listed] = await call.look([
      { kind: 'read', path: dagFile({ site, season }, exposure) },
      { kind: 'list', pattern: workDir({ site, season }, exposure) },
    ]);
    const passes = own.map(({ reason }) => (reason.kind === 'take' ? reason.pass : 0));
    asked.push({
      ...{ exposure, season, number: nextNumber(call, exposure, listed) },
      memory: memories[Math.max(...passes)] ?? memories.at(-1) ?? '4000MB',
      dummy: dag?.kind === 'read' && dag.text !== undefined ? dummyLine(dag.text) : undefined,
      works: own.map(({ row, ccds, reason }) => ({ template: row.needed.template, ccds, reason })),
      code: found.code,
    });
  }
  return asked;
}

const wordInShort = ({ exposure, works, memory, number }: ByWord): string =>
  `${exposure}: ${inWords(works.length, 'template')} with ${memory} each (${byWordName(exposure, number)}): ${works
    .slice(0, 5)
    .map(({ template }) => template.exposure)
    .join(', ')}${works.length > 5 ? ', ...' : ''}`;

/** The first number that was not submitted: one that was begun is gone on with. */
function nextNumber(
  call: CommandCall,
  exposure: string,
  listed: Awaited<ReturnType<CommandCall['look']>>[number] | undefined,
): number {
  const names = listed?.kind === 'list' ? listed.dirs.flatMap((dir) => dir.names) : [];
  const season = claimedSeason(call);
  for (let number = 1; ; number++) {
    const marker = `desgw_templates_${exposure}_S${season}_word${number}.dag.submitted`;
    const isDone =
      names.includes(marker) || call.record(byWordName(exposure, number))?.state === 'made';
    if (!isDone) return number;
  }
}
