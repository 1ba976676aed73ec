/** The night at a glance, failures by step, the timeline, parameters and provenance. */
import type { ReportData, TargetData } from '../core/views/report-data.ts';
import { count, duration, h, moment, number, s } from './dom.ts';
import { cssName, failures } from './subjects.ts';

/** Counts, how far each phase is, what is not well, what to do. */
export function glance(data: ReportData): HTMLElement {
  const tiles = Object.entries(data.totals).map(([condition, n]) =>
    h('li', { class: `tile ${cssName(condition)}` }, h('b', {}, number(n)), ` ${condition}`),
  );
  const title =
    data.kind === null
      ? count(data.targets.length, 'target')
      : count(data.subjects.length, data.kind);
  return h(
    'section',
    { 'aria-labelledby': 'glance' },
    h('h2', { id: 'glance' }, title),
    h('ul', { class: 'tiles' }, ...tiles),
    h(
      'div',
      { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': 'phases' },
      phaseTable(data),
    ),
    ...attention(data),
    h('h3', {}, 'What to do'),
    h('ul', {}, ...data.next.map((line) => h('li', {}, ...withCode(line)))),
  );
}

/** What stands between back quotes is a command. */
function withCode(text: string): (Node | string)[] {
  return text
    .split('`')
    .map((piece, i) => (i % 2 === 1 ? h('code', {}, piece) : piece))
    .filter((piece) => piece !== '');
}

const SHARES = ['fresh', 'running', 'waiting', 'failed'] as const;

function phaseTable({ phases }: ReportData): HTMLElement {
  const rows = phases.map(({ phase, total, states, tally }) => {
    const rest = Object.entries(states)
      .filter(([state]) => state !== 'fresh')
      .map(([state, n]) => `${number(n)} ${state === 'maybe' ? 'to come' : state}`);
    const bars = SHARES.map((state) =>
      h('i', { class: `share ${state}`, style: `width:${(100 * (states[state] ?? 0)) / total}%` }),
    );
    const parts =
      tally === undefined
        ? ''
        : `${number(tally.complete)} of ${number(tally.total)} ${tally.unit} complete, ${number(tally.failed)} failed, ${number(tally.running)} running, ${number(tally.idle)} idle, ${number(tally.held)} held`;
    return h(
      'tr',
      {},
      h('th', { scope: 'row' }, phase),
      h('td', { class: 'number' }, `${number(states.fresh ?? 0)} of ${number(total)}`),
      h('td', { class: 'bar' }, h('div', { class: 'bars' }, ...bars)),
      h('td', {}, [...rest, parts].filter((text) => text !== '').join('; ')),
    );
  });
  const head = ['Phase', 'Done', 'Share', 'The rest'].map((words) =>
    h('th', { scope: 'col' }, words),
  );
  return h(
    'table',
    { class: 'phases' },
    h('thead', {}, h('tr', {}, ...head)),
    h('tbody', {}, ...rows),
  );
}

const NOT_WELL = ['failed', 'in doubt', 'edited', 'outdated'];

/** What failed or needs a person, like ones together. */
function attention({ targets, findings }: ReportData): HTMLElement[] {
  const kinds = new Map<string, TargetData[]>();
  for (const target of targets.filter(({ state }) => NOT_WELL.includes(state))) {
    const key = `${target.state}: ${target.why}`.replace(/\d{2,}/g, '*');
    kinds.set(key, [...(kinds.get(key) ?? []), target]);
  }
  const found = notWell(findings);
  if (kinds.size === 0 && found.length > 0) return found;
  if (kinds.size === 0)
    return [h('p', { class: 'well' }, 'Nothing has failed, and nothing needs a person.')];
  const items = [...kinds.values()].slice(0, 30).map((like) => {
    const [first] = like;
    const more = like.length > 1 ? ` and ${number(like.length - 1)} like it` : '';
    return h(
      'li',
      {},
      h('span', { class: `state ${cssName(first!.state)}` }, first!.state),
      h('b', {}, ` ${first!.name}`),
      `${more}. ${first!.why} `,
      ...withCode(first!.advice ?? ''),
    );
  });
  return [h('h3', {}, 'What needs you'), h('ul', { class: 'attention' }, ...items), ...found];
}

/** What is not well although it could be made, such as exposures that do not go on. */
function notWell(findings: ReportData['findings']): HTMLElement[] {
  if (findings.length === 0) return [];
  const items = findings.flatMap(({ target, problems }) =>
    problems.map(({ what, advice }) =>
      h('li', {}, h('b', {}, target), ` ${what}${advice === undefined ? '' : ': '}`, advice ?? ''),
    ),
  );
  return [h('h3', {}, 'Not well'), h('ul', { class: 'attention' }, ...items)];
}

/** Failed parts by step; a click shows who failed there. */
export function failuresSection(
  data: ReportData,
  show: (step: string) => void,
): HTMLElement | undefined {
  const steps = [...failures(data)];
  if (steps.length === 0) return undefined;
  const most = steps[0]![1];
  const rows = steps.map(([step, n]) =>
    h(
      'tr',
      {},
      h(
        'th',
        { scope: 'row' },
        h('button', { type: 'button', class: 'link', onclick: () => show(step) }, step),
      ),
      h('td', { class: 'number' }, number(n)),
      h(
        'td',
        { class: 'bar' },
        h('i', { class: 'share failed', style: `width:${(100 * n) / most}%` }),
      ),
    ),
  );
  const head = ['Step', 'Failed', 'Share'].map((words) => h('th', { scope: 'col' }, words));
  return h(
    'section',
    { 'aria-labelledby': 'failures' },
    h('h2', { id: 'failures' }, 'Failures by step'),
    h(
      'div',
      { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': 'failures by step' },
      h('table', {}, h('thead', {}, h('tr', {}, ...head)), h('tbody', {}, ...rows)),
    ),
  );
}

/** A target that has run. */
interface Run extends TargetData {
  readonly at: number;
  readonly ms: number;
}

/** How the time line is laid out. */
interface Layout {
  readonly from: number;
  readonly to: number;
  readonly phases: readonly string[];
  readonly height: number;
  readonly x: (at: number) => number;
}

const [LEFT, WIDE, ROW] = [130, 860, 26];

/** When the last run of each target took place, a row for each phase. */
export function timeline(data: ReportData): HTMLElement | undefined {
  const ran = data.targets.filter(hasRun);
  if (ran.length === 0) return undefined;
  const layout = layoutOf(data, ran);
  const { from, to, phases, height } = layout;
  const svg = s(
    'svg',
    {
      viewBox: `0 0 1000 ${height}`,
      class: 'timeline',
      role: 'img',
      'aria-label': `when the last runs of ${count(ran.length, 'target')} took place, from ${moment(from)} to ${moment(to)}`,
    },
    ...phases.flatMap((phase, i) => phaseRow(phase, i * ROW)),
    ...ran.map((run) => runBar(run, layout)),
    ...ticks(layout),
  );
  return h(
    'section',
    { 'aria-labelledby': 'timeline' },
    h('h2', { id: 'timeline' }, 'Timeline'),
    h('div', { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': 'timeline' }, svg),
  );
}

const hasRun = (target: TargetData): target is Run =>
  target.at !== undefined && target.ms !== undefined && target.ms > 0;

function layoutOf(data: ReportData, ran: readonly Run[]): Layout {
  const from = Math.min(...ran.map(({ at, ms }) => at - ms));
  const to = Math.max(...ran.map(({ at }) => at));
  const phases = data.phases
    .map(({ phase }) => phase)
    .filter((phase) => ran.some((run) => run.phase === phase));
  const x = (at: number) => LEFT + (WIDE * (at - from)) / Math.max(1, to - from);
  return { from, to, phases, height: phases.length * ROW + 24, x };
}

const phaseRow = (phase: string, y: number): SVGElement[] => [
  s('text', { x: 0, y: y + 17, class: 'tick' }, phase),
  s('line', { x1: LEFT, x2: LEFT + WIDE, y1: y + ROW, y2: y + ROW, class: 'rule' }),
];

function runBar({ name, at, ms, phase, failed }: Run, { x, phases }: Layout): SVGElement {
  const start = x(at - ms);
  return s('rect', {
    x: start.toFixed(1),
    y: phases.indexOf(phase) * ROW + 5,
    width: Math.max(1.5, x(at) - start).toFixed(1),
    height: ROW - 10,
    class: `run ${failed === true ? 'failed' : 'fresh'}`,
    'data-tip': `${name}: ${duration(ms)}, ended ${moment(at)}${failed === true ? ', failed' : ''}`,
  });
}

const TICKS = [
  [0, 'start'],
  [0.25, 'middle'],
  [0.5, 'middle'],
  [0.75, 'middle'],
  [1, 'end'],
] as const;
const DAY = 86_400_000;

/** The day as well where it is more than one. */
const ticks = ({ from, to, height, x }: Layout): SVGElement[] =>
  TICKS.map(([share, anchor]) => {
    const at = from + share * (to - from);
    const attributes = { x: x(at), y: height - 6, class: 'tick', 'text-anchor': anchor };
    return s('text', attributes, moment(at).slice(to - from > DAY ? 0 : 11));
  });

/** Values with where they come from, and what wrote this page. */
export function provenance({ params, origin, at }: ReportData): HTMLElement {
  const value = (one: unknown) => (typeof one === 'string' ? one : JSON.stringify(one));
  const rows = params.map((param) =>
    h(
      'tr',
      { class: param.source === 'default' ? 'default' : 'set' },
      h('th', { scope: 'row' }, param.name),
      h('td', {}, h('code', {}, value(param.value))),
      h('td', {}, param.source),
      h('td', {}, param.help),
    ),
  );
  const head = ['Parameter', 'Value', 'From', 'What for'].map((words) =>
    h('th', { scope: 'col' }, words),
  );
  return h(
    'section',
    { 'aria-labelledby': 'provenance' },
    h('h2', { id: 'provenance' }, 'Parameters and provenance'),
    h(
      'dl',
      { class: 'origin' },
      ...Object.entries({ ...origin, written: moment(at) }).flatMap(([what, text]) => [
        h('dt', {}, what),
        h('dd', {}, text),
      ]),
    ),
    h(
      'details',
      {},
      h('summary', {}, count(params.length, 'parameter')),
      h(
        'div',
        { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': 'parameters' },
        h('table', {}, h('thead', {}, h('tr', {}, ...head)), h('tbody', {}, ...rows)),
      ),
    ),
  );
}
