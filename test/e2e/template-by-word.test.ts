/** A template that a dead workspace holds is taken over once, whoever is killed when. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { rulesFor, type Site, site } from './site.ts';

const EXPOSURE = '668437';
const TEMPLATE = '311526';
const RULES = rulesFor([EXPOSURE])
  .replace('sandbox()', 'sandbox({ isolate: true })')
  .replace(
    'params: followUpParams(site)',
    'params: { ...followUpParams(site), templatePass: true }',
  );
const all: Site[] = [];
afterAll(() => {
  for (const one of all) one.dispose();
});
const workspace = (): Site => {
  const one = site([EXPOSURE]);
  all.push(one);
  one.put('desgwfile.ts', RULES);
  return one;
};

test('of two that take it over at once, killed and begun again, one DAG reaches the grid', async () => {
  const dead = workspace();
  const claims = `template_claims_${EXPOSURE}_0`;
  expect(await dead.desgw(['build', claims])).toMatchObject({ code: 0 });
  const heirs = [workspace(), workspace()];
  for (const heir of heirs) {
    fs.symlinkSync(join(dead.dir, 'sandbox'), join(heir.dir, 'sandbox'));
    const built = await heir.desgw(['build', claims]);
    expect(built.code, built.said).toBe(0);
  }
  const registry = join(dead.dir, 'sandbox/seasons-claimed/templates/r4p7');
  const [name] = fs.readdirSync(registry);
  const old = new Date(Date.now() - 2 * 3600 * 1000);
  fs.utimesSync(join(registry, name!), old, old);
  const words = ['templates', TEMPLATE, '--take', '--yes'];
  // Idle for long: whoever looks sees its jobs.
  const dials = { grid: { idle: [1000, 1000] } };
  for (const after of [300, 700]) {
    const running = heirs.map((heir) => heir.start(words, { dials }));
    await new Promise((done) => setTimeout(done, after));
    for (const one of running) one.killGroup('SIGKILL');
    await Promise.all(running.map(({ ended }) => ended));
  }
  const ended = await Promise.all(heirs.map((heir) => heir.desgw(words, { dials })));
  const submitted = dead
    .text('sandbox/grid/submissions.log')
    .split('\n')
    .filter((line) => line.includes('desgw_templates_'));
  expect(submitted.length, ended.map(({ said }) => said).join('\n')).toBe(1);
  expect(fs.readdirSync(registry).filter((one) => one.endsWith('.pass0'))).toHaveLength(1);
});
