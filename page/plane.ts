/** The map of one subject's parts: small for many side by side, large with every part named. */
import type { ReportData, SubjectData } from '../core/views/report-data.ts';
import { s } from './dom.ts';

/** What a letter stands for, and its class. */
export const LETTERS: { readonly [letter: string]: readonly [words: string, style: string] } = {
  C: ['complete', 'complete'],
  F: ['failed', 'failed'],
  I: ['incomplete', 'incomplete'],
  N: ['not started', 'idle'],
  U: ['not processed', 'unused'],
};

interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The frame of all places; y grows downwards in a drawing. */
function frameOf(places: ReportData['places']): Frame {
  const left = Math.min(...places.map(([, x, , w]) => x - w / 2)) - 0.03;
  const right = Math.max(...places.map(([, x, , w]) => x + w / 2)) + 0.03;
  const top = Math.min(...places.map(([, , y, , h]) => -y - h / 2)) - 0.03;
  const bottom = Math.max(...places.map(([, , y, , h]) => -y + h / 2)) + 0.03;
  return { left, top, width: right - left, height: bottom - top };
}

const viewBox = ({ left, top, width, height }: Frame): string =>
  [left, top, width, height].map((n) => n.toFixed(3)).join(' ');

/** All parts of one state as one path, so that hundreds of maps stay light. */
export function smallPlane(subject: SubjectData, { places }: ReportData): SVGSVGElement {
  const letters = subject.parts ?? '';
  const paths = Object.entries(LETTERS).map(([letter, [, style]]) => {
    const d = places
      .filter((_, i) => letters[i] === letter)
      .map(([, x, y, w, h]) => `M${f(x - w / 2)} ${f(-y - h / 2)}h${f(w)}v${f(h)}h${f(-w)}z`)
      .join('');
    return d === '' ? undefined : s('path', { d, class: `part ${style}` });
  });
  const crosses = places
    .filter((_, i) => letters[i] === 'F')
    .map(
      ([, x, y, w, h]) => `M${f(x - w / 3)} ${f(-y - h / 3)}l${f((w * 2) / 3)} ${f((h * 2) / 3)}`,
    )
    .join('');
  return s(
    'svg',
    { viewBox: viewBox(frameOf(places)), 'aria-hidden': 'true', class: 'plane' },
    ...paths,
    crosses === '' ? undefined : s('path', { d: crosses, class: 'cross' }),
  );
}

const f = (n: number): string => String(Math.round(n * 1000) / 1000);

/** `CCD 07: failed (RUN02_expose_makeStarCat)`. */
export function partText(subject: SubjectData, label: string, letter: string): string {
  const notes = subject.notes?.[label] ?? [];
  return `${label}: ${LETTERS[letter]?.[0] ?? ''}${notes.length === 0 ? '' : ` (${notes.join(', ')})`}`;
}

/** Every part with its label; each can be reached by keyboard. */
export function largePlane(subject: SubjectData, data: ReportData): SVGSVGElement {
  const letters = subject.parts ?? '';
  const groups = data.places.map(([label, x, y, w, h], i) => {
    const letter = letters[i] ?? 'N';
    const text = partText(subject, label, letter);
    return s(
      'g',
      { tabindex: 0, role: 'img', 'aria-label': text, 'data-tip': text },
      s('rect', {
        x: x - w / 2,
        y: -y - h / 2,
        width: w,
        height: h,
        class: `part ${LETTERS[letter]![1]}`,
      }),
      letter === 'F'
        ? s('path', {
            d: `M${f(x + w / 2 - 0.06)} ${f(-y - h / 2 + 0.02)}l0.04 0.04m0 -0.04l-0.04 0.04`,
            class: 'cross',
          })
        : undefined,
      s('text', { x, y: -y + 0.033, class: `label ${LETTERS[letter]![1]}` }, label),
    );
  });
  return s(
    'svg',
    {
      viewBox: viewBox(frameOf(data.places)),
      class: 'plane large',
      role: 'group',
      'aria-label': `map of ${subject.name}, north up, east left`,
    },
    ...groups,
  );
}

/** The part under a point of a small map. */
export function partAt(
  plane: Element,
  { places }: ReportData,
  x: number,
  y: number,
): number | undefined {
  const frame = frameOf(places);
  const box = plane.getBoundingClientRect();
  const scale = Math.min(box.width / frame.width, box.height / frame.height);
  const px = (x - box.left - (box.width - frame.width * scale) / 2) / scale + frame.left;
  const py = (y - box.top - (box.height - frame.height * scale) / 2) / scale + frame.top;
  const found = places.findIndex(
    ([, cx, cy, w, h]) => Math.abs(px - cx) <= w / 2 && Math.abs(py + cy) <= h / 2,
  );
  return found < 0 ? undefined : found;
}
