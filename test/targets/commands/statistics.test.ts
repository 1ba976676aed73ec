/** `desgw statistics`: what was counted last, for people, tables and programs. */
import { describe, expect, test } from 'vitest';
import type { Look, Seen } from '../../../core/api/looks.ts';
import type { Statistics } from '../../../targets/statistics/totals.ts';
import { schemaFaults } from '../../support/schemas.ts';
import { run } from './called.ts';

const json = { options: { '--json': true } } as const;

describe('statistics', () => {
  const of = (event: string): Statistics => ({
    ...{ schema: 'desgw/statistics', version: 1, event, season: '2206' },
    exposures: [
      {
        ...{ exposure: '668440', band: 'i', nite: '20170817', total: 59, complete: 50 },
        ...{ failed: 5, notBack: 4, before: { RUN18: 9 }, after: { RUN18: 5 } },
        ...{ rescues: 1, rescued: 9, cured: { more: 4, same: 0, untold: 0 }, spared: 0 },
        ...{ jobs: { search: 59, templates: 60, rescues: 9 } },
        hours: { atMost: 1.5, runs: 60, unknown: 8 },
      },
    ],
  });
  const path = 'image_proc_outputs/statistics_S2206.json';
  const texts = { [path]: JSON.stringify(of('GW170817')) };

  test('without any it is said how to get them', async () => {
    expect(await run('statistics')).toMatchObject({
      ...{ status: 1, out: expect.stringContaining('desgw build statistics') },
    });
  });

  test('of this workspace by night, as text, table and data', async () => {
    const { out } = await run('statistics', { texts });
    expect(out).toMatch(/^Totals by night\n/);
    expect(out).toMatch(/grid hours at most +1\.5\n/);
    expect(out).toMatch(/RUN18 +9 +5/);
    const csv = (await run('statistics', { texts, options: { '--csv': true } })).out;
    expect(csv.split('\n')).toHaveLength(2);
    const data = JSON.parse((await run('statistics', { texts, ...json })).out);
    expect(schemaFaults('statistics', data)).toBe('');
  });

  test('of several workspaces by event', async () => {
    const seen = (look: Look): Seen =>
      look.kind === 'list' && look.pattern === '/o4/*/image_proc_outputs'
        ? {
            kind: 'list',
            dirs: ['a', 'b'].map((name) => ({
              dir: `/o4/${name}/image_proc_outputs`,
              names: ['statistics_S2206.json', 'statistics_S2206.csv'],
            })),
          }
        : { kind: 'list', dirs: [] };
    const events = {
      [`/o4/a/${path}`]: JSON.stringify(of('S1')),
      [`/o4/b/${path}`]: JSON.stringify(of('S2')),
    };
    const options = { '--workspaces': '/o4/*/' };
    const { out } = await run('statistics', { texts: events, seen, options });
    expect(out).toMatch(/^Totals by event\n +S1 +S2 +all\n/);
    expect(out).toMatch(/ {2}CCDs +59 +59 +118\n/);
    await expect(run('statistics', { seen, options: { '--workspaces': '/x/*' } })).rejects.toThrow(
      "no workspace is like '/x/*'",
    );
  });
});
