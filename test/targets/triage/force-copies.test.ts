import { expect, test } from 'vitest';
import {
  type CopyAsked,
  forceCopyRule,
  forceFilesIn,
} from '../../../targets/triage/force-copies.ts';
import { factsOf, stepsOf } from '../../support/follow-up.ts';

const asked: CopyAsked = {
  ...{ exposure: '1300132', season: '416', band: 'Y', ccd: 7, lacks: ['.fits', '.psf'] },
  folder: '/pnfs/images/dp416/20250301/1300132',
  there: ['WS0416_1300132_tile1_combined_Y_12+fakeSN_diff_mh.fits'],
};
const WANTED = 'WS0416_1300132_tile1_combined_Y_07+fakeSN_diff_mh';
const members = [
  'RUN18_combined+expose_hotpants.LOG',
  `${WANTED}.fits.fz`,
  'WS0416_1300132_tile1_combined_Y_07+fakeSN_mh.fits.fz',
  'WS0416_1300132_tile1_combined_Y_07_template_mh.psf',
  `${WANTED}.psf`,
  'WS0416_1300132_tile1_combined_Y_08+fakeSN_diff_mh.fits.fz',
];
const found = (more: Partial<CopyAsked>, among: readonly string[] = members) =>
  forceFilesIn({ ...asked, ...more }, '/o.tar.gz', among).map(({ member, to }) => [member, to]);

test('of the images in the outputs it is the one that is named like those of its fellows', () => {
  expect(found({})).toEqual([
    [`${WANTED}.fits.fz`, `${asked.folder}/${WANTED}.fits`],
    [`${WANTED}.psf`, `${asked.folder}/${WANTED}.psf`],
  ]);
});

test('without fellows its own model of the image tells, where there is one alone', () => {
  const one = members.filter((name) => !name.includes('template'));
  expect(found({ there: [] }, one)).toHaveLength(2);
  // Two may be meant: neither is taken for it.
  expect(found({ there: [], lacks: ['.psf'] })).toEqual([]);
});

test('what the outputs do not hold is not copied', () => {
  expect(found({}, ['RUN18_x.LOG'])).toEqual([]);
  expect(found({ exposure: '1300133' })).toEqual([]);
});

test('packed images are unpacked on the way, and nothing stands for a pipe that failed', () => {
  const files = forceFilesIn(asked, '/o.tar.gz', members);
  const rule = forceCopyRule({ script: '/setup.sh' }, { exposure: '1300132', ccd: 7, files });
  expect(rule.name).toBe('force_copy_1300132_07');
  expect(stepsOf(rule, factsOf({}))).toMatchObject([
    {
      argv: [
        ...['bash', '-c', 'set -o pipefail; tar xzOf "$1" "$2" | funpack -S -'],
        ...['copy', '/o.tar.gz', `${WANTED}.fits.fz`],
      ],
      stdout: `${asked.folder}/${WANTED}.fits`,
    },
    {
      argv: [
        ...['bash', '-c', 'set -o pipefail; tar xzOf "$1" "$2"'],
        ...['copy', '/o.tar.gz', `${WANTED}.psf`],
      ],
    },
  ]);
});
