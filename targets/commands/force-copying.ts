/** Copies force-photometry files again that failed to be copied, where triage says so. */
import type { CommandCall, Path } from '../../core/index.ts';
import { postprocEnvironment } from '../postproc.ts';
import { forcefileLooks } from '../reports/forcefile-report.ts';
import { readCcdReport } from '../reports/read.ts';
import { ccd2, type Exposure, type Season } from '../settings/domain.ts';
import { ccdsFile } from '../settings/follow-up.ts';
import type { Site } from '../site/site.ts';
import {
  type ForceCopy,
  type ForceFile,
  forceCopyName,
  forceCopyRule,
  forceFilesIn,
} from '../triage/force-copies.ts';
import type { Decision } from '../triage/policy.ts';

/** Seconds that an archive on pnfs may take. */
const TIMEOUT = 600;

/** What triage decided of an exposure. */
interface Decided {
  readonly exposure: Exposure;
  readonly decisions: readonly Decision[];
}

/** What is to be copied, CCD by CCD, found in the outputs. */
export async function copiesOf(
  site: Site,
  call: Pick<CommandCall, 'look' | 'tools' | 'readText'>,
  season: Season,
  triaged: readonly Decided[],
): Promise<readonly ForceCopy[]> {
  const copies: ForceCopy[] = [];
  for (const { exposure, decisions } of triaged) {
    const wanted = decisions.flatMap((one) => (one.action === 'copy force files' ? [one] : []));
    const report = readCcdReport(call.readText(ccdsFile(exposure)));
    if (wanted.length === 0 || report === undefined) continue;
    const [seen] = await call.look(forcefileLooks(site.pnfs, { exposure, season }));
    const dirs = seen?.kind === 'list' ? seen.dirs : [];
    for (const { ccd, lacks } of wanted) {
      const chip = `${report.band}_${ccd2(ccd)}`;
      const nite = report.ccds.find((one) => one.ccd === chip)?.nite ?? report.nites[0] ?? '';
      const asked = {
        ...{ exposure, season, band: report.band, ccd, lacks },
        folder: `${site.pnfs}/forcephoto/images/dp${season}/${nite}/${exposure}`,
        there: dirs.flatMap(({ names }) => names),
      };
      const folder = `${site.pnfs}/exp/${nite}/${exposure}/dp${season}/${chip}`;
      const archive = `${folder}/outputs_dp${season}_${nite}_${exposure}_${chip}.tar.gz`;
      const members = await membersOf(call, archive);
      copies.push({ exposure, ccd, files: forceFilesIn(asked, archive, members) });
    }
  }
  return copies;
}

/** What cannot be listed holds nothing that could be copied. */
async function membersOf(
  { tools }: Pick<CommandCall, 'tools'>,
  archive: Path,
): Promise<readonly string[]> {
  const { exit, stdout } = await tools.run({
    kind: 'exec',
    argv: ['tar', 'tzf', archive],
    timeout: TIMEOUT,
  });
  return exit.kind === 'exit' && exit.code === 0 ? stdout.split('\n') : [];
}

/** For `call.build`: the copies, each a target of its own, so that one that fails stops no other. */
export const copyItems = (site: Site, season: Season, copies: readonly ForceCopy[]) =>
  copies.map((copy) => ({
    name: forceCopyName(copy.exposure, copy.ccd),
    rule: forceCopyRule(postprocEnvironment({ site, season }), copy),
  }));

/** What is copied, a line for each exposure. */
export function copiesInWords(copies: readonly ForceCopy[]): readonly {
  readonly exposure: Exposure;
  readonly text: string;
}[] {
  const exposures = [...new Set(copies.map(({ exposure }) => exposure))];
  return exposures.map((exposure) => {
    const own = copies.filter((copy) => copy.exposure === exposure);
    const files = own.reduce((sum, copy) => sum + copy.files.length, 0);
    const empty = own.filter((copy) => copy.files.length === 0).map(({ ccd }) => ccd2(ccd));
    const without =
      empty.length === 0 ? '' : `; the outputs of CCD ${empty.join(', ')} do not hold any`;
    return {
      exposure,
      text: `${exposure}: ${files} force-photometry files of ${own.length - empty.length} CCDs are copied out of their outputs${without}`,
    };
  });
}

/** Whether to submit rescues, to copy files, or both. */
export function questionOf(rescues: number, copies: number): string {
  if (rescues === 0) return 'Copy them?';
  const them = rescues === 1 ? 'it' : `these ${rescues}`;
  return `Submit ${them}${copies === 0 ? '' : ', and copy the files'}?`;
}

/** The commands, for a dry run. */
export const copyCommands = (copies: readonly ForceCopy[]): readonly string[] =>
  copies
    .flatMap(({ files }) => files)
    .map(({ archive, member, to }: ForceFile) => `  ${to}\n    from ${archive}: ${member}`);
