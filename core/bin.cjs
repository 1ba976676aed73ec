#!/usr/bin/env node
'use strict';
/**
 * The command. CommonJS, because the size of libuv's thread pool must be set before anything uses
 * it, and the loader of ES modules does. Answers what it can without loading anything else.
 */
process.env.UV_THREADPOOL_SIZE ??= '64';

const { version } = require('../package.json');

const [major, minor] = process.versions.node.split('.').map(Number);
const only = process.argv.length === 3 ? process.argv[2] : undefined;

if (major < 20 || (major === 20 && minor < 19)) {
  stop(`desgw needs Node 20.19 or newer; this is Node ${process.versions.node}.`);
} else if (only === '--version' || only === '-v') {
  process.stdout.write(`desgw ${version}\n`);
} else {
  start();
}

function start() {
  const { existsSync } = require('node:fs');
  const { join } = require('node:path');
  const { pathToFileURL } = require('node:url');
  const main = join(__dirname, '..', 'dist', 'main.mjs');
  if (!existsSync(main)) {
    stop(
      `desgw has not been built: ${main} is missing.\nRun \`npm run build\` in ${join(__dirname, '..')}.`,
    );
    return;
  }
  require('node:module').enableCompileCache?.();
  import(pathToFileURL(main).href);
}

function stop(message) {
  process.stderr.write(`${message}\n`);
  process.exitCode = 2;
}
