/** What targets have found: side by side, to be searched; one by one in a dialog. */
import type { ExhibitData, ExhibitionData, ReportData } from '../core/views/report-data.ts';
import { curveLegend, largeCurve, smallCurve } from './curve.ts';
import { openDialog } from './dialog.ts';
import { type Child, h, number } from './dom.ts';

/** What the reader looks for in each; kept when new data come. */
const searched = new Map<string, string>();

/** A section for each. */
export const exhibitionSections = ({ exhibitions }: ReportData): readonly HTMLElement[] =>
  exhibitions.map((one, i) => section(one, `exhibition-${i}`));

function section(exhibition: ExhibitionData, id: string): HTMLElement {
  const { title, items, tables } = exhibition;
  return h(
    'section',
    { 'aria-labelledby': id },
    h(
      'h2',
      { id },
      title.replace(/^./, (first) => first.toUpperCase()),
    ),
    ...tables.flatMap(tableOf),
    ...(items.length === 0 ? [] : cards(exhibition, id)),
  );
}

function tableOf({ title, head, rows, note }: ExhibitionData['tables'][number]): HTMLElement[] {
  const cells = (row: readonly string[]) =>
    row.map((cell, i) =>
      i === 0 ? h('th', { scope: 'row' }, cell) : h('td', { class: 'number' }, cell),
    );
  const table = h(
    'table',
    {},
    h('thead', {}, h('tr', {}, ...head.map((words) => h('th', { scope: 'col' }, words)))),
    h('tbody', {}, ...rows.map((row) => h('tr', {}, ...cells(row)))),
  );
  return [
    h('h3', {}, title),
    h('div', { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': title }, table),
    ...(note === undefined ? [] : [h('p', { class: 'dim' }, note)]),
  ];
}

function cards(exhibition: ExhibitionData, id: string): readonly Child[] {
  const { title, items } = exhibition;
  const series = [
    ...new Set(items.flatMap(({ curve }) => curve?.points.map((point) => point.series) ?? [])),
  ].sort();
  const list = h('ul', { class: 'cards wide' });
  const told = h('p', { role: 'status', class: 'told' });
  const field = h('input', { type: 'search', id: `${id}-search`, autocomplete: 'off' });
  field.value = searched.get(title) ?? '';
  const draw = (): void => {
    const shown = items.filter((item) => isLike(item, field.value.trim()));
    list.replaceChildren(...shown.map((item) => card(item, series)));
    told.replaceChildren(...toldOf(exhibition, shown.length));
  };
  field.addEventListener('input', () => {
    searched.set(title, field.value);
    draw();
  });
  draw();
  return [
    h(
      'form',
      { class: 'controls', role: 'search', 'aria-label': title },
      h('label', { for: field.id }, 'Search ', field),
    ),
    told,
    series.length === 0
      ? undefined
      : curveLegend(series, items.find(({ curve }) => curve?.hollow)?.curve?.hollow),
    list,
  ];
}

const isLike = ({ name, facts }: ExhibitData, wanted: string): boolean =>
  [name, ...Object.values(facts)].some((text) => text.includes(wanted));

function toldOf(
  { title, total, items, unpictured, advice }: ExhibitionData,
  shown: number,
): readonly (Node | string)[] {
  const left = total - items.length;
  const parts = [
    `${number(shown)} of ${number(total)} ${title} shown`,
    ...(left === 0 ? [] : [`the last ${number(left)} are left out, so that this page stays small`]),
    ...(unpictured === 0 ? [] : [`the pictures of ${number(unpictured)} are left out as well`]),
  ];
  const isWhole = left === 0 && unpictured === 0;
  return advice === undefined || isWhole
    ? [parts.join('; ')]
    : [`${parts.join('; ')}. All of them: `, h('code', {}, advice)];
}

/** Facts that stand on a card. */
const ON_CARD = 2;

function card(item: ExhibitData, series: readonly string[]): HTMLElement {
  const { name, facts, curve, pictures } = item;
  const some = Object.entries(facts).slice(0, ON_CARD);
  return h(
    'li',
    {},
    h(
      'button',
      { type: 'button', class: 'card', 'data-exhibit': name, onclick: () => open(item, series) },
      h('b', {}, name),
      h('span', { class: 'condition' }, some.map(([what, text]) => `${what} ${text}`).join(', ')),
      curve === undefined ? undefined : smallCurve(curve, series),
      pictures.length === 0
        ? undefined
        : h(
            'span',
            { class: 'pictures' },
            ...pictures.map(({ src }) => h('img', { src, alt: '' })),
          ),
    ),
  );
}

function open({ name, facts, curve, pictures }: ExhibitData, series: readonly string[]): void {
  openDialog(
    name,
    h(
      'dl',
      { class: 'facts' },
      ...Object.entries(facts).flatMap(([what, text]) => [h('dt', {}, what), h('dd', {}, text)]),
    ),
    ...(curve === undefined
      ? []
      : [largeCurve(curve, series, name), curveLegend(series, curve.hollow)]),
    curve?.note === undefined ? undefined : h('p', { class: 'dim' }, curve.note),
    pictures.length === 0
      ? undefined
      : h(
          'div',
          { class: 'pictures' },
          ...pictures.map(({ label, src }) =>
            h(
              'figure',
              {},
              h('img', { src, alt: `${label} of ${name}` }),
              h('figcaption', {}, label),
            ),
          ),
        ),
  );
}
