/** One box that says what is under the pointer, or has the focus. */
import { h } from './dom.ts';

const box = h('div', { id: 'tip', role: 'status', hidden: true });

/** Elements with `data-tip` have their text shown; `textAt` may say more exactly what is there. */
export function watchTips(
  textAt: (target: Element, x: number, y: number) => string | undefined,
): void {
  document.body.append(box);
  const show = (target: Element, x: number, y: number): void => {
    const text =
      textAt(target, x, y) ?? target.closest('[data-tip]')?.getAttribute('data-tip') ?? '';
    box.hidden = text === '';
    box.textContent = text;
    const { innerWidth, innerHeight } = window;
    box.style.left = `${Math.min(x + 14, innerWidth - box.offsetWidth - 8)}px`;
    box.style.top = `${Math.min(y + 16, innerHeight - box.offsetHeight - 8)}px`;
    // A dialog is drawn above everything else but what it holds.
    const host = document.querySelector('dialog[open]') ?? document.body;
    if (box.parentElement !== host) host.append(box);
  };
  document.addEventListener('pointermove', (event) => {
    if (event.target instanceof Element) show(event.target, event.clientX, event.clientY);
  });
  document.addEventListener('focusin', ({ target }) => {
    if (!(target instanceof Element) || !target.hasAttribute('data-tip')) return;
    const { left, bottom } = target.getBoundingClientRect();
    show(target, left, bottom);
  });
  document.addEventListener('focusout', () => {
    box.hidden = true;
  });
  document.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') box.hidden = true;
  });
}
