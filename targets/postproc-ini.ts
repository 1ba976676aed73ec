/** postproc_SEASON.ini: the settings of run_postproc.py, made from the template. */
import { editIni, type Rule, target, write } from '../core/index.ts';
import { passingIn } from './exposure-list.ts';
import { exposureListFile, type FollowUp, forcefilesFile, forcefilesName, iniFile, OUTPUT_TXT } from './follow-up.ts';
import { readOutputText } from './output-text.ts';
import { iniBands, iniValues } from './postproc-params.ts';
import { packageFile } from './site/package.ts';

/** Comments, order and spelling of keys stay those of the template. */
export function postprocIni({ site, season, exposures, params }: FollowUp, outputTxt = OUTPUT_TXT): Rule {
  const given = String(params.postprocTemplate);
  const template = given === '' ? packageFile('templates/template_postproc.ini') : given;
  const path = iniFile(season);
  const list = `complete_exposures_S${season}.list`;
  const values = iniValues(params, { season, listFile: list });
  return target(path, {
    doc: 'settings of run_postproc.py',
    deps: ['exposure.list'],
    gathers: exposures.map(forcefilesName),
    inputs: [outputTxt, template],
    params: { ...values, site: site.name },
    outputs: [path],
    recipe: {
      version: '1',
      reads: [template, outputTxt, exposureListFile(season), ...exposures.map(forcefilesFile)],
      steps: ({ text, gathered }) => {
        const { bands } = passingIn(readOutputText(text(outputTxt)).entries, gathered, text);
        // Bands of rejected exposures would make rows without data in the master list.
        return [write(path, editIni(text(template), { ...values, 'general.bands': iniBands(bands) }))];
      },
    },
  });
}
