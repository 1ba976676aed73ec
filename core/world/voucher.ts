/**
 * A proof of life that the kernel keeps: a socket in the file system that a process listens on. It
 * goes with the process, however that ends, and whoever runs under the same kernel can see whether
 * anybody listens, from any container. (Node offers no file locks; this is what it has.)
 */
import { closeSync, constants, openSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { codeOf } from './fs.ts';

/**
 * Listens at `path` until the function that is returned is called.
 * @returns undefined where the file system takes no sockets
 */
export async function vouch(path: string): Promise<(() => void) | undefined> {
  const place = shortened(path);
  if (place === undefined) return undefined;
  // Loaded when it is needed: most commands take no lock.
  const { createServer } = await import('node:net');
  const server = createServer((socket) => socket.destroy());
  const listens = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen({ path: place.path, readableAll: true, writableAll: true }, () => resolve(true));
  });
  if (!listens) {
    place.close();
    return undefined;
  }
  server.on('error', () => {});
  server.unref();
  return () => void server.close(place.close);
}

/** Whether somebody listens at `path`; undefined where that cannot be told. */
export async function isVouchedFor(path: string): Promise<boolean | undefined> {
  const place = shortened(path);
  if (place === undefined) return undefined;
  const { connect } = await import('node:net');
  try {
    return await new Promise((resolve) => {
      const socket = connect({ path: place.path }, () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', (error) => {
        const code = codeOf(error);
        resolve(code === 'ECONNREFUSED' ? false : code === 'EAGAIN' ? true : undefined);
      });
    });
  } finally {
    place.close();
  }
}

/** A socket's path may have no more than 107 bytes: the folder is named by an open descriptor. */
function shortened(
  path: string,
): { readonly path: string; readonly close: () => void } | undefined {
  try {
    const fd = openSync(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY);
    return { path: `/proc/self/fd/${fd}/${basename(path)}`, close: () => closeSync(fd) };
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return undefined; // no such folder, or no descriptor left: then nobody vouches
  }
}
