/** `desgw efficiency`: how faint sources were found, as bars. */
import type { Command } from '../../core/index.ts';
import {
  BIN,
  byBand,
  depthAt,
  type EfficiencyBin,
  readEfficiency,
} from '../candidates/efficiency.ts';
import { efficiencyFile } from '../efficiency.ts';
import { claimedSeason } from './asked.ts';

/** Characters of a bar that stands for all. */
const BAR = 40;

/** Shows the table as it was built last. */
export function efficiency(): Command {
  return {
    doc: 'which share of the artificial sources was found, by band and magnitude',
    options: { '--json': 'print data instead of text' },
    run: (call) => {
      const text = call.readText(efficiencyFile(claimedSeason(call)));
      if (text === undefined) {
        call.print('There is no table of fakes yet: desgw build efficiency makes it.');
        return Promise.resolve(1);
      }
      const bins = readEfficiency(text);
      if (call.option('--json') === true) call.print(JSON.stringify(bins));
      else if (bins.length === 0) call.print('No artificial source was put into the images.');
      else for (const [band, own] of byBand(bins)) call.print(bandText(band, own));
      return Promise.resolve(0);
    },
  };
}

function bandText(band: string, bins: readonly EfficiencyBin[]): string {
  const [half, most] = [depthAt(bins, 0.5), depthAt(bins, 0.9)];
  const depths = [
    ...(most === undefined ? [] : [`90 % at ${most.toFixed(1)}`]),
    ...(half === undefined ? [] : [`50 % at ${half.toFixed(1)}`]),
  ].join(', ');
  const rows = bins.map(({ from, injected, found }) => {
    const bar = '#'.repeat(Math.round((found / injected) * BAR)).padEnd(BAR);
    const share = `${Math.round((100 * found) / injected)} %`.padStart(5);
    return `  ${from.toFixed(1)}-${(from + BIN).toFixed(1)}  ${bar}  ${share}  ${found} of ${injected}`;
  });
  return [`${band}${depths === '' ? '' : `: ${depths}`}`, ...rows, ''].join('\n');
}
