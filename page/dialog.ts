/** A dialog above the page: closed by its button, Escape, or a click beside it. */
import { type Child, h } from './dom.ts';

/** Opens one with a heading. */
export function openDialog(title: string, ...children: readonly Child[]): void {
  const close = h(
    'button',
    { type: 'button', class: 'close', 'aria-label': 'Close', onclick: () => dialog.close() },
    '×',
  );
  const dialog = h(
    'dialog',
    { 'aria-labelledby': 'dialog-title' },
    close,
    h('h2', { id: 'dialog-title' }, title),
    ...children,
  );
  document.body.append(dialog);
  dialog.addEventListener('close', () => dialog.remove());
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.showModal();
}
