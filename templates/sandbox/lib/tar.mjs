/**
 * Reads and writes .tar.gz (ustar, regular files only). The same members give the same bytes:
 * no times, no owners.
 */
import { gunzipSync, gzipSync } from 'node:zlib';

const BLOCK = 512;

/** A .tar.gz of `members`: name -> text or bytes, in the order given. */
export function tarGz(members) {
  const blocks = [];
  for (const [name, content] of Object.entries(members)) {
    const data = Buffer.from(content);
    blocks.push(headerOf(name, data.length), data, Buffer.alloc(-data.length & (BLOCK - 1)));
  }
  blocks.push(Buffer.alloc(2 * BLOCK));
  return gzipSync(Buffer.concat(blocks), { level: 1 });
}

/** The members of a .tar.gz: name -> bytes. */
export function untarGz(bytes) {
  const tar = gunzipSync(bytes);
  const members = {};
  for (let at = 0; at + BLOCK <= tar.length && tar[at] !== 0; ) {
    const name = tar.toString('latin1', at, at + 100).replace(/\0.*$/s, '');
    const size = Number.parseInt(tar.toString('latin1', at + 124, at + 135), 8);
    members[name] = tar.subarray(at + BLOCK, at + BLOCK + size);
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return members;
}

function headerOf(name, size) {
  const header = Buffer.alloc(BLOCK);
  const octal = (value, width) => `${value.toString(8).padStart(width, '0')}\0`;
  header.write(name, 0, 100, 'latin1');
  header.write(octal(0o644, 7) + octal(0, 7) + octal(0, 7) + octal(size, 11) + octal(0, 11), 100);
  header.write(`${' '.repeat(8)}0`, 148);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}
