/** `desgw/targets`: what a rule file of the pipeline is written with works from there alone. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { defineBuild } from '../../core/api/define.ts';
import { memoryMachine } from '../../core/testing/machine.ts';
import { pipelineOn } from '../../core/testing/pipeline.ts';
import * as targets from '../../targets/index.ts';
import { packageFile } from '../../targets/site/package.ts';

test('a rule file made of its names has a plan, and its commands', async () => {
  const site = targets.sandbox();
  const build = defineBuild({
    goal: 'postproc',
    params: targets.followUpParams(site),
    adapters: site.adapters,
    commands: targets.followUpCommands(site),
    complete: targets.completeFollowUp,
    rules: (params) => targets.followUp(site, [668440, 668441], params),
  });
  const template = packageFile('templates/template_postproc.ini');
  const machine = memoryMachine({ [template]: readFileSync(template, 'utf8') });
  const [first, ...rest] = await pipelineOn(machine, build).status(['exposures.list']);
  expect(first).toMatchObject({ target: 'sandbox' });
  expect(rest.map(({ target }) => target)).toEqual(['exposures.list']);
});

test('names and paths are those that the targets use', () => {
  const place = { site: targets.sandbox(), season: '1600' };
  expect(targets.ccdsName('668440')).toBe('ccds_668440');
  expect(targets.ccdsFile('668440')).toBe('image_proc_outputs/ccds_668440.json');
  expect(targets.markerFile(place, '668440')).toBe(`${targets.dagFile(place, '668440')}.submitted`);
});
