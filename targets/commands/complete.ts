/** Questions to the person who starts post processing from an output.txt that cannot be read. */
import { type Completing, type Json, Refusal } from '../../core/index.ts';
import { readOutputText } from '../reports/output-reader.ts';

/**
 * What `desgw build --from-output FILE` asks on a terminal when the file is missing or makes no
 * sense. For `complete` of a build.
 */
export async function completeFollowUp({
  params,
  readText,
  prompt,
}: Completing): Promise<{ readonly [name: string]: Json }> {
  const file = String(params.fromOutput);
  if (file === '' || !isUnreadable(readText(file))) return {};
  const list = await prompt(
    `${file} cannot be read. Exposures with bands, such as 668440 i, 668442 z: `,
  );
  const number = await prompt('Season: ');
  return { entries: list.split(',').map((word) => word.trim()), season: number.trim() };
}

function isUnreadable(text: string | undefined): boolean {
  if (text === undefined) return true;
  try {
    return readOutputText(text).entries.length === 0;
  } catch (error) {
    if (error instanceof Refusal) return true;
    throw error;
  }
}
