import { expect, test } from 'vitest';
import { Groups } from '../../../core/world/groups.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('the watchdog is told at once of what begins, and of ends with it or soon after', async () => {
  const told: string[] = [];
  const groups = new Groups();
  groups.watch(() => (lines) => void told.push(lines));
  groups.begun(1);
  groups.begun(2);
  groups.ended(1);
  groups.begun(3);
  expect(told).toEqual(['+ 1\n', '+ 2\n', '- 1\n+ 3\n']);
  groups.ended(2);
  groups.ended(3);
  expect([...groups.live]).toEqual([]);
  await turn();
  await turn();
  expect(told.slice(3)).toEqual(['- 2\n- 3\n']);
});
