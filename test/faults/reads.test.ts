/**
 * One look at the files of a build fails, is answered with half of the bytes, or is told that nothing
 * is there: for every look. What was not seen is never taken for what is not there, nothing happens
 * twice, the build comes to an end with a word, and the next one finds all well.
 */
import { describe, expect, test } from 'vitest';
import { UserError } from '../../core/api/errors.ts';
import type { Summary } from '../../core/run/events.ts';
import { FileError } from '../../core/world/fs.ts';
import { BUILDS, expectWhole, faultyBuild } from '../crash/site.ts';

/** The first looks are at the workspace itself. */
const OPENED = 3;
/** How many looks lie between two that fail. */
const STEP = process.env.DESGW_LONG === '1' ? 1 : 61;
const KINDS = ['EIO', 'EACCES', 'ESTALE', 'short', 'gone'];

describe.each(Object.entries(BUILDS))('%s', (_, prepare) => {
  test.each(KINDS)(
    'goes on, or ends with a word, with %s at any look',
    {
      timeout: 3_000_000,
    },
    async (kind) => {
      const first = OPENED + (STEP === 1 ? 0 : 7 * KINDS.indexOf(kind));
      for (let failAt = first; ; failAt += STEP) {
        const site = await prepare();
        const { looks, came } = await faultyBuild(site, { unread: { failAt, with: kind } });
        if (looks < failAt) break;
        const isWord = came instanceof FileError || came instanceof UserError;
        if (came instanceof Error && !isWord)
          throw new Error(`look ${failAt}: not a clean failure`, { cause: came });
        // To be given fewer bytes than were asked for is no failure at all.
        if (kind === 'short') expect((came as Summary).outcome, `look ${failAt}`).toBe('fresh');
        await expectWhole(site).catch((error: unknown) => {
          const message = `${kind} at look ${failAt}: ${(error as Error).message}`;
          throw new Error(message, { cause: error });
        });
      }
    },
  );
});
