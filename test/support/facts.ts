/** What a recipe is given that goes by nothing. */
import type { Facts } from '../../core/api/facts.ts';

export const FACTS: Facts = {
  text: () => '',
  maybeText: () => undefined,
  value: null,
  gathered: [],
  due: [],
  workspace: '/ws',
  settled: true,
};
