/** A workspace with a target of every kind, for being stopped at every point. */
import { PLAIN, type Workspace } from '../property/workspace.ts';

/** A new one at every call: histories change it. */
export function everyKind(): Workspace {
  return {
    sweep: 'suffix and first',
    detached: true,
    blind: true,
    failsLate: true,
    anonymous: false,
    coarse: false,
    failing: new Set(),
    env: { HUE: 'red' },
    targets: [
      { ...PLAIN, name: 'list', kind: 'write', inputs: ['src/a'], optional: ['src/x'] },
      { ...PLAIN, name: 'table', pair: true, deps: ['list'], globs: ['src/*.g'], env: ['HUE'] },
      {
        ...PLAIN,
        name: 'both',
        kind: 'write',
        pair: true,
        deps: ['list'],
        observes: 'outside/both',
      },
      { ...PLAIN, name: 'once', kind: 'once', deps: ['table'] },
      { ...PLAIN, name: 'watch', kind: 'write', deps: ['once'], observes: 'outside/watch' },
      { ...PLAIN, name: 'step0', kind: 'link', deps: ['both'], inputs: ['src/b'] },
      { ...PLAIN, name: 'step1', kind: 'link', deps: ['step0'], after: ['watch'] },
      { ...PLAIN, name: 'sum', gathers: ['watch', 'step1'], lossy: true },
      { ...PLAIN, name: 'check', kind: 'check', deps: ['sum'] },
      { ...PLAIN, name: 'all', kind: 'group', deps: ['check', 'step1', 'watch'] },
    ],
  };
}
