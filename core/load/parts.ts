/** The parts of desgw that code outside may import. */

/** Specifier -> name of its bundle in dist/, and its sources. */
export const PARTS: {
  readonly [specifier: string]: { readonly bundle: string; readonly source: string };
} = {
  desgw: { bundle: 'index', source: 'core/index.ts' },
  'desgw/targets': { bundle: 'targets', source: 'targets/index.ts' },
  'desgw/testing': { bundle: 'testing', source: 'core/testing/index.ts' },
};

/** What may stand in an import. */
export const SPECIFIERS: readonly string[] = Object.keys(PARTS);
