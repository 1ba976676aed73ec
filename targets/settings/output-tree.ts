/** Where DAGMaker sends what the grid makes, and where it is looked for. */
import { Refusal, readShell } from '../../core/index.ts';
import type { Site } from '../site/site.ts';

/** The two parts of an output path that dagmaker.rc decides: /pnfs/des/DESTCACHE/SCHEMA. */
const TREE = /^(.*)\/(persistent|scratch)\/(gw|wsdiff)\/*$/;

/**
 * Refuses settings with which the grid's outputs would land where nobody looks for them. Nothing is
 * said of a tree of another form, since nobody can tell what leads there.
 * @param rc text of dagmaker.rc, `values` what is about to be set in it
 * @returns no steps
 * @throws Refusal naming both trees, and the two ways to make them one
 */
export function inOneTree(
  site: Pick<Site, 'pnfs'>,
  rc: string | undefined,
  values: { readonly [key: string]: string | null } = {},
): readonly never[] {
  const [, above, cache, schema] = TREE.exec(site.pnfs) ?? [];
  if (above === undefined) return [];
  const written = readShell(rc ?? '');
  const setTo = (key: string, otherwise: string | undefined): string =>
    values[key] ?? written.get(key)?.value ?? otherwise ?? '';
  const [toCache, toSchema] = [setTo('DESTCACHE', cache), setTo('SCHEMA', schema)];
  if (toCache === cache && toSchema === schema) return [];
  const tree = `${above}/${toCache}/${toSchema}`;
  throw new Refusal(
    `with DESTCACHE=${toCache} and SCHEMA=${toSchema} in dagmaker.rc all outputs go to ${tree}, but they are looked for in ${site.pnfs}`,
    `Set DESTCACHE=${cache} and SCHEMA=${schema} again, or name that tree in desgwfile.ts: fermilab({ pnfs: '${tree}', ... }).`,
  );
}
