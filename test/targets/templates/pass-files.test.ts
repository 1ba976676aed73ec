import { expect, test } from 'vitest';
import {
  claimName,
  claimsDirectory,
  hasTemplatePass,
  passDag,
  passFile,
  passMarker,
  passMemories,
  templatesSettled,
} from '../../../targets/templates/pass-files.ts';
import { followUpWith } from '../../support/follow-up.ts';

const all = followUpWith({ set: ['templatePass=true', 'templateMemory=4000MB,8000MB'] });

test('two seasons of one exposure have DAGs and markers of their own', () => {
  const other = { ...all, season: '1601' };
  expect(passDag(all, '668440', 1)).toBe('desgw_templates_668440_S1600_1.dag');
  expect(passMarker(all, '668440', 1)).not.toBe(passMarker(other, '668440', 1));
});

test('a template is claimed for each pass of a processing, whatever its event and season', () => {
  expect(claimName({ nite: '20150817', exposure: '512345' }, 2)).toBe('20150817_512345.pass2');
  expect(claimsDirectory(all.site, 'r4p7')).toBe('sandbox/seasons-claimed/templates/r4p7');
});

test('the search waits for the last of the passes', () => {
  expect(passMemories(all)).toEqual(['4000MB', '8000MB']);
  expect(templatesSettled(all, '668440')).toBe('template_state_668440_1');
  expect([hasTemplatePass(all), hasTemplatePass(followUpWith())]).toEqual([true, false]);
});

test('a file of another kind is none of these', () => {
  expect(passFile('{"schema":"desgw/template-claims"}', 'desgw/template-state')).toBeUndefined();
  expect(passFile(undefined, 'desgw/template-state')).toBeUndefined();
  expect(passFile('{"schema":"a","n":1}', 'a')).toEqual({ schema: 'a', n: 1 });
});
