/** `desgw quality`: the exposures of a night beside each other, what is odd about one marked. */
import { type Command, table } from '../../core/index.ts';
import { oddities, type Quality, readQuality } from '../candidates/quality.ts';
import { qualityFile } from '../quality.ts';
import { claimedSeason } from './asked.ts';

/** Shows the table as it was built last. Compares; judges nothing. */
export function quality(): Command {
  return {
    doc: 'exposures beside each other: t_eff, CCDs, candidates, zero points, fakes; what is odd',
    options: { '--json': 'print data instead of text' },
    run: (call) => {
      const text = call.readText(qualityFile(claimedSeason(call)));
      if (text === undefined) {
        call.print('There is no table of exposures yet: desgw build quality makes it.');
        return Promise.resolve(1);
      }
      const rows = readQuality(text);
      const odd = oddities(rows);
      call.print(
        call.option('--json') === true
          ? JSON.stringify(rows.map((row) => ({ ...row, odd: oddOf(row, odd) })))
          : [...qualityTable(rows), ...(odd.length === 0 ? ['Nothing is odd.'] : odd)].join('\n'),
      );
      return Promise.resolve(0);
    },
  };
}

/** `oddities` puts the exposure first. */
const oddOf = ({ exposure }: Quality, odd: readonly string[]): readonly string[] =>
  odd.flatMap((line) =>
    line.startsWith(`${exposure}: `) ? [line.slice(exposure.length + 2)] : [],
  );

function qualityTable(rows: readonly Quality[]): readonly string[] {
  const head = ['EXPOSURE', 'BAND', 'T_EFF', 'CCDS', 'CANDIDATES', 'ZERO POINT', 'FAKES FOUND'];
  const told = (value: number | null, digits: number): string => value?.toFixed(digits) ?? '-';
  return table([
    head,
    ...rows.map((row) => [
      ...[row.exposure, row.band, told(row.teff, 2), told(row.ccds, 0), String(row.candidates)],
      ...[told(row.zeroPoint, 2), `${row.found} of ${row.injected}`],
    ]),
  ]);
}
