/** The pictures that difference imaging cuts out around an object: template, search, difference. */
import { chance } from './random.mjs';

export const STAMP_KINDS = ['temp', 'srch', 'diff'];
/** Pixels of an edge, as in the true ones. */
const EDGE = 51;
/** So many objects look different; the others look like one of these. */
const LOOKS = 8;

const made = new Map();

/** A host galaxy in the template, a new star beside it in the search image, the star alone in the difference. */
export function stampGif(kind, object) {
  const look = object % LOOKS;
  const key = `${kind} ${look}`;
  if (!made.has(key)) made.set(key, gif(pixelsOf(kind, look)));
  return made.get(key);
}

function pixelsOf(kind, look) {
  const pixels = Buffer.alloc(EDGE * EDGE);
  const [hx, hy] = [18 + 12 * chance('host', look), 18 + 12 * chance('host y', look)];
  for (let y = 0; y < EDGE; y++) {
    for (let x = 0; x < EDGE; x++) {
      const noise = 30 + 22 * chance(kind, look, x, y);
      const host = kind === 'diff' ? 0 : 80 * bump(x - hx, (y - hy) * 1.6, 6);
      const star = kind === 'temp' ? 0 : 130 * bump(x - EDGE / 2, y - EDGE / 2, 2.2);
      pixels[y * EDGE + x] = Math.min(127, noise / 2 + host + star);
    }
  }
  return pixels;
}

const bump = (dx, dy, width) => Math.exp(-(dx * dx + dy * dy) / (2 * width * width));

/** Grey values below 128 as a GIF whose code words are the pixels themselves, not compressed. */
function gif(pixels) {
  const head = Buffer.from('GIF89a\0\0\0\0\xf6\0\0', 'latin1');
  head.writeUInt16LE(EDGE, 6);
  head.writeUInt16LE(EDGE, 8);
  const greys = Buffer.from(Array.from({ length: 3 * 128 }, (_, i) => 2 * Math.floor(i / 3)));
  const image = Buffer.from(',\0\0\0\0\0\0\0\0\0', 'latin1');
  image.writeUInt16LE(EDGE, 5);
  image.writeUInt16LE(EDGE, 7);
  // Eight bits a code; the table is cleared (128) before it would need nine, and 129 is the end.
  const codes = [];
  pixels.forEach((pixel, i) => {
    if (i % 100 === 0) codes.push(128);
    codes.push(pixel);
  });
  codes.push(129);
  const blocks = [Buffer.from([7])];
  for (let at = 0; at < codes.length; at += 255) {
    const block = codes.slice(at, at + 255);
    blocks.push(Buffer.from([block.length, ...block]));
  }
  return Buffer.concat([head, greys, image, ...blocks, Buffer.from([0, 0x3b])]);
}
