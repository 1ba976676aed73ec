/** `desgw stamps`: which stamps of which candidates were taken, and which could not be had. */
import { type Command, type CommandCall, type Listing, table } from '../../core/index.ts';
import { STAMP_KINDS } from '../candidates/exhibits.ts';
import { stampsFolder } from '../settings/follow-up.ts';
import { claimedSeason } from './asked.ts';

/** One candidate with the observations of which it has all stamps. */
type Taken = {
  readonly snid: string;
  readonly folder: string;
  readonly objects: readonly string[];
};

/** One observation whose stamps could not be had. */
type Lacking = {
  readonly object: string;
  readonly nite: string;
  readonly exposure: string;
  readonly band: string;
  readonly ccd: string;
  readonly score: number;
};

/** Looks at what `desgw build stamps` has taken. */
export function stamps(): Command {
  return {
    doc: 'candidates whose stamps were taken, and the observations of which there are none',
    options: { '--json': 'print data instead of text' },
    run: async (call) => {
      const folder = stampsFolder(claimedSeason(call));
      const failed = call.readText(`${folder}/fail_objids.txt`);
      if (failed === undefined) {
        call.print('No stamps were taken yet: desgw build stamps takes them.');
        return 1;
      }
      const [taken, lacking] = [await takenIn(call, folder), lackingIn(failed)];
      call.print(
        call.option('--json') === true
          ? JSON.stringify({ candidates: taken, lacking })
          : asText(taken, lacking).join('\n'),
      );
      return 0;
    },
  };
}

async function takenIn(call: CommandCall, folder: string): Promise<readonly Taken[]> {
  const [seen] = await call.look([{ kind: 'list', pattern: `${folder}/*` }]);
  return (seen?.kind === 'list' ? seen.dirs : []).map(({ dir, names }) => ({
    snid: dir.slice(dir.lastIndexOf('/') + 1),
    folder: dir,
    objects: objectsIn(names),
  }));
}

/** Those of which template, search and difference are there. */
function objectsIn(names: Listing['names']): readonly string[] {
  const there = new Set(names);
  return names.flatMap((name) => {
    const object = /^diff(.+)\.gif$/.exec(name)?.[1];
    return object !== undefined && STAMP_KINDS.every((kind) => there.has(`${kind}${object}.gif`))
      ? [object]
      : [];
  });
}

/** The lines of fail_objids.txt. */
const lackingIn = (text: string): readonly Lacking[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [object = '', nite = '', exposure = '', band = '', ccd = '', score] = line.split(' ');
      return { object, nite, exposure, band, ccd, score: Number(score) };
    });

function asText(taken: readonly Taken[], lacking: readonly Lacking[]): readonly string[] {
  const count = taken.reduce((sum, { objects }) => sum + objects.length, 0);
  return [
    `stamps of ${count} observations of ${taken.length} candidates; ${lacking.length} could not be had`,
    ...table(taken.map(({ folder, objects }) => [`  ${folder}`, objects.join(' ')])),
    ...lacking.map(
      ({ object, exposure, band, ccd, score }) =>
        `  not had: ${object} (exposure ${exposure}, ${band}_${ccd}, score ${score})`,
    ),
  ];
}
