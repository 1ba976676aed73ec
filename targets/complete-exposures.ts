/** exposure.list: the exposures that go on to post processing. */
import { type Path, type Problem, Refusal, type Rule, target, write } from '../core/index.ts';
import {
  type Entry,
  type ForcefileReport,
  forcefileShortfall,
  goingOn,
} from './reports/forcefile-report.ts';
import { readOutputText } from './reports/output-reader.ts';
import { SET_TIMES } from './set-times.ts';
import type { Exposure } from './settings/domain.ts';
import {
  exposureListFile,
  type FollowUp,
  forcefilesFile,
  forcefilesName,
  leastOf,
  moreOf,
  OUTPUT_TXT,
  timesOf,
} from './settings/follow-up.ts';
import { REPORTS } from './settings/phases.ts';

/** Most exposures of a kind that are named one by one. */
const NAMED = 20;

/** One number a line, in the order of output.txt; a blank line would void the whole list. */
export function exposureList(
  { season, exposures, params }: FollowUp,
  outputTxt = OUTPUT_TXT,
): Rule {
  return target('exposure.list', {
    doc: 'exposures that go on to post processing',
    phase: REPORTS,
    milestone: 'the exposures are ready for post processing',
    // output.txt is a file of ours or, with --from-output, one that was given.
    inputs: [outputTxt],
    gathers: exposures.map(forcefilesName),
    ...leastOf(params),
    ...moreOf(params),
    deps: timesOf(params).length > 0 ? [SET_TIMES] : [],
    outputs: [exposureListFile(season)],
    findings: {
      reads: [exposureListFile(season), ...exposures.map(forcefilesFile)],
      judge: ({ maybeText }) => leftOut(exposures, exposureListFile(season), maybeText),
      strict: params.strict === true,
    },
    recipe: {
      version: '1',
      reads: [outputTxt, ...exposures.map(forcefilesFile)],
      steps: ({ text, gathered }) => {
        const passing = passingIn(readOutputText(text(outputTxt)).entries, gathered, text);
        return [write(exposureListFile(season), passing.exposures.map((e) => `${e}\n`).join(''))];
      },
      note: ({ text, gathered }) => {
        const { entries } = readOutputText(text(outputTxt));
        const going = passingIn(entries, gathered, text).exposures;
        const left = entries.map((entry) => entry.expnum).filter((e) => !going.includes(e));
        return `${going.length} of ${entries.length} exposures go on${left.length === 0 ? '' : `; not ${left.join(', ')}`}`;
      },
    },
  });
}

/**
 * The exposures that go on and their bands.
 * @throws Refusal when there is none: nothing must be started then
 */
export function passingIn(
  entries: readonly Entry[],
  gathered: readonly string[],
  text: (path: string) => string,
): ReturnType<typeof goingOn> {
  const reports = new Map<string, ForcefileReport>();
  for (const { expnum } of entries) {
    if (gathered.includes(forcefilesName(expnum)))
      reports.set(expnum, JSON.parse(text(forcefilesFile(expnum))));
  }
  const passing = goingOn(entries, reports);
  if (passing.exposures.length > 0) return passing;
  const shortfalls = [...reports.values()].flatMap((report) => forcefileShortfall(report) ?? []);
  const why = shortfalls.map(({ what }) => what);
  const advice = [...new Set(shortfalls.flatMap((shortfall) => shortfall.advice ?? []))];
  throw new Refusal(
    `no exposure goes on to post processing${why.length === 0 ? '' : `: ${why.join('; ')}`}`,
    advice.length === 0 ? 'See `desgw status`.' : advice.slice(0, 3).join('; '),
  );
}

/** Every exposure that does not go on, with the reason and what to do about it. */
function leftOut(
  exposures: readonly Exposure[],
  list: Path,
  maybeText: (path: Path) => string | undefined,
): readonly Problem[] {
  const going = new Set((maybeText(list) ?? '').split('\n'));
  const left = exposures.filter((exposure) => !going.has(exposure));
  const open: Exposure[] = [];
  const told = left.flatMap((exposure): readonly Problem[] => {
    const text = maybeText(forcefilesFile(exposure));
    const report: ForcefileReport | undefined = text === undefined ? undefined : JSON.parse(text);
    const known = report === undefined ? undefined : forcefileShortfall(report);
    if (known === undefined) open.push(exposure);
    return known === undefined ? [] : [{ ...known, what: known.what.replace(/^exposure /, '') }];
  });
  const head = `${exposures.length - left.length} of ${exposures.length} exposures go on; not `;
  return [...told, ...stillOpen(open)].map(
    (problem, i): Problem => ({ ...problem, what: `${i === 0 ? head : 'nor '}${problem.what}` }),
  );
}

/** Those that the grid has not been through with yet, in one line. */
function stillOpen(open: readonly Exposure[]): readonly Problem[] {
  if (open.length === 0) return [];
  const [they, them] = open.length === 1 ? ['it is', 'it'] : ['they are', 'the first of them'];
  return [
    {
      what: `${named(open)}: ${they} not through with the grid`,
      advice: `desgw status ${open[0]} tells what holds ${them} up`,
    },
  ];
}

function named(exposures: readonly Exposure[]): string {
  if (exposures.length > NAMED)
    return `${exposures.slice(0, NAMED).join(', ')} and ${exposures.length - NAMED} more`;
  return exposures.join(', ');
}
