/** The schemas of what `--json` prints. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';

const FOLDER = fileURLToPath(new URL('../../schemas', import.meta.url));

const ajv = new Ajv2020({
  allErrors: false,
  strict: true,
  allowUnionTypes: true,
  strictRequired: false,
});
const files = readdirSync(FOLDER).filter((file) => file.endsWith('.json'));
for (const file of files) ajv.addSchema(JSON.parse(readFileSync(join(FOLDER, file), 'utf8')));

/** Names of all schemas but the one of common parts. */
export const SCHEMAS: readonly string[] = files
  .map((file) => file.replace('.json', ''))
  .filter((name) => name !== 'common');

/** What is wrong with a value by a schema; empty: nothing. */
export function schemaFaults(name: string, value: unknown): string {
  const check = ajv.getSchema(`urn:desgw:schema:1:${name}`);
  if (check === undefined) return `there is no schema ${name}`;
  return check(value) === true
    ? ''
    : `${ajv.errorsText(check.errors)}: ${JSON.stringify(value).slice(0, 400)}`;
}

/** The objects of an output that has one in each line. */
export const linesOf = (out: string): readonly unknown[] =>
  out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
