/** Reading files. What is no file is refused at once: to open a pipe, or read a device, may never end. */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { DIGEST_LENGTH, digestOf } from '../api/digest.ts';
import type { Digest } from '../api/values.ts';
import { FileError, type FsModule } from './fs.ts';
import { oddKind } from './looking.ts';

/** How much of a file is digested at a time. */
const PIECE = 1 << 20;

/** Else opening a pipe would wait for a writer; to files it makes no difference. */
const READ_AT_ONCE = constants.O_RDONLY | constants.O_NONBLOCK;

/** Hands an open file to `use`, and closes it. @throws FileError for pipes, sockets and devices */
function reading<T>(fs: FsModule, path: string, use: (fd: number) => T): T {
  const fd = fs.openSync(path, READ_AT_ONCE);
  try {
    const stat = fs.fstatSync(fd);
    if (!stat.isFile() && !stat.isDirectory())
      throw new FileError('read', path, 'EINVAL', `it is ${oddKind(stat)}, not a file`);
    return use(fd);
  } finally {
    fs.closeSync(fd);
  }
}

/** The whole content. */
export function readWhole(fs: FsModule, path: string): Buffer {
  return reading(fs, path, (fd) => fs.readFileSync(fd));
}

/** Digests files through one buffer. */
export function fileDigester(fs: FsModule): (path: string) => Digest {
  let buffer: Buffer | undefined;
  return (path) => {
    buffer ??= Buffer.allocUnsafe(PIECE);
    const piece = buffer;
    return reading(fs, path, (fd) => {
      let length = fs.readSync(fd, piece, 0, PIECE, null);
      const more = length < PIECE ? fs.readSync(fd, piece, length, PIECE - length, null) : PIECE;
      if (more === 0) return digestOf(piece.subarray(0, length));
      length = Math.min(length + more, PIECE);
      const hash = createHash('sha256');
      for (; length > 0; length = fs.readSync(fd, piece, 0, PIECE, null)) {
        hash.update(piece.subarray(0, length));
      }
      return hash.digest('base64url').slice(0, DIGEST_LENGTH);
    });
  };
}

/** At most the last `bytes` of a file. */
export function readEnd(fs: FsModule, path: string, bytes: number): Uint8Array {
  return reading(fs, path, (fd) => {
    const { size } = fs.fstatSync(fd);
    const end = Buffer.alloc(Math.min(bytes, size));
    let length = 0;
    // Once more at the end of the file: it may be shorter than it was a moment ago.
    for (let more = 1; more > 0 && length < end.length; length += more) {
      more = fs.readSync(fd, end, length, end.length - length, size - end.length + length);
    }
    return end.subarray(0, length);
  });
}

/** Bytes in a file, as it says when it is opened. */
export function sizeOf(fs: FsModule, path: string): number {
  return reading(fs, path, (fd) => fs.fstatSync(fd).size);
}
