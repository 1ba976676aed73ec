/** The graph of targets, those that differ in numbers alone as one box, with why on request. */

import type { ReportData, TargetData } from '../core/views/report-data.ts';
import { STATE_ORDER } from '../core/words/paint.ts';
import { h, moment, number, s } from './dom.ts';
import { cssName } from './subjects.ts';

interface Box {
  readonly label: string;
  readonly members: TargetData[];
  layer: number;
  row: number;
}

const [WIDTH, HEIGHT, GAP_X, GAP_Y] = [158, 46, 26, 14];
const rank = ({ state }: TargetData): number => STATE_ORDER.indexOf(state);
/** Most members of a box that are listed. */
const LISTED = 600;

/** The section. */
export function graphSection(data: ReportData): HTMLElement {
  const boxes = boxesOf(data);
  const detail = h(
    'div',
    { class: 'detail', role: 'region', 'aria-label': 'what is in the box', 'aria-live': 'polite' },
    h('p', {}, 'Choose a box to see its targets, and a target to see why it is as it is.'),
  );
  const layers = Math.max(0, ...boxes.map(({ layer }) => layer)) + 1;
  const rows = Math.max(0, ...boxes.map(({ row }) => row)) + 1;
  const svg = s(
    'svg',
    {
      viewBox: `0 0 ${layers * (WIDTH + GAP_X)} ${rows * (HEIGHT + GAP_Y) + 4}`,
      class: 'graph',
      role: 'group',
      'aria-label': 'targets and what they need',
      style: `min-width:${layers * (WIDTH + GAP_X) * 0.9}px;max-width:${layers * (WIDTH + GAP_X)}px`,
    },
    ...edges(data, boxes),
    ...boxes.map((box) => boxNode(box, () => detail.replaceChildren(...members(box, detail)))),
  );
  return h(
    'section',
    { 'aria-labelledby': 'graph' },
    h('h2', { id: 'graph' }, 'Targets'),
    h(
      'div',
      { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': 'graph of targets' },
      svg,
    ),
    detail,
  );
}

function boxesOf({ targets }: ReportData): Box[] {
  const boxes = new Map<string, Box>();
  const boxOf = (target: TargetData): Box => {
    const label = target.name.replace(/\d+/g, '*');
    const known = boxes.get(label) ?? { label, members: [], layer: 0, row: 0 };
    boxes.set(label, known);
    return known;
  };
  for (const target of targets) boxOf(target).members.push(target);
  // Targets stand after what they need, so that one pass is enough but for boxes that need each other.
  for (const target of targets) {
    const box = boxOf(target);
    for (const need of target.needs) {
      const before = boxOf(targets[need]!);
      if (before !== box) box.layer = Math.max(box.layer, before.layer + 1);
    }
  }
  const rows = new Map<number, number>();
  for (const box of boxes.values()) {
    box.row = rows.get(box.layer) ?? 0;
    rows.set(box.layer, box.row + 1);
  }
  return [...boxes.values()];
}

const left = ({ layer }: Box): number => layer * (WIDTH + GAP_X) + 2;
const top = ({ row }: Box): number => row * (HEIGHT + GAP_Y) + 2;

function edges({ targets }: ReportData, boxes: readonly Box[]): SVGElement[] {
  const byName = new Map(
    boxes.flatMap((box) => box.members.map((member) => [member.name, box] as const)),
  );
  const drawn = new Map<string, SVGElement>();
  for (const target of targets) {
    const to = byName.get(target.name)!;
    for (const need of target.needs) {
      const from = byName.get(targets[need]!.name)!;
      // Neighbours tell the order; what leaps over many layers would only hide them.
      if (from === to || to.layer - from.layer > 2) continue;
      const [x1, y1] = [left(from) + WIDTH, top(from) + HEIGHT / 2];
      const [x2, y2] = [left(to), top(to) + HEIGHT / 2];
      const d = `M${x1} ${y1}C${x1 + GAP_X} ${y1} ${x2 - GAP_X} ${y2} ${x2} ${y2}`;
      drawn.set(d, s('path', { d, class: 'edge' }));
    }
  }
  return [...drawn.values()];
}

function boxNode(box: Box, choose: () => void): SVGElement {
  const counts = STATE_ORDER.map(
    (state) => [state, box.members.filter((one) => one.state === state).length] as const,
  ).filter(([, n]) => n > 0);
  const words = counts.map(([state, n]) => `${number(n)} ${state}`).join(', ');
  let x = left(box);
  const shares = counts.map(([state, n]) => {
    const width = (WIDTH * n) / box.members.length;
    const share = s('rect', {
      x,
      y: top(box) + HEIGHT - 8,
      width,
      height: 8,
      class: `fill ${cssName(state)}`,
    });
    x += width;
    return share;
  });
  const label = box.label.length > 24 ? `${box.label.slice(0, 23)}…` : box.label;
  const short = words.length > 28 ? `${words.slice(0, 27)}…` : words;
  const node = s(
    'g',
    {
      class: 'box',
      tabindex: 0,
      role: 'button',
      'aria-label': `${label} ${short}`,
      'data-tip': `${box.label}: ${words}`,
      onclick: choose,
    },
    s('rect', { x: left(box), y: top(box), width: WIDTH, height: HEIGHT, class: 'frame' }),
    ...shares,
    s('text', { x: left(box) + 8, y: top(box) + 16, class: 'name' }, `${label} `),
    s('text', { x: left(box) + 8, y: top(box) + 31, class: 'words' }, short),
  );
  node.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    choose();
  });
  return node;
}

function members(box: Box, detail: HTMLElement): HTMLElement[] {
  const why = h('div', { class: 'why' });
  const sorted = [...box.members].sort((a, b) => rank(b) - rank(a));
  const chips = sorted.slice(0, LISTED).map((target) =>
    h(
      'button',
      {
        type: 'button',
        class: `chip ${cssName(target.state)}`,
        onclick: () => {
          why.replaceChildren(...whyText(target));
          detail.scrollIntoView({ block: 'nearest' });
        },
      },
      target.name,
    ),
  );
  if (sorted[0] !== undefined) why.replaceChildren(...whyText(sorted[0]));
  const rest = box.members.length - chips.length;
  return [
    h('h3', {}, box.label),
    why,
    h('div', { class: 'chips' }, ...chips),
    ...(rest > 0 ? [h('p', {}, `and ${number(rest)} more`)] : []),
  ];
}

function whyText({ name, state, why, advice, at }: TargetData): HTMLElement[] {
  return [
    h(
      'p',
      {},
      h('b', {}, name),
      ' ',
      h('span', { class: `state ${cssName(state)}` }, state),
      ' ',
      why,
    ),
    ...(advice === undefined ? [] : [h('p', {}, advice.replaceAll('`', ''))]),
    ...(at === undefined ? [] : [h('p', { class: 'dim' }, `last run ended ${moment(at)}`)]),
  ];
}
