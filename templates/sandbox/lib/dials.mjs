/**
 * The dials: how fast the sandbox runs and what goes wrong in it. Defaults below, then dials.json,
 * then the entry of the exposure in dials.json, then the same two of $DESGW_SANDBOX_DIALS (JSON).
 * README.md explains every dial.
 */
import fs from 'node:fs';
import { join } from 'node:path';
import { ROOT, stop } from './site.mjs';

const DEFAULTS = {
  seed: 1,
  speed: 1,
  exposureInfo: { seconds: 0.3, trouble: null },
  dagmaker: {
    seconds: 0.6,
    noTemplates: false,
    rawMissing: false,
    cpFailed: false,
    headerFails: false,
    copyError: null,
    dieAt: null,
  },
  submit: { delay: 0, delayAfter: 0, jobInfo: true, dieAt: null, trouble: null },
  queue: { delay: 0, trouble: null, stopped: '', downtime: '', collector: null },
  account: { roles: 'desgw' },
  credentials: { ticket: null, renewable: 0 },
  grid: {
    idle: [0.1, 0.8],
    search: [1.2, 4],
    template: [0.3, 0.8],
    other: 0.3,
    slowFactor: 6,
    copyGap: 0.15,
    late: 0,
    rerun: 'success',
    heldFor: null,
    heldThen: 'release',
    holdReason: 'Error from slot1_7@fnpc: memory usage exceeded request_memory',
  },
  search: { outcomes: { failed: [0, 5], noOverlaps: [0, 1], silent: [0, 1] }, ccds: {} },
  template: { outcomes: {}, ccds: {}, need: {} },
  postproc: {
    stepSeconds: 0.5,
    fixed: false,
    candidates: 0.02,
    emptyPlots: false,
    zeroDat: false,
    hostmatchFails: false,
    failAt: null,
    hangAt: null,
    dieAt: null,
  },
};

/** Members whose keys a person chooses. */
const FREE = new Set(['outcomes', 'ccds', 'need']);

/** The dials in force, for one exposure or for the site as a whole. */
export function dialsFor(exposure) {
  let dials = DEFAULTS;
  for (const { name, layer } of layers()) {
    const { exposures = {}, ...common } = layer;
    dials = merged(dials, common, name);
    const own = exposures[exposure];
    if (own !== undefined) dials = merged(dials, own, `${name}: exposures.${exposure}`);
  }
  return dials;
}

/** Seconds of simulated work as seconds to wait. */
export function paced(seconds, dials = dialsFor()) {
  return seconds / dials.speed;
}

function layers() {
  const found = [];
  const file = join(ROOT, 'dials.json');
  if (fs.existsSync(file)) found.push(parsed('dials.json', fs.readFileSync(file, 'utf8')));
  const own = process.env.DESGW_SANDBOX_DIALS;
  if (own) found.push(parsed('DESGW_SANDBOX_DIALS', own));
  return found;
}

function parsed(name, text) {
  try {
    return { name, layer: JSON.parse(text) };
  } catch (error) {
    return stop(`sandbox: ${name} is not valid JSON (${error.message})`, 70);
  }
}

function merged(base, layer, where) {
  const result = { ...base };
  for (const [key, value] of Object.entries(layer)) {
    if (!(key in base))
      stop(`sandbox: ${where}: there is no dial '${key}'; see sandbox/README.md`, 70);
    const group = typeof value === 'object' && value !== null && !Array.isArray(value);
    result[key] = group && !FREE.has(key) ? merged(base[key], value, `${where}: ${key}`) : value;
  }
  return result;
}
