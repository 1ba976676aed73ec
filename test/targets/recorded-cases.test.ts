import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Listing } from '../../core/api/looks.ts';
import { type CcdReport, ccdReport, stateByCcd } from '../../targets/reports/ccd-report.ts';
import {
  type ForcefileReport,
  forcefileReport,
  goingOn,
} from '../../targets/reports/forcefile-report.ts';
import { readOutputText } from '../../targets/reports/output-reader.ts';
import { postprocSteps, type StepNumber, skipTo } from '../../targets/reports/postproc-steps.ts';

/** One recorded run of the former automation; see the fixture's fields. */
interface Case {
  readonly id: string;
  readonly quirks: readonly string[];
  readonly effects: readonly string[];
  readonly season: string;
  readonly output_txt: string | null;
  readonly template: { readonly outdir: string; readonly plusname: string };
  readonly pnfs: readonly string[];
  readonly postproc: readonly string[] | null;
  readonly facts: readonly {
    readonly exposure: string;
    readonly complete_ccds: readonly string[];
    readonly complete_ccds_without_fits: readonly string[];
    readonly complete_ccds_without_psf: readonly string[];
  }[];
  readonly upstream: Decided;
  readonly sane: Decided | null;
  readonly sane_input: { readonly output_txt?: string } | null;
  readonly variant_29: Decided;
}

interface Decided {
  readonly exposures: readonly DecidedExposure[] | null;
  readonly moving_on: readonly string[] | null;
  readonly list: { readonly content: string } | null;
  readonly bands_of_moving_on?: readonly string[];
}

interface DecidedExposure {
  readonly exposure: string;
  readonly band: string;
  readonly enough: boolean;
  readonly expected_force: number | null;
  readonly found_force: number | null;
  readonly verdict: string;
  readonly input_files: boolean;
  readonly complete: number;
  readonly failed: number;
  readonly incomplete: number;
  readonly failed_ccds: readonly (readonly [string, string])[];
  readonly incomplete_ccds: readonly string[];
}

