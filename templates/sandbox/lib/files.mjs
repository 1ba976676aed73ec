/** Small file helpers. A file that others may read at the same time is put in place by rename. */
import fs from 'node:fs';
import { dirname, join } from 'node:path';

let serial = 0;

/** Writes a whole file so that readers see the old or the new text, never a part. */
export function put(path, data) {
  const temporary = join(dirname(path), `.tmp-${process.pid}-${serial++}`);
  try {
    fs.writeFileSync(temporary, data);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    fs.mkdirSync(dirname(path), { recursive: true });
    fs.writeFileSync(temporary, data);
  }
  fs.renameSync(temporary, path);
}

/** Like `put`, but leaves what is there already alone. */
export function putNew(path, data) {
  if (!fs.existsSync(path)) put(path, data);
}

/** The text of a file, or undefined when there is none. */
export function textOf(path) {
  try {
    return fs.readFileSync(path, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** Sorted names in a directory; none when it does not exist. */
export function namesIn(path) {
  try {
    return fs.readdirSync(path).sort();
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw error;
  }
}

/** Non-empty lines of a text. */
export function linesOf(text) {
  return (text ?? '').split('\n').filter((line) => line.trim() !== '');
}

/** Whether a process with this id is at work on this host; one that nobody has reaped is not. */
export function alive(pid) {
  const stat = textOf(`/proc/${pid}/stat`);
  if (stat !== undefined)
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) !== 'Z';
  if (fs.existsSync('/proc/self')) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/**
 * Makes `path` hold this process's id; false when another process that is at work has done so. The
 * file of a dead one is taken over.
 */
export function takePlace(path) {
  const own = `${path}.${process.pid}`;
  fs.writeFileSync(own, String(process.pid));
  try {
    for (;;) {
      if (linked(own, path)) return true;
      const holder = textOf(path);
      if (holder === undefined) continue;
      if (alive(Number(holder))) return false;
      fs.rmSync(path, { force: true });
    }
  } finally {
    fs.rmSync(own);
  }
}

function linked(from, to) {
  try {
    fs.linkSync(from, to);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  }
}
