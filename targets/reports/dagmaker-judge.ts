/**
 * Whether DAGMaker.sh made a DAG that may be submitted. It exits 0 after most failures, so
 * everything that it should have left is looked at, and its output is searched for the messages
 * that name the cause (gw_workflow DAGMaker.sh).
 *
 * Old results must be moved away before the run (the DAG, DAGMaker.DONE), so that what is there
 * afterwards is of this run: several failures leave an earlier DAG in place.
 */

import type { Exit, Problem } from '../../core/index.ts';
import { exitText } from '../../core/index.ts';
import { judgeDag, parseDag } from '../grid/dag.ts';

/** One run and what it left. `undefined` stands for a file that is not there. */
export interface DagmakerRun {
  readonly exposure: string;
  readonly season: string;
  readonly exit: Exit;
  /** Kept apart: a late line on standard error must not hide the last line of the output. */
  readonly stdout: string;
  readonly stderr: string;
  /** desgw_pipeline_EXP.dag */
  readonly dag: string | undefined;
  /** mytemp_EXP/DAGMaker.DONE */
  readonly done: string | undefined;
  /** mytemp_EXP/KH_diff.list1 */
  readonly overlaps: string | undefined;
  /** Whether copy_pairs_for_EXP.sh lies in input_files on pnfs. */
  readonly copyPairs: boolean;
}

/** A message of DAGMaker, in which EXP stands for the exposure, and what to tell about it. */
interface Message {
  readonly shows: string;
  readonly what: string;
  readonly advice: string;
  /** Nothing comes of trying again before something has changed. */
  readonly lasting?: true;
}

const MESSAGES: readonly Message[] = [
  {
    shows: '^Error, an exposure number must be supplied',
    what: 'DAGMaker was started without an exposure',
    advice: 'this is a fault of the rule file: the exposure is its only argument',
  },
  {
    shows: '^Error, exposure number must be a number; you entered (.*?)\\.?$',
    what: "DAGMaker does not take '$1' for an exposure number",
    advice: 'correct the exposure list',
  },
  {
    shows: '^Error: (.*) not found\\.',
    what: 'DAGMaker needs $1, which is not there',
    advice:
      'DAGMaker wants .pgpass, .desservices.ini and .wgetrc-desdm in HOME; desgw doctor shows which are missing',
  },
  {
    shows: '^Error with setting band',
    what: 'exposure EXP is not in exposures.list, or its band cannot be read there',
    advice:
      'look at its line in exposures.list; without one, remove the file so that it is made again',
  },
  {
    shows: '\\bEXP is in SE_blacklist\\.txt\\. Skipping',
    what: 'exposure EXP is in SE_blacklist.txt, so that nothing would be searched',
    advice: 'leave the exposure out, or take it off SE_blacklist.txt if it is good',
  },
  {
    shows: 'wget failed! Will try to get image EXP\\b',
    what: 'the raw image of exposure EXP was found neither on disk nor at NCSA',
    advice:
      'wait until the image has arrived, or copy it to the dts directory of its nite on pnfs; then desgw build --force dagmaker_EXP.out',
    lasting: true,
  },
  {
    shows: '^cp failed!',
    what: 'DAGMaker could not copy a raw image to pnfs',
    advice: 'see whether pnfs is writable and has space (desgw doctor), then build again',
  },
  {
    shows: '^Error copying edited file (\\S+)',
    what: 'DAGMaker could not copy the corrected image $1 back to pnfs',
    advice: 'see whether pnfs is writable and has space (desgw doctor), then build again',
  },
  {
    shows: '^Error copying (?:data dir|input files to dCache)',
    what: 'DAGMaker could not copy its input files to pnfs, without which every job would fail',
    advice: 'see whether pnfs is writable and has space (desgw doctor), then build again',
  },
  {
    shows:
      'NO TEMPLATE IMAGES, DIFFIMG WILL FAIL|There appear to be no templates for this exposure',
    what: 'exposure EXP has no template images, so that nothing could be subtracted',
    advice:
      'loosen TEFF_CUT, TWINDOW, MIN_NITE or MAX_NITE in dagmaker.rc, or leave the exposure out',
  },
];

