import { expect, test } from 'vitest';
import type { Job } from '../../../core/index.ts';
import {
  type Claimed,
  claimedIn,
  claimsFileNamed,
  isStarCatalogue,
  type Needed,
  neededIn,
  newestPass,
  starCatalogues,
  templateRow,
} from '../../../targets/templates/overview.ts';

const template = {
  ...{ exposure: '512345', nite: '20150817', band: 'i', processing: 'r4p7', line: 'jobsub' },
};
const other = { ...template, exposure: '512340' };
const needed: Needed = { template, usedBy: ['668440'], ours: new Map([[0, '668440']]) };
const claims = (more: object) =>
  JSON.stringify({
    ...{ schema: 'desgw/template-claims', version: 1, taken: [], elsewhere: [], rest: [] },
    ...more,
  });

test('a template that several exposures need is there once, with all of them', () => {
  const found = neededIn([
    { exposure: '668440', pass: 0, text: claims({ taken: [template] }) },
    { exposure: '668441', pass: 0, text: claims({ elsewhere: [template], rest: [other] }) },
    { exposure: '668442', pass: 0, text: '{"schema":"another"}' },
  ]);
  expect(found.map((one) => [one.template.exposure, one.usedBy, [...one.ours]])).toEqual([
    ['512340', ['668441'], []],
    ['512345', ['668440', '668441'], [[0, '668440']]],
  ]);
});

test('files and claims are known by their names', () => {
  expect(claimsFileNamed('claims_668440_1.json')).toEqual({ exposure: '668440', pass: 1 });
  expect(claimsFileNamed('state_668440_1.json')).toBeUndefined();
  const names = [
    ...['20150817_512345.pass0', '20150817_512345.pass1', '20150817_512345.pass7.was-x'],
    '20150817_999999.pass5',
  ];
  expect(newestPass(template, names)).toBe(1);
  expect(newestPass(template, [])).toBeUndefined();
});

test('half of a claim holds it all the same', () => {
  expect(claimedIn('{"user":"so', 0, 7)).toMatchObject({ user: null, pass: 0, since: 7 });
  const text = JSON.stringify({
    user: 'a',
    note: 'templates of 668440, pass 0',
    about: { code: 'c' },
  });
  expect(claimedIn(text, 0, 7)).toMatchObject({ user: 'a', exposure: '668440', code: 'c' });
});

const claim: Claimed = claimedIn(
  JSON.stringify({ note: 'templates of 668440, pass 0', about: { code: 'then' } }),
  ...([0, 0] as const),
);
const stem = 'D00512345';
const whole = [
  ...[`${stem}_r4p7_ZP.csv`, '512345.out'],
  ...Array.from({ length: 62 }, (_, i) => String(i + 1).padStart(2, '0')).flatMap((ccd) => [
    `${stem}_i_${ccd}_r4p7_immask.fits.fz`,
    `${stem}_i_${ccd}_r4p7_fullcat.fits`,
  ]),
];
const row = (more: Partial<Parameters<typeof templateRow>[0]> = {}) =>
  templateRow({
    ...{ needed, names: undefined, raw: true, claim, registry: [], enough: 59, code: 'then' },
    queue: { state: 'seen', jobs: [] },
    ...more,
  });
const job = (labels: Job['labels']): Job => ({
  ...{ id: '1', submission: '1', status: 'running', labels },
});

test('a template is told by its files and its living jobs', () => {
  const live = { state: 'seen' as const, jobs: [job({ templatesOf: '668440' })] };
  expect(row()).toMatchObject({ state: 'nothing', jobs: 0 });
  expect(row({ raw: false }).state).toBe('no raw image');
  expect(row({ names: whole }).state).toBe('complete');
  expect(row({ queue: live })).toMatchObject({ state: 'under way', jobs: 1 });
  const unseen = { state: 'failed' as const, why: '', jobs: [] };
  expect(row({ queue: unseen })).toMatchObject({ state: 'nothing', jobs: undefined });
});

test('what another code made is stale, until it was made once more by this one', () => {
  const stale = (more: object) => row({ names: whole, code: 'now', ...more }).stale;
  expect(stale({})).toBe(true);
  expect(stale({ code: 'then' })).toBe(false);
  expect(stale({ code: undefined })).toBe(false);
  expect(stale({ names: undefined })).toBe(false);
  expect(stale({ registry: ['20150817_512345.code-now'] })).toBe(false);
});

test('star catalogues lie beside the tree, by exposure', () => {
  expect(starCatalogues('/pnfs/des/persistent/gw')).toBe(
    '/pnfs/des/persistent/stash/gw/CATALOG_FILES',
  );
  expect(starCatalogues('/elsewhere')).toBeUndefined();
  const of = (name: string) => isStarCatalogue(name, new Set(['668440']));
  expect(of('SNSTAR_668440_07_r4p7.LIST')).toBe(true);
  expect(of('SNVETO_668440_07_r4p7.LIST')).toBe(true);
  expect([of('SNSTAR_668441_07_r4p7.LIST'), of('SNSTAR_668440_07.txt')]).toEqual([false, false]);
});
