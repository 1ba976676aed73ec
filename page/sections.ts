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
function attention({ targets }: ReportData): HTMLElement[] {
  const kinds = new Map<string, TargetData[]>();
  for (const target of targets.filter(({ state }) => NOT_WELL.includes(state))) {
    const key = `${target.state}: ${target.why}`.replace(/\d{2,}/g, '*');
    kinds.set(key, [...(kinds.get(key) ?? []), target]);
  }
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
  return [h('h3', {}, 'What needs you'), h('ul', { class: 'attention' }, ...items)];
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

/** When the last run of each target took place, a row for each phase. */
export function timeline(data: ReportData): HTMLElement | undefined {
  const ran = data.targets.filter(({ at, ms }) => at !== undefined && ms !== undefined && ms > 0);
  if (ran.length === 0) return undefined;
  const from = Math.min(...ran.map(({ at, ms }) => at! - ms!));
  const to = Math.max(...ran.map(({ at }) => at!));
  const phases = data.phases
    .map(({ phase }) => phase)
    .filter((phase) => ran.some((t) => t.phase === phase));
  const [left, width, row] = [130, 860, 26];
  const x = (at: number) => left + (width * (at - from)) / Math.max(1, to - from);
  const bars = ran.map((target) => {
    const start = x(target.at! - target.ms!);
    const text = `${target.name}: ${duration(target.ms!)}, ended ${moment(target.at!)}${target.failed === true ? ', failed' : ''}`;
    return s('rect', {
      x: start.toFixed(1),
      y: phases.indexOf(target.phase) * row + 5,
      width: Math.max(1.5, x(target.at!) - start).toFixed(1),
      height: row - 10,
      class: `run ${target.failed === true ? 'failed' : 'fresh'}`,
      'data-tip': text,
    });
  });
  const height = phases.length * row + 24;
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const at = from + share * (to - from);
    return s(
      'text',
      {
        x: x(at),
        y: height - 6,
        class: 'tick',
        'text-anchor': share === 0 ? 'start' : share === 1 ? 'end' : 'middle',
      },
      moment(at).slice(to - from > 86_400_000 ? 0 : 11),
    );
  });
  const svg = s(
    'svg',
    {
      viewBox: `0 0 1000 ${height}`,
      class: 'timeline',
      role: 'img',
      'aria-label': `when the last runs of ${count(ran.length, 'target')} took place, from ${moment(from)} to ${moment(to)}`,
    },
    ...phases.map((phase, i) => s('text', { x: 0, y: i * row + 17, class: 'tick' }, phase)),
    ...phases.map((_, i) =>
      s('line', {
        x1: left,
        x2: left + width,
        y1: i * row + row,
        y2: i * row + row,
        class: 'rule',
      }),
    ),
    ...bars,
    ...ticks,
  );
  return h(
    'section',
    { 'aria-labelledby': 'timeline' },
    h('h2', { id: 'timeline' }, 'Timeline'),
    h('div', { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': 'timeline' }, svg),
  );
}

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
