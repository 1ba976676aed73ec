import { describe, expect, test } from 'vitest';
import { Refusal } from '../../../core/index.ts';
import { inOneTree } from '../../../targets/settings/output-tree.ts';

const at = (pnfs: string, rc: string | undefined, values = {}) => {
  try {
    inOneTree({ pnfs }, rc, values);
    return undefined;
  } catch (error) {
    return error instanceof Refusal ? [error.message, error.advice] : error;
  }
};
const GW = '/pnfs/des/persistent/gw';

describe('outputs of the grid', () => {
  test.each<[string, string, string | undefined, object]>([
    ['where they are looked for', GW, 'DESTCACHE=persistent\nSCHEMA=gw\n', {}],
    ['of a file that says nothing of it', GW, 'SEASON=1\n', {}],
    ['of a file that is not there yet', GW, undefined, {}],
    ['that are about to be sent there again', GW, 'SCHEMA=wsdiff\n', { SCHEMA: 'gw' }],
    ['in a tree of another form', '/data/out', 'DESTCACHE=scratch\n', {}],
  ])('%s are not refused', (_what, pnfs, rc, values) => {
    expect(at(pnfs, rc, values)).toBeUndefined();
  });

  test.each<[string, string, object]>([
    ['by a line in dagmaker.rc', 'DESTCACHE=scratch\n', {}],
    ['by a parameter', 'DESTCACHE=persistent\n', { DESTCACHE: 'scratch' }],
  ])('that are sent elsewhere %s are refused, with both trees', (_how, rc, values) => {
    expect(at(GW, rc, values)).toEqual([
      'with DESTCACHE=scratch and SCHEMA=gw in dagmaker.rc all outputs go to /pnfs/des/scratch/gw, but they are looked for in /pnfs/des/persistent/gw',
      "Set DESTCACHE=persistent and SCHEMA=gw again, or name that tree in desgwfile.ts: fermilab({ pnfs: '/pnfs/des/scratch/gw', ... }).",
    ]);
  });
});
