/**
 * How far somebody's own run of run_postproc.py came, told from what it left. It counts only where it
 * was given what desgw would give it (the values of the ini, the exposures, the CCDs that were there),
 * and each step only as long as what it is made from is older. A run that desgw began itself is not
 * judged here: of that there is a record.
 */
import { type Look, type OnceSighting, type Path, readIni, type Seen } from '../../core/index.ts';
import { ccd2, SEARCH_CCDS } from '../settings/domain.ts';
import { ccdsFile, exposureListFile, iniFile } from '../settings/follow-up.ts';
import type { CcdReport } from './ccd-report.ts';
import { judgeForcephoto, type LeftFile } from './forcephoto.ts';
import { begunMark, type EvidencePlace } from './postproc-evidence.ts';
import {
  type PostprocStep,
  progressFromStatus,
  type StepNumber,
  statusFile,
} from './postproc-steps.ts';

/** Where the run of somebody else may have left its evidence. */
export interface HandPlace extends EvidencePlace {
  readonly steps: readonly PostprocStep[];
  /** As a path from the workspace, of a path as it stands in the ini. */
  readonly inPostproc: (path: string) => Path;
  readonly exposures: readonly string[];
  readonly pnfs: Path;
  /** Name of the table of CCDs that the output check leaves. */
  readonly ccdTable: string;
}

/** Values of an ini that name files of the run, and not what it is made from. */
const NAMES = ['general.exposures_listfile', 'general.outdir'];
/** Ends of logs that tell their return code. */
const END_BYTES = 200;

/** What is looked at, by name: the answers come back in the same order. */
function looksByName(place: HandPlace): readonly (readonly [string, Look])[] {
  const { season, postProcessing, out, exposures, pnfs } = place;
  const read = (path: Path): Look => ({ kind: 'read', path });
  const images = `${postProcessing}/forcephoto/images/dp${season}/*`;
  return [
    ['begun', { kind: 'stat', path: begunMark(place) }],
    ['their ini', read(`${postProcessing}/${iniFile(season)}`)],
    ['their ini written', { kind: 'stat', path: `${postProcessing}/${iniFile(season)}` }],
    ['our ini', read(iniFile(season))],
    ['our list', read(exposureListFile(season))],
    ['checked', read(`${out}/checkoutputs/step0_expnums.txt`)],
    ['not found', read(`${out}/checkoutputs/step0_a_blacklist.txt`)],
    ['ccds', read(`${out}/checkoutputs/${place.ccdTable}`)],
    ['host match', read(`${postProcessing}/hostmatchstatus.txt`)],
    ['host match log', read(`${out}/hostmatchhostmatch.db.log`)],
    ['status', read(`${postProcessing}/${statusFile(season)}`)],
    [
      'forced',
      {
        kind: 'ends',
        pattern: `${postProcessing}/forcephoto/output/dp${season}/*_DESY${season}/*`,
        bytes: END_BYTES,
      },
    ],
    ['linked', { kind: 'ends', pattern: `${images}/*`, bytes: 0 }],
    ['there', { kind: 'list', pattern: `${pnfs}/forcephoto/images/dp${season}/*/*`, partly: true }],
    ...place.steps.flatMap(({ evidence }) =>
      evidence
        .filter(({ glob }) => glob !== true)
        .map(({ path }): readonly [string, Look] => [
          path,
          { kind: 'stat', path: place.inPostproc(path) },
        ]),
    ),
    ...exposures.map((one): readonly [string, Look] => [`report ${one}`, read(ccdsFile(one))]),
  ];
}

/** What to look at. */
export const handLooks = (place: HandPlace): readonly Look[] =>
  looksByName(place).map(([, look]) => look);

/** Whether a step was done by hand, and all before it. */
export function judgeByHand(
  place: HandPlace,
  seen: readonly Seen[],
  step: StepNumber,
): OnceSighting {
  const unseen = seen.find((one) => one.kind === 'failed');
  if (unseen?.kind === 'failed')
    return {
      state: 'unknown',
      why: `what was done by hand cannot be seen: ${unseen.why}`,
      unanswered: true,
    };
  const found = new Left(place, seen);
  return place.steps.every((one) => one.step > step || found.isDone(one.step))
    ? { state: 'done', how: 'it was done by hand, of these exposures and with these settings' }
    : { state: 'not done' };
}

/** What was left, by name. */
class Left {
  readonly #place: HandPlace;
  readonly #seen: ReadonlyMap<string, Seen>;

  constructor(place: HandPlace, seen: readonly Seen[]) {
    this.#place = place;
    this.#seen = new Map(looksByName(place).map(([name], i) => [name, seen[i]!]));
  }

