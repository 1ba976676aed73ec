/**
 * The settings of DAGMaker.sh as parameters, under their names in dagmaker.rc. Each is `null` by
 * default: the file keeps what it says. Meanings and traps are those of DAGMaker.sh in gw_workflow.
 */
import { type Json, type Param, Refusal } from '../../core/index.ts';
import { isNite, type Season } from './domain.ts';

const jobsubTrap =
  'An option that jobsub_lite does not know makes the submission of every DAG fail. Give the ' +
  'whole text: variables such as $JOBSUB_OPTS are not expanded here.';

/** By name in dagmaker.rc; SEASON is not among them, because the target `season` decides it. */
export const DAGMAKER_PARAMS = {
  RNUM: text(
    'Release of the single-epoch (SE) processing; r<RNUM>p<PNUM> is in file names',
    digits,
  ),
  PNUM: text('Number of the SE processing; 01 and 1 are different names', digits),
  DIFFIMG_EUPS_VERSION: text(
    'Version of diffimg that the jobs set up; DAGMaker.sh itself always sets up gw8',
    word,
  ),
  WRITEDB: flag(
    'Whether the jobs write candidates to the database; with a season that was used before they mix',
  ),
  RM_MYTEMP: flag(
    'Printed only: DAGMaker.sh removes an existing mytemp_<exposure> whatever this says',
  ),
  JOBSUB_OPTS: text(`Options of the search jobs and of the monitoring job. ${jobsubTrap}`, options),
  JOBSUB_OPTS_SE: text(
    `Options of SE jobs; no script reads them at present. ${jobsubTrap}`,
    options,
  ),
  JOBSUB_TEMP_OPTS: text(`Options of the template jobs. ${jobsubTrap}`, options),
  RESOURCES: {
    default: null,
    type: 'list',
    help: 'Where jobs may run; only the script for users other than desgw reads it',
    check: (value) => members(value, (member) => /^[A-Z]+$/.test(member), 'a word in capitals'),
  },
  IGNORECALIB: flag('Calibrate again an exposure that has all SE images but too few zero points'),
  DESTCACHE: choice('Second part of the output path below /pnfs/des', ['persistent', 'scratch']),
  SCHEMA: choice('Third part of the output path below /pnfs/des; not the schema of the database', [
    'gw',
    'wsdiff',
  ]),
  SEARCH_OPTS: text(
    'Flags of SEdiff.sh for search images; -C also turns on the check of the calibration',
    options,
  ),
  TEMP_OPTS: text(
    'Flags of SEdiff.sh for templates, put behind a -t that is always there',
    options,
  ),
  TEFF_CUT_g: teff('g'),
  TEFF_CUT_r: teff('r'),
  TEFF_CUT_i: teff('i'),
  TEFF_CUT_z: teff('z'),
  TEFF_CUT_Y: teff('Y'),
  TEFF_CUT_u: number('Never applied: DAGMaker.sh has no case for u', 0, 10),
  TWINDOW: number(
    'Templates taken fewer days than this from the search image are dropped',
    0,
    100_000,
  ),
  TWINDOW_DISTINCT: choice('1: TWINDOW_BEFORE and TWINDOW_AFTER count instead of TWINDOW', [0, 1]),
  TWINDOW_BEFORE: number('Days before the search image; only with TWINDOW_DISTINCT=1', 0, 100_000),
  TWINDOW_AFTER: number('Days after the search image; only with TWINDOW_DISTINCT=1', 0, 100_000),
  MIN_NITE: nite('First nite from which templates are taken, yyyymmdd', 20100101),
  MAX_NITE: nite('Last nite from which templates are taken, yyyymmdd', 99999999),
  SKIP_INCOMPLETE_SE: flag(
    'Drop templates whose SE output is incomplete, instead of processing them first',
  ),
  DO_HEADER_CHECK: choice(
    '1: correct OBJECT, FIELD and TILING in raw images; deletes the raw copy in dCache first',
    [0, 1],
  ),
  STASHVER: number(
    'Lowest revision of the shared software on which a search job may start',
    0,
    1e9,
    'integer',
  ),
} as const satisfies { readonly [name: string]: Param };

/** Settings that DAGMaker.sh wants in other words than `true` and `false`. */
const WORDS: { readonly [name: string]: readonly [string, string] } = { WRITEDB: ['on', 'off'] };