const file = new URL('../fixtures/postproc/postproc.jsonl.gz', import.meta.url);
const cases = gunzipSync(readFileSync(file))
  .toString('utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Case);
const read = cases.filter((one) => one.output_txt !== null);
/** The automation added the directories of all nites up, so that its numbers are no measure. */
const summed = (one: Case): boolean => one.quirks.includes('two-nites');
const counted = read.filter((one) => !summed(one));

/** Listings as core would give them: every directory with its names. */
function listingsOf(paths: readonly string[]): readonly Listing[] {
  const dirs = new Map<string, Set<string>>();
  for (const path of paths) {
    const parts = path.split('/');
    parts.forEach((part, i) => {
      if (part === '') return;
      const dir = parts.slice(0, i).join('/');
      const names = dirs.get(dir) ?? new Set();
      dirs.set(dir, names.add(i < parts.length - 1 ? `${part}/` : part));
      if (i < parts.length - 1) {
        const own = parts.slice(0, i + 1).join('/');
        dirs.set(own, dirs.get(own) ?? new Set());
      }
    });
  }
  return [...dirs].map(([dir, names]) => ({ dir, names: [...names].sort() }));
}

/** The list of exposures alone, with what is doubtful in it put right. */
function listLine(one: Case): string {
  return (one.sane_input?.output_txt ?? one.output_txt ?? '').split('\n')[0] ?? '';
}

function judge(one: Case, threshold: number) {
  const listings = listingsOf(one.pnfs);
  const { entries } = readOutputText(listLine(one));
  const season = one.season;
  const reports = entries.map(({ expnum: exposure, band }) => {
    const ccds = ccdReport(listings, { exposure, band, season, threshold });
    return { ccds, force: forcefileReport(listings, ccds) };
  });
  const byExposure = new Map(reports.map(({ force }) => [force.exposure, force]));
  return { reports, ...goingOn(entries, byExposure) };
}

const verdictOf = ({ ccds, force }: { ccds: CcdReport; force: ForcefileReport }) => ({
  exposure: ccds.exposure,
  band: ccds.band,
  enough: ccds.enough,
  expected_force: ccds.enough ? force.expected : null,
  found_force: ccds.enough ? force.found : null,
  verdict: force.verdict,
});

const recordedVerdict = (e: DecidedExposure) => ({
  exposure: e.exposure,
  band: e.band,
  enough: e.enough,
  expected_force: e.expected_force,
  found_force: e.found_force,
  verdict: e.verdict,
});

describe('recorded cases', () => {
  test('the recording holds thirty cases', () => {
    expect(cases.length).toBe(30);
  });

  test.each(read.map((one) => [one.id, one] as const))(
    'B17, B18, %s: output.txt is read as it was meant, with its season',
    (_, one) => {
      const { entries, season } = readOutputText(one.output_txt ?? '');
      const recorded = (one.sane ?? one.upstream).exposures ?? [];
      expect({ entries, season }).toEqual({
        entries: recorded.map(({ exposure, band }) => ({ expnum: exposure, band })),
        season: one.season,
      });
    },
  );

  test.each(read.filter(summed).map((one) => [one.id, one] as const))(
    'B22, %s: a CCD that has directories in two nites counts once',
    (_, one) => {
      const { reports } = judge(one, 50);
      expect(reports.map(({ ccds }) => ccds.counts.complete)).toEqual(
        one.facts.map((exposure) => exposure.complete_ccds.length),
      );
    },
  );

  test.each(counted.map((one) => [one.id, one] as const))(
    '%s: the CCDs of every exposure are judged as recorded',
    (_, one) => {
      const recorded = (one.sane ?? one.upstream).exposures ?? [];
      const { reports } = judge(one, 50);
      expect(
        reports.map(({ ccds }) => ({
          exposure: ccds.exposure,
          complete: ccds.counts.complete,
          failed: ccds.counts.failed,
          incomplete: ccds.counts.incomplete,
          input_files: ccds.inputFiles,
          failed_ccds: ccds.ccds.filter((c) => c.state === 'failed').map((c) => c.ccd),
          incomplete_ccds: ccds.ccds.filter((c) => c.state === 'incomplete').map((c) => c.ccd),
        })),
      ).toEqual(
        recorded.map((e) => ({
          exposure: e.exposure,
          complete: e.complete,
          failed: e.failed,
          incomplete: e.incomplete,
          input_files: e.input_files,
          failed_ccds: e.failed_ccds.map(([ccd]) => ccd).sort(),
          incomplete_ccds: [...e.incomplete_ccds].sort(),
        })),
      );
      recorded.forEach((e, i) => {
        for (const [ccd, name] of e.failed_ccds) {
          const failures = reports[i]!.ccds.ccds.filter((c) => c.ccd === ccd).flatMap(
            (c) => c.failures,
          );
          expect(failures.map((step) => `${step}.FAIL`)).toContain(name);
        }
      });
    },
  );

  test.each(counted.map((one) => [one.id, one] as const))(
    '%s: verdicts, list and bands are as recorded',
    (_, one) => {
      const recorded = one.sane ?? one.upstream;
      const { reports, exposures, bands } = judge(one, 50);
      expect(reports.map(verdictOf)).toEqual((recorded.exposures ?? []).map(recordedVerdict));
      expect(exposures.map((exposure) => `${exposure}\n`).join('')).toBe(recorded.list?.content);
      expect([...bands].sort()).toEqual([...(recorded.bands_of_moving_on ?? [])].sort());
    },
  );

  test.each(counted.filter((one) => one.sane === null).map((one) => [one.id, one] as const))(
    '%s: with 29 CCDs as the threshold, verdicts and list are as recorded',
    (_, one) => {
      const { reports, exposures } = judge(one, 29);
      const recorded = one.variant_29.exposures ?? [];
      expect(reports.map(verdictOf)).toEqual(recorded.map(recordedVerdict));
      expect(exposures).toEqual(one.variant_29.moving_on);
    },
  );

  test.each(read.map((one) => [one.id, one] as const))(
    '%s: every missing .fits and .psf of a complete CCD is named',
    (_, one) => {
      const { reports } = judge(one, 50);
      for (const { ccds, force } of reports) {
        const facts = one.facts.find((f) => f.exposure === ccds.exposure);
        // The raw facts also hold a directory g_00, which is no CCD.
        const real = (names: readonly string[] | undefined) =>
          names?.filter((name) => !name.endsWith('_00'));
        const complete = [...stateByCcd(ccds)].filter(([, s]) => s === 'complete').map(([c]) => c);
        expect({ complete, ...force.missing }).toEqual({
          complete: real(facts?.complete_ccds),
          fits: real(facts?.complete_ccds_without_fits),
          psf: real(facts?.complete_ccds_without_psf),
        });
      }
    },
  );

  test.each(cases.map((one) => [one.id, one] as const))(
    '%s: nothing is skipped, since light curves alone do not show that step 0 is done',
    (_, one) => {
      const ini = new Map([['truthtable.plusname', one.template.plusname]]);
      const place = { season: one.season, outdir: one.template.outdir, ini };
      const there = new Set((one.postproc ?? []).map((path) => path.replace(/^\.\//, '')));
      const first = postprocSteps(place).find(
        ({ evidence }) => !evidence.every((f) => there.has(f.path.replace(/^\.\//, ''))),
      );
      expect(skipTo((first?.step ?? 0) as StepNumber, { fixed: false })).toBe(undefined);
    },
  );
});
