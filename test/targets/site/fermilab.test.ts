import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Exec } from '../../../core/index.ts';
import { type FermilabOptions, fermilab } from '../../../targets/site/fermilab.ts';

const GIVEN = { gwWorkflow: '/gw', postProcessing: '/pp', registry: '/reg' };

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fermilab-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Every program of the grid that a site runs. */
async function programs(options: Partial<FermilabOptions>): Promise<readonly Exec[]> {
  const { grid, adapters } = fermilab({ ...GIVEN, ...options });
  const asked: Exec[] = [];
  await adapters.queue.ask(null, {
    run: async (exec) => {
      asked.push(exec);
      return { exit: { kind: 'exit', code: 0 }, stdout: '', stderr: '' };
    },
    workspace: '/w',
    signal: new AbortController().signal,
  });
  const work = { labels: {}, file: 'a.dag', cwd: '/gw', timeout: 60 };
  return [...asked, grid.submit(work), grid.cancel(['1.0@a'])];
}

describe('programs of the grid', () => {
  test('get what the login shell has, and what the rule file adds', async () => {
    const found = await programs({ passEnv: ['MY_*'], profile: join(folder, 'none.sh') });
    expect(found.length).toBeGreaterThan(2);
    for (const { passEnv, environment } of found) {
      expect(passEnv).toEqual(
        expect.arrayContaining(['JOBSUB_*', 'OTEL_*', 'HTGETTOKENOPTS', 'CONDOR_CONFIG', 'MY_*']),
      );
      expect(environment).toBe(undefined);
    }
  });

  test('get what the profile script sets, where there is one', async () => {
    const profile = join(folder, 'jobsub_lite.sh');
    writeFileSync(profile, 'export JOBSUB_X=1\n');
    for (const { environment } of await programs({ profile }))
      expect(environment).toMatchObject({ script: profile, okExits: 'any' });
  });
});
