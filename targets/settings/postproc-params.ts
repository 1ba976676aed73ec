/**
 * The settings of run_postproc.py that a person may choose, and what desgw writes into
 * postproc_<SEASON>.ini. Each parameter is `null` by default: the template's value stands.
 * Meanings and traps are those of run_postproc.py and postproc.py in Post-Processing.
 */
import { type Json, type Param, Refusal } from '../../core/index.ts';
import { spelt } from './dagmaker-params.ts';
import { BANDS, isBand, isProposal, type Season, shown } from './domain.ts';

/** A parameter and where it stands in the ini. */
interface IniParam extends Param {
  /** `section.key` */
  readonly ini: string;
}

const INI_PARAMS = {
  ligoid: text('general.ligoid', 'Name of the event; run_postproc.py does not read it', word),
  triggerid: text(
    'general.triggerid',
    'Name of the trigger; run_postproc.py does not read it',
    word,
  ),
  propid: text('general.propid', 'Proposal of the observations, like 2017B-0110', proposal),
  triggermjd: {
    ini: 'general.triggermjd',
    default: null,
    type: 'number',
    help: 'Time of the trigger as a modified Julian date (MJD); light curves count from it',
    check: (value) =>
      Number(value) > 40_000 && Number(value) < 100_000
        ? undefined
        : 'it must be a modified Julian date between 40000 and 100000, like 57982.529',
  },
  env_setup_file: text('general.env_setup_file', 'Script that the jobs of step 5 source', path),
  rootdir: text('general.rootdir', 'Directory that holds exp/ and forcephoto/', absolute),
  outdir: text('general.outdir', 'Directory for everything that post processing makes', path),
  indir: text(
    'general.indir',
    'Where the exposure list is looked for unless its path is absolute',
    path,
  ),
  db: text('general.db', 'Section of ~/.desservices.ini that names the database', word),
  schema: text(
    'general.schema',
    'Schema of the database; for the output path of DAGMaker see SCHEMA',
    schema,
  ),
  GoodSNIDs: text(
    'general.GoodSNIDs',
    'File of light curves to which step 5 is restricted; ignored if there is none',
    path,
  ),
  mlscore_cut: number(
    'plots.mlscore_cut',
    'Smallest machine-learning score in the plots, 0 to 1',
    1,
  ),
  numepochs_min: integer(
    'GWFORCE.numepochs_min',
    'Fewest epochs of a candidate for force photometry',
    atLeast0,
  ),
  ncore: integer(
    'GWFORCE.ncore',
    'Parallel jobs of force photometry; some numbers never finish',
    cores,
  ),
  writeDB: {
    ini: 'GWFORCE.writeDB',
    default: null,
    type: 'boolean',
    help: 'Whether force photometry writes to the database',
  },
  datafiles_numepochs_min: integer(
    'GWmakeDataFiles.numepochs_min',
    'Fewest epochs of a candidate for a light curve',
    atLeast0,
  ),
  '2nite_trigger': text(
    'GWmakeDataFiles.2nite_trigger',
    'Must stay null: anything else makes step 5 fail',
    (value) =>
      value === 'null' ? undefined : 'anything but null makes step 5 of run_postproc.py fail',
  ),
} as const satisfies { readonly [name: string]: IniParam };

/** By name; a name is the ini's key, with a prefix where several sections have that key. */
export const POSTPROC_PARAMS: { readonly [name in keyof typeof INI_PARAMS]: Param } = INI_PARAMS;

/**
 * The output tree of post processing: the parameter `outdir`, else what a template of one's own
 * says, else where the site puts it.
 */
export function iniOutdir(
  params: { readonly [name: string]: Json },
  template: ReadonlyMap<string, string> | undefined,
  usual: string,
): string {
  const chosen = Object.hasOwn(params, 'outdir') ? params.outdir : null;
  const own = template?.get('general.outdir');
  return String(chosen ?? (own === undefined || own === '' ? usual : own));
}

/** What says which event it is. There is no value that would do for every one. */
const EVENT = ['ligoid', 'propid', 'triggermjd'] as const;
/** Stands in an ini for a value that is yet to be chosen. */
const NOT_SET = 'not_set';
/** Values of the example that comes with the scripts, which are those of one event. */
const EXAMPLE: { readonly [name: string]: string } = {
  ligoid: 'GW170814',
  triggermjd: '57979.437',
};

/** Which event a site is about that has one alone, such as a simulated one. */
export type EventOf = { readonly [name in (typeof EVENT)[number]]: string };

/**
 * What is to be written of the event beside the parameters, and which of its values nobody chose:
 * neither a parameter, nor a template of one's own, nor the site.
 */
