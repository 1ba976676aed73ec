/**
 * Making elements: everything that comes from the data is set as text, never as markup.
 *
 * The drawings are plain SVG. Observable Plot (0.6) would be 245 kB in every page that is mailed, d3's
 * scales, axes and selections 56 kB, where all of this program is 16 kB; and what they save is little
 * here: places come as numbers in one unit, so there are no scales to choose but the time line's, while
 * what matters of each mark (a name for screen readers, a place in the order of the keyboard, a tooltip
 * that opens without a mouse, a pattern beside the colour) is what they leave to whoever uses them.
 */

/** What an element holds. */
export type Child = Node | string | undefined;
type Attributes = { readonly [name: string]: string | number | boolean | (() => void) | undefined };

const SVG = 'http://www.w3.org/2000/svg';

/** An HTML element; `on...` attributes are listeners, `false` and undefined ones are left out. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  return filled(document.createElement(tag), attributes, children);
}

/** The same in a drawing. */
export function s<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[K] {
  return filled(
    document.createElementNS(SVG, tag) as SVGElementTagNameMap[K],
    attributes,
    children,
  );
}

function filled<E extends Element>(
  element: E,
  attributes: Attributes,
  children: readonly Child[],
): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

/** `1 target`, `2 targets`, `1,204 CCDs`. */
export const count = (n: number, noun: string): string =>
  `${number(n)} ${noun}${n === 1 ? '' : 's'}`;

/** `3,540`. */
export const number = (n: number): string => n.toLocaleString('en-US');

/** `12s`, `3m 05s`, `2h 14m`. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const two = (n: number) => String(n).padStart(2, '0');
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${two(seconds % 60)}s`;
  return `${Math.floor(seconds / 3600)}h ${two(Math.floor((seconds % 3600) / 60))}m`;
}

/** `2017-08-17 23:33:05`, in the reader's time. */
export function moment(at: number): string {
  const date = new Date(at);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}
