import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { withParams } from '../../../core/cli/init.ts';

const RULES = readFileSync(
  fileURLToPath(new URL('../../../desgwfile.ts', import.meta.url)),
  'utf8',
);

test('answers go into the rule file that comes with desgw, beside its parameters', () => {
  const text = withParams(RULES, { ligoid: "it's", triggermjd: 57982.529 });
  expect(text).toContain(
    "  params: { ...followUpParams(site), ligoid: 'it\\'s', triggermjd: 57982.529 },\n",
  );
  expect(text.split('\n')).toHaveLength(RULES.split('\n').length);
});
