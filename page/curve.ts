/** Measurements over time: small for many side by side, large with axes and every point named. */
import type { ExhibitData } from '../core/views/report-data.ts';
import { h, s } from './dom.ts';

type Curve = NonNullable<ExhibitData['curve']>;
type CurvePoint = Curve['points'][number];

interface Axis {
  readonly from: number;
  readonly to: number;
  /** Where a value lies in the drawing. */
  readonly at: (value: number) => number;
}

interface Size {
  readonly width: number;
  readonly height: number;
  /** Free room within the frame, at the left. */
  readonly inset?: number;
}

interface Plot {
  readonly x: Axis;
  readonly y: Axis;
  readonly width: number;
  readonly height: number;
}

/** Room beside the axes of a large drawing. */
const [LEFT, RIGHT, TOP, BOTTOM] = [52, 12, 10, 40];
/** Share of the range that is left free at each end. */
const MARGIN = 0.08;
/** Half of a range in which everything has the same value. */
const ALONE = 0.25;

function axis(values: readonly number[], [start, end]: readonly [number, number]): Axis {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const margin = most > least ? (most - least) * MARGIN : ALONE;
  const [from, to] = [least - margin, most + margin];
  return { from, to, at: (value) => start + ((value - from) / (to - from)) * (end - start) };
}

function plotOf({ points, downwards }: Curve, size: Size): Plot {
  const { width, height, inset = 0 } = size;
  const ends: readonly [number, number] =
    downwards === true ? [TOP, height - BOTTOM] : [height - BOTTOM, TOP];
  return {
    width,
    height,
    x: axis(
      points.map(({ x }) => x),
      [LEFT + inset, width - RIGHT],
    ),
    y: axis(
      points.map(({ y }) => y),
      ends,
    ),
  };
}

const f = (n: number): string => String(Math.round(n * 10) / 10);

/** A sign for each series, around a point; after these they come again. */
const SIGNS: readonly ((x: number, y: number, r: number) => string)[] = [
  (x, y, r) => `M${f(x - r)} ${f(y)}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`,
  (x, y, r) => `M${f(x - r)} ${f(y - r)}h${2 * r}v${2 * r}h${-2 * r}z`,
  (x, y, r) => `M${f(x)} ${f(y - 1.3 * r)}l${f(1.3 * r)} ${f(2.2 * r)}h${f(-2.6 * r)}z`,
  (x, y, r) =>
    `M${f(x)} ${f(y - 1.4 * r)}l${f(1.4 * r)} ${f(1.4 * r)}l${f(-1.4 * r)} ${f(1.4 * r)}l${f(-1.4 * r)} ${f(-1.4 * r)}z`,
  (x, y, r) => `M${f(x)} ${f(y + 1.3 * r)}l${f(1.3 * r)} ${f(-2.2 * r)}h${f(-2.6 * r)}z`,
  (x, y, r) =>
    `M${f(x - r)} ${f(y - r)}h${2 * r}l${f(-2 * r)} ${2 * r}h${2 * r}l${f(-2 * r)} ${-2 * r}z`,
];

const styleOf = (series: readonly string[], { series: own, hollow }: CurvePoint): string =>
  `point s${series.indexOf(own) % SIGNS.length}${hollow === true ? ' hollow' : ''}`;

const signOf = (series: readonly string[], { series: own }: CurvePoint) =>
  SIGNS[series.indexOf(own) % SIGNS.length]!;

function errorBar(point: CurvePoint, { x, y }: Plot): SVGElement | undefined {
  if (point.error === undefined) return undefined;
  const clipped = (value: number): number => y.at(Math.min(y.to, Math.max(y.from, value)));
  return s('line', {
    x1: f(x.at(point.x)),
    x2: f(x.at(point.x)),
    y1: f(clipped(point.y - point.error)),
    y2: f(clipped(point.y + point.error)),
    class: 'error',
  });
}

/** Without words. @param series all that the page has, so that each looks the same everywhere */
export function smallCurve(curve: Curve, series: readonly string[]): SVGSVGElement {
  // What is written at the left stands within the frame.
  const size = { width: 300, height: 150, inset: 34 };
  const plot = plotOf(curve, size);
  return s(
    'svg',
    { viewBox: `${LEFT - 6} 0 ${size.width - LEFT} ${size.height - BOTTOM + 8}`, ...HIDDEN },
    frame(plot),
    ...ticksOf(plot.y, 2).map(({ value, text }) =>
      s('text', { x: LEFT, y: f(plot.y.at(value) + 5), class: 'tick' }, text),
    ),
    ...curve.points.flatMap((point) => [
      errorBar(point, plot),
      s('path', {
        d: signOf(series, point)(plot.x.at(point.x), plot.y.at(point.y), 5),
        class: styleOf(series, point),
      }),
    ]),
  );
}

