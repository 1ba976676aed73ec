/** `desgw candidates`: the table as it was built last, sifted; values that cannot be meant are refused. */
import { describe, expect, test } from 'vitest';
import { UserError } from '../../../core/api/errors.ts';
import { readLightCurve } from '../../../targets/candidates/light-curve.ts';
import { candidateOf, candidatesCsv } from '../../../targets/candidates/table.ts';
import { schemaFaults } from '../../support/schemas.ts';
import { run } from './called.ts';

const dat = (snid: string, ra: string, score: string) =>
  `SURVEY: DES\nSNID: ${snid}\nRA: ${ra}\nDECL: -23.3\nNVAR: 1\nVARLIST: MJD FLT FIELD FLUXCAL FLUXCALERR PHOTFLAG PHOTPROB ZPFLUX PSF SKYSIG SKYSIG_T GAIN XPIX YPIX NITE EXPNUM CCDNUM OBJID\nOBS: 57983.1 i WS 1000 10 4096 ${score} 30 1 1 1 1 1 1 20170817 668440 5 1\n`;
const curves = [dat('11', '198.02', '0.9'), dat('12', '100.0', '0.2')];
const table = candidatesCsv(curves.map((text) => candidateOf(readLightCurve(text)!)));
const texts = { 'image_proc_outputs/candidates_S2206.csv': table, 'postproc_2206.ini': '' };
const found = async (options: { [name: string]: string | true }) => {
  const { out } = await run('candidates', { texts, options: { '--json': true, ...options } });
  return (JSON.parse(out) as { snid: string }[]).map(({ snid }) => snid);
};

test('without a table it says how to get one', async () => {
  expect(await run('candidates')).toMatchObject({
    ...{ status: 1, out: expect.stringContaining('desgw build candidates') },
  });
});

test('the best score comes first', async () => {
  expect(await found({})).toEqual(['11', '12']);
  const { out } = await run('candidates', { texts });
  expect(out.split('\n')[1]).toMatch(/^11 .*0\.90/);
});

describe('sifting', () => {
  test.each<[string, string | true, string[]]>([
    ['--ml', '0.9', ['11']],
    ['--ml', '0.91', []],
    ['--two-nites', true, []],
    ['--near', '198.02,-23.3', ['11']],
    ['--near', '198.2,-23.3', []],
    ['--near', '198.2,-23.3,0.2', ['11']],
  ])('by %s %s', async (option, value, left) => {
    expect(await found({ [option]: value })).toEqual(left);
  });

  test.each([
    ['--ml', '7'],
    ['--ml', 'high'],
    ['--near', '198'],
    ['--near', '198,-95'],
    ['--near', '360,0'],
    ['--near', '1,2,0'],
    ['--near', '1,2,3,4'],
  ])('by %s %s is refused', async (option, value) => {
    await expect(run('candidates', { texts, options: { [option]: value } })).rejects.toThrow(
      UserError,
    );
  });
});

describe('one light curve', () => {
  const seen = () =>
    ({ kind: 'ends', files: curves.map((end) => ({ path: 'x', end, mtime: 0 })) }) as never;

  test('is shown by the number of its candidate, leading zeros or not', async () => {
    for (const args of [['11'], ['0011']])
      expect((await run('candidates', { texts, args, seen })).out).toContain(
        'candidate 11 at 198.02',
      );
  });

  test('that is not there, or cannot be read, is said so', async () => {
    expect(await run('candidates', { texts, args: ['13'], seen })).toMatchObject({
      ...{
        status: 1,
        out: expect.stringContaining('No candidate 13 is among the 2 light curves of '),
      },
    });
    const failed = () => ({ kind: 'failed', why: 'EIO' }) as never;
    expect((await run('candidates', { texts, args: ['11'], seen: failed })).out).toContain('EIO');
  });

  test('and the table are in JSON what their schemas say, and these refuse what they do not', async () => {
    const asked = { texts, options: { '--json': true as const }, seen };
    const curve = JSON.parse((await run('candidates', { ...asked, args: ['11'] })).out);
    expect(schemaFaults('light-curve', curve)).toBe('');
    expect(curve).toMatchObject({ snid: '11', observations: [{ band: 'i', mjd: 57_983.1 }] });
    expect(schemaFaults('light-curve', { ...curve, host: { z: 1 } })).toContain('must be string');
    const list = JSON.parse((await run('candidates', asked)).out);
    expect([schemaFaults('candidates', list), list.length]).toEqual(['', 2]);
    const { best: _, ...lacking } = list[0];
    expect(schemaFaults('candidates', [lacking])).toContain("required property 'best'");
  });
});
