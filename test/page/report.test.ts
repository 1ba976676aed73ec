/** What a report holds, and the server that shows it. */
import { request } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { reportPage } from '../../core/views/report.ts';
import { type Server, serve } from '../../core/world/server.ts';
import { nightData } from './night.ts';

describe('the data', () => {
  const data = nightData(6);

  test('count what the board counts, and every subject has a letter for each place', () => {
    expect(data.totals).toEqual({ done: 4, 'under way': 1, failed: 1 });
    expect(data.places).toHaveLength(62);
    expect(data.places[0]).toEqual(['01', 0.3113, 0.909, 0.299, 0.1495]);
    const [first, second] = data.subjects;
    expect(first!.parts).toMatch(/^FUC+I?C*.*$/);
    expect([...first!.parts!].filter((letter) => letter === 'U')).toHaveLength(3);
    expect([...first!.parts!].filter((letter) => letter === 'F')).toHaveLength(9);
    expect(first!.notes!['01']).toEqual(['RUN02_expose_makeStarCat']);
    expect(second).toMatchObject({
      condition: 'failed',
      phases: { DAGMaker: 'failed', grid: 'blocked' },
    });
    expect(second!.parts).toBeUndefined();
  });

  test('of each target tell why, down to the first cause, and when it last ran', () => {
    const ccds = data.targets.find(({ name }) => name === 'ccds_668001')!;
    expect(ccds.why).toContain('no templates');
    expect(ccds.needs.map((i) => data.targets[i]!.name)).toEqual(['dagmaker_668001.out']);
    expect(data.targets[0]).toMatchObject({ name: 'season', ms: 1500 });
  });
});

test('nothing in the data can end the element it stands in, and the page asks for nothing outside', () => {
  const page = reportPage(nightData(3), { script: 'let a;', style: 'b{}' });
  expect(page.match(/<\/script>/g)).toHaveLength(2);
  expect(page).toContain('<title>S230518h &lt;night></title>');
  expect(page).not.toMatch(/(src|href)="(?!data:)/);
  expect(page).toContain("connect-src 'none'");
});

describe('the server', () => {
  let server: Server | undefined;
  afterEach(() => server?.close());

  const ask = (
    port: number,
    headers: { readonly [name: string]: string },
    method = 'GET',
  ): Promise<number> =>
    new Promise((resolve, reject) => {
      request({ host: '127.0.0.1', port, path: '/', headers, method }, (response) => {
        response.resume();
        resolve(response.statusCode!);
      })
        .on('error', reject)
        .end();
    });

  test('answers those who ask for it by its own name, and nobody else', async () => {
    server = await serve({ port: 0, answer: async () => ({ type: 'text/html', body: 'here' }) });
    const { port } = server;
    const own = `127.0.0.1:${port}`;
    expect(await ask(port, { host: own })).toBe(200);
    expect(await ask(port, { host: `localhost:${port}` })).toBe(200);
    expect(await ask(port, { host: 'evil.example' })).toBe(403);
    expect(await ask(port, { host: `evil.example:${port}` })).toBe(403);
    expect(await ask(port, { host: '127.0.0.1' })).toBe(403);
    expect(await ask(port, { host: own, origin: 'http://evil.example' })).toBe(403);
    expect(await ask(port, { host: own }, 'POST')).toBe(405);
  });
});
