#!/usr/bin/env node
'use strict';
/**
 * The command. CommonJS, because the size of libuv's thread pool must be set before anything uses
 * it, and the loader of ES modules does. Answers what it can without loading anything else.
 */
process.env.UV_THREADPOOL_SIZE ??= '64';

const { existsSync, readFileSync } = require('node:fs');
const { join, sep } = require('node:path');
const { version } = require('../package.json');

const [major, minor] = process.versions.node.split('.').map(Number);
const only = process.argv.length === 3 ? process.argv[2] : undefined;

if (major < 20 || (major === 20 && minor < 19)) {
  stop(`desgw needs Node 20.19 or newer; this is Node ${process.versions.node}.`);
} else if (only === '--version' || only === '-v') {
  say(`desgw ${version}\n`);
} else if (process.platform !== 'linux') {
  stop(
    `desgw needs Linux, whose /proc tells which programs are alive; this is ${process.platform}. Run it on a DES machine, or in a container.`,
  );
} else {
  run(join(__dirname, '..'));
}

async function run(root) {
  const dist = join(root, 'dist');
  if (helped(dist) || completed(dist) || !(await isCurrent(root))) return;
  const program = join(dist, 'program.cjs');
  if (!existsSync(program)) {
    stop(`desgw has not been built: ${program} is missing.\nRun \`npm run build\` in ${root}.`);
    return;
  }
  const { answer, codeFolder, loadCompiled } = require(join(dist, 'start.cjs'));
  const words = process.argv.slice(2);
  const answered = await answer({ words, cwd: process.cwd(), env: process.env }, dist);
  if (answered === true) return;
  loadCompiled(program, codeFolder(process.env)).runCommand(answered || undefined);
}

/** An installed package is as it was published; a checkout is worked on. */
async function isCurrent(root) {
  if (root.split(sep).includes('node_modules') || !existsSync(join(__dirname, 'bundle.mjs')))
    return true;
  const { STAMP, sourcesNow } = require('./sources.cjs');
  const stamp = join(root, STAMP);
  const made = existsSync(stamp) ? readFileSync(stamp, 'utf8') : undefined;
  return made === sourcesNow(root) || bundleAgain(root, made === undefined);
}

/** Whether it was help that was asked for, and no rule file can add to it. */
function helped(dist) {
  const [first, second, ...more] = process.argv.slice(2);
  if (more.length > 0 || !existsSync(join(dist, 'help.json'))) return false;
  const isHelp = (word) => word === '--help' || word === '-h';
  const command =
    first === undefined || first === 'help' || isHelp(first)
      ? (second ?? '')
      : isHelp(second)
        ? first
        : undefined;
  const texts = JSON.parse(readFileSync(join(dist, 'help.json'), 'utf8'));
  if (command === undefined || !Object.hasOwn(texts, command)) return false;
  say(`${texts[command]}\n`);
  return true;
}

/** Whether it was a shell that asked what may come next. */
function completed(dist) {
  const [first, ...asked] = process.argv.slice(2);
  if (first !== '__complete' || !existsSync(join(dist, 'complete.cjs'))) return false;
  const { completion } = require(join(dist, 'complete.cjs'));
  const kept = JSON.parse(readFileSync(join(dist, 'commands.json'), 'utf8'));
  say(completion(asked, process.cwd(), kept));
  return true;
}

/** Bundles a checkout. Says whether dist/ may be used now. */
async function bundleAgain(root, isFirst) {
  const { accessSync, constants } = require('node:fs');
  const { pathToFileURL } = require('node:url');
  const why = isFirst ? 'it has not been bundled yet' : 'its sources have changed since';
  try {
    accessSync(root, constants.W_OK);
  } catch {
    process.stderr.write(`desgw: ${why}, and ${root} is not yours: this is the old code\n`);
    return true;
  }
  process.stderr.write(`desgw: ${why}; bundling ${root}\n`);
  try {
    const { bundle } = await import(pathToFileURL(join(root, 'core', 'bundle.mjs')).href);
    if (await bundle()) return true;
    stop('desgw: these sources cannot be bundled, and old code is not run in their place.');
  } catch (error) {
    stop(`desgw: it cannot be bundled: ${error.message}\nRun \`npm ci\` in ${root}.`);
  }
  return false;
}

function say(text) {
  process.stdout.on('error', ({ code, message }) => {
    // Where the reader has gone away, nobody wants the rest; on a full disk it is lost.
    if (code === 'EPIPE') return;
    process.stderr.write(`desgw: what it printed was lost: ${message}\n`);
    process.exitCode = 5;
  });
  process.stdout.write(text);
}

function stop(message) {
  process.stderr.write(`${message}\n`);
  process.exitCode = 2;
}
