/** The program of the report page: draws what the page holds, and follows changes where it is served. */
import type { ReportData } from '../core/views/report-data.ts';
import { h, moment } from './dom.ts';
import { exhibitionSections } from './exhibitions.ts';
import { graphSection } from './graph.ts';
import { partAt, partText } from './plane.ts';
import { failuresSection, glance, provenance, timeline } from './sections.ts';
import { ALL, type Choice, subjectsSection } from './subjects.ts';
import { watchTips } from './tip.ts';

const choice: Choice = { ...ALL };
let data: ReportData = JSON.parse(document.getElementById('data')!.textContent!);
const state = h('span', { class: 'live', role: 'status' });

function header(): HTMLElement {
  const theme = h(
    'button',
    {
      type: 'button',
      onclick: () => {
        const dark = isDark();
        document.documentElement.dataset.theme = dark ? 'light' : 'dark';
        theme.textContent = dark ? 'Dark' : 'Light';
      },
    },
    isDark() ? 'Light' : 'Dark',
  );
  return h(
    'header',
    {},
    h('h1', {}, data.title),
    h('p', {}, `As of ${moment(data.at)} `, state),
    data.unseen === undefined
      ? undefined
      : h('p', { class: 'unseen', role: 'alert' }, `Not looked at since: ${data.unseen}`),
    theme,
  );
}

function isDark(): boolean {
  const { theme } = document.documentElement.dataset;
  return theme === undefined
    ? matchMedia('(prefers-color-scheme: dark)').matches
    : theme === 'dark';
}

function draw(): void {
  const show = (step: string): void => {
    Object.assign(choice, ALL, { note: step, sort: 'failed' });
    draw();
    document.getElementById('subjects')?.scrollIntoView();
  };
  const sections = [
    glance(data),
    data.subjects.length === 0 ? undefined : subjectsSection(data, choice),
    ...exhibitionSections(data),
    failuresSection(data, show),
    graphSection(data),
    timeline(data),
    provenance(data),
  ].filter((section) => section !== undefined);
  document.querySelector('header')?.remove();
  document.querySelector('main')?.remove();
  document.body.prepend(header(), h('main', {}, ...sections));
}

/** New data, when the server says that there are some; what the reader has chosen stays. */
function follow(): void {
  const events = new EventSource('/events');
  events.addEventListener('changed', async () => {
    if (document.querySelector('dialog[open]') !== null) return;
    data = await (await fetch('/data.json')).json();
    const { scrollX, scrollY } = window;
    draw();
    window.scrollTo(scrollX, scrollY);
    state.textContent = 'live';
  });
  events.addEventListener('open', () => {
    state.textContent = 'live';
  });
  events.addEventListener('error', () => {
    state.textContent = 'not live any more: the server has gone';
  });
}

draw();
watchTips((target, x, y) => {
  const card = target.closest('[data-subject]');
  const plane = card?.querySelector('.plane');
  if (card === null || plane === null || plane === undefined) return undefined;
  const subject = data.subjects.find(({ name }) => name === card.getAttribute('data-subject'));
  const i = partAt(plane, data, x, y);
  if (subject?.parts === undefined || i === undefined) return undefined;
  return partText(subject, data.places[i]![0], subject.parts[i] ?? 'N');
});
if (document.body.hasAttribute('data-live')) follow();
