import { describe, expect, test } from 'vitest';
import { UserError } from '../../../core/api/errors.ts';
import {
  asksForHelp,
  type Described,
  globalFlags,
  helpOf,
  parse,
  UnknownOption,
} from '../../../core/cli/options.ts';

const COMMAND: Described = {
  usage: 'mark [...targets]',
  doc: 'says what happened',
  options: [
    ['-n, --dry-run', 'change nothing'],
    ['-j, --jobs <n>', 'how many'],
    ['--job <id>', 'which'],
    ['--no-wait', 'do not wait'],
  ],
};
const parsed = (...words: string[]) => parse('mark', COMMAND, ['mark', ...words]);
const complaint = (...words: string[]): string => {
  try {
    parsed(...words);
  } catch (error) {
    if (error instanceof UserError) return `${error.message} | ${error.hint}`;
    throw error;
  }
  return 'none';
};

describe('every value stays as it was typed', () => {
  test.each([
    '24000100.0',
    '24000100',
    '1e3',
    '0x10',
    '007',
    'true',
    'false',
    'null',
    '',
    ' a b ',
    '-',
    'a=b=c',
  ])('%j', (value) => {
    expect(parsed('--job', value).flags.job).toBe(value);
    expect(parsed(`--job=${value}`).flags.job).toBe(value);
    expect(parsed(value).args).toEqual([value]);
    expect(parsed('-n', value)).toMatchObject({ args: [value], flags: { dryRun: true } });
  });

  test('what begins with a dash is a value behind an equals sign, and a name behind two dashes', () => {
    expect(parsed('--job=-5').flags.job).toBe('-5');
    expect(parsed('--', '-n', '--job', '5').args).toEqual(['-n', '--job', '5']);
    expect(parsed('a', '--', '-n')).toMatchObject({ args: ['a', '-n'], flags: {} });
  });

  test('a parameter may be set more than once, and a number stuck to its letter', () => {
    expect(parsed('--set', 'a=1', '--set=b=2').flags.set).toEqual(['a=1', 'b=2']);
    expect(parsed('--set', 'a=1.0').flags.set).toEqual(['a=1.0']);
    expect(parsed('-j5').flags.jobs).toBe('5');
  });

  test('what was not given is not there, and what is taken away is false', () => {
    expect(parsed('x').flags.dryRun).toBeUndefined();
    expect([parsed().flags.wait, parsed('--no-wait').flags.wait]).toEqual([true, false]);
  });
});

describe('wrong use is told with what was meant', () => {
  test.each<[string[], string]>([
    [['--jbo', '5'], "there is no option --jbo of desgw mark | Did you mean '--job'?"],
    [['--job'], '--job needs a value | See `desgw mark --help`.'],
    [['--job', '-n'], '--job needs a value | See `desgw mark --help`.'],
    [['--dry-run=yes'], '--dry-run takes no value | See `desgw mark --help`.'],
    [['-n=false'], '-n takes no value | See `desgw mark --help`.'],
    [['--job', '1', '--job', '2'], '--job is given twice, as 1 and as 2 | Give it once.'],
    [['-x'], 'there is no option -x of desgw mark | See `desgw mark --help`.'],
  ])('%j', (words, said) => expect(complaint(...words)).toBe(said));

  test('an option of several words is named as it is typed', () => {
    const waiting = { ...COMMAND, options: [['--wait-timeout <time>', 'how long']] as const };
    const twice = ['mark', '--wait-timeout', '1h', '--wait-timeout', '2h'];
    expect(() => parse('mark', waiting, twice)).toThrow('--wait-timeout is given twice, as 1h and');
  });

  test('an option that is not known is told apart, since the rule file may know it', () => {
    expect(() => parsed('--from-output', 'x')).toThrow(UnknownOption);
    expect(() => parsed('--job')).not.toThrow(UnknownOption);
  });

  test('the same twice is as good as once', () => {
    expect(parsed('-n', '-n', '--job', '1', '--job', '1').flags).toMatchObject({
      dryRun: true,
      job: '1',
    });
  });
});

test('the options of every command are found among those of one that is not known yet', () => {
  expect(
    globalFlags(['jobs', '--what', 'x', '--file=5', '--set', 'a=1.0', '--allow-unknown']),
  ).toEqual({
    file: '5',
    set: ['a=1.0'],
    allowUnknown: true,
  });
  expect(globalFlags(['jobs', '--', '--file', 'x'])).toEqual({});
});

test('help is asked for by either word, unless it is a name', () => {
  expect([
    asksForHelp(['a', '-h']),
    asksForHelp(['a', '--help']),
    asksForHelp(['a', '--', '-h']),
  ]).toEqual([true, true, false]);
});

test('the help shows what the command takes, and what every command takes', () => {
  expect(
    helpOf({ ...COMMAND, shown: 'mark <target...>', examples: ['desgw mark a'] }),
  ).toBe(`desgw mark <target...> [options]

  says what happened

  -n, --dry-run      change nothing
  -j, --jobs <n>     how many
  --job <id>         which
  --no-wait          do not wait
  --json             what it says as data, one object a line
  --file <path>      the rule file (default: desgwfile.ts here or above)
  --set <key=value>  a parameter, for this run and for the record; may be repeated
  --allow-unknown    let --set name parameters that the rule file does not declare

Examples:
  desgw mark a`);
});
