/** The whole follow-up as rules, whichever way its exposures are named. */
import { describe, expect, test } from 'vitest';
import type { Expansion, RuleItem } from '../../core/api/builds.ts';
import { UserError } from '../../core/api/errors.ts';
import { nightOf } from '../../targets/night.ts';
import { followUp, followUpParams } from '../../targets/pipeline.ts';
import { followUpWith } from '../support/follow-up.ts';

const { site } = followUpWith();
const EXPOSURES = ['668440', '668441'];
const rulesOf = (
  set: readonly string[] = [],
  exposures: Parameters<typeof followUp>[1] = EXPOSURES,
) => followUp(site, exposures, followUpWith({ set }).params);
/** Names of rules, with those that an expansion of this text gives. */
function names(items: readonly RuleItem[], text: (one: Expansion) => string | undefined): string[] {
  return items.flatMap((item) => {
    if (!('kind' in item)) return [item.name];
    const own = text(item);
    return own === undefined ? [`? ${item.from ?? item.file}`] : names(item.rules(own), text);
  });
}
const season = (one: Expansion) => (one.from === 'season' ? '1600\n' : undefined);

describe('exposures', () => {
  test('each have their chain of targets once the season is claimed', () => {
    const all = names(rulesOf(), season);
    for (const exposure of EXPOSURES)
      expect(all.filter((name) => name.includes(exposure))).toEqual([
        ...[`dagmaker_${exposure}.out`, `submitted_${exposure}`],
        ...[`ccds_${exposure}`, `forcefiles_${exposure}`],
      ]);
    expect(all.slice(0, 3)).toEqual(['sandbox', 'season', 'exposures.list']);
    expect(all).toEqual(expect.arrayContaining(['output.txt', 'exposure.list', 'candidates']));
  });

  test('may be numbers, a file, or those of a night', () => {
    expect(names(rulesOf([], [668440, 668441]), season)).toEqual(names(rulesOf(), season));
    const fromFile = (one: Expansion) =>
      one.file === 'list.txt' ? '668440\n668441\n' : season(one);
    expect(names(rulesOf([], 'list.txt'), fromFile)).toEqual(names(rulesOf(), season));
    const night = nightOf({ propid: '2017B-0110', nites: '20170817' });
    expect(names(rulesOf([], night), season)).toEqual(expect.arrayContaining(['night', '? night']));
  });

  test('of a run stand in place of those of the rule file', () => {
    const text = (one: Expansion) => (one.file === 'other.txt' ? '668442\n' : season(one));
    const all = names(rulesOf(['exposures=other.txt']), text);
    expect(all).toContain('ccds_668442');
    expect(all).not.toContain('ccds_668440');
  });

  test('that are none are refused with what was typed', () => {
    expect(() => rulesOf([], ['66844O'])).toThrow("'66844O' is not an exposure number");
  });
});

test('a template pass stands between DAGMaker and the search only where it was asked for', () => {
  const passes = (set: readonly string[]) =>
    names(rulesOf(set), season).filter((name) => name.startsWith('templates_'));
  expect(passes([])).toEqual([]);
  expect(passes(['templatePass=true', 'templateMemory=4GB,8GB'])).toEqual([
    ...['templates_668440_0', 'templates_668440_1', 'templates_668441_0', 'templates_668441_1'],
  ]);
});

describe('post processing alone', () => {
  const text = '[668440 i, 668441 z]\n2206\n';
  const given = (one: Expansion) => (one.file === 'given.txt' ? text : undefined);

  test('of an output.txt submits nothing and claims no season', () => {
    const all = names(rulesOf(['fromOutput=given.txt']), given);
    expect(all.filter((name) => /season|dagmaker|submitted/.test(name))).toEqual([]);
    expect(all).toEqual(
      expect.arrayContaining(['ccds_668440', 'forcefiles_668441', 'exposure.list']),
    );
  });

  test('of exposures that were typed writes their output.txt, and needs their season', () => {
    const typed = ['entries=668440 i,668441 z'];
    expect(() => rulesOf(typed)).toThrow('the exposures are given, but not their season');
    expect(names(rulesOf([...typed, 'season=2206']), given)).toContain('output.txt');
  });

  test.each([
    ['[668440 i]\n', 'given.txt does not say which season'],
    ['[]\n2206\n', 'given.txt lists no exposure'],
    ['<html>', /given\.txt/],
  ])('of %j is refused, with what to type', (broken, why) => {
    const rules = rulesOf(['fromOutput=given.txt']);
    const expanded = () => names(rules, (one) => (one.file === 'given.txt' ? broken : undefined));
    expect(expanded).toThrow(UserError);
    expect(expanded).toThrow(why);
  });
});

test('a setting of DAGMaker is shown with the file and key that decide while it is not set', () => {
  const { WRITEDB, season: claimed } = followUpParams(site);
  expect(WRITEDB).toMatchObject({
    from: { path: 'sandbox/gw_workflow/dagmaker.rc', format: 'shell', key: 'WRITEDB' },
  });
  expect(claimed).toMatchObject({ default: 'auto' });
});
