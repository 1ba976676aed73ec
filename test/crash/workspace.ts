/** A workspace with a target of every kind, for being stopped at every point. */
import type { Workspace } from '../property/workspace.ts';

const plain = {
  kind: 'exec',
  deps: [],
  after: [],
  gathers: [],
  inputs: [],
  optional: [],
  globs: [],
  env: [],
  param: 0,
  observes: undefined,
  lossy: false,
  pair: false,
  hold: undefined,
} as const;

/** A new one at every call: histories change it. */
export function everyKind(): Workspace {
  return {
    sweep: 'suffix and first',
    detached: true,
    blind: true,
    failsLate: true,
    coarse: false,
    failing: new Set(),
    env: { HUE: 'red' },
    targets: [
      { ...plain, name: 'list', kind: 'write', inputs: ['src/a'], optional: ['src/x'] },
      { ...plain, name: 'table', pair: true, deps: ['list'], globs: ['src/*.g'], env: ['HUE'] },
      {
        ...plain,
        name: 'both',
        kind: 'write',
        pair: true,
        deps: ['list'],
        observes: 'outside/both',
      },
      { ...plain, name: 'once', kind: 'once', deps: ['table'] },
      { ...plain, name: 'watch', kind: 'write', deps: ['once'], observes: 'outside/watch' },
      { ...plain, name: 'step0', kind: 'link', deps: ['both'], inputs: ['src/b'] },
      { ...plain, name: 'step1', kind: 'link', deps: ['step0'], after: ['watch'] },
      { ...plain, name: 'sum', gathers: ['watch', 'step1'], lossy: true },
      { ...plain, name: 'check', kind: 'check', deps: ['sum'] },
      { ...plain, name: 'all', kind: 'group', deps: ['check', 'step1', 'watch'] },
    ],
  };
}
