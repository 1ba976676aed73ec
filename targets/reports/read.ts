/** Reads the reports of an exposure back, for commands and for targets of one's own. */
import { UserError } from '../../core/index.ts';
import type { CcdReport } from './ccd-report.ts';
import type { ForcefileReport } from './forcefile-report.ts';

/**
 * Reads the text of `ccdsFile`; undefined when there is none.
 * @throws UserError when the text is something else: that is not "no report yet"
 */
export const readCcdReport = (text: string | undefined): CcdReport | undefined =>
  read<CcdReport>(text, 'desgw/ccds', 'ccds_EXPOSURE');

/**
 * Reads the text of `forcefilesFile`; undefined when there is none.
 * @throws UserError when the text is something else: that is not "no report yet"
 */
export const readForcefileReport = (text: string | undefined): ForcefileReport | undefined =>
  read<ForcefileReport>(text, 'desgw/forcefiles', 'forcefiles_EXPOSURE');

function read<Report extends { readonly schema: string; readonly version: 1 }>(
  text: string | undefined,
  schema: Report['schema'],
  target: string,
): Report | undefined {
  if (text === undefined) return undefined;
  const found = parsed(text);
  if (found?.schema === schema && found.version === 1) return found as Report;
  throw new UserError(
    `a report is no ${schema} of version 1: ${text.trim().slice(0, 40) || 'it is empty'}`,
    `\`desgw why ${target}\` says what became of it.`,
  );
}

function parsed(text: string): { readonly schema?: unknown; readonly version?: unknown } | null {
  try {
    const found: unknown = JSON.parse(text);
    return typeof found === 'object' ? found : null;
  } catch {
    return null; // half a file, or somebody's note
  }
}
