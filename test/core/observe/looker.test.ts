import { describe, expect, test } from 'vitest';
import type { Adapter, Look } from '../../../core/api/looks.ts';
import type { Json } from '../../../core/api/values.ts';
import { Looker } from '../../../core/observe/looker.ts';
import { memoryFiles } from '../../../core/testing/memory-files.ts';
import { stubWorld } from '../stub-world.ts';

const TREE = {
  'exp/20170817/668440/dp417/i_01/outputs_1.fits': '',
  'exp/20170817/668440/dp417/i_02/R1.FAIL': '',
  'exp/20170817/668442/dp417/z_01/x': '',
  'exp/20170817/668442/other/z_01/x': '',
  'exp/20170817/.hidden/dp417/i_01/x': '',
  'exp/20170817/file': 'text',
};

function lookerOn(
  options: {
    adapters?: { readonly [name: string]: Adapter };
    dry?: boolean;
    signal?: AbortSignal;
  } = {},
  { limits = true }: { readonly limits?: boolean } = {},
) {
  const { files } = memoryFiles(TREE);
  let listed = 0;
  const counting = {
    ...files,
    listMany: (dirs: readonly string[]) => {
      listed += dirs.length;
      return files.listMany(dirs);
    },
  };
  const plain = stubWorld();
  const endless = { ...plain.clock, sleep: () => new Promise<void>(() => {}) };
  const world = { ...plain, files: counting, clock: limits ? plain.clock : endless };
  const looker = new Looker(world, {
    adapters: {},
    dry: false,
    signal: new AbortController().signal,
    ...options,
  });
  return { looker, listed: () => listed };
}

describe('listings', () => {
  test.each<[string, string, object[]]>([
    [
      'one directory',
      'exp/20170817/668440/dp417',
      [{ dir: 'exp/20170817/668440/dp417', names: ['i_01/', 'i_02/'] }],
    ],
    [
      'stars match names, not hidden ones',
      'exp/20170817/66*/dp417/?_01'.replace('?', '*'),
      [
        { dir: 'exp/20170817/668440/dp417/i_01', names: ['outputs_1.fits'] },
        { dir: 'exp/20170817/668442/dp417/z_01', names: ['x'] },
      ],
    ],
    [
      'a plain segment behind a star',
      'exp/*/668442/dp417',
      [{ dir: 'exp/20170817/668442/dp417', names: ['z_01/'] }],
    ],
    ['nothing there', 'exp/20180101', []],
    ['a file where a directory should be', 'exp/20170817/file', []],
    ['a star below nothing', 'nowhere/*', []],
    ['a dot is a dot', 'exp/*.*', []],
  ])('%s', async (_what, pattern, dirs) => {
    expect(await lookerOn().looker.look([{ kind: 'list', pattern }])).toEqual([
      { kind: 'list', dirs },
    ]);
  });

  test('what work left that was over by the answer is seen', async () => {
    const world = stubWorld({ 'out/1': '' });
    const ends: Adapter = {
      dry: true,
      timeout: 60,
      ask: async () => {
        world.files.put('out/2', '');
        return 'nothing runs';
      },
    };
    const options = { adapters: { queue: ends }, dry: false, signal: new AbortController().signal };
    const looker = new Looker(world, options);
    const list: Look = { kind: 'list', pattern: 'out' };
    const ask: Look = { kind: 'ask', adapter: 'queue', question: null };
    expect(await looker.look([list])).toMatchObject([{ dirs: [{ names: ['1'] }] }]);
    expect(await looker.look([list, ask])).toMatchObject([
      { dirs: [{ names: ['1', '2'] }] },
      { answer: 'nothing runs' },
    ]);
  });

  test('a directory that cannot be read fails the look, or is told of where that was asked for', async () => {
    const { files } = memoryFiles(TREE);
    const shut = 'exp/20170817/668442/dp417/z_01';
    const world = {
      ...stubWorld(),
      files: {
        ...files,
        listMany: async (dirs: readonly string[]) =>
          (await files.listMany(dirs)).map((names, i) =>
            dirs[i]!.endsWith(shut) ? new Error('no permission') : names,
          ),
      },
    };
    const options = { adapters: {}, dry: false, signal: new AbortController().signal };
    const look: Look = { kind: 'list', pattern: 'exp/*/*/dp417/*_01' };
    expect(await new Looker(world, options).look([look])).toEqual([
      { kind: 'failed', why: 'no permission' },
    ]);
    expect(await new Looker(world, options).look([{ ...look, partly: true }])).toEqual([
      {
        kind: 'list',
        dirs: [{ dir: 'exp/20170817/668440/dp417/i_01', names: ['outputs_1.fits'] }],
        unread: [{ dir: shut, why: 'no permission' }],
      },
    ]);
  });

  test('files that match are told with their time and their end', async () => {
    const pattern = 'exp/*/f*';
    expect(await lookerOn().looker.look([{ kind: 'ends', pattern, bytes: 2 }])).toEqual([
      {
        kind: 'ends',
        files: [{ path: 'exp/20170817/file', mtime: expect.any(Number), end: 'xt' }],
      },
    ]);
  });

  test('each directory is listed once, whoever asks, until everything is forgotten', async () => {
    const { looker, listed } = lookerOn();
    const looks: Look[] = [1, 2].map(() => ({ kind: 'list', pattern: 'exp/20170817/*/dp417/*' }));
    await looker.look(looks);
    await looker.look(looks);
    expect(listed()).toBe(8); // the nite, two exposures, dp417 in each, three CCDs
    looker.forget();
    await looker.look(looks);
    expect(listed()).toBe(16);
  });
});

