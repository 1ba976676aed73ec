/** Key-wise reading and editing, whatever the format of the file. */
import type { EditFormat } from '../api/steps.ts';
import { editIni, iniName, readIni } from './ini.ts';
import { editShell, readShell } from './shell.ts';

/** Values of the named keys, in the order of the names; `null` for a key that is not set. */
export function readKeys(
  text: string,
  format: EditFormat,
  names: readonly string[],
): (string | null)[] {
  if (format === 'ini') {
    const values = readIni(text);
    return names.map((name) => values.get(iniName(name)) ?? null);
  }
  const values = readShell(text);
  return names.map((name) => {
    const found = values.get(name);
    return found === undefined ? null : (found.value ?? found.raw);
  });
}

/**
 * The text with the given keys set and every other line as it was.
 * @throws Refusal when a value has no safe spelling in the format
 */
export function editKeys(
  text: string,
  format: EditFormat,
  values: { readonly [key: string]: string | null },
): string {
  if (format === 'shell') return editShell(text, values);
  return editIni(
    text,
    Object.fromEntries(
      Object.entries(values).flatMap(([key, value]) => (value === null ? [] : [[key, value]])),
    ),
  );
}
