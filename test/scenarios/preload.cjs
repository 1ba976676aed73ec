'use strict';
/**
 * Loaded into desgw by NODE_OPTIONS. Watches what it does to files, processes and the network, and
 * interferes where DESGW_SCENARIO (JSON, `Interference` of workspace.ts) says so. Every effect is a
 * line of text, such as `write /w/a.txt {...}`, `rename /w/.a /w/a.txt`, `read /w/a.txt`,
 * `spawn sh -c ...`, `connect`.
 */
const fs = require('node:fs');
const { ChildProcess } = require('node:child_process');
const { Socket } = require('node:net');
const { syncBuiltinESMExports } = require('node:module');

const { log, killBefore, killAfter, replace, fullFrom, tick, clock, later } = JSON.parse(
  process.env.DESGW_SCENARIO ?? '{}',
);
const { openSync, writeSync } = fs;
const logFd = log === undefined ? undefined : openSync(log, 'a');
const paths = new Map();
let written = 0;
let replaced = false;

const die = () => process.kill(process.pid, 'SIGKILL');
const matches = (pattern, line) => pattern !== undefined && new RegExp(pattern, 's').test(line);

function around(line, act, takesSpace = false) {
  if (logFd !== undefined) writeSync(logFd, `${line.replaceAll('\n', ' ')}\n`);
  if (matches(killBefore, line)) die();
  if (replace !== undefined && !replaced && matches(replace.before, line)) {
    replaced = true;
    const fd = openSync(replace.path, 'r+');
    writeSync(fd, replace.text);
    fs.closeSync(fd);
  }
  if (takesSpace && fullFrom !== undefined && ++written >= fullFrom) {
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  }
  const result = act();
  if (matches(killAfter, line)) die();
  return result;
}

function wrap(name, lineOf, takesSpace) {
  const original = fs[name];
  fs[name] = (...args) => {
    const line = lineOf(...args);
    const call = () => original.apply(fs, args);
    return line === undefined ? call() : around(line, call, takesSpace);
  };
}

wrap('writeSync', (fd, data) => `write ${paths.get(fd)} ${data}`, true);
wrap('fsyncSync', (fd) => `sync ${paths.get(fd)}`, true);
wrap('mkdirSync', (path) => `mkdir ${path}`, true);
wrap('linkSync', (from, to) => `link ${from} ${to}`, true);
wrap('symlinkSync', (to, path) => `symlink ${path} ${to}`, true);
wrap('copyFileSync', (from, to) => `copy ${from} ${to}`, true);
wrap('renameSync', (from, to) => `rename ${from} ${to}`);
wrap('unlinkSync', (path) => `remove ${path}`);
wrap('readFileSync', (path) => (typeof path === 'string' ? `read ${path}` : undefined));

fs.openSync = (path, flags = 'r', ...rest) => {
  const { O_WRONLY, O_RDWR } = fs.constants;
  const reads = flags === 'r' || (typeof flags === 'number' && (flags & (O_WRONLY | O_RDWR)) === 0);
  const open = () => openSync(path, flags, ...rest);
  const fd = around(`${reads ? 'read' : 'open'} ${path}`, open, !reads);
  paths.set(fd, path);
  return fd;
};

const project = require('node:path').join(__dirname, '..', '..');

/** A file system whose clock moves only every `tick` milliseconds; desgw itself lies on another. */
function coarse(stat, path) {
  if (stat === undefined || tick === undefined || String(path).startsWith(project)) return stat;
  for (const key of ['mtimeMs', 'ctimeMs']) stat[key] -= stat[key] % tick;
  return stat;
}
for (const name of ['statSync', 'lstatSync', 'fstatSync']) {
  const original = fs[name];
  fs[name] = (...args) => coarse(original.apply(fs, args), args[0]);
}
const { stat } = fs;
fs.stat = (...args) => {
  const then = args.pop();
  stat(...args, (error, found) => then(error, coarse(found, args[0])));
};

const { spawn } = ChildProcess.prototype;
ChildProcess.prototype.spawn = function (options) {
  return around(`spawn ${options.args.join(' ')}`, () => spawn.call(this, options));
};
const { connect } = Socket.prototype;
Socket.prototype.connect = function (...args) {
  return around('connect', () => connect.apply(this, args));
};

if (clock !== undefined) {
  const { now } = Date;
  let calls = 0;
  Date.now = () => now() + clock.by + (++calls > (clock.jumpAfter ?? Infinity) ? clock.jump : 0);
}

if (later !== undefined) {
  const { now } = Date;
  const { bigint } = process.hrtime;
  Date.now = () => now() + later;
  process.hrtime.bigint = () => bigint() + BigInt(later) * 1_000_000n;
}

process.on('exit', () => {
  if (logFd !== undefined) writeSync(logFd, `peak ${process.resourceUsage().maxRSS}\n`);
});
syncBuiltinESMExports();