/**
 * What to set in dagmaker.rc: the season, and each parameter that is not `null`, as text that is
 * yet to be quoted for bash.
 * @throws Refusal for settings that contradict each other
 */
export function dagmakerValues(
  params: { readonly [name: string]: Json },
  season: Season,
): { readonly [name: string]: string } {
  const values: { [name: string]: string } = { SEASON: season };
  for (const name of Object.keys(DAGMAKER_PARAMS)) {
    const value = Object.hasOwn(params, name) ? params[name]! : null;
    if (value === null) continue;
    values[name] = spelt(value, WORDS[name] ?? ['true', 'false']);
  }
  const { MIN_NITE, MAX_NITE } = values;
  if (MIN_NITE !== undefined && MAX_NITE !== undefined && MIN_NITE > MAX_NITE) {
    throw new Refusal(
      `MIN_NITE=${MIN_NITE} is after MAX_NITE=${MAX_NITE}, so there would be no templates`,
      'Exchange the two.',
    );
  }
  return values;
}

/** A value in the spelling of a settings file; `yes` and `no` stand for true and false. */
export function spelt(value: Json, [yes, no]: readonly [string, string]): string {
  if (value === true) return yes;
  if (value === false) return no;
  if (Array.isArray(value)) return value.join(',');
  const plain = String(value);
  // Neither bc nor Python 2 needs an exponent to be told of small numbers.
  return typeof value === 'number' && plain.includes('e') ? value.toFixed(12) : plain;
}

type Check = (value: string) => string | undefined;

function text(help: string, check: Check): Param {
  return { default: null, type: 'text', help, check: (value) => check(String(value)) };
}

function flag(help: string): Param {
  return { default: null, type: 'boolean', help };
}

function choice(help: string, allowed: readonly [Json, ...Json[]]): Param {
  const type = typeof allowed[0] === 'number' ? 'integer' : 'text';
  const check = (value: Json): string | undefined =>
    allowed.includes(value) ? undefined : `it must be ${allowed.join(' or ')}`;
  return { default: null, type, help, check };
}

function number(
  help: string,
  least: number,
  most: number,
  type: 'number' | 'integer' = 'number',
): Param {
  const check = (value: Json): string | undefined =>
    Number(value) >= least && Number(value) <= most
      ? undefined
      : `it must lie between ${least} and ${most}`;
  return { default: null, type, help, check };
}

function teff(band: string): Param {
  return number(
    `Smallest effective exposure time of a template in ${band}; the search image is exempt`,
    0,
    10,
  );
}

/** `open` is the built-in value that stands for no limit and need not be a date. */
function nite(help: string, open: number): Param {
  const check = (value: Json): string | undefined =>
    value === open || isNite(String(value)) ? undefined : 'it must be a date written yyyymmdd';
  return { default: null, type: 'integer', help, check };
}

function digits(value: string): string | undefined {
  return /^[0-9]{1,3}$/.test(value) ? undefined : 'it must be one to three digits';
}

function word(value: string): string | undefined {
  return /^[A-Za-z0-9][\w.+-]*$/.test(value) ? undefined : 'it must be one word';
}

/** The text goes into lines of the DAG, which jobsub cuts at every blank, also inside quotes. */
function options(value: string): string | undefined {
  if (/[\p{Cc}\p{Surrogate}]/u.test(value)) return 'it holds a line break or a control character';
  if (/[$`\\]/.test(value)) return 'it holds $, ` or \\, which would not be expanded';
  if (!/^(?:[^'"]|'[^']*'|"[^"]*")*$/.test(value)) return 'it holds a quote that is not closed';
  if (/'[^']*\s[^']*'|"[^"]*\s[^"]*"/.test(value))
    return 'it holds a blank inside quotes, and jobsub cuts lines of a DAG at every blank; write the option without it';
  if (value !== '' && !value.startsWith('-'))
    return 'it must begin with an option, such as --memory';
  return undefined;
}

function members(
  value: Json,
  good: (member: string) => boolean,
  wanted: string,
): string | undefined {
  const list = Array.isArray(value) ? value.map(String) : [];
  if (list.length === 0) return 'it is empty';
  const bad = list.find((member) => !good(member));
  return bad === undefined ? undefined : `each member must be ${wanted}`;
}
