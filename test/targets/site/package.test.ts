import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { expect, test } from 'vitest';
import { packageFile } from '../../../targets/site/package.ts';

test('what comes with desgw is found from wherever it lies', () => {
  for (const file of ['templates/dagmaker.rc', 'templates/sandbox/exposures.txt', 'package.json']) {
    expect(isAbsolute(packageFile(file))).toBe(true);
    expect(existsSync(packageFile(file))).toBe(true);
  }
});
