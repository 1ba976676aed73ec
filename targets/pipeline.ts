/** The whole follow-up as rules: what a rule file returns. */
import {
  expand,
  expandFile,
  type Json,
  type Param,
  type Params,
  type Path,
  param,
  Refusal,
  type RuleItem,
  readIni,
  target,
  UserError,
  write,
} from '../core/index.ts';
import { candidates } from './candidates.ts';
import { ccds } from './ccds.ts';
import { exposureList } from './complete-exposures.ts';
import { credentials } from './credentials.ts';
import { dagmaker } from './dagmaker.ts';
import { dagmakerRc } from './dagmaker-rc.ts';
import { efficiency } from './efficiency.ts';
import { exposuresList } from './exposures-list.ts';
import { forcefiles } from './forcefiles.ts';
import { gridPrograms } from './grid-programs.ts';
import { NIGHT_FILE, type NightOf, night } from './night.ts';
import { outputTxt } from './output-txt.ts';
import { postproc } from './postproc.ts';
import { iniTemplate, outdirOf, postprocIni } from './postproc-ini.ts';
import { quality } from './quality.ts';
import { parseExposureList } from './reports/exposure-table.ts';
import type { Entry } from './reports/forcefile-report.ts';
import { readOutputText, writeOutputText } from './reports/output-reader.ts';
import { bandIn } from './reports/rows.ts';
import { SEASON_PLACEHOLDER, season } from './season.ts';
import { setTimes } from './set-times.ts';
import { DAGMAKER_PARAMS } from './settings/dagmaker-params.ts';
import { type Exposure, parseExposure } from './settings/domain.ts';
import type { FollowUp } from './settings/follow-up.ts';
import { beginsWith, ccdsName, OUTPUT_TXT, ROWS_FILE } from './settings/follow-up.ts';
import { POSTPROC_PARAMS } from './settings/postproc-params.ts';
import type { Site } from './site/site.ts';
import { stamps } from './stamps.ts';
import { statistics } from './statistics.ts';
import { submitted } from './submitted.ts';
import { hasTemplatePass } from './templates/pass-files.ts';
import { templatePass } from './templates.ts';
import { testing } from './testing/testing.ts';
import { seesToFailures, triaged } from './triaged.ts';

/** Parameters of the follow-up itself, with those of dagmaker.rc and of the ini. */
export function followUpParams(site: Site): { readonly [name: string]: Param } {
  // Where every event has its own, its season is not known yet.
  const rc = `${site.gwWorkflow}/dagmaker.rc`;
  const settings = Object.entries(DAGMAKER_PARAMS).map(([name, one]): [string, Param] => [
    name,
    { ...one, from: { path: rc, format: 'shell', key: name } },
  ]);
  return { ...OWN_PARAMS, ...Object.fromEntries(settings), ...POSTPROC_PARAMS };
}

const seconds = (value: Json): string | undefined =>
  Number(value) >= 0 ? undefined : 'it must not be below 0';

