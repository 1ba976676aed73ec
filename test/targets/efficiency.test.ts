/** The table of fakes follows what step 4 has matched. */
import { describe, expect, test } from 'vitest';
import { efficiency, truthFile } from '../../targets/efficiency.ts';
import { factsOf, followUpWith, judgingFacts, SEASON, textOf } from '../support/follow-up.ts';

const rule = efficiency(followUpWith());
const INI = `postproc_${SEASON}.ini`;
const at = { season: '1600', postProcessing: 'PP' };

describe('the fakes', () => {
  test.each([
    ['', 'PP/outputs/truthtable1600/truthplus.tab'],
    ['[general]\noutdir=/data/out\n', '/data/out/truthtable1600/truthplus.tab'],
    ['[general]\noutdir=./o\n[truthtable]\nplusname=t.tab\n', 'PP/o/truthtable1600/t.tab'],
  ])('lie where the ini says: %j', (ini, path) => {
    expect(truthFile(ini, at)).toBe(path);
  });

  test('are looked at after step 4', () => {
    expect(rule.after).toEqual(['postproc:4']);
    expect(rule.observe!.look(judgingFacts({ [INI]: '[general]\noutdir=/o\n' }))).toEqual([
      { kind: 'read', path: `/o/truthtable${SEASON}/truthplus.tab` },
    ]);
  });

  test('that cannot be read, or are not there, are no empty table', () => {
    const judge = (seen: never) => rule.observe!.judge([seen], judgingFacts());
    expect(judge({ kind: 'failed', why: 'EIO' } as never)).toEqual({ state: 'failed', why: 'EIO' });
    expect(judge({ kind: 'read', path: 'x' } as never)).toMatchObject({ state: 'failed' });
  });

  test('are counted into a table', () => {
    const text = 'TRUEMAG REJECT BAND\n20.1 0 i\n20.2 0 i\n20.6 1 i\n';
    const seen = { kind: 'read', path: 'x', text } as never;
    const sighting = rule.observe!.judge([seen], judgingFacts());
    expect(sighting).toMatchObject({ state: 'ready', note: 'half are found at i 20.5' });
    const value = 'value' in sighting ? (sighting.value ?? null) : null;
    expect(
      textOf(rule, `image_proc_outputs/efficiency_S${SEASON}.csv`, factsOf({}, { value })),
    ).toBe('band,from,to,injected,found,share\ni,20,20.5,2,2,1.000\ni,20.5,21,1,0,0.000\n');
  });
});