/** Everything wrong with a run. None: the DAG may be submitted. */
export function judgeDagmaker(run: DagmakerRun): readonly Problem[] {
  const causes = causesIn(run);
  // A named cause explains the missing evidence; repeating that would only hide the cause.
  if (causes.length > 0) return causes;
  const { exit } = run;
  if (exit.kind !== 'exit' || exit.code !== 0) {
    const advice = 'the end of its output, kept in the log, shows how far it came';
    return [{ what: `DAGMaker ${exitText(exit)}`, advice }];
  }
  return [...judgeLastLine(run), ...judgeFiles(run)];
}

function causesIn({ stdout, exposure }: DagmakerRun): readonly Problem[] {
  return MESSAGES.flatMap(({ shows, what, advice, lasting }) => {
    const found = new RegExp(shows.replace('EXP', escaped(exposure)), 'm').exec(stdout);
    if (found === null) return [];
    return [
      {
        what: what.replace('EXP', exposure).replace('$1', () => found[1] ?? ''),
        advice: advice.replace('EXP', exposure),
        ...(lasting === undefined ? {} : { lasting }),
      },
    ];
  });
}

function judgeLastLine({ stdout, exposure }: DagmakerRun): readonly Problem[] {
  const last = stdout.trimEnd().split('\n').at(-1)?.trim() ?? '';
  if (isSubmitCommand(last, exposure)) return [];
  return [
    {
      what:
        last === ''
          ? 'DAGMaker printed nothing'
          : `the output of DAGMaker does not end in the submit command but in: ${last.slice(0, 160)}`,
      advice: 'it stopped half-way without saying so: read its output, then build again',
    },
  ];
}

function judgeFiles(run: DagmakerRun): readonly Problem[] {
  const { exposure, season } = run;
  const problems: Problem[] = [];
  const stopped = 'DAGMaker stopped half-way: read its output, then build again';
  if (run.done === undefined)
    problems.push({ what: `mytemp_${exposure}/DAGMaker.DONE was not written`, advice: stopped });
  else if (!isSubmitCommand(run.done.trim(), exposure))
    problems.push({
      what: `mytemp_${exposure}/DAGMaker.DONE does not hold the submit command of exposure ${exposure}`,
      advice: stopped,
    });

  const overlaps = judgeOverlaps(run.overlaps, exposure);
  if (overlaps !== undefined) problems.push(overlaps);

  if (run.dag === undefined)
    problems.push({ what: `desgw_pipeline_${exposure}.dag was not written`, advice: stopped });
  else problems.push(...judgeDag(parseDag(run.dag), { exposure, season }));

  if (!run.copyPairs)
    problems.push({
      what: `copy_pairs_for_${exposure}.sh did not reach input_files on pnfs, without which every job would fail`,
      advice: 'see whether pnfs is writable and has space (desgw doctor), then build again',
    });
  return problems;
}

/** The list of overlaps, one line: how many images with the search image, band, exposures. */
function judgeOverlaps(text: string | undefined, exposure: string): Problem | undefined {
  const advice =
    'its OBJECT may hold a word that DAGMaker leaves out (test, pointing, ...), or exposures_BAND.list is out of date: remove the band lists, then build again';
  if (text === undefined)
    return { what: `mytemp_${exposure}/KH_diff.list1 was not written`, advice };
  const [count = '', , search] = text.trim().split(/\s+/);
  if (!/^\d+$/.test(count) || search !== exposure)
    return { what: `mytemp_${exposure}/KH_diff.list1 does not list exposure ${exposure}`, advice };
  if (Number(count) >= 2) return undefined;
  return {
    what: `exposure ${exposure} has no template images, so that nothing could be subtracted`,
    advice:
      'loosen TEFF_CUT, TWINDOW, MIN_NITE or MAX_NITE in dagmaker.rc, or leave the exposure out',
  };
}

function isSubmitCommand(line: string, exposure: string): boolean {
  return (
    line.startsWith('jobsub_submit_dag') && line.endsWith(`file://desgw_pipeline_${exposure}.dag`)
  );
}

function escaped(text: string): string {
  return text.replace(/[^\w]/g, '\\$&');
}