  isDone(step: StepNumber): boolean {
    switch (step) {
      case 0:
        return this.#wasGivenTheSame() && this.#isAfter(0, this.#time('their ini written'));
      case 1:
        return this.#isAfter(1, this.#newest(0));
      case 2:
        return this.#isForced();
      case 3:
        return this.#isMatched() && this.#timeOf('hostmatchhostmatch.db.log') >= this.#forcedAt();
      case 4:
        return (
          this.#isAfter(4, this.#forcedAt()) &&
          this.#evidence(4).every((path) => this.#size(path) > 0)
        );
      case 5:
        return (
          this.#isAfter(
            5,
            Math.max(this.#newest(1), this.#newest(4), this.#timeOf('hostmatchhostmatch.db.log')),
          ) && this.#timeOf('mastertableinfo.npy') === this.#newest(5)
        );
      case 6:
        return this.#isAfter(6, this.#newest(5));
      case 7:
        return (
          progressFromStatus(this.#text('status') ?? '')?.complete === true &&
          this.#isAfter(7, this.#newest(6))
        );
    }
  }

  /** The output check of the same exposures and CCDs, with the values of our ini. */
  #wasGivenTheSame(): boolean {
    if (this.#seen.get('begun')?.kind !== 'stat' || this.#time('begun') !== undefined) return false;
    const [theirs, ours] = ['their ini', 'our ini'].map((name) => this.#text(name));
    if (theirs === undefined || ours === undefined || !isSameIni(theirs, ours)) return false;
    const checked = [...this.#words('checked'), ...this.#words('not found')];
    const asked = this.#words('our list');
    if (!isSameSet(checked, asked)) return false;
    const ccds = readCcdTable(this.#text('ccds') ?? '');
    return asked.every((exposure) => {
      const complete = completeIn(this.#text(`report ${exposure}`));
      const table = ccds.get(exposure);
      return complete !== undefined && table !== undefined && isSameSet(table, complete);
    });
  }

  /** Every image that is there was linked, and is older than the list that was made of them. */
  #isForced(): boolean {
    const { season } = this.#place;
    const begun = this.#forcedFiles().find(({ path }) => path.endsWith('/RUN000_MAKELIST.DONE'));
    if (begun === undefined || judgeForcephoto(this.#files('forced'), season).length > 0)
      return false;
    const linked = this.#files('linked').filter(({ path }) => isImage(path));
    const seen = this.#seen.get('there');
    const there =
      seen?.kind === 'list' ? seen.dirs.flatMap(({ names }) => names.filter(isImage)) : [];
    if (seen?.kind === 'list' && (seen.unread ?? []).length > 0) return false;
    return (
      isSameSet(
        linked.map(({ path }) => path.split('/').at(-1)!),
        there,
      ) && linked.every(({ mtime }) => mtime <= begun.mtime)
    );
  }

  #isMatched(): boolean {
    const log = this.#text('host match log') ?? '';
    return (
      this.#text('host match')?.trim() === '0' &&
      this.#exists(3) &&
      !/Database Update:\s*FAILURE/.test(log)
    );
  }

  /** Files of the last force photometry. */
  #forcedFiles(): readonly LeftFile[] {
    const files = this.#files('forced');
    const folder = files
      .map(({ path }) => path.slice(0, path.lastIndexOf('/')))
      .sort()
      .at(-1);
    return files.filter(({ path }) => path.startsWith(`${folder}/`));
  }

  #forcedAt = (): number => Math.max(...this.#forcedFiles().map(({ mtime }) => mtime), 0);

  #isAfter(step: StepNumber, before: number | undefined): boolean {
    return (
      before !== undefined &&
      this.#exists(step) &&
      this.#evidence(step).every((path) => this.#time(path)! >= before)
    );
  }

  #exists = (step: StepNumber): boolean =>
    this.#evidence(step).every((path) => this.#time(path) !== undefined);

  #newest = (step: StepNumber): number =>
    Math.max(...this.#evidence(step).map((path) => this.#time(path) ?? Number.POSITIVE_INFINITY));

  #evidence = (step: StepNumber): readonly string[] =>
    this.#place.steps[step]!.evidence.filter(({ glob }) => glob !== true).map(({ path }) => path);

  /** Time of the evidence that ends so; of what is not there the end of all time. */
  #timeOf(end: string): number {
    const path = [...this.#seen.keys()].find((name) => name.endsWith(end));
    return (path === undefined ? undefined : this.#time(path)) ?? Number.POSITIVE_INFINITY;
  }

  #stat(name: string) {
    const seen = this.#seen.get(name);
    return seen?.kind === 'stat' ? seen.stat : undefined;
  }
  #time = (name: string): number | undefined => this.#stat(name)?.mtime;
  #size = (name: string): number => this.#stat(name)?.size ?? 0;

  #text(name: string): string | undefined {
    const seen = this.#seen.get(name);
    return seen?.kind === 'read' ? seen.text : undefined;
  }
  #words = (name: string): readonly string[] =>
    (this.#text(name) ?? '').split(/\s+/).filter((word) => word !== '');

  #files(name: string): readonly LeftFile[] {
    const seen = this.#seen.get(name);
    return seen?.kind === 'ends' ? seen.files : [];
  }
}

const isImage = (name: string): boolean => /\.(?:fits|psf)$/.test(name);

function isSameSet(some: readonly string[], others: readonly string[]): boolean {
  const [a, b] = [new Set(some), new Set(others)];
  return a.size === b.size && [...a].every((one) => b.has(one));
}

function isSameIni(theirs: string, ours: string): boolean {
  const [a, b] = [readIni(theirs), readIni(ours)];
  return [...new Set([...a.keys(), ...b.keys()])].every(
    (key) => NAMES.includes(key) || a.get(key) === b.get(key),
  );
}

/** Complete CCDs by exposure, as two digits: those whose code is 0. */
function readCcdTable(text: string): ReadonlyMap<string, readonly string[]> {
  const [head = [], ...rows] = text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => line.split(',').map((cell) => cell.trim()));
  const searched = new Set(SEARCH_CCDS.map(ccd2));
  return new Map(
    rows.map(([exposure = '', ...codes]) => [
      exposure,
      codes.flatMap((code, i) => {
        const ccd = head[i + 1] ?? '';
        return Number(code) === 0 && code !== '' && searched.has(ccd) ? [ccd] : [];
      }),
    ]),
  );
}

/** The same by our own report; undefined where there is none. */
function completeIn(text: string | undefined): readonly string[] | undefined {
  if (text === undefined) return undefined;
  const { ccds }: CcdReport = JSON.parse(text);
  return ccds.flatMap(({ ccd, state }) => (state === 'complete' ? [ccd.slice(-2)] : []));
}
