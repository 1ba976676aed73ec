/** A file that passes for FITS: a primary header, then lines of text, in records of 2880 bytes. */

const RECORD = 2880;

/** Bytes of such a file; `name` is its EXTNAME. */
export function fits(name, lines) {
  const cards = [
    'SIMPLE  =                    T',
    'BITPIX  =                    8',
    'NAXIS   =                    1',
  ];
  const data = Buffer.from(lines.map((line) => `${line}\n`).join(''));
  cards.push(`NAXIS1  = ${String(data.length).padStart(20)}`, `EXTNAME = '${name}'`, 'END');
  const head = Buffer.from(cards.map((card) => card.padEnd(80)).join(''));
  return Buffer.concat([filled(head, ' '), filled(data, '\0')]);
}

/** The lines of such a file. */
export function fitsLines(bytes) {
  const head = bytes.toString('latin1', 0, RECORD);
  const size = Number(/NAXIS1 {2}= +(\d+)/.exec(head)[1]);
  return bytes
    .toString('utf8', RECORD, RECORD + size)
    .split('\n')
    .filter((line) => line !== '');
}

function filled(bytes, filler) {
  const rest = (RECORD - (bytes.length % RECORD)) % RECORD;
  return Buffer.concat([bytes, Buffer.alloc(rest, filler)]);
}
