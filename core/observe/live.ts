/**
 * Which work that targets handed over may still be under way, also of targets that no rule declares
 * any more: told from their records and from the adapters that know of such work. What could not be
 * seen counts as live.
 */
import type { Adapter, HandedOver } from '../api/looks.ts';
import type { Exec } from '../api/steps.ts';
import type { TargetName } from '../api/values.ts';
import type { Graph } from '../graph/graph.ts';
import type { Memory } from '../memory/memory.ts';
import { lastGood, type Trace } from '../memory/trace.ts';
import { display } from '../words/quote.ts';
import { enumerate } from '../words/text.ts';
import type { World } from '../world/world.ts';
import { Looker } from './looker.ts';

/** Work that is under way, or may be. */
export interface Live {
  readonly target: TargetName;
  /** `61 idle`, or why it cannot be told. */
  readonly what: string;
  readonly sure: boolean;
  /** What people may type to end it. */
  readonly advice?: string;
  /** Ends it. */
  readonly cancel?: Exec;
  /** The target whose work this goes on with. */
  readonly partOf?: TargetName;
}

/** What people are told of live work of targets that no rule declares any more: a line each, or one for many. */
export function leftLive(
  live: readonly Pick<Live, 'target' | 'what' | 'advice'>[],
): readonly string[] {
  if (live.length > MOST_LINES) {
    const names = enumerate(
      live.map(({ target }) => display(target)),
      MOST_LINES,
    );
    const [{ advice }] = live as [Live];
    const ends = advice === undefined ? '' : `, or end it (\`${advice}\` and so on)`;
    return [
      `${names} are in no rule any more, but their work is still on the grid, or may be. Put them back${ends}.`,
    ];
  }
  return live.map(
    ({ target, what, advice }) =>
      `${display(target)} is in no rule any more, but its work is still on the grid: ${display(what)}. Put it back${advice === undefined ? '' : `, or \`${advice}\` ends it`}.`,
  );
}

const MOST_LINES = 3;

/** What is needed to find out. */
export interface LiveLook {
  readonly world: World;
  readonly adapters: { readonly [name: string]: Adapter };
  readonly traces: Memory['traces'];
  readonly signal: AbortSignal;
  /** More targets, whose work may be a part of the work that is looked for. */
  readonly also?: readonly TargetName[];
}

/** Targets on record that no rule declares. */
export const undeclared = (
  traces: Memory['traces'],
  { nodes }: Pick<Graph, 'nodes'>,
): readonly TargetName[] => [...traces.keys()].filter((target) => !nodes.has(target));

/** Of live work of targets that no rule declares, that which goes on with no declared target either. */
export const leftOver = (live: readonly Live[], { nodes }: Pick<Graph, 'nodes'>): readonly Live[] =>
  live.filter(({ partOf }) => partOf === undefined || !nodes.has(partOf));

/** The live work of these targets. Nobody is asked where none of them has handed anything over. */
export async function liveWork(
  targets: readonly TargetName[],
  { world, adapters, traces, signal, also = [] }: LiveLook,
): Promise<readonly Live[]> {
  const wanted = new Set(targets);
  const handed = [...new Set([...targets, ...also])].flatMap(
    (target) => handedOver(target, traces.get(target), world) ?? [],
  );
  const knowing = Object.entries(adapters).filter(([, { work }]) => work !== undefined);
  if (handed.length === 0 || knowing.length === 0) return [];
  const looker = new Looker(world, { adapters, dry: false, signal });
  const found: Live[] = [];
  for (const [name, { work }] of knowing) {
    const { question, judge } = work!;
    const [seen] = await looker.look([{ kind: 'ask', adapter: name, question }]);
    for (const of of handed) {
      const { target } = of;
      if (seen?.kind !== 'answer') {
        const why = seen?.kind === 'failed' ? seen.why : 'no answer';
        if (wanted.has(target)) found.push({ target, sure: false, what: unseenBecause(why) });
        continue;
      }
      const state = judge(seen.answer, of);
      if (state.state === 'over') continue;
      const { partOf } = state;
      const isWanted = wanted.has(target) || (partOf !== undefined && wanted.has(partOf));
      // Whoever knows the whole knows its part.
      if (!isWanted || found.some((one) => one.sure && one.target === partOf)) continue;
      found.push({
        target,
        ...(state.state === 'live'
          ? { sure: true, ...state }
          : { sure: false, what: unseenBecause(state.why) }),
        ...(partOf === undefined ? {} : { partOf }),
      });
    }
  }
  return found;
}

const unseenBecause = (why: string): string => `it cannot be seen (${why})`;

/** What a record says of work that was handed over; undefined: none was. */
function handedOver(
  target: TargetName,
  trace: Trace | undefined,
  { files }: World,
): HandedOver | undefined {
  const good = lastGood(trace);
  const open = trace?.kind === 'started' || trace?.kind === 'finishing' || trace?.kind === 'failed';
  const token = open ? (trace.token ?? good?.token) : good?.token;
  const doubtful = open && (trace.kind === 'failed' || trace.detached === 'doubt') && token;
  if (good?.receipt === undefined && good?.token === undefined && !doubtful) {
    if (good?.how !== 'adopted' && good?.how !== 'marked') return undefined;
  }
  const texts = Object.keys(good?.outputs ?? {}).flatMap((path) => files.readText(path) ?? []);
  return {
    target,
    texts,
    ...(good?.receipt === undefined ? {} : { receipt: good.receipt }),
    ...(token === undefined ? {} : { token }),
  };
}

/** Targets that handed over what is made from one of these: their work may read it. */
export function readersOf(
  targets: readonly TargetName[],
  { nodes, dependents }: Pick<Graph, 'nodes' | 'dependents'>,
): readonly TargetName[] {
  const reached = new Set(targets);
  for (const name of reached)
    for (const dependent of dependents.get(name) ?? [])
      if (nodes.get(dependent)!.deps.includes(name)) reached.add(dependent);
  return [...reached].filter((name) => nodes.get(name)?.rule.once !== undefined);
}

/** The same of targets that no rule declares, by what is on record. */
export function recordedReaders(
  target: TargetName,
  live: readonly Live[],
  traces: Memory['traces'],
): Live | undefined {
  return live.find(
    (one) =>
      one.target === target ||
      one.partOf === target ||
      Object.hasOwn(traces.get(one.target)?.signature.deps ?? {}, target),
  );
}
