/**
 * A build is stopped at each of its effects on files, one after the other, and taken up by a new
 * engine; or that one effect fails. Either way the next build must bring everything right.
 */
import { describe, test } from 'vitest';
import { UserError } from '../../core/api/errors.ts';
import { Stopped } from '../../core/testing/faults.ts';
import { FileError } from '../../core/world/fs.ts';
import { BUILDS, expectWhole, faultyBuild } from './site.ts';

const long = process.env.DESGW_LONG === '1';

describe.each(Object.entries(BUILDS))('%s', (_, prepare) => {
  test('loses nothing and repeats nothing when it is stopped at any of its effects', {
    timeout: 600_000,
  }, async () => {
    for (let failAt = 1; ; failAt++) {
      const site = await prepare();
      const { effects, came } = await faultyBuild(site, { fault: { failAt, with: 'stop' } });
      if (effects < failAt) break;
      await expectWhole(site).catch((error: unknown) => {
        throw new Error(`stopped at effect ${failAt}: ${(error as Error).message}`, {
          cause: error,
        });
      });
      if (came instanceof Error && !(came instanceof Stopped)) throw came;
    }
  });

  test('fails cleanly when any of its effects fails, and the next build puts it right', {
    timeout: 600_000,
  }, async () => {
    for (let failAt = 1; ; failAt++) {
      // By turns, unless there is time for both everywhere.
      const codes = long ? ['ENOSPC', 'EIO'] : [failAt % 2 === 0 ? 'ENOSPC' : 'EIO'];
      const ends: string[] = [];
      for (const code of codes) ends.push(await expectCleanFailure(code, failAt));
      if (ends.includes('never came to it')) break;
    }
  });

  async function expectCleanFailure(code: string, failAt: number): Promise<string> {
    const site = await prepare();
    const { effects, came } = await faultyBuild(site, { fault: { failAt, with: code } });
    if (effects < failAt) return 'never came to it';
    if (came instanceof Error && !(came instanceof FileError) && !(came instanceof UserError)) {
      throw new Error(`effect ${failAt}: not a clean failure`, { cause: came });
    }
    await expectWhole(site).catch((error: unknown) => {
      throw new Error(`${code} at effect ${failAt}: ${(error as Error).message}`, { cause: error });
    });
    return 'came through';
  }
});
