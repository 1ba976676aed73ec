/** Nothing is started before signals are listened to, so that nothing is left when one comes. */
import { expect, test } from 'vitest';
import { heeding } from '../../../core/cli/watchdog.ts';
import type { Processes } from '../../../core/world/world.ts';

test.each(['run', 'launch', 'stop', 'sweep', 'vouch'] as const)(
  'signals are listened to before %s',
  (name) => {
    const did: string[] = [];
    const processes = heeding({ [name]: () => did.push(name) } as unknown as Processes, () =>
      did.push('listen'),
    );
    expect(did).toEqual([]);
    (processes[name] as () => void)();
    expect(did).toEqual(['listen', name]);
  },
);

test('to look whether a process is alive starts nothing', () => {
  let listens = false;
  const processes = heeding({ isAlive: () => true } as unknown as Processes, () => {
    listens = true;
  });
  expect([processes.isAlive({} as never), listens]).toEqual([true, false]);
});
