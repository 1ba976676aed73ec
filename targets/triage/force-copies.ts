/**
 * Force-photometry files that a job could not copy, taken out of its outputs: no job is needed for
 * that. SEdiff.sh copies them last and reads no status of it (Post-Processing recopy_forcephoto.sh
 * mends it by hand, for exposures of six digits).
 */
import { exec, type Path, type Rule, type Sourced, type Step, target } from '../../core/index.ts';
import { ccd2, type Exposure, type Season } from '../settings/domain.ts';

/** Seconds that an archive on pnfs may take. */
const TIMEOUT = 600;

/** What one CCD lacks, and where it is. */
export interface ForceCopy {
  readonly exposure: Exposure;
  readonly ccd: number;
  /** Empty where its outputs do not hold what it lacks. */
  readonly files: readonly ForceFile[];
}

/** A file of force photometry, and the packed one that it is made from. */
export interface ForceFile {
  readonly archive: Path;
  readonly member: string;
  readonly to: Path;
}

/** Name of the target that copies them. */
export const forceCopyName = (exposure: Exposure, ccd: number): string =>
  `force_copy_${exposure}_${ccd2(ccd)}`;

/** What is asked for of a CCD. */
export interface CopyAsked {
  readonly exposure: Exposure;
  readonly season: Season;
  readonly band: string;
  readonly ccd: number;
  /** `.fits`, `.psf`, or both. */
  readonly lacks: readonly string[];
  /** Folder of the files of the exposure. */
  readonly folder: Path;
  /** Names that are there of the exposure. */
  readonly there: readonly string[];
}

/** Finds what a CCD lacks among the members of its outputs. */
export function forceFilesIn(
  asked: CopyAsked,
  archive: Path,
  members: readonly string[],
): readonly ForceFile[] {
  return asked.lacks.flatMap((suffix): readonly ForceFile[] => {
    const found = nameFor(asked, suffix, members);
    return found === undefined
      ? []
      : [{ archive, member: found.member, to: `${asked.folder}/${found.name}` }];
  });
}

/** The name by which force photometry knows it, and the member that holds it, packed or not. */
function nameFor(
  { exposure, season, band, ccd, there }: CopyAsked,
  suffix: string,
  members: readonly string[],
): { readonly name: string; readonly member: string } | undefined {
  const chip = `${band}_${ccd2(ccd)}`;
  const own = new RegExp(
    `^(WS${season.padStart(4, '0')}_${exposure}_.*combined_)${chip}((?!\\d).*)\\${suffix}(?:\\.fz)?$`,
  );
  const candidates = members.flatMap((member) => {
    const name = /[^/]*$/.exec(member)![0];
    return own.test(name) ? [{ member, name: name.replace(/\.fz$/, '') }] : [];
  });
  // The outputs hold images of other steps too: which of them it is, its fellows tell, or its model.
  const likeAny = (names: readonly string[]) => {
    const stems = new Set(names.map((name) => stemAs(chip, name)));
    return candidates.filter(({ name }) => stems.has(name.slice(0, -suffix.length)));
  };
  const models = members.filter((member) => member.endsWith('.psf'));
  const ways = [likeAny(there), likeAny(models), candidates];
  const [first, ...more] = ways.find((found) => found.length > 0) ?? [];
  return more.length === 0 ? first : undefined;
}

/** The name of another CCD's file as it would be for this one, without its ending. */
const stemAs = (chip: string, name: string): string =>
  /[^/]*$/
    .exec(name)![0]
    .replace(/\.(?:fits|psf)$/, '')
    .replace(/combined_[a-zA-Z]+_\d\d/, `combined_${chip}`);

/** The target that copies them; it has no outputs, since the files are of the exposure, not of it. */
export function forceCopyRule(environment: Sourced, copy: ForceCopy): Rule {
  const { exposure, ccd, files } = copy;
  return target(forceCopyName(exposure, ccd), {
    doc: `force-photometry files of CCD ${ccd} of ${exposure}, out of its outputs`,
    params: { files: files.map((file) => ({ ...file })) },
    recipe: {
      version: '1',
      steps: files.map((file) => copyStep(environment, file)),
      note: () =>
        files.length === 0
          ? 'its outputs do not hold them'
          : files.map(({ to }) => to.slice(to.lastIndexOf('/') + 1)).join(', '),
    },
  });
}

/** Nothing is put in place unless all of the pipe went well. */
function copyStep(environment: Sourced, { archive, member, to }: ForceFile): Step {
  const unpacked = member.endsWith('.fz') ? ' | funpack -S -' : '';
  const script = `set -o pipefail; tar xzOf "$1" "$2"${unpacked}`;
  return exec(['bash', '-c', script, 'copy', archive, member], {
    environment,
    stdout: to,
    timeout: TIMEOUT,
  });
}
