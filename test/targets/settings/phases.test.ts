import { expect, test } from 'vitest';
import { exposureSubject, TEMPLATES } from '../../../targets/settings/phases.ts';
import { submitted } from '../../../targets/submitted.ts';
import { templatePass } from '../../../targets/templates.ts';
import { followUpWith } from '../../support/follow-up.ts';

test('an exposure is a row of its own in overviews, with a column for each phase', () => {
  expect(exposureSubject('668440')).toEqual({ kind: 'exposure', name: '668440' });
  const all = followUpWith({ set: ['templatePass=true'] });
  const rules = [...templatePass(all, '668440'), submitted(all, '668440')];
  expect(rules.map(({ subject }) => subject)).toEqual(rules.map(() => exposureSubject('668440')));
  expect(new Set(templatePass(all, '668440').map(({ phase }) => phase))).toEqual(
    new Set([TEMPLATES]),
  );
});