const OWN_PARAMS = {
  season: param('auto', {
    help: 'season number to claim; auto: a free one; test: one that may be used again',
  }),
  submitTimeout: param(600, {
    type: 'integer',
    help: 'seconds after which a submission that does not end is stopped; whether it took effect is then asked of the queue',
  }),
  settleAfter: {
    default: null,
    type: 'number',
    help: 'seconds without any change after which work is given up whose jobs nobody knows and the queue does not show',
    check: seconds,
  },
  settleDelay: {
    default: null,
    type: 'number',
    help: 'seconds that files may come late when the jobs have left the queue',
    check: seconds,
  },
  renewCredentials: param(true, {
    help: 'renew the Kerberos ticket (kinit -R) and the vault token (htgettoken) before they end, where that is possible',
  }),
  nightHours: param(12, {
    type: 'number',
    help: 'hours that work on the grid may take: credentials that end before are told of early',
    check: seconds,
  }),
  rawWait: param(12, {
    type: 'number',
    help: 'hours that the raw image of an exposure is waited for, from the exposure on',
    check: seconds,
  }),
  rescueBudget: param(0.2, {
    help: 'share of all submitted CCDs that rescues by triage may cost in jobs',
    check: (value) =>
      Number(value) >= 0 && Number(value) <= 1 ? undefined : 'it must lie between 0 and 1',
  }),
  autoRescue: param('off', {
    help: 'whether a build rescues what triage would try again: off (`desgw triage` shows it), ask (at the terminal), on',
    check: (value) =>
      ['off', 'ask', 'on'].includes(String(value)) ? undefined : 'it must be off, ask or on',
  }),
  releaseHeld: param(0, {
    help: 'seconds for which a job may be held until a build releases it, once; held again it is removed where autoRescue is on, and its CCD rescued; 0: people do',
    check: seconds,
  }),
  rescueAbove: param(false, {
    help: 'with autoRescue: rescue also exposures that have enough CCDs to go on',
  }),
  rescuePause: param(1800, {
    help: 'seconds after which triage tries again what failed for want of a copy or a database',
    check: seconds,
  }),
  templatePass: param(false, {
    help: 'process each template once, for all exposures and events, before the searches that need it',
  }),
  templateMemory: param(['4000MB', '6000MB', '32000MB'], {
    type: 'list',
    help: 'memory of template jobs, one amount for each pass of the template pass',
  }),
  templateEnough: param(59, {
    type: 'integer',
    help: 'CCDs of 60 at which a template counts as complete',
  }),
  templateWait: param(8, {
    help: 'hours after which a search is submitted whatever its templates do',
  }),
  startWith: param('all', {
    help: 'when post processing begins: all (every exposure has settled or has enough CCDs), enough (any has), or a number of exposures; it runs again when more came',
    check: (value) =>
      /^(?:all|enough|[1-9][0-9]*)$/.test(String(value))
        ? undefined
        : 'it must be all, enough, or a number of exposures',
  }),
  postprocAfter: param(0, {
    type: 'integer',
    help: 'post processing runs again after so many more exposures, or when no more is to come; 0: after each',
    check: seconds,
  }),
  postprocAt: param([], {
    type: 'list',
    help: 'times of day (06:00,12:00) at which post processing runs again with what has come; between them it does not, unless no more is to come',
    check: (value) =>
      (value as readonly string[]).every((time) => /^([01]\d|2[0-3]):[0-5]\d$/.test(time))
        ? undefined
        : 'they must be times of day such as 06:00',
  }),
  stampScore: param(0.7, {
    help: 'score from which the target stamps takes the images of an observation',
  }),
  strict: param(false, {
    help: 'a build fails when an exposure does not go on (as with --strict)',
  }),
  ccdThreshold: param(50, {
    type: 'integer',
    help: 'complete CCDs that an exposure needs to go on',
  }),
  forceShare: param(0.5, {
    help: 'more than this share of the expected force-photometry files is enough',
  }),
  acceptSurplus: param(false, {
    help: 'let exposures with more force-photometry files than expected go on',
  }),
  updateLinks: param(true, { help: 'run update_forcephoto_links.sh before post processing' }),
  postprocTemplate: param('', {
    help: 'template of the ini (default: the one that comes with desgw)',
  }),
  exposures: param('', {
    help: 'a list of exposures for this run, in place of the one that the rule file names',
    option: '--exposures <file>',
  }),
  fromOutput: param('', {
    help: 'post processing alone, from a given output.txt',
    option: '--from-output <file>',
  }),
  entries: param([], {
    type: 'list',
    help: 'exposures with bands (668440 i,668442 z) in place of an output.txt',
  }),
} satisfies { readonly [name: string]: Param };

/** Settings that desgw does not know, let through by `--allow-unknown`: they go into dagmaker.rc. */
function unknownSettings(params: Params): { readonly [name: string]: string } {
  const known = { ...OWN_PARAMS, ...DAGMAKER_PARAMS, ...POSTPROC_PARAMS };
  const unknown = Object.keys(params).filter(
    (name) => !Object.hasOwn(known, name) && /^[A-Z][A-Za-z0-9_]*$/.test(name),
  );
  return Object.fromEntries(unknown.map((name) => [name, String(params[name])]));
}

/**
 * All targets of a follow-up.
 * @param exposures numbers, the path of a file with one number a line, or `nightOf(...)`
 */
export function followUp(
  site: Site,
  exposures: readonly (number | string)[] | string | NightOf,
  params: Params,
): readonly RuleItem[] {
  const given = String(params.fromOutput);
  const typed = params.entries as readonly string[];
  if (typed.length > 0) return [...site.setup, ...fromEntries(site, typed, params)];
  if (given !== '')
    return [
      ...site.setup,
      expandFile(given, (text) => afterwards(site, given, text, params), ENTRIES_ADVICE),
    ];
  const listed = String(params.exposures) || exposures;
  const rest =
    typeof listed === 'string'
      ? [expandFile(listed, (text) => fromExposures(site, parseExposureList(text, listed), params))]
      : 'kind' in listed
        ? [
            night(site, listed),
            expand('night', (text) =>
              fromExposures(site, parseExposureList(text, NIGHT_FILE), params, NIGHT_FILE),
            ),
          ]
        : fromExposures(
            site,
            listed.map((e) => parseExposure(String(e))),
            params,
          );
  return [
    ...site.setup,
    ...credentials(site, params),
    ...gridPrograms(site),
    season(site, String(params.season)),
    ...rest,
    ...testing(site, params),
  ];
}

