/** All subjects side by side, to be searched, filtered and sorted; one by one in a dialog. */
import type { ReportData, SubjectData } from '../core/views/report-data.ts';
import { openDialog } from './dialog.ts';
import { count, h, number } from './dom.ts';
import { LETTERS, largePlane, partText, smallPlane } from './plane.ts';

/** What the reader has chosen; kept when new data come. */
export interface Choice {
  search: string;
  sort: string;
  condition: string;
  note: string;
}

/** Everything shown, by number. */
export const ALL: Choice = { search: '', sort: 'name', condition: '', note: '' };

const letters = (subject: SubjectData, letter: string): number =>
  [...(subject.parts ?? '')].filter((one) => one === letter).length;

const SORTS: {
  readonly [name: string]: readonly [string, (a: SubjectData, b: SubjectData) => number];
} = {
  name: ['number', (a, b) => a.name.localeCompare(b.name, 'en', { numeric: true })],
  failed: ['most failed first', (a, b) => letters(b, 'F') - letters(a, 'F')],
  complete: ['fewest complete first', (a, b) => letters(a, 'C') - letters(b, 'C')],
  condition: ['condition', (a, b) => a.condition.localeCompare(b.condition)],
};

/** The section with its controls. */
export function subjectsSection(data: ReportData, choice: Choice): HTMLElement {
  const grid = h('ul', { class: 'cards' });
  const told = h('p', { role: 'status', class: 'told' });
  const draw = (): void => {
    const shown = chosen(data, choice);
    grid.replaceChildren(...shown.map((subject) => card(subject, data)));
    told.textContent = `${number(shown.length)} of ${count(data.subjects.length, data.kind ?? 'row')} shown`;
  };
  draw();
  return h(
    'section',
    { 'aria-labelledby': 'subjects' },
    h(
      'h2',
      { id: 'subjects' },
      `${data.kind ?? 'row'}s`.replace(/^./, (c) => c.toUpperCase()),
    ),
    controls(data, choice, draw),
    told,
    legend(),
    grid,
  );
}

function chosen(
  { subjects }: ReportData,
  { search, sort, condition, note }: Choice,
): SubjectData[] {
  return subjects
    .filter(
      (subject) =>
        subject.name.includes(search.trim()) &&
        (condition === '' || subject.condition === condition) &&
        (note === '' || Object.values(subject.notes ?? {}).some((notes) => notes.includes(note))),
    )
    .sort((a, b) => SORTS[sort]![1](a, b) || SORTS.name![1](a, b));
}

function controls(data: ReportData, choice: Choice, draw: () => void): HTMLElement {
  const select = selecting(choice, draw);
  const steps = [...failures(data).keys()];
  const atSteps = [['', 'any step'], ...steps.map((one) => [one, one] as const)] as const;
  return h(
    'form',
    { class: 'controls', role: 'search', onsubmit: () => undefined },
    h('label', { for: 'search' }, 'Number ', searchField(choice, draw)),
    select('condition', 'Condition', [
      ['', 'any'],
      ...Object.entries(data.totals).map(([name, n]) => [name, `${name} (${n})`] as const),
    ]),
    steps.length === 0 ? undefined : select('note', 'Failed at', atSteps),
    select(
      'sort',
      'Sort by',
      Object.entries(SORTS).map(([name, [words]]) => [name, words]),
    ),
  );
}

function searchField(choice: Choice, draw: () => void): HTMLElement {
  const field = h('input', {
    type: 'search',
    id: 'search',
    value: choice.search,
    autocomplete: 'off',
  });
  field.addEventListener('input', () => {
    choice.search = field.value;
    draw();
  });
  return field;
}

/** Makes lists of which the reader takes one entry. */
const selecting =
  (choice: Choice, draw: () => void) =>
  (
    id: 'sort' | 'condition' | 'note',
    label: string,
    options: readonly (readonly [value: string, words: string])[],
  ): HTMLElement => {
    const list = h(
      'select',
      { id },
      ...options.map(([value, words]) =>
        h('option', { value, selected: choice[id] === value }, words),
      ),
    );
    list.addEventListener('change', () => {
      choice[id] = list.value;
      draw();
    });
    return h('label', { for: id }, `${label} `, list);
  };

function legend(): HTMLElement {
  return h(
    'p',
    { class: 'legend' },
    'North up, east left. ',
    ...Object.values(LETTERS).map(([words, style]) =>
      h('span', { class: 'key' }, h('i', { class: `swatch ${style}` }), words),
    ),
  );
}

/** `58 of 59 complete, 1 failed`. */
function partsText(subject: SubjectData): string {
  const total = [...(subject.parts ?? '')].filter((one) => one !== 'U').length;
  const failed = letters(subject, 'F');
  if (total === 0) return 'nothing yet';
  return `${letters(subject, 'C')} of ${total} complete${failed === 0 ? '' : `, ${failed} failed`}`;
}

function card(subject: SubjectData, data: ReportData): HTMLElement {
  const button = h(
    'button',
    {
      type: 'button',
      class: `card ${cssName(subject.condition)}`,
      'data-subject': subject.name,
      onclick: () => openSubject(subject, data),
    },
    h('b', {}, subject.name),
    h('span', { class: 'condition' }, subject.condition),
    data.places.length === 0 ? undefined : smallPlane(subject, data),
    h('span', { class: 'parts' }, data.places.length === 0 ? '' : partsText(subject)),
  );
  return h('li', {}, button);
}

/** A state or condition as the name of a class. */
export const cssName = (words: string): string => words.replaceAll(' ', '-');

function openSubject(subject: SubjectData, data: ReportData): void {
  // Numbers that begin with 0 come last otherwise.
  const noted = Object.keys(subject.notes ?? {}).sort();
  openDialog(
    `${data.kind ?? ''} ${subject.name}: ${subject.condition}`,
    subject.note === undefined ? undefined : h('p', {}, subject.note),
    h(
      'dl',
      { class: 'phases' },
      ...Object.entries(subject.phases).flatMap(([phase, state]) => [
        h('dt', {}, phase),
        h('dd', { class: `state ${cssName(state)}` }, state),
      ]),
    ),
    ...(subject.parts === undefined
      ? []
      : [largePlane(subject, data), h('p', {}, partsText(subject))]),
    noted.length === 0
      ? undefined
      : h(
          'ul',
          { class: 'noted' },
          ...noted.map((label) => {
            const i = data.places.findIndex(([one]) => one === label);
            return h('li', {}, partText(subject, label, subject.parts?.[i] ?? 'F'));
          }),
        ),
  );
}

/** How many parts have failed at which step, most first. */
export function failures({ subjects }: ReportData): ReadonlyMap<string, number> {
  const steps = new Map<string, number>();
  for (const { notes } of subjects)
    for (const step of Object.values(notes ?? {}).flat())
      steps.set(step, (steps.get(step) ?? 0) + 1);
  return new Map([...steps].sort(([, a], [, b]) => b - a));
}
