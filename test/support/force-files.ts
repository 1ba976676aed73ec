/** Force-photometry files of an exposure, as they are listed. */
import type { Look, Seen } from '../../core/api/looks.ts';
import { ccd2 } from '../../targets/settings/domain.ts';

/** Both files of each of these CCDs of band i. */
export function forceListing(
  { exposure, season }: { readonly exposure: string; readonly season: string },
  ccds: readonly number[],
): Seen {
  const dir = `/pnfs/forcephoto/images/dp${season}/20170817/${exposure}`;
  const names = ccds.flatMap((ccd) =>
    ['fits', 'psf'].map((kind) => `WS${season}_${exposure}_F_combined_i_${ccd2(ccd)}.${kind}`),
  );
  return { kind: 'list', dirs: [{ dir, names }] };
}

/** Whether they are asked for. */
export const isForceLook = (look: Look): boolean =>
  look.kind === 'list' && look.pattern.includes('/forcephoto/images/');
