/** Chance without surprise: the same keys always give the same number. */

/** A number in [0, 1) that depends on the keys alone. */
export function chance(...keys) {
  let h = 0x811c9dc5;
  for (const char of keys.join('|')) h = Math.imul(h ^ char.charCodeAt(0), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
}

/** A number of a range `[low, high]`; a plain number stands for itself. */
export function within(range, ...keys) {
  if (typeof range === 'number') return range;
  return range[0] + (range[1] - range[0]) * chance(...keys);
}

/** A whole number of a range `[low, high]`, both included. */
export function countWithin(range, ...keys) {
  if (typeof range === 'number') return range;
  return range[0] + Math.floor((range[1] - range[0] + 1) * chance(...keys));
}

/** One of the names of `weights` (name -> weight), by weight. */
export function pick(weights, ...keys) {
  const entries = Object.entries(weights);
  let left = chance(...keys) * entries.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [name, weight] of entries) {
    left -= weight;
    if (left < 0) return name;
  }
  return entries.at(-1)[0];
}

/** The items in an order that depends on the keys alone. */
export function shuffled(items, ...keys) {
  return items
    .map((item) => ({ item, rank: chance(...keys, item) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}