test('texts and stats', async () => {
  const seen = await lookerOn().looker.look([
    { kind: 'read', path: 'exp/20170817/file' },
    { kind: 'read', path: 'gone' },
    { kind: 'stat', path: 'gone' },
    { kind: 'stat', path: 'exp/20170817/file' },
  ]);
  expect(seen).toEqual([
    { kind: 'read', text: 'text' },
    { kind: 'read', text: undefined },
    { kind: 'stat', stat: undefined },
    { kind: 'stat', stat: { size: 4, mtime: expect.any(Number) } },
  ]);
});

describe('questions to adapters', () => {
  const asking = (ask: Adapter['ask'], more: Partial<Adapter> = {}) => ({
    queue: { dry: false, timeout: 60, ask, ...more },
  });
  const question: Look = { kind: 'ask', adapter: 'queue', question: { jobs: [1] } };

  test('are asked once, however often they come', async () => {
    let asked = 0;
    const { looker } = lookerOn({ adapters: asking(async (q: Json) => [++asked, q]) });
    const seen = await looker.look([
      question,
      { ...question },
      { ...question, question: { jobs: [2] } },
    ]);
    expect([asked, seen]).toEqual([
      2,
      [
        { kind: 'answer', answer: [1, { jobs: [1] }] },
        { kind: 'answer', answer: [1, { jobs: [1] }] },
        { kind: 'answer', answer: [2, { jobs: [2] }] },
      ],
    ]);
  });

  test('go to one at a time: whoever asks meanwhile, and wants news, shares the next', async () => {
    const answers: ((answer: Json) => void)[] = [];
    const ask = () => new Promise<Json>((resolve) => answers.push(resolve));
    const { looker } = lookerOn({ adapters: asking(ask) }, { limits: false });
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    const first = looker.look([question]);
    await turn();
    looker.forget(); // something has run: what is out may not know of it
    const second = looker.look([question]);
    looker.forget();
    const third = looker.look([question]);
    await turn();
    expect(answers).toHaveLength(1);
    answers[0]!('before');
    await turn();
    expect(answers).toHaveLength(2);
    answers[1]!('after');
    expect(await Promise.all([first, second, third, looker.look([question])])).toEqual(
      ['before', 'after', 'after', 'after'].map((answer) => [{ kind: 'answer', answer }]),
    );
    expect(answers).toHaveLength(2);
    looker.forget();
    const last = looker.look([question]);
    await turn();
    answers[2]!('news');
    expect(await last).toEqual([{ kind: 'answer', answer: 'news' }]);
  });

  test('that fail are failures, not answers', async () => {
    const { looker } = lookerOn({
      adapters: asking(() => Promise.reject(new Error('the schedd is down'))),
    });
    expect(await looker.look([question])).toEqual([{ kind: 'failed', why: 'the schedd is down' }]);
  });

  test('that are never answered end at their time limit', async () => {
    const { looker } = lookerOn({ adapters: asking(() => new Promise(() => {})) });
    expect(await looker.look([question])).toEqual([
      { kind: 'failed', why: "no answer from 'queue' within 60 s" },
    ]);
  });

  test('after Ctrl-C are interrupted, not unanswered', async () => {
    const abort = new AbortController();
    const { looker } = lookerOn({
      adapters: asking(() => {
        abort.abort();
        return new Promise(() => {});
      }),
      signal: abort.signal,
    });
    expect(await looker.look([question])).toEqual([{ kind: 'failed', why: 'interrupted' }]);
  });

  test('are not asked in a dry run, unless they start nothing', async () => {
    const ask = async (): Promise<Json> => 'answer';
    const refusing = lookerOn({ dry: true, adapters: asking(ask) }).looker;
    const seen = await refusing.look([question]);
    expect([seen, refusing.refused(seen)]).toEqual([
      [{ kind: 'failed', why: 'not asked in a dry run' }],
      true,
    ]);
    expect(
      await lookerOn({ dry: true, adapters: asking(ask, { dry: true }) }).looker.look([question]),
    ).toEqual([{ kind: 'answer', answer: 'answer' }]);
  });

  test('to an adapter that does not exist are a mistake in the rule file, whatever its judge would say', async () => {
    const adapters = { queues: asking(async () => 1).queue! };
    await expect(lookerOn({ adapters }).looker.look([question])).rejects.toMatchObject({
      message: "a rule asks the adapter 'queue', which the rule file does not have",
      cause: { hint: "Did you mean 'queues'?" },
    });
  });
});
