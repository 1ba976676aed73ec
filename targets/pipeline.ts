/** The whole follow-up as rules: what a rule file returns. */
import { expand, expandFile, param, type Param, type Params, type Path, readIni, type RuleItem, UserError } from '../core/index.ts';
import { ccds } from './ccds.ts';
import { DAGMAKER_PARAMS } from './dagmaker-params.ts';
import { dagmaker } from './dagmaker.ts';
import { dagmakerRc } from './dagmaker-rc.ts';
import { type Exposure, parseExposure } from './domain.ts';
import { exposureList } from './exposure-list.ts';
import { parseExposureList } from './exposure-table.ts';
import { exposuresList } from './exposures-list.ts';
import type { FollowUp } from './follow-up.ts';
import { ROWS_FILE } from './follow-up.ts';
import { forcefiles } from './forcefiles.ts';
import { outputTxt } from './output-txt.ts';
import { readOutputText } from './output-text.ts';
import { iniTemplate, postprocIni } from './postproc-ini.ts';
import { POSTPROC_PARAMS } from './postproc-params.ts';
import { postproc } from './postproc.ts';
import { bandIn } from './rows.ts';
import { season, SEASON_PLACEHOLDER } from './season.ts';
import type { Site } from './site/site.ts';
import { submitted } from './submitted.ts';

/** Parameters of the follow-up itself; those of dagmaker.rc and of the ini come with them. */
export const followUpParams: { readonly [name: string]: Param } = {
  season: param('auto', { help: 'season number to claim; auto: a free one; test: one that may be used again' }),
  ccdThreshold: param(50, { type: 'integer', help: 'complete CCDs that an exposure needs to go on' }),
  forceShare: param(0.5, { help: 'more than this share of the expected force-photometry files is enough' }),
  acceptSurplus: param(false, { help: 'let exposures with more force-photometry files than expected go on' }),
  updateLinks: param(true, { help: 'run update_forcephoto_links.sh before post processing' }),
  postprocTemplate: param('', { help: 'template of the ini (default: the one that comes with desgw)' }),
  fromOutput: param('', { help: 'an output.txt from which to do post processing alone' }),
  ...DAGMAKER_PARAMS,
  ...POSTPROC_PARAMS,
};

/**
 * All targets of a follow-up.
 * @param exposures numbers, or the path of a file with one number a line
 */
export function followUp(
  site: Site,
  exposures: readonly (number | string)[] | string,
  params: Params,
): readonly RuleItem[] {
  const given = String(params.fromOutput);
  if (given !== '') return [...site.setup, expandFile(given, (text) => afterwards(site, given, text, params))];
  const rest =
    typeof exposures === 'string'
      ? [expandFile(exposures, (text) => fromExposures(site, parseExposureList(text, exposures), params))]
      : fromExposures(site, exposures.map((e) => parseExposure(String(e))), params);
  return [...site.setup, season(site, String(params.season)), ...rest];
}

function fromExposures(site: Site, exposures: readonly Exposure[], params: Params): readonly RuleItem[] {
  return [
    exposuresList(site, exposures),
    expand('season', (text) => underSeason({ site, exposures, params, season: text.trim() }), SEASON_PLACEHOLDER),
  ];
}

function underSeason(all: FollowUp): readonly RuleItem[] {
  return [
    dagmakerRc(all),
    ...all.exposures.map((exposure) => dagmaker(all, exposure)),
    ...all.exposures.map((exposure) => submitted(all, exposure)),
    outputTxt(all),
    ...all.exposures.map((e) => ccds(all, e, { reads: ROWS_FILE, bandIn: (text) => bandIn(text, e) })),
    ...all.exposures.map((exposure) => forcefiles(all, exposure)),
    exposureList(all),
    postProcessing(all),
  ];
}

/** The template of the ini names the files by which post processing is judged. */
function postProcessing(all: FollowUp, outputTxt?: Path): RuleItem {
  return expandFile(iniTemplate(all.params), (text) => [postprocIni(all, outputTxt), ...postproc(all, readIni(text))]);
}

/** Post processing alone, of what an output.txt lists; the image processing was done elsewhere. */
function afterwards(site: Site, file: string, text: string, params: Params): readonly RuleItem[] {
  const { entries, season: told } = readOutputText(text);
  const wanted = String(params.season);
  const number = /^\d+$/.test(wanted) ? wanted : told;
  if (number === undefined) throw new UserError(`${file} does not say which season`, 'Add --set season=NUMBER.');
  const all: FollowUp = { site, params, season: number, exposures: entries.map((entry) => entry.expnum) };
  return [
    ...entries.map(({ expnum, band }) => ccds(all, expnum, { band }, true)),
    ...all.exposures.map((exposure) => forcefiles(all, exposure)),
    exposureList(all, file),
    postProcessing(all, file),
  ];
}
