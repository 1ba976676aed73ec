'use strict';
/**
 * Which sources the bundle in dist/ was made of, so that a checkout never runs old code unknowingly.
 * Nothing is read but the names, sizes and times of files.
 */
const { existsSync, readdirSync, statSync } = require('node:fs');
const { join } = require('node:path');

/** What is bundled, and what bundles it. */
const FOLDERS = ['core', 'targets', 'page'];
const SOURCE = /\.(ts|mjs|cjs|css)$/;

/** Where the bundle says what it was made of. */
const STAMP = join('dist', 'sources.txt');

/** A line for each source, one for package.json and one for the packages that it asks for. */
function sourcesNow(root) {
  const lines = [];
  const add = (path) => {
    const stat = statSync(join(root, path), { throwIfNoEntry: false });
    if (stat !== undefined) lines.push(`${path} ${stat.size} ${stat.mtimeMs}`);
  };
  const walk = (folder) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true }))
      if (entry.isDirectory()) walk(`${folder}/${entry.name}`);
      else if (SOURCE.test(entry.name)) add(`${folder}/${entry.name}`);
  };
  for (const folder of FOLDERS) if (existsSync(join(root, folder))) walk(folder);
  add('package.json');
  add('package-lock.json');
  return `${lines.sort().join('\n')}\n`;
}

module.exports = { STAMP, sourcesNow };
