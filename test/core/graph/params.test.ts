import { describe, expect, test } from 'vitest';
import type { Build, Param } from '../../../core/api/builds.ts';
import { UserError } from '../../../core/api/errors.ts';
import { chosenParams } from '../../../core/graph/params.ts';

const season: Param = {
  default: 500,
  type: 'integer',
  help: 'the number of the season',
  check: (value) => (Number(value) > 0 ? undefined : 'it must be above zero'),
};

const build: Pick<Build, 'params' | 'openParams'> = {
  params: {
    season,
    exposures: { default: [668440], type: 'list' },
    propids: { default: [], type: 'list' },
    cut: 0.2,
    wait: true,
    label: 'GW170817',
    host: { default: null, type: 'text' },
    nested: { deep: 1 },
  },
};

function complaint(act: () => unknown): readonly [string, string | undefined] {
  try {
    act();
  } catch (error) {
    if (error instanceof UserError) return [error.message, error.hint];
    throw error;
  }
  throw new Error('nothing was refused');
}

const refused = (...set: string[]) => complaint(() => chosenParams(build, set));

test('without overrides the declared values hold, and it is known where they come from', () => {
  const { values, sources } = chosenParams(build, []);
  expect({ ...values }).toEqual({
    season: 500,
    exposures: [668440],
    propids: [],
    cut: 0.2,
    wait: true,
    label: 'GW170817',
    host: null,
    nested: { deep: 1 },
  });
  expect(sources).toEqual({
    season: 'default',
    exposures: 'default',
    propids: 'default',
    cut: 'rule file',
    wait: 'rule file',
    label: 'rule file',
    host: 'default',
    nested: 'rule file',
  });
});

test('texts become values of the declared type, the last one winning', () => {
  const set = [
    'season=1',
    'season=2206',
    'exposures=668440, 668441',
    'propids=2017B-0110,2015B-0187',
    'cut=-.5e1',
    'wait=No',
    'label= a = b ',
    'host=des41',
  ];
  const { values, sources } = chosenParams(build, set);
  expect({ ...values }).toEqual({
    season: 2206,
    exposures: [668440, 668441],
    propids: ['2017B-0110', '2015B-0187'],
    cut: -5,
    wait: false,
    label: ' a = b ',
    host: 'des41',
    nested: { deep: 1 },
  });
  expect([sources.season, sources.label, sources.nested]).toEqual(['--set', '--set', 'rule file']);
});

test('an empty list and an empty text can be given', () => {
  const { values } = chosenParams(build, ['propids=', 'label=']);
  expect([values.propids, values.label]).toEqual([[], '']);
});

describe('refused', () => {
  test.each([
    ['season=5.5', "'5.5' is not a whole number", 'season: the number of the season'],
    ['season=', "'' is not a whole number", 'season: the number of the season'],
    [
      'season=99999999999999999999',
      "'99999999999999999999' is not a whole number",
      'season: the number of the season',
    ],
    ['season=-3', 'it must be above zero', 'the number of the season'],
    ['cut=0x10', "'0x10' is not a number", 'Give a number, such as 0.3.'],
    ['cut=1e999', "'1e999' is not a number", 'Give a number, such as 0.3.'],
    ['wait=maybe', "'maybe' is not true or false", 'Give true or false.'],
    [
      'propids=a,,b',
      "'a,,b' is not a list of members separated by commas",
      'Give members with commas between them and none left out, such as a,b,c.',
    ],
    [
      'exposures=668440,x',
      "'668440,x' is not a list of members separated by commas",
      'Give members with commas between them and none left out, such as a,b,c.',
    ],
  ])('%s', (given, message, hint) => {
    expect(refused(given)).toEqual([`--set ${given}: ${message}`, hint]);
  });

  test('a value that has parts', () => {
    expect(refused('nested=1')).toEqual([
      'nested has several values in one and cannot be given with --set',
      'Change it in the rule file.',
    ]);
  });

  test('something without an equals sign or without a name', () => {
    const hint = 'For example: --set NAME=5';
    expect([refused('season'), refused('=5')]).toEqual([
      ['--set season: there is no KEY=VALUE in this', hint],
      ['--set =5: there is no KEY=VALUE in this', hint],
    ]);
  });

  test('a name that is not declared, with what may have been meant', () => {
    expect(refused('seasn=5')).toEqual(["there is no parameter 'seasn'", "Did you mean 'season'?"]);
    expect(refused('__proto__=5')).toEqual([
      "there is no parameter '__proto__'",
      'There are season, exposures, propids, cut, wait, label, host and nested.',
    ]);
  });

  test('a default that does not fit its own declaration', () => {
    const declared = { params: { season: { ...season, default: 'x' } } };
    expect(complaint(() => chosenParams(declared, []))).toEqual([
      'the default of parameter season, "x", is refused: it is not a whole number',
      'Change it in the rule file.',
    ]);
  });
});

test('an open rule file takes unknown names only when that is asked for', () => {
  const open = { ...build, openParams: true };
  expect(chosenParams(open, ['new=5'], { allowUnknown: true }).values.new).toBe('5');
  expect(complaint(() => chosenParams(open, ['seasn=5']))).toEqual([
    "there is no parameter 'seasn'",
    "Did you mean 'season'? --allow-unknown lets it pass as a text.",
  ]);
  expect(complaint(() => chosenParams(build, ['seasn=5'], { allowUnknown: true }))[0]).toBe(
    "there is no parameter 'seasn'",
  );
});

test('reading a name that was never declared is an error, not an absent value', () => {
  const { values } = chosenParams(build, []);
  expect(complaint(() => values.seasn)).toEqual([
    "the rule file reads parameter 'seasn', which it does not declare",
    "Did you mean 'season'?",
  ]);
});
