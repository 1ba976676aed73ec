/**
 * output.txt, with which image processing tells post processing what was processed: a list
 * `[668443 i, 668446 z]` and below it the season. The scripts of DESGW-pipeline_automation wrote
 * it in four ways, all of which are read; written is the one that all of them can read.
 */
import { Refusal } from '../../core/index.ts';
import type { Nite, Season } from '../settings/domain.ts';
import {
  type Band,
  type Exposure,
  isBand,
  isExposure,
  isNite,
  isProposal,
  isSeason,
  shown,
} from '../settings/domain.ts';

/** One exposure of an output.txt. */
export interface OutputEntry {
  readonly expnum: Exposure;
  readonly band: Band;
}

/** What an output.txt says. Which of the optional parts it has depends on who wrote it. */
export interface OutputText {
  /** In the order of the file, every exposure once. */
  readonly entries: readonly OutputEntry[];
  readonly season?: Season;
  readonly nite?: Nite;
  readonly propid?: string;
}

/**
 * Two lines: the list without quotes, then the season.
 * @throws Refusal for an entry or season that is none
 */
export function writeOutputText(
  entries: readonly { readonly expnum: string; readonly band: string }[],
  season: string,
): string {
  if (!isSeason(season)) throw new Refusal(`${shown(season)} is not a season`);
  const items = entries.map(({ expnum, band }) => {
    if (isExposure(expnum) && isBand(band)) return `${expnum} ${band}`;
    throw new Refusal(`${shown(`${expnum} ${band}`)} is not an exposure number and a band`);
  });
  return `[${items.join(', ')}]\n${season}\n`;
}

/**
 * Reads any of the four forms: the list with or without quotes, then the season; or the nite and
 * the season; or the season and the proposal.
 * @throws Refusal for anything else, saying which line
 */
export function readOutputText(text: string): OutputText {
  const lines = text
    .replace(/^\ufeff/, '')
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => line.trim());
  const [list = '', second = '', third = '', ...more] = lines;
  const entries = parseList(list);
  if (more.length > 0) throw misread(4, more[0]!, 'more than there should be');
  if (second === '' && third === '') return { entries };
  if (isNite(second)) {
    if (third === '') return { entries, nite: second };
    if (isSeasonRead(third)) return { entries, nite: second, season: third };
    throw misread(3, third, 'not a season');
  }
  if (!isSeasonRead(second)) throw misread(2, second, 'neither a season nor a nite');
  if (third === '') return { entries, season: second };
  if (isProposal(third)) return { entries, season: second, propid: third };
  throw misread(3, third, 'not a proposal');
}

/** Longer than a season that may be claimed: what was processed under it long ago is still there. */
const isSeasonRead = (text: string): boolean => /^[1-9][0-9]{0,5}$/.test(text);

function parseList(line: string): readonly OutputEntry[] {
  const inner = /^\[(.*)\]$/.exec(line)?.[1]?.trim();
  if (inner === undefined) throw misread(1, line, 'not a list in brackets');
  if (inner === '') return [];
  const bands = new Map<Exposure, Band>();
  for (const item of inner.split(',')) {
    const { expnum, band } = parseEntry(item.trim().replace(/^u?(['"])(.*)\1$/, '$2'));
    const earlier = bands.get(expnum);
    if (earlier !== undefined && earlier !== band) {
      throw new Refusal(
        `output.txt gives exposure ${expnum} the bands ${earlier} and ${band}`,
        'Correct its first line: an exposure has one band.',
      );
    }
    bands.set(expnum, band);
  }
  return [...bands].map(([expnum, band]) => ({ expnum, band }));
}

function parseEntry(item: string): OutputEntry {
  // Words after the band (an exposure time, say) are found in files people made; they mean nothing.
  const [expnum = '', band = ''] = item.trim().split(/[ \t]+/);
  if (isExposure(expnum) && isBand(band)) return { expnum, band };
  throw misread(1, item, 'not an exposure number and a band');
}

function misread(line: number, found: string, what: string): Refusal {
  return new Refusal(
    `output.txt, line ${line}: ${shown(found)} is ${what}`,
    'It should hold a line like [668443 i, 668446 z] and below it a line with the season.',
  );
}
