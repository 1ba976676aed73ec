/** The report page beside other work: whatever stands in its way, the work and the page go on. */
import { afterEach, expect, test } from 'vitest';
import { type Workspace, workspace } from './workspace.ts';

let w: Workspace;
afterEach(() => w.dispose());

const TWO = `target('a', { outputs: ['a'], recipe: [sh('touch a')] }),
  target('b', { deps: ['a'], outputs: ['b'], recipe: [sh('touch b')] })`;

test('a build goes on whose page cannot be written, and says so once', async () => {
  w = workspace('b', TWO);
  w.put('file', '');
  const { status, err } = await w.desgw('build', '--report', 'file/page.html');
  expect([status, w.text('b')]).toEqual([0, '']);
  expect(err.match(/desgw: the report is not written: .*file\/page.html/g)).toHaveLength(1);
});

test('a page that is served stays while the rule file cannot be read, says so, and follows on', async () => {
  w = workspace('b', TWO);
  const good = w.text('desgwfile.ts')!;
  const server = w.start(['report', '--serve', '--every', '1']);
  const said = await server.said('shows how everything stands');
  w.put('desgwfile.ts', `${good}}`);
  await server.said('desgw: the page stays as it is: desgwfile.ts:');
  w.put('desgwfile.ts', good.replace("deps: ['a'], ", ''));
  const port = /127\.0\.0\.1:(\d+)/.exec(said)![1];
  const names = async (): Promise<readonly string[]> => {
    const data = await (await fetch(`http://127.0.0.1:${port}/data.json`)).text();
    return JSON.parse(data).targets.map(({ name }: { readonly name: string }) => name);
  };
  while ((await names()).includes('a')) await new Promise((done) => setTimeout(done, 50));
  expect(await names()).toEqual(['b']);
  server.kill('SIGINT');
  expect((await server.ended).status).toBe(0);
});
