/** Lines that differ in numbers alone, as programs print them by the hundred, told once with their count. */

/** Most lines that come again and again together, as a warning and the place that it is about. */
const LONGEST = 3;
/** So many lines must be spared for a fold to be worth its own. */
const WORTH = 3;

/**
 * The lines with runs of like ones folded: the first, and how many more there are; where a run ends the
 * text, its last too, for that is how far it came. Of several empty lines one is left.
 */
export function foldedAlike(lines: readonly string[]): readonly string[] {
  const kept = lines.filter((line, i) => line.trim() !== '' || (lines[i - 1] ?? '').trim() !== '');
  const keys = kept.map((line) => line.replace(/\d+/g, '0'));
  const folded: string[] = [];
  for (let at = 0; at < kept.length; ) {
    const { period, times } = runAt(keys, at);
    const end = at + period * times;
    const last = end === kept.length ? 1 : 0;
    const more = times - 1 - last;
    if (more * period < WORTH) {
      folded.push(kept[at]!);
      at += 1;
      continue;
    }
    const which = period === 1 ? 'it' : 'these';
    folded.push(...kept.slice(at, at + period), `(${more} more like ${which})`);
    folded.push(...kept.slice(end - last * period, end));
    at = end;
  }
  return folded;
}

/** The run that begins here and spares most lines: how many lines come again, and how often. */
function runAt(keys: readonly string[], at: number) {
  let best = { period: 1, times: 1 };
  for (let period = 1; period <= LONGEST; period++) {
    let end = at + period;
    while (end < keys.length && keys[end] === keys[end - period]) end += 1;
    const times = Math.floor((end - at) / period);
    if ((times - 1) * period > (best.times - 1) * best.period) best = { period, times };
  }
  return best;
}
