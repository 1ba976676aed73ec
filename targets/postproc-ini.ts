/** postproc_SEASON.ini: the settings of run_postproc.py, made from the template. */
import {
  editIni,
  type Params,
  type Path,
  type Problem,
  type Rule,
  target,
  write,
} from '../core/index.ts';
import { passingIn } from './complete-exposures.ts';
import { readOutputText } from './reports/output-reader.ts';
import {
  exposureListFile,
  type FollowUp,
  forcefilesFile,
  forcefilesName,
  iniFile,
  leastOf,
  OUTPUT_TXT,
} from './settings/follow-up.ts';
import { POST_PROCESSING } from './settings/phases.ts';
import { eventValues, iniBands, iniOutdir, iniValues } from './settings/postproc-params.ts';
import { packageFile } from './site/package.ts';

/** The template of the ini: the one that was given, or the one that comes with desgw. */
export function iniTemplate(params: Params): Path {
  const given = String(params.postprocTemplate);
  return given === '' ? packageFile('templates/template_postproc.ini') : given;
}

/** The output tree of post processing, relative to Post-Processing unless absolute. */
export function outdirOf(
  { site, season, params }: Pick<FollowUp, 'site' | 'season' | 'params'>,
  template: ReadonlyMap<string, string>,
): string {
  const usual = site.outdir.replaceAll('{season}', season);
  return iniOutdir(params, ownTemplate(params, template), usual);
}

/** The template's values where they were chosen by somebody. */
const ownTemplate = (params: Params, template: ReadonlyMap<string, string>) =>
  String(params.postprocTemplate) === '' ? undefined : template;

/** Comments, order and spelling of keys stay those of the template. */
export function postprocIni(
  { site, season, exposures, params }: FollowUp,
  ini: ReadonlyMap<string, string>,
  outputTxt = OUTPUT_TXT,
): Rule {
  const template = iniTemplate(params);
  const outdir = outdirOf({ site, season, params }, ini);
  const event = eventValues(params, ownTemplate(params, ini), site.event);
  const path = iniFile(season);
  const list = `complete_exposures_S${season}.list`;
  const values = { ...event.values, ...iniValues(params, { season, listFile: list, outdir }) };
  const rootdir = params.rootdir == null ? site.rootdir : undefined;
  return target(path, {
    doc: 'settings of run_postproc.py',
    phase: POST_PROCESSING,
    deps: ['exposure.list'],
    foreseen: unsetProblems(event.unset),
    gathers: exposures.map(forcefilesName),
    ...leastOf(params),
    inputs: [outputTxt, template],
    params: { ...values, site: site.name, ...(rootdir === undefined ? {} : { rootdir }) },
    outputs: [path],
    recipe: {
      version: '1',
      reads: [template, outputTxt, exposureListFile(season), ...exposures.map(forcefilesFile)],
      steps: ({ text, gathered, workspace }) => {
        const { bands } = passingIn(readOutputText(text(outputTxt)).entries, gathered, text);
        // Bands of rejected exposures would make rows without data in the master list.
        return [
          write(
            path,
            editIni(text(template), {
              ...values,
              ...(rootdir === undefined
                ? {}
                : {
                    'general.rootdir': rootdir.startsWith('/')
                      ? rootdir
                      : `${workspace}/${rootdir}`,
                  }),
              'general.bands': iniBands(bands),
            }),
          ),
        ];
      },
      // What is there so far stands in the file all the same.
      judge: () => unsetProblems(event.unset, `${path}: `),
    },
  });
}

function unsetProblems(names: readonly string[], where = ''): readonly Problem[] {
  if (names.length === 0) return [];
  const set = names.map((name) => `--set ${name}=VALUE`).join(' ');
  return [
    {
      what: `${where}${names.join(', ')} ${names.length > 1 ? 'are' : 'is'} not set; every event has its own`,
      advice: `Write it into the rule file, beside followUpParams(site), or add ${set}; desgw params tells what each means.`,
    },
  ];
}
