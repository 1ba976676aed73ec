/**
 * How faint a source was found: the artificial ones that were put into the images, and what became of
 * them. Counted, never judged.
 */

/** Found and injected fakes of a band whose true magnitude lies in a bin. */
export type EfficiencyBin = {
  readonly band: string;
  /** The brighter edge of the bin; it is `BIN` wide. */
  readonly from: number;
  readonly injected: number;
  readonly found: number;
};

/** Width of a bin, in magnitudes. */
export const BIN = 0.5;

const BAND_ORDER = 'ugrizY';

/**
 * Counts the rows of truthplus.tab (SNFAKEMATCH of the season, as step 4 of run_postproc.py saves it):
 * blank-separated with a heading; a fake was found where REJECT is 0. True magnitudes count for both, so
 * that no share is above one. Rows that lack one of the columns are left out.
 * @returns undefined for a text without such a heading
 */
export function efficiencyIn(text: string): readonly EfficiencyBin[] | undefined {
  const [heading = '', ...lines] = text.split('\n');
  const names = heading.trim().split(/\s+/);
  const [band, magnitude, reject] = ['BAND', 'TRUEMAG', 'REJECT'].map((name) =>
    names.indexOf(name),
  );
  if ([band, magnitude, reject].includes(-1)) return undefined;
  const bins = new Map<string, { band: string; from: number; injected: number; found: number }>();
  for (const line of lines) {
    const cells = line.trim().split(/\s+/);
    const mag = Number(cells[magnitude!]);
    const of = cells[band!];
    if (cells.length < names.length || of === undefined || !Number.isFinite(mag)) continue;
    const from = Math.floor(mag / BIN) * BIN;
    const key = `${of} ${from}`;
    const bin = bins.get(key) ?? { band: of, from, injected: 0, found: 0 };
    bin.injected += 1;
    if (Number(cells[reject!]) === 0) bin.found += 1;
    bins.set(key, bin);
  }
  return [...bins.values()].sort(
    (a, b) => BAND_ORDER.indexOf(a.band) - BAND_ORDER.indexOf(b.band) || a.from - b.from,
  );
}

/**
 * The magnitude at which the share that was found falls below `share`, between the middles of two bins;
 * undefined where it is below it from the start, or nowhere.
 */
export function depthAt(bins: readonly EfficiencyBin[], share: number): number | undefined {
  const points = bins.map((bin) => ({ at: bin.from + BIN / 2, share: bin.found / bin.injected }));
  const below = points.findIndex((point) => point.share < share);
  const [before, after] = [points[below - 1], points[below]];
  if (before === undefined || after === undefined) return undefined;
  const part = (before.share - share) / (before.share - after.share);
  return before.at + part * (after.at - before.at);
}

/** The bins of each band. */
export function byBand(
  bins: readonly EfficiencyBin[],
): ReadonlyMap<string, readonly EfficiencyBin[]> {
  const bands = new Map<string, EfficiencyBin[]>();
  for (const bin of bins) bands.set(bin.band, [...(bands.get(bin.band) ?? []), bin]);
  return bands;
}

/** `i 22.4, z 21.9`: where half of the fakes are found; bands of which that cannot be told are left out. */
export function depthText(bins: readonly EfficiencyBin[]): string {
  return [...byBand(bins)]
    .flatMap(([band, own]) => {
      const depth = depthAt(own, 0.5);
      return depth === undefined ? [] : [`${band} ${depth.toFixed(1)}`];
    })
    .join(', ');
}

/** Comma-separated values with a header line. */
export const efficiencyCsv = (bins: readonly EfficiencyBin[]): string =>
  [
    'band,from,to,injected,found,share',
    ...bins.map(({ band, from, injected, found }) =>
      [band, from, from + BIN, injected, found, (found / injected).toFixed(3)].join(','),
    ),
    '',
  ].join('\n');

/** The bins in a text that `efficiencyCsv` made. */
export const readEfficiency = (text: string): readonly EfficiencyBin[] =>
  text
    .split('\n')
    .slice(1)
    .filter((line) => line !== '')
    .map((line) => {
      const [band = '', from, , injected, found] = line.split(',');
      return { band, from: Number(from), injected: Number(injected), found: Number(found) };
    });
