import { describe, expect, test } from 'vitest';
import { UserError } from '../../../core/api/errors.ts';
import { run } from './called.ts';

describe('exposures on the command line', () => {
  test.each(['jobs', 'cancel', 'rescue'])(
    '%s takes nothing for an exposure that is none',
    async (name) => {
      for (const arg of [
        '../x',
        '1;rm',
        '',
        ' ',
        '6684',
        '66844000',
        '-1',
        '0668440',
        '668440\n668441',
        '*',
        '$(id)',
      ])
        await expect(run(name, { args: ['668439', arg] })).rejects.toThrow(UserError);
    },
  );

  test.each(['cancel', 'rescue'])('%s needs at least one', async (name) => {
    await expect(run(name)).rejects.toThrow(`${name} needs exposures`);
  });

  test.each(['cancel', 'rescue'])('%s needs the season of a follow-up', async (name) => {
    for (const season of [undefined, '', 'auto', '../7'])
      await expect(run(name, { args: ['668439'], season })).rejects.toThrow(
        'no season is claimed here',
      );
  });
});
