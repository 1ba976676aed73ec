/** `desgw templates`: who has what; takes over only what nobody can be at. */
import { describe, expect, test } from 'vitest';
import type { Look, Queue, Seen } from '../../../core/index.ts';
import { schemaFaults } from '../../support/schemas.ts';
import { MINUTE, NOW, run, type World } from './called.ts';

const template = {
  ...{ exposure: '512345', nite: '20150817', band: 'i', processing: 'r4p7' },
  line: 'jobsub -n --memory=4000MB -N 60 file://SEdiff.sh -r 4 -p 7 -E 512345 -b i -n 20150817 -c 0 -t -S dp2206',
};
const CLAIMS = JSON.stringify({
  ...{ schema: 'desgw/template-claims', version: 1, pass: 0 },
  ...{ taken: [], elsewhere: [{ ...template, missing: [] }], rest: [] },
});
const CLAIM = JSON.stringify({
  ...{ user: 'ann', host: 'des91', workspace: '/data/dead', note: 'templates of 668430, pass 0' },
  about: { code: 'older' },
});

/** A template that another workspace has claimed; `age` in minutes. */
function world({
  age = 60,
  names = [] as string[],
  raw = true,
  queue = [] as Queue['jobs'],
}): World {
  return {
    texts: { 'image_proc_outputs/templates/claims_668440_0.json': CLAIMS },
    params: { templateEnough: 59, templateMemory: ['4000MB', '6000MB'], submitTimeout: 60 },
    queue: [{ state: 'seen', jobs: queue }],
    seen: (look: Look): Seen => {
      if (look.kind === 'list') {
        if (look.pattern.endsWith('outputs/templates'))
          return { kind: 'list', dirs: [{ dir: 'd', names: ['claims_668440_0.json'] }] };
        if (look.pattern.endsWith('templates/r4p7'))
          return { kind: 'list', dirs: [{ dir: 'd', names: ['20150817_512345.pass0'] }] };
        if (look.pattern.endsWith('512345')) return { kind: 'list', dirs: [{ dir: 'd', names }] };
        return { kind: 'list', dirs: [] };
      }
      if (look.kind === 'stat' && look.path.endsWith('.pass0'))
        return { kind: 'stat', stat: { size: 1, mtime: NOW - age * MINUTE } };
      if (look.kind === 'stat')
        return { kind: 'stat', stat: raw ? { size: 1, mtime: 0 } : undefined };
      if (look.kind === 'read' && look.path.endsWith('.pass0'))
        return { kind: 'read', text: CLAIM };
      return {
        kind: 'read',
        text: look.kind === 'read' && look.path.endsWith('.dag') ? undefined : 'x',
      };
    },
  };
}
const take = (more: Parameters<typeof world>[0]) =>
  run('templates', { ...world(more), args: ['512345'], options: { '--take': true }, agrees: true });

test('where no pass has begun it says so', async () => {
  const { status, out } = await run('templates', { queue: [{ state: 'seen', jobs: [] }] });
  expect([status, out]).toEqual([0, expect.stringContaining('No template pass has begun')]);
});

test('who holds a template is told, and nothing else is done', async () => {
  const { out, did } = await run('templates', world({}));
  expect(out).toMatch(
    /512345 .*0 of 60 .*nothing .*ann on des91 \(\/data\/dead\) .*60 min .*668440/,
  );
  expect(out).toContain('1 template of 1 exposure: 1 nothing');
  expect(did).toEqual(['asked the queue']);
});

test('for programs the same is there', async () => {
  const { out } = await run('templates', { ...world({}), options: { '--json': true } });
  expect(schemaFaults('templates', JSON.parse(out))).toBe('');
  expect(JSON.parse(out).templates).toMatchObject([
    { template: '512345', state: 'nothing', claim: { here: false, code: 'older' } },
  ]);
});

describe('--take', () => {
  test('takes over what is held by somebody of whom there is no trace', async () => {
    const { status, did } = await take({});
    expect(status).toBe(0);
    expect(did.slice(-2)).toEqual([
      'Submit it?',
      'built templates by word: templates_668440_word1 templates by word',
    ]);
  });

  test.each([
    [
      'jobs of it are in the queue',
      {
        queue: [
          {
            id: '1',
            submission: '1',
            status: 'running' as const,
            labels: { templatesOf: '668430' },
          },
        ],
      },
    ],
    ['claimed 10 min ago', { age: 10 }],
    ['its raw image is not there', { raw: false }],
  ])('not while %s', async (why, more) => {
    const { status, out, did } = await take(more);
    expect([status, out]).toEqual([2, expect.stringContaining(why)]);
    expect(did).toEqual(['asked the queue']);
  });

  test('not while the queue cannot be seen', async () => {
    const { status, out } = await run('templates', {
      ...{ ...world({}), args: ['512345'], options: { '--take': true } },
      queue: [{ state: 'failed', why: 'no answer', jobs: [] }],
    });
    expect([status, out]).toEqual([2, expect.stringContaining('the queue could not be seen')]);
  });

  test('needs templates of this event, and looks no data up', async () => {
    const wrong = (more: Partial<World>) => run('templates', { ...world({}), ...more });
    await expect(wrong({ options: { '--take': true } })).rejects.toThrow('--take needs templates');
    await expect(wrong({ args: ['999999'] })).rejects.toThrow('no template of this event');
    await expect(wrong({ options: { '--take': true, '--json': true } })).rejects.toThrow('--json');
  });
});

test('--redo-stale asks first, and finds nothing where all is of this code', async () => {
  const names = ['D00512345_i_07_r4p7_immask.fits.fz', 'D00512345_i_07_r4p7_fullcat.fits'];
  const zero = ['D00512345_r4p7_ZP.csv', '512345.out'];
  const options = { '--redo-stale': true as const };
  const asked = await run('templates', { ...world({ names: [...names, ...zero] }), options });
  expect(asked.out).toContain('1 other workspace holds claims');
  expect(asked.out).toContain('Nothing was changed.');
  const none = await run('templates', { ...world({}), options });
  expect([none.status, none.out]).toEqual([0, expect.stringContaining('No template is stale')]);
});
