import { describe, expect, test } from 'vitest';
import type { Seen } from '../../../core/api/looks.ts';
import type { Recipe } from '../../../core/api/rules.ts';
import { TESTING_SEASON } from '../../../targets/testing/places.ts';
import { facts, LIST, programs, ROWS, rule, run, steps } from './tested.ts';

describe('its post processing', () => {
  const complete = `testing/complete_exposures_S${TESTING_SEASON}.list`;

  test('the ini is made for the exposures that came back and their bands', () => {
    const all = steps('testing:ini', facts({ [complete]: LIST, 'testing/rows.list': ROWS }));
    expect(programs(all)).toEqual([
      `python3 make_postproc_ini.py --season ${TESTING_SEASON} --recycler_mjd 57983 --propid 2017B-0110 --exp_list complete_exposures_S${TESTING_SEASON}.list --bands i,z`,
    ]);
  });

  test('nothing is started when no exposure came back', () => {
    expect(() =>
      steps('testing:ini', facts({ [complete]: '', 'testing/rows.list': ROWS })),
    ).toThrow('no exposure of the test has enough complete CCDs');
  });

  test('it must leave light curves, pages and stamps', () => {
    const { judge } = rule('testing:postproc').recipe as Recipe;
    const run9 = run(facts({}), { stdout: 'END END TIME\n' });
    const list = (dir: string, ...names: string[]): Seen => ({
      kind: 'list',
      dirs: [{ dir, names }],
    });
    const forced = ['RUN000_MAKELIST', 'RUN000_MAKELIST.DONE'].map((name) => ({
      path: `x/20170901_0101_DESY${TESTING_SEASON}/${name}`,
      mtime: 1,
      end: '',
    }));
    const good: readonly Seen[] = [
      { kind: 'stat', stat: { size: 1, mtime: 0 } },
      { kind: 'ends', files: forced },
      { kind: 'read', text: LIST },
      { kind: 'read', text: `${'1 \n'.repeat(9)}complete` },
      { kind: 'read', text: '0' },
      { kind: 'read', text: '#HostMatch Database Update:  SUCCESS\n' },
      { kind: 'read', text: LIST },
      { kind: 'read', text: '' },
    ];
    const made = [
      list('d', 'des_real_1.dat'),
      list('h', 'candidate_1.html'),
      list('s', 'temp1.gif'),
    ];
    expect(judge!(run9, [...made, ...good])).toEqual([]);
    expect(
      judge!(run9, [list('d', 'README'), { kind: 'list', dirs: [] }, made[2]!, ...good]).map(
        ({ what }) => what,
      ),
    ).toEqual([
      'post processing left no light curves (.dat)',
      'post processing left no pages of candidates (.html)',
    ]);
  });
});
