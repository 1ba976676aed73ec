/** efficiency: how many of the artificial sources were found, by band and magnitude. */
import { iniName, type Json, type Path, type Rule, readIni, target, write } from '../core/index.ts';
import {
  depthText,
  type EfficiencyBin,
  efficiencyCsv,
  efficiencyIn,
} from './candidates/efficiency.ts';
import { type FollowUp, iniFile, OUTPUTS } from './settings/follow-up.ts';
import { POST_PROCESSING } from './settings/phases.ts';

/** The table. */
export const efficiencyFile = (season: string): Path => `${OUTPUTS}/efficiency_S${season}.csv`;

/** Counts the fakes again whenever step 4 has matched them. */
export function efficiency({ site, season }: FollowUp): Rule {
  const ini = iniFile(season);
  return target('efficiency', {
    doc: 'artificial sources that were found, by band and magnitude',
    phase: POST_PROCESSING,
    after: ['postproc:4'],
    outputs: [efficiencyFile(season)],
    observe: {
      reads: [ini],
      look: ({ text }) => [
        {
          kind: 'read',
          path: truthFile(text(ini), { season, postProcessing: site.postProcessing }),
        },
      ],
      judge: ([seen]) => {
        if (seen?.kind === 'failed') return { state: 'failed', why: seen.why };
        const bins = efficiencyIn(seen?.kind === 'read' ? (seen.text ?? '') : '');
        if (bins === undefined)
          return { state: 'failed', why: 'step 4 of post processing left no table of fakes' };
        const depth = depthText(bins);
        const value = bins as unknown as Json;
        return { state: 'ready', value, note: depth === '' ? '' : `half are found at ${depth}` };
      },
    },
    recipe: {
      version: '1',
      steps: ({ value }) => [
        write(efficiencyFile(season), efficiencyCsv((value ?? []) as unknown as EfficiencyBin[])),
      ],
    },
  });
}

/** Where step 4 saves the fakes with what became of them. */
export function truthFile(
  ini: string,
  { season, postProcessing }: { readonly season: string; readonly postProcessing: Path },
): Path {
  const values = readIni(ini);
  const outdir = values.get('general.outdir') ?? './outputs';
  const name = values.get(iniName('truthtable.plusname')) ?? 'truthplus.tab';
  const place = outdir.startsWith('/')
    ? outdir
    : `${postProcessing}/${outdir.replace(/^\.\//, '')}`;
  return `${place}/truthtable${season}/${name}`;
}
