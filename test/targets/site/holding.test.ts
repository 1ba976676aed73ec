/** One directory, one follow-up: whoever comes second is told, and nothing is written. */
import { expect, test } from 'vitest';
import { holdOutputs, holdWorkflow } from '../../../targets/site/holding.ts';
import { followUpWith } from '../../support/follow-up.ts';

const shared = followUpWith();

test('gw_workflow belongs to one workspace; where every exposure has a directory of its own, a season of it', () => {
  expect(holdWorkflow(shared)).toMatchObject([
    { kind: 'claim', registry: 'sandbox/gw_workflow', names: ['.desgw_workspace'] },
  ]);
  expect(holdWorkflow(followUpWith({ isolate: true, season: '2206' }))).toMatchObject([
    { kind: 'claim', registry: 'sandbox/gw_workflow', names: ['.desgw_workspace_S2206'] },
  ]);
});

test('the refusal says what to do, as commands that can be typed', () => {
  const [claim] = holdWorkflow(shared);
  expect(claim!.taken).toMatchObject({
    what: 'sandbox/gw_workflow is in use for another event',
    advice: expect.stringContaining('rm sandbox/gw_workflow/.desgw_workspace'),
  });
});

test('output trees are held apart by their name, however it is spelt', () => {
  const name = (outdir: string) => holdOutputs(shared, outdir).names[0];
  expect(name('./outputs')).toBe(name('outputs/'));
  expect(name('outputs_a')).not.toBe(name('outputs_b'));
  expect(name('/data/out put')).toMatch(/^\.desgw_workspace_[A-Za-z0-9_]+$/);
});