function fromExposures(
  site: Site,
  exposures: readonly Exposure[],
  params: Params,
  rows?: Path,
): readonly RuleItem[] {
  return [
    exposuresList(site, exposures, rows),
    expand(
      'season',
      (text) => underSeason({ site, exposures, params, season: text.trim() }),
      SEASON_PLACEHOLDER,
    ),
  ];
}

function underSeason(all: FollowUp): readonly RuleItem[] {
  const goOn = { together: all.exposures.map(ccdsName), when: beginsWith(all.params) };
  return [
    dagmakerRc(all, unknownSettings(all.params)),
    ...all.exposures.map((exposure) => dagmaker(all, exposure)),
    ...(hasTemplatePass(all)
      ? all.exposures.flatMap((exposure) => templatePass(all, exposure))
      : []),
    ...all.exposures.map((exposure) => submitted(all, exposure)),
    outputTxt(all),
    ...all.exposures.map((e) =>
      ccds(all, e, { reads: ROWS_FILE, bandIn: (text) => bandIn(text, e) }, { goOn }),
    ),
    ...(seesToFailures(all) ? all.exposures.map((exposure) => triaged(all, exposure)) : []),
    ...all.exposures.map((exposure) => forcefiles(all, exposure, { afterTriage: true })),
    ...setTimes(all),
    exposureList(all),
    postProcessing(all),
    candidates(all),
    efficiency(all),
    quality(all),
    stamps(all),
    statistics(all),
  ];
}

/** The template of the ini names the files by which post processing is judged. */
function postProcessing(all: FollowUp, outputTxt?: Path): RuleItem {
  return expandFile(iniTemplate(all.params), (text) => {
    const template = readIni(text);
    const outdir = outdirOf(all, template);
    return [postprocIni(all, template, outputTxt), ...postproc(all, template, outdir)];
  });
}

/** What to type where an output.txt is missing or makes no sense. */
const ENTRIES_ADVICE =
  "Say it on the command line: --set entries='668440 i,668442 z' --set season=2206, with your exposures.";

/** Post processing alone, of what an output.txt lists; the image processing was done elsewhere. */
function afterwards(site: Site, file: Path, text: string, params: Params): readonly RuleItem[] {
  const { entries, season: told } = readGiven(file, text);
  const wanted = String(params.season);
  const number = /^\d+$/.test(wanted) ? wanted : told;
  if (number === undefined)
    throw new UserError(`${file} does not say which season`, 'Add --set season=NUMBER.');
  if (entries.length === 0) throw new UserError(`${file} lists no exposure`, ENTRIES_ADVICE);
  return postProcessingAlone(
    { site, params, season: number, exposures: entries.map((e) => e.expnum) },
    entries,
    file,
  );
}

function readGiven(file: Path, text: string): ReturnType<typeof readOutputText> {
  try {
    return readOutputText(text);
  } catch (error) {
    if (error instanceof Refusal) throw new UserError(`${file}: ${error.message}`, ENTRIES_ADVICE);
    throw error;
  }
}

/** The same of exposures that were typed: their output.txt is written first. */
function fromEntries(site: Site, typed: readonly string[], params: Params): readonly RuleItem[] {
  const number = String(params.season);
  if (!/^\d+$/.test(number))
    throw new UserError('the exposures are given, but not their season', ENTRIES_ADVICE);
  const { entries } = readGiven('entries', `[${typed.join(', ')}]\n${number}\n`);
  const all: FollowUp = { site, params, season: number, exposures: entries.map((e) => e.expnum) };
  const text = writeOutputText(entries, number);
  const written = target('output.txt', {
    doc: 'exposures with their bands, and the season, as typed',
    params: { text },
    outputs: [OUTPUT_TXT],
    recipe: [write(OUTPUT_TXT, text)],
  });
  return [written, ...postProcessingAlone(all, entries, OUTPUT_TXT)];
}

function postProcessingAlone(
  all: FollowUp,
  entries: readonly Entry[],
  file: Path,
): readonly RuleItem[] {
  return [
    ...entries.map(({ expnum, band }) => ccds(all, expnum, { band }, { afterwards: true })),
    ...all.exposures.map((exposure) => forcefiles(all, exposure)),
    ...setTimes(all),
    exposureList(all, file),
    postProcessing(all, file),
  ];
}
