/** The stamps of the observations with the best scores, and a list of those that cannot be had. */
import { expect, test } from 'vitest';
import { readLightCurve } from '../../targets/candidates/light-curve.ts';
import { stampsFolder } from '../../targets/settings/follow-up.ts';
import { stamps, wantedStamps } from '../../targets/stamps.ts';
import { factsOf, followUpWith, SEASON, stepsOf, textOf } from '../support/follow-up.ts';

const obs = (object: string, score: string, field = 'WS1') =>
  `OBS: 57983.1 i ${field} 1000 10 4096 ${score} 31 1 1 1 1 1 1 20170817 668440 5 ${object}\n`;
const curve = (...lines: readonly string[]) =>
  readLightCurve(`SNID: 11\nRA: 198\nDECL: -23\n${lines.join('')}`)!;

test('observations with the score are taken, by the names that are in the archive', () => {
  const found = wantedStamps([curve(obs('7', '0.70'), obs('8', '0.69'), obs('9', '-9'))], 0.7);
  expect(found).toEqual([
    {
      ...{ snid: '11', object: '7', nite: '20170817', exposure: '668440' },
      ...{ band: 'i', ccd: '05', field: 'WS1', score: 0.7 },
    },
  ]);
});

test('a name that would be another path is none', () => {
  const one = curve(obs('7', '0.9', '../../x'));
  expect(wantedStamps([one], 0.7)).toEqual([]);
  expect(wantedStamps([{ ...curve(obs('7', '0.9')), snid: '../../x' }], 0.7)).toEqual([]);
});

const rule = stamps(followUpWith());
const value = wantedStamps([curve(obs('7', '0.9'), obs('8', '0.8'))], 0.7).map((one) => ({
  ...one,
}));

test('each observation is one archive, out of which its three stamps come', () => {
  const [folders, first] = stepsOf(rule, factsOf({}, { value }));
  const folder = `${stampsFolder(SEASON)}/11`;
  expect(folders).toMatchObject({ kind: 'exec', argv: ['mkdir', '-p', folder] });
  expect(first).toMatchObject({
    kind: 'exec',
    okExits: 'any',
    argv: [
      ...[
        'tar',
        '-xzf',
        expect.stringMatching(/668440\/dp1600\/i_05\/(stamps_20170817_WS1_i_05)\/\1\.tar\.gz$/),
      ],
      ...['-C', folder, 'temp7.gif', 'srch7.gif', 'diff7.gif'],
    ],
  });
});

test('what could not be had is listed with where it was, and fails nothing', () => {
  const exits = [0, 2, 0].map((code) => ({ kind: 'exit' as const, code }));
  const facts = factsOf({}, { value, exits });
  expect(textOf(rule, `${stampsFolder(SEASON)}/fail_objids.txt`, facts)).toBe(
    '7 20170817 668440 i 05 0.9\n',
  );
  const well = factsOf({}, { value, exits: exits.map(() => exits[0]!) });
  expect(textOf(rule, `${stampsFolder(SEASON)}/fail_objids.txt`, well)).toBe('');
});