export function eventValues(
  params: { readonly [name: string]: Json },
  template: ReadonlyMap<string, string> | undefined,
  event: EventOf | undefined,
): {
  readonly values: { readonly [key: string]: string };
  readonly unset: readonly string[];
} {
  const open = EVENT.filter((name) => {
    const own = template?.get(`general.${name}`) ?? NOT_SET;
    return (params[name] ?? null) === null && ['', NOT_SET, EXAMPLE[name]].includes(own);
  });
  const values = open.map((name) => [`general.${name}`, event?.[name] ?? NOT_SET]);
  return { values: Object.fromEntries(values), unset: event === undefined ? open : [] };
}

/**
 * What to set in postproc_<SEASON>.ini, by `section.key`: the season, the exposure list, the
 * output tree, and each parameter that is not `null`. The bands come from `iniBands`.
 * @param listFile one exposure number on every line; relative to `indir` unless absolute
 * @throws Refusal for a path of the list that an ini cannot hold
 */
export function iniValues(
  params: { readonly [name: string]: Json },
  {
    season,
    listFile,
    outdir,
  }: { readonly season: Season; readonly listFile: string; readonly outdir: string },
): { readonly [name: string]: string } {
  const complaint = path(listFile);
  if (complaint !== undefined) throw new Refusal(`exposure list ${shown(listFile)}: ${complaint}`);
  const values: { [name: string]: string } = {
    'general.season': season,
    'general.exposures_listfile': listFile,
    // Always written: the build looks for the results there.
    'general.outdir': outdir,
  };
  for (const [name, { ini }] of Object.entries(INI_PARAMS)) {
    const value = Object.hasOwn(params, name) ? params[name]! : null;
    if (value !== null) values[ini] = spelt(value, ['True', 'False']);
  }
  return values;
}

/**
 * The value of `general.bands` for the bands of the exposures that go on: each once, from blue to
 * red, so that the order of exposures makes no difference.
 * @throws Refusal when there is none, or one that run_postproc.py cannot take (such as `all`)
 */
export function iniBands(bands: readonly string[]): string {
  const odd = bands.find((band) => !isBand(band));
  if (odd !== undefined) {
    throw new Refusal(
      `${shown(odd)} is not a band that run_postproc.py can take`,
      `Bands are ${BANDS.join(', ')}; 'all' makes its step 0 fail.`,
    );
  }
  if (bands.length === 0) {
    throw new Refusal(
      'no exposure goes on to post processing, so its ini would have no band',
      'See `desgw status`: which exposures have enough CCDs and force photometry?',
    );
  }
  return BANDS.filter((band) => bands.includes(band)).join(',');
}

type Check = (value: string) => string | undefined;

function text(ini: string, help: string, check: Check): IniParam {
  return { ini, default: null, type: 'text', help, check: (value) => check(String(value)) };
}

function integer(
  ini: string,
  help: string,
  check: (value: number) => string | undefined,
): IniParam {
  return { ini, default: null, type: 'integer', help, check: (value) => check(Number(value)) };
}

function number(ini: string, help: string, most: number): IniParam {
  const check = (value: Json): string | undefined =>
    Number(value) >= 0 && Number(value) <= most ? undefined : `it must lie between 0 and ${most}`;
  return { ini, default: null, type: 'number', help, check };
}

function word(value: string): string | undefined {
  return /^[A-Za-z0-9][\w.+-]*$/.test(value) ? undefined : 'it must be one word';
}

function proposal(value: string): string | undefined {
  return isProposal(value) ? undefined : 'it must look like 2017B-0110 or 2023B-851374';
}

/** The two are easily taken for each other, because their names differ in case alone. */
function schema(value: string): string | undefined {
  if (value !== 'gw' && value !== 'wsdiff') return word(value);
  return `${value} is a part of DAGMaker's output path: set SCHEMA, in capitals`;
}

/** Percent signs and semicolons mean something else to one of the readers of an ini. */
function path(value: string): string | undefined {
  if (value === '') return 'it is empty';
  if (value.trim() !== value) return 'it begins or ends with a blank';
  return /[%;"'\p{Cc}\p{Surrogate}]/u.test(value)
    ? 'it holds a quote, %, ; or a control character, which an ini cannot hold safely'
    : undefined;
}

function absolute(value: string): string | undefined {
  return value.startsWith('/') ? path(value) : 'it must be an absolute path';
}

function atLeast0(value: number): string | undefined {
  return value >= 0 ? undefined : 'it must not be negative';
}

/**
 * forcePhoto_master.pl deals the 62 CCDs out in equal packs and waits for as many jobs as it was
 * told, also where fewer packs do.
 */
function cores(value: number): string | undefined {
  const safe = (jobs: number): boolean =>
    jobs >= 1 && Math.ceil(62 / Math.ceil(62 / jobs)) === jobs;
  if (safe(value)) return undefined;
  const good = Array.from({ length: 62 }, (_, index) => index + 1).filter(safe);
  return `force photometry would wait for ever; choose one of ${good.join(', ')}`;
}
