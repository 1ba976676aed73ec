/** What the doctor examines: paths of the site as they are on this machine. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { doctorFacts } from '../../../targets/doctor/facts.ts';
import { followUpWith } from '../../support/follow-up.ts';

let workspace = '';
beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'desgw-facts-'));
});
afterEach(() => rmSync(workspace, { recursive: true }));

const { site } = followUpWith();
const facts = (outdir: string | null = null, of = site) =>
  doctorFacts(of, {
    tools: { workspace, signal: new AbortController().signal, run: () => Promise.reject() },
    ...{ env: { HOME: '/home/mara' }, params: { outdir }, now: 5 },
  } as never);

test('paths start at the workspace, and programs are named without ./', () => {
  expect(facts()).toMatchObject({
    workflow: join(workspace, 'sandbox/gw_workflow'),
    pnfs: join(workspace, 'sandbox/pnfs/des/persistent/gw'),
    dagmaker: 'DAGMaker.sh',
    home: join(workspace, 'sandbox/home'),
  });
  expect(facts(null, { ...site, env: {} }).home).toBe('/home/mara');
});

test('room is looked for where the output tree will lie, while it is not there', () => {
  const postProcessing = join(workspace, 'sandbox/Post-Processing');
  expect(facts('./out').outdir).toBe(postProcessing);
  mkdirSync(join(postProcessing, 'out'), { recursive: true });
  expect(facts('./out').outdir).toBe(join(postProcessing, 'out'));
});

test('credentials and software of the grid are examined only where there is an account', () => {
  expect(facts()).toMatchObject({ software: [] });
  expect(facts()).not.toHaveProperty('grid');
  const real = facts(null, { ...site, account: { experiment: 'des', role: 'Analysis' } });
  expect(real.software).toHaveLength(2);
  expect(real.grid).toMatchObject({ experiment: 'des', role: 'Analysis' });
});
