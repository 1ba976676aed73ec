/**
 * `desgw report`: how everything stands as plain data, and the page that shows it. The page holds
 * its data, its program and its looks, and loads nothing from outside.
 */

import type { Part, Sighting } from '../api/looks.ts';
import type { Instant, TargetName } from '../api/values.ts';
import { needsOf, realTargets } from '../graph/graph.ts';
import { lastGood, type Trace } from '../memory/trace.ts';
import { causeText, rootCause } from '../plan/cause.ts';
import type { Plan } from '../plan/verdict.ts';
import { reasonText } from '../words/reasons.ts';
import { momentAndAge } from '../words/time.ts';
import { advice } from './advice.ts';
import { boardOf, conditions, OTHER, type SubjectRow, worstOf } from './board.ts';
import { exhibitionsOf, type Showcase } from './exhibitions.ts';
import type { PartLetter, ReportData, SubjectData, TargetData } from './report-data.ts';
import { detail, nextSteps } from './status.ts';

/** What the data are made from besides the plan. */
export interface ReportSources {
  readonly title: string;
  readonly now: Instant;
  readonly origin: ReportData['origin'];
  readonly traces: ReadonlyMap<TargetName, Trace>;
  readonly sighting: (target: TargetName) => Sighting | undefined;
  readonly params: ReportData['params'];
  readonly showcase: Showcase;
  readonly findings: ReportData['findings'];
}

const LETTERS: { readonly [state in Part['state']]: PartLetter } = {
  complete: 'C',
  failed: 'F',
  incomplete: 'I',
  'not started': 'N',
  unused: 'U',
};

/** The data of a report. Pure. */
export function reportData(plan: Plan, sources: ReportSources): ReportData {
  const board = boardOf(plan);
  const rows = board.subjects();
  const parts = new Map(
    rows.map(({ subject, cells }) => {
      const names = [...cells.values()].flatMap((cell) => cell.targets);
      return [subject, names.flatMap((name) => partsOf(plan, name, sources))];
    }),
  );
  const drawn = [...parts.values()].find((one) => one.length > 0) ?? [];
  return {
    schema: 'desgw/report',
    version: 1,
    title: sources.title,
    at: sources.now,
    origin: sources.origin,
    kind: board.kind ?? null,
    totals: Object.fromEntries(conditions(rows)),
    phases: board.phases().map(({ phase, targets, states, tally }) => ({
      phase,
      total: targets.length,
      states: Object.fromEntries(states),
      ...(tally === undefined ? {} : { tally }),
    })),
    places: drawn.map(({ label, place: { x, y, width, height } }) => [
      label,
      rounded(x),
      rounded(y),
      width,
      height,
    ]),
    subjects: rows.map((row) => subjectData(plan, row, parts.get(row.subject) ?? [])),
    targets: targetsData(plan, sources),
    exhibitions: exhibitionsOf(plan, sources.showcase),
    params: sources.params,
    findings: sources.findings,
    next: nextSteps(plan),
  };
}

function subjectData(
  plan: Plan,
  { subject, condition, cells }: SubjectRow,
  parts: readonly Part[],
): SubjectData {
  const states = [...cells].map(([phase, cell]) => [phase, worstOf(cell)]);
  const note = [...cells.values()]
    .flatMap((cell) => cell.targets)
    .map((name) => plan.verdicts.get(name)!)
    .find(
      ({ state, leftOut }) =>
        leftOut !== undefined || !(['fresh', 'blocked', 'maybe'] as string[]).includes(state),
    );
  return {
    name: subject,
    condition,
    phases: Object.fromEntries(states),
    ...partsData(parts),
    ...(note === undefined ? {} : { note: note.leftOut ?? detail(note) }),
  };
}

const rounded = (n: number): number => Math.round(n * 10_000) / 10_000;

function partsOf(plan: Plan, name: TargetName, { sighting }: ReportSources): readonly Part[] {
  const { observe } = plan.graph.nodes.get(name)!.rule;
  const seen = observe?.parts === undefined ? undefined : sighting(name);
  if (seen === undefined || seen.state === 'failed' || seen.value === undefined) return [];
  return observe!.parts!(seen.value);
}

function partsData(parts: readonly Part[]): Pick<SubjectData, 'parts' | 'notes'> {
  if (parts.length === 0) return {};
  const noted = parts.filter(({ notes, state }) => notes.length > 0 && state !== 'unused');
  return {
    parts: parts.map(({ state }) => LETTERS[state]).join(''),
    ...(noted.length === 0
      ? {}
      : { notes: Object.fromEntries(noted.map(({ label, notes }) => [label, notes])) }),
  };
}

function targetsData(plan: Plan, { traces, now }: ReportSources): readonly TargetData[] {
  const names = realTargets(plan);
  const places = new Map(names.map((name, i) => [name, i]));
  return names.map((name): TargetData => {
    const node = plan.graph.nodes.get(name)!;
    const { state } = plan.verdicts.get(name)!;
    const trace = traces.get(name);
    const run = trace?.kind === 'failed' ? trace : lastGood(trace);
    const next = advice(state, name, { repeatable: node.rule.once === undefined });
    return {
      name,
      state,
      phase: node.rule.phase ?? OTHER,
      ...(node.rule.subject === undefined ? {} : { subject: node.rule.subject.name }),
      needs: needsOf(node).flatMap((need) => places.get(need) ?? []),
      why: whyOf(plan, name, traces, now),
      ...(next === '' ? {} : { advice: next }),
      ...(run === undefined ? {} : { at: run.at, ms: run.ms }),
      ...(trace?.kind === 'failed' ? { failed: true as const } : {}),
    };
  });
}

/** In one sentence; down to the first cause of what is not well. */
function whyOf(
  plan: Plan,
  name: TargetName,
  traces: ReadonlyMap<TargetName, Trace>,
  now: Instant,
): string {
  const verdict = plan.verdicts.get(name)!;
  if (verdict.state !== 'fresh')
    return causeText(plan, rootCause(plan, name, traces)) || detail(verdict);
  const built = lastGood(traces.get(name));
  if (built === undefined) return verdict.note ?? '';
  const because = built.because[0] === undefined ? '' : `: ${reasonText(built.because[0])}`;
  return `${built.how} ${momentAndAge(built.at, now)}${because}`;
}

/** What the page is made of besides the data. */
export interface PageAssets {
  readonly script: string;
  readonly style: string;
}

/**
 * The page.
 * @param options `live`: where a running `desgw report --serve` tells of changes
 */
export function reportPage(
  data: ReportData,
  { script, style }: PageAssets,
  options: { readonly live?: boolean } = {},
): string {
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; connect-src ${options.live === true ? "'self'" : "'none'"}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<link rel="icon" href="data:,">
<title>${escaped(data.title)}</title>
<style>${style.replaceAll('</style', '<\\/style')}</style>
</head>
<body${options.live === true ? ' data-live' : ''}>
<noscript>This page draws itself with a program that it brings along; allow it to run.</noscript>
<script id="data" type="application/json">${inScript(JSON.stringify(data))}</script>
<script>${script.replaceAll('</script', '<\\/script')}</script>
</body>
</html>
`;
}

/** JSON that cannot end the element it stands in. */
const inScript = (json: string): string => json.replaceAll('<', '\\u003c');

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
