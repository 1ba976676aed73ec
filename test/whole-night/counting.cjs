'use strict';
/**
 * Loaded into desgw by NODE_OPTIONS: counts what it asks of the file system, and how much memory it
 * took at most. One line of JSON for the process at its end, into the file that DESGW_COUNTS names.
 */
const fs = require('node:fs');
const { syncBuiltinESMExports } = require('node:module');
const { isMainThread } = require('node:worker_threads');

const LOOKS = {
  stats: ['statSync', 'lstatSync', 'stat', 'lstat'],
  lists: ['readdirSync', 'readdir'],
  opens: ['openSync', 'open', 'readFileSync'],
};
const counts = { stats: 0, lists: 0, opens: 0 };
for (const [kind, names] of Object.entries(LOOKS))
  for (const name of names) {
    const original = fs[name];
    fs[name] = (...args) => {
      counts[kind] += 1;
      return original.apply(fs, args);
    };
  }
syncBuiltinESMExports();

const { appendFileSync } = fs;
if (isMainThread && /[\\/]core[\\/]bin\.cjs$/.test(process.argv[1] ?? ''))
  process.on('exit', () => {
    const kilobytes = process.resourceUsage().maxRSS;
    const { user, system } = process.cpuUsage();
    const line = { ...counts, mib: kilobytes / 1024, cpu: (user + system) / 1e6 };
    appendFileSync(process.env.DESGW_COUNTS, `${JSON.stringify(line)}\n`);
  });
