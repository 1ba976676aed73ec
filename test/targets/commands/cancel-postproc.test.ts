import { describe, expect, test } from 'vitest';
import type { RunningProgram } from '../../../core/api/builds.ts';
import { NOW, run } from './called.ts';

describe('cancel postproc', () => {
  const running = (here: boolean) => {
    let alive = true;
    return (target: string, did: string[]): RunningProgram | undefined =>
      alive && target === 'postproc:2'
        ? {
            ...{ pid: 4711, host: 'des91', since: NOW, here },
            stop: async () => {
              did.push('stopped');
              alive = false;
            },
          }
        : undefined;
  };

  test('ends the program that is at it, and says where it was', async () => {
    const { out, did, status } = await run('cancel', {
      ...{ args: ['postproc'], agrees: true, running: running(true) },
    });
    expect([status, did.at(-1)]).toEqual([0, 'stopped']);
    expect(out).toContain('des91 (pid 4711)');
    expect(out).toContain('It has ended.');
  });

  test('ends nothing that runs on another host, nor where nothing runs', async () => {
    const there = await run('cancel', { args: ['postproc'], running: running(false) });
    expect([there.status, there.did]).toEqual([1, []]);
    const none = await run('cancel', { args: ['postproc'] });
    expect([none.status, none.out]).toEqual([0, 'Post processing is not running.']);
  });
});
