import { describe, expect, test } from 'vitest';
import { TEMPLATE_CCDS } from '../../../targets/settings/domain.ts';
import {
  type TemplateFacts,
  templateFound,
  templateState,
} from '../../../targets/templates/template-state.ts';

const about = { exposure: '512345', band: 'i', processing: 'r4p7' };
const two = (ccd: number): string => String(ccd).padStart(2, '0');
const filesOf = (ccd: number): readonly string[] => [
  `D00512345_i_${two(ccd)}_r4p7_immask.fits.fz`,
  `D00512345_i_${two(ccd)}_r4p7_fullcat.fits`,
  `D00512345_${two(ccd)}_r4p7_ZP.csv`,
  `512345_${ccd}.out`,
];
const all = TEMPLATE_CCDS.flatMap(filesOf);

describe('what is there of a template', () => {
  test('a directory that does not exist holds nothing', () => {
    expect(templateFound(about, undefined)).toEqual({ done: 0, missing: TEMPLATE_CCDS });
  });

  test('a CCD is done when its image, catalogue, zero points and corners are there', () => {
    expect(templateFound(about, all).done).toBe(60);
    for (const lacking of filesOf(7))
      expect(
        templateFound(
          about,
          all.filter((name) => name !== lacking),
        ).missing,
      ).toEqual([7]);
  });

  test('zero points and corners of the exposure as a whole stand for those of the CCDs', () => {
    const whole = all
      .filter((name) => !/_ZP\.csv$|\.out$/.test(name))
      .concat('D00512345_r4p7_ZP.csv', '512345.out');
    expect(templateFound(about, whole).done).toBe(60);
  });

  test('another band, another processing and another exposure do not count', () => {
    for (const other of [
      { ...about, band: 'r' },
      { ...about, processing: 'r4p8' },
      { ...about, exposure: '512346' },
    ])
      expect(templateFound(other, all).done).toBe(0);
  });
});

describe('how a template stands after a pass', () => {
  const facts = (done: number, one: Partial<TemplateFacts> = {}): TemplateFacts => ({
    found: { done, missing: TEMPLATE_CCDS.slice(done) },
    enough: 59,
    jobs: 0,
    raw: true,
    last: false,
    quietFor: 600,
    lateSeconds: 300,
    ...one,
  });

  test.each([
    ['59 CCDs are enough, whatever is in the queue', facts(59, { jobs: 3 }), 'complete'],
    ['its jobs are in the queue', facts(40, { jobs: 20 }), 'under way'],
    ['files may be late', facts(40, { quietFor: 10 }), 'under way'],
    ['some are missing', facts(40), 'again'],
    ['some are missing after the last pass', facts(40, { last: true }), 'final'],
    ['nothing, and no raw image: no memory helps', facts(0, { raw: false }), 'final'],
    ['nothing, though there is a raw image', facts(0), 'again'],
    ['the queue could not be seen', facts(40, { jobs: undefined }), 'unseen'],
    ['whether there is a raw image could not be seen', facts(0, { raw: undefined }), 'unseen'],
  ] as const)('%s', (_, given, state) => {
    expect(templateState(given)).toBe(state);
  });
});
