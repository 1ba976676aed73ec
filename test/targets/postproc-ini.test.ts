/** The ini of post processing: made from its template, of what goes on, with the event's own values. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readIni } from '../../core/formats/ini.ts';
import { iniTemplate, outdirOf, postprocIni } from '../../targets/postproc-ini.ts';
import { factsOf, followUpWith, recipeOf, SEASON, textOf } from '../support/follow-up.ts';

const exposures = ['668440', '668441'];
const INI = `postproc_${SEASON}.ini`;
const OUTPUT = 'image_proc_outputs/output.txt';
const report = (exposure: string, band: string, goesOn = true) =>
  JSON.stringify({ exposure, band, goesOn, verdict: goesOn ? 'pass-all' : 'too-few' });
const ruleWith = (set: readonly string[] = []) => {
  const all = followUpWith({ exposures, set });
  const template = iniTemplate(all.params);
  const text = readFileSync(template, 'utf8');
  const files = {
    [template]: text,
    [OUTPUT]: `[668440 i, 668441 z]\n${SEASON}\n`,
    'image_proc_outputs/forcefiles_668440.json': report('668440', 'i'),
    'image_proc_outputs/forcefiles_668441.json': report('668441', 'z', false),
  };
  const gathered = exposures.map((one) => `forcefiles_${one}`);
  const rule = postprocIni(all, readIni(text), OUTPUT);
  return { rule, made: () => textOf(rule, INI, factsOf(files, { gathered })), text };
};

test('bands are those of exposures that go on: others would be rows without data', () => {
  expect(readIni(ruleWith().made()).get('general.bands')).toBe('i');
});

test('season and list are those of this follow-up, and every other line is the template’s', () => {
  const { made, text } = ruleWith();
  const values = readIni(made());
  expect(values.get('general.season')).toBe(SEASON);
  expect(values.get('general.exposures_listfile')).toBe(`complete_exposures_S${SEASON}.list`);
  const comments = (of: string) => of.split('\n').filter((line) => /^[#;]/.test(line));
  expect(comments(made())).toEqual(comments(text));
});

describe('a parameter', () => {
  test('is part of what makes the ini stale, and stands in it', () => {
    const { rule, made } = ruleWith(['mlscore_cut=0.71']);
    expect(rule.params).toMatchObject({ 'plots.mlscore_cut': '0.71' });
    expect(readIni(made()).get('plots.mlscore_cut')).toBe('0.71');
    expect(ruleWith().rule.params).not.toEqual(ruleWith(['ligoid=S250101a']).rule.params);
  });

  test('that every event has of its own and nobody has set fails it, after what is known was written', () => {
    const { site, ...rest } = followUpWith({ exposures });
    const { event: _, ...anyEvent } = site;
    const none = postprocIni({ ...rest, site: anyEvent }, new Map(), OUTPUT);
    const [problem] = recipeOf(none).judge!(factsOf({}), []);
    expect(problem).toMatchObject({
      what: expect.stringMatching(/^postproc_1600\.ini: .*ligoid.* are not set/),
      advice: expect.stringContaining('--set ligoid=VALUE'),
    });
    expect(recipeOf(ruleWith().rule).judge!(factsOf({}), [])).toEqual([]);
  });
});

test('the output tree is the site’s, with the season in it where it says so', () => {
  const { site, season, params } = followUpWith();
  const at = (outdir: string) => outdirOf({ site: { ...site, outdir }, season, params }, new Map());
  expect(at('./outputs')).toBe('./outputs');
  expect(at('/data/out_{season}')).toBe(`/data/out_${SEASON}`);
});
