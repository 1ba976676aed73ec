/** What targets have found, as much of it as a page that is mailed should hold. */

import type { Exhibit, Exhibition, Picture, Reading } from '../api/exhibits.ts';
import type { Path } from '../api/values.ts';
import type { Plan } from '../plan/verdict.ts';
import type { ExhibitData, ExhibitionData } from './report-data.ts';

/** Where exhibits come from. */
export interface Showcase {
  readonly read: Reading;
  /** Bytes of a file; undefined: there is none, or it is larger than a picture should be. */
  readonly bytes: (path: Path) => Uint8Array | undefined;
}

/**
 * Characters that a page may spend on exhibits: the rest of one about five hundred subjects is half as
 * large as the 2 MB that a mail should have.
 */
const ROOM = { items: 350_000, pictures: 450_000 };

/** What the targets of a plan, and those beside it, have found. */
export function exhibitionsOf(
  plan: Plan,
  showcase: Showcase,
  room: typeof ROOM = ROOM,
): readonly ExhibitionData[] {
  return [...plan.graph.nodes.values()].flatMap(({ rule }) => {
    if (rule.exhibits === undefined) return [];
    const shown = exhibitionData(rule.exhibits, showcase, room);
    return shown.total === 0 && shown.tables.length === 0 ? [] : [shown];
  });
}

function exhibitionData(
  { title, advice, items, tables }: Exhibition,
  { read, bytes }: Showcase,
  room: typeof ROOM,
): ExhibitionData {
  const all = items?.(read) ?? [];
  let left = room.pictures;
  let unpictured = 0;
  const pictured = (pictures: readonly Picture[] = []): ExhibitData['pictures'] => {
    const found = pictures.flatMap(({ label, path }) => {
      const src = address(path, bytes(path));
      return src === undefined ? [] : [{ label, src }];
    });
    const size = found.reduce((sum, { src }) => sum + src.length, 0);
    if (size > left) {
      unpictured += 1;
      return [];
    }
    left -= size;
    return found;
  };
  return {
    title,
    ...(advice === undefined ? {} : { advice }),
    tables: tables?.(read) ?? [],
    total: all.length,
    items: firstOf(all, room.items).map(({ pictures, ...rest }) => ({
      ...rest,
      pictures: pictured(pictures),
    })),
    unpictured,
  };
}

/** As many as have room without their pictures. */
function firstOf(all: readonly Exhibit[], room: number): readonly Exhibit[] {
  let size = 0;
  const end = all.findIndex(({ pictures: _, ...rest }) => {
    size += JSON.stringify(rest).length;
    return size > room;
  });
  return end < 0 ? all : all.slice(0, end);
}

const TYPES: { readonly [ending: string]: string } = {
  gif: 'image/gif',
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
};

function address(path: Path, bytes: Uint8Array | undefined): string | undefined {
  const type = TYPES[path.slice(path.lastIndexOf('.') + 1).toLowerCase()];
  if (bytes === undefined || type === undefined) return undefined;
  return `data:${type};base64,${Buffer.from(bytes).toString('base64')}`;
}
