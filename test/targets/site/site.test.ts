import { expect, test } from 'vitest';
import { setupOf } from '../../../targets/site/site.ts';
import { followUpWith } from '../../support/follow-up.ts';

test('whatever runs programs of a site comes after what makes it ready', () => {
  const { site } = followUpWith();
  expect(setupOf(site)).toEqual(['sandbox']);
  expect(setupOf({ ...site, setup: [] })).toEqual([]);
});