const HIDDEN = { class: 'curve', 'aria-hidden': 'true' };

const frame = ({ width, height }: Plot): SVGElement =>
  s('rect', {
    x: LEFT - 4,
    y: TOP - 8,
    width: width - LEFT - RIGHT + 8,
    height: height - TOP - BOTTOM + 16,
    class: 'plot',
  });

/** With axes; each point can be reached by keyboard. */
export function largeCurve(curve: Curve, series: readonly string[], name: string): SVGSVGElement {
  const size = { width: 640, height: 320 };
  const plot = plotOf(curve, size);
  return s(
    'svg',
    {
      viewBox: `0 0 ${size.width} ${size.height}`,
      class: 'curve large',
      role: 'group',
      'aria-label': `${curve.y} of ${name} over ${curve.x}`,
    },
    frame(plot),
    ...axes(curve, plot),
    ...curve.points.map((point) => {
      const text = pointText(curve, point);
      return s(
        'g',
        { tabindex: 0, role: 'img', 'aria-label': text, 'data-tip': text },
        errorBar(point, plot),
        s('path', {
          d: signOf(series, point)(plot.x.at(point.x), plot.y.at(point.y), 5),
          class: styleOf(series, point),
        }),
      );
    }),
  );
}

/** `i 20.81 +- 0.05, MJD 57982.97: 668441 i_10, score 0.98`. */
function pointText({ x, y }: Curve, point: CurvePoint): string {
  const error = point.error === undefined ? '' : ` ± ${point.error.toFixed(2)}`;
  const note = point.note === undefined ? '' : `: ${point.note}`;
  return `${point.series} ${y} ${point.y.toFixed(2)}${error}, ${x} ${point.x}${note}`;
}

function axes(curve: Curve, { x, y, width, height }: Plot): SVGElement[] {
  const across = ticksOf(x, 5).flatMap(({ value, text }) => [
    s('line', { ...line(x.at(value), x.at(value)), y1: height - BOTTOM + 8, y2: height - 27 }),
    s('text', { x: f(x.at(value)), y: height - 15, class: 'tick', ...MIDDLE }, text),
  ]);
  const up = ticksOf(y, 5).flatMap(({ value, text }) => [
    s('line', { ...line(LEFT - 4, LEFT - 9), y1: f(y.at(value)), y2: f(y.at(value)) }),
    s('text', { x: LEFT - 12, y: f(y.at(value) + 4), class: 'tick', 'text-anchor': 'end' }, text),
  ]);
  const turned = `translate(12 ${(height - BOTTOM) / 2}) rotate(-90)`;
  return [
    ...across,
    ...up,
    s('text', { x: (LEFT + width) / 2, y: height - 2, class: 'tick', ...MIDDLE }, curve.x),
    s('text', { transform: turned, class: 'tick', ...MIDDLE }, curve.y),
  ];
}

const MIDDLE = { 'text-anchor': 'middle' };
const line = (x1: number, x2: number) => ({ x1: f(x1), x2: f(x2), class: 'rule' });

/** Round values, about so many. */
function ticksOf({ from, to }: Axis, wanted: number): { value: number; text: string }[] {
  const rough = (to - from) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((one) => one >= rough)!;
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const first = Math.ceil(from / step);
  const count = Math.floor(to / step) - first + 1;
  return Array.from({ length: Math.max(0, count) }, (_, i) => {
    const value = (first + i) * step;
    return { value, text: value.toFixed(digits) };
  });
}

/** Which sign stands for what. @param hollow what a hollow one is */
export function curveLegend(series: readonly string[], hollow?: string): HTMLElement {
  const keys = series.map((name) => {
    const point = { series: name, x: 0, y: 0 };
    const sign = s(
      'svg',
      { viewBox: '0 0 16 16', ...HIDDEN, class: 'sign' },
      s('path', { d: signOf(series, point)(8, 8, 5), class: styleOf(series, point) }),
    );
    return h('span', { class: 'key' }, sign, name);
  });
  return h(
    'p',
    { class: 'legend' },
    ...keys,
    hollow === undefined ? undefined : h('span', { class: 'key' }, `hollow: ${hollow}`),
  );
}
