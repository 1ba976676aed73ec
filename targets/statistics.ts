/** statistics: what became of every exposure, before its rescues and after, and what it cost. */
import {
  type Json,
  type Look,
  type Path,
  type Rule,
  type Seen,
  target,
  write,
} from '../core/index.ts';
import { readMarker } from './grid/marker.ts';
import { textOf } from './grid/rescue-files.ts';
import type { CcdReport } from './reports/ccd-report.ts';
import { readCcdReport } from './reports/read.ts';
import type { Exposure } from './settings/domain.ts';
import {
  ccdsFile,
  ccdsName,
  dagFile,
  type FollowUp,
  handedIn,
  markerFile,
  OUTPUTS,
} from './settings/follow-up.ts';
import { REPORTS } from './settings/phases.ts';
import { type ExposureFiles, exposureStatistics, type HandedOver } from './statistics/exposure.ts';
import {
  grouped,
  readStatistics,
  type Statistics,
  statisticsCsv,
  statisticsTables,
} from './statistics/totals.ts';
import { hasTemplatePass, passDag, passMarker, passMemories } from './templates/pass-files.ts';

/** The numbers as data, and as a table. */
export const statisticsFile = (season: string): Path => `${OUTPUTS}/statistics_S${season}.json`;
const csvFile = (season: string): Path => `${OUTPUTS}/statistics_S${season}.csv`;

/** Counts again whenever a CCD report, a rescue or an output is another one. */
export function statistics(all: FollowUp): Rule {
  const { season, exposures, params } = all;
  const event = typeof params.ligoid === 'string' && params.ligoid !== '' ? params.ligoid : null;
  return target('statistics', {
    doc: 'CCDs, failures before and after rescues, jobs and grid hours of every exposure',
    phase: REPORTS,
    gathers: exposures.map(ccdsName),
    params: { event },
    outputs: [statisticsFile(season), csvFile(season)],
    exhibits: {
      title: 'statistics',
      tables: (read) => {
        const found = readStatistics(read(statisticsFile(season)))?.exposures ?? [];
        return statisticsTables(
          grouped(found, ({ nite }) => nite),
          'night',
        );
      },
    },
    observe: {
      reads: exposures.map(ccdsFile),
      look: () => exposures.flatMap((exposure) => looksFor(all, exposure)),
      judge: (seen, { maybeText }) => {
        const failed = seen.find((one) => one.kind === 'failed');
        if (failed?.kind === 'failed') return { state: 'failed', why: failed.why };
        const each = looksFor(all, exposures[0] ?? '').length;
        const found = exposures.flatMap((exposure, i) => {
          const report = readCcdReport(maybeText(ccdsFile(exposure)));
          if (report === undefined) return [];
          return [exposureStatistics(filesIn(report, seen.slice(i * each, (i + 1) * each)))];
        });
        return { state: 'ready', value: found as unknown as Json };
      },
    },
    recipe: {
      version: '1',
      steps: ({ value }) => {
        const found: Statistics = {
          ...{ schema: 'desgw/statistics', version: 1, event, season },
          exposures: (value ?? []) as unknown as Statistics['exposures'],
        };
        return [
          write(statisticsFile(season), `${JSON.stringify(found, null, 2)}\n`),
          write(csvFile(season), statisticsCsv([found])),
        ];
      },
    },
  });
}

/** Bytes of the DAG of a rescue, and more: 59 lines. */
const DAG_BYTES = 256 * 1024;

/** Always as many, in the same order: see `filesIn`. */
function looksFor(all: FollowUp, exposure: Exposure): readonly Look[] {
  const { site, season } = all;
  const dag = dagFile(all, exposure);
  const ccds = `${site.pnfs}/exp/*/${exposure}/dp${season}/*`;
  const passes = hasTemplatePass(all) ? passMemories(all).map((_, pass) => pass) : [];
  return [
    { kind: 'read', path: dag },
    { kind: 'read', path: handedIn(season, dag.slice(dag.lastIndexOf('/') + 1)) },
    { kind: 'read', path: markerFile(all, exposure) },
    { kind: 'ends', pattern: `${dag.replace(/\.dag$/, '')}_rescue*.dag*`, bytes: DAG_BYTES },
    { kind: 'list', pattern: `${ccds}/previous/*` },
    { kind: 'ends', pattern: `${ccds}/outputs_*`, bytes: 0 },
    { kind: 'ends', pattern: `${ccds}/previous/*/outputs_*`, bytes: 0 },
    ...passes.flatMap((pass): Look[] => [
      { kind: 'read', path: handedIn(season, passDag(all, exposure, pass)) },
      { kind: 'read', path: passMarker(all, exposure, pass) },
    ]),
  ];
}

function filesIn(report: CcdReport, seen: readonly Seen[]): ExposureFiles {
  const [dag, handed, marker, rescued, aside, now, before, ...passes] = seen;
  const submitted = (text: string | undefined): number | undefined => {
    const at = Date.parse(readMarker(text)?.submitted ?? '');
    return Number.isNaN(at) ? undefined : at;
  };
  const first = textOf(marker) === undefined ? '' : (textOf(handed) ?? textOf(dag) ?? '');
  return {
    report,
    dag: textOf(dag) ?? '',
    first: { dag: first, at: submitted(textOf(marker)) },
    rescues: rescuesIn(rescued, submitted),
    passes: passes.flatMap((text, i): HandedOver[] => {
      const own = textOf(passes[i + 1]);
      return i % 2 === 1 || own === undefined
        ? []
        : [{ dag: textOf(text) ?? '', at: submitted(own) }];
    }),
    aside:
      aside?.kind === 'list' ? aside.dirs.flatMap(({ dir, names }) => failsIn(dir, names)) : [],
    outputs: [...outputsIn(now), ...outputsIn(before)],
  };
}

/** Those that were handed over: claimed, written and marked. */
function rescuesIn(
  seen: Seen | undefined,
  submitted: (text: string) => number | undefined,
): ExposureFiles['rescues'] {
  const texts = new Map(
    (seen?.kind === 'ends' ? seen.files : []).map(({ path, end }) => [path, end]),
  );
  return new Map(
    [...texts].flatMap(([path, dag]): [number, HandedOver][] => {
      const number = /_rescue(\d+)\.dag$/.exec(path)?.[1];
      const marker = texts.get(`${path}.submitted`);
      if (number === undefined || marker === undefined) return [];
      return [[Number(number), { dag, at: submitted(marker) }]];
    }),
  );
}

/** `.../i_07/previous/2`. */
const placeOf = (dir: string): { readonly ccd: string; readonly rescue: number | undefined } => {
  const [, ccd = '', number] = /\/([^/]+?)(?:\/previous\/(\d+))?$/.exec(dir) ?? [];
  return { ccd, rescue: number === undefined ? undefined : Number(number) };
};

function failsIn(dir: string, names: readonly string[]): ExposureFiles['aside'] {
  const { ccd, rescue } = placeOf(dir);
  if (rescue === undefined) return [];
  return names.flatMap((name) => {
    const step = /^([^.].*)\.FAIL\/?$/.exec(name)?.[1];
    return step === undefined ? [] : [{ ccd, rescue, step }];
  });
}

const outputsIn = (seen: Seen | undefined): ExposureFiles['outputs'] =>
  (seen?.kind === 'ends' ? seen.files : []).map(({ path, mtime }) => ({
    ...placeOf(path.slice(0, path.lastIndexOf('/'))),
    at: mtime,
  }));
