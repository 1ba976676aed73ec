/** One action from beginning to end: what is on record at which moment, and what counts as made. */
import { describe, expect, test } from 'vitest';
import { exec, group, target, write } from '../../../core/api/define.ts';
import { Refusal } from '../../../core/api/errors.ts';
import type { Seen } from '../../../core/api/looks.ts';
import type { Once, OnceSighting, Recipe, Rule } from '../../../core/api/rules.ts';
import { loadMemory } from '../../../core/memory/journal.ts';
import { FileError } from '../../../core/world/fs.ts';
import { engineOn } from '../engine.ts';
import { type Program, type StubWorld, stubWorld } from '../stub-world.ts';

const one = (recipe: Recipe | Rule['recipe'], more: Partial<Rule> = {}): Rule[] => [
  target('a', {
    inputs: ['in'],
    outputs: ['a'],
    ...(recipe === undefined ? {} : { recipe }),
    ...more,
  }),
];

test('the beginning is on record before the program runs, the end after its outputs are there', async () => {
  let during: unknown;
  const look: Program = (_args, files) => {
    during = loadMemory(files).traces.get('a')?.kind;
    files.put('a', '1');
  };
  const engine = engineOn(stubWorld({ in: '1' }, { look }), one([exec(['look'])]));
  await engine.build();
  expect([during, engine.trace('a')]).toMatchObject([
    'started',
    { kind: 'built', how: 'built', run: 1, because: [{ kind: 'never built' }] },
  ]);
});

test('the record says what the target was made from, even if that changed while it was being made', async () => {
  const slow: Program = (_args, files) => {
    files.put('a', '1');
    files.put('in', 'changed meanwhile');
  };
  const engine = engineOn(stubWorld({ in: '1' }, { slow }), one([exec(['slow'])]));
  const { told, summary } = await engine.build();
  expect(summary.outcome).toBe('fresh');
  expect(told).toContain(
    'warning: something it depends on changed while it was being made; the next build makes it again',
  );
  expect((await engine.build()).summary.built).toEqual(['a']);
});

describe('a run has failed', () => {
  test.each<[string, Rule[], string]>([
    ['when its program has', one([exec(['false'])]), 'false ended with exit status 1'],
    ['when an output is not there', one([exec(['true'])]), 'a was not made'],
    [
      'when the judge finds a problem',
      one({ steps: [write('a', '1')], judge: () => [{ what: 'no templates' }] }),
      'no templates',
    ],
    [
      'when a function of the rule refuses',
      one({
        version: '1',
        steps: () => {
          throw new Refusal('no such exposure');
        },
      }),
      'no such exposure',
    ],
    [
      'when a text that it reads is not there',
      one({ version: '1', reads: ['gone'], steps: ({ text }) => [write('a', text('gone'))] }),
      'gone does not exist',
    ],
  ])('%s', async (_how, rules, what) => {
    const engine = engineOn(stubWorld({ in: '1' }), rules);
    const { summary } = await engine.build();
    expect(summary.failed.map(({ problems }) => problems[0]?.what)).toEqual([what]);
    expect(engine.trace('a')).toMatchObject({ kind: 'failed', problems: [{ what }] });
  });

  test('and names like that of a missing output are offered', async () => {
    const misspelt: Program = (_args, files) => void files.put('out/result.cvs', '');
    const rules = [target('a', { outputs: ['out/result.csv'], recipe: [exec(['misspelt'])] })];
    const { summary } = await engineOn(stubWorld({}, { misspelt }), rules).build();
    expect(summary.failed[0]?.problems).toEqual([
      { what: 'out/result.csv was not made', advice: 'There is out/result.cvs.', code: 'DG402' },
    ]);
  });

  test('but not when the judge is content with an exit status that it was given to judge', async () => {
    const grumble: Program = (_args, files) => {
      files.put('a', '1');
      return 3;
    };
    const judge = (_run: unknown, seen: readonly Seen[]) =>
      seen[0]?.kind === 'read' && seen[0].text === '1' ? [] : [{ what: 'bad' }];
    const rules = one({
      steps: [exec(['grumble'], { okExits: 'any' })],
      evidence: () => [{ kind: 'read', path: 'a' }],
      judge,
    });
    expect(
      (await engineOn(stubWorld({ in: '1' }, { grumble }), rules).build()).summary.outcome,
    ).toBe('fresh');
  });

  test('what the last good run made is still known as ours', async () => {
    const engine = engineOn(stubWorld({ in: '1' }), one([exec(['cp', 'in', 'a'])]));
    await engine.build();
    const again = engineOn(engine.world, one([exec(['false'])]));
    await again.build();
    expect(again.trace('a')).toMatchObject({ kind: 'failed', previous: { kind: 'built', run: 1 } });
    expect((await engine.build()).told).toEqual(['start a', 'done a']);
    expect(engine.world.files.paths()).toEqual(['a', 'in']);
  });
});

test('a file that was there and is not ours is kept beside what takes its place', async () => {
  const engine = engineOn(stubWorld({ in: 'new', a: 'mine' }), one([exec(['cp', 'in', 'a'])]));
  const { told } = await engine.build();
  expect(told).toContain('warning: a held something that desgw did not make; it is kept as a.kept');
  expect([engine.world.files.text('a'), engine.world.files.text('a.kept')]).toEqual([
    'new',
    'mine',
  ]);
});

const refusing: Recipe = {
  version: '1',
  steps: () => {
    throw new Refusal('not now');
  },
};

test.each<[string, Recipe | Rule['recipe']]>([
  ['touched it', [exec(['false'])]],
  ['began', refusing],
])(
  'a file that is not ours is kept though the first run failed before it %s',
  async (_, recipe) => {
    const world = stubWorld({ in: 'new', a: 'mine' });
    await engineOn(world, one(recipe)).build();
    await engineOn(world, one([exec(['cp', 'in', 'a'])])).build();
    expect([world.files.text('a'), world.files.text('a.kept'), world.files.paths()]).toEqual([
      'new',
      'mine',
      ['a', 'a.kept', 'in'],
    ]);
  },
);

test('what a target makes itself is none of the files that its input pattern stands for', async () => {
  const all: Program = (_args, files) => void files.put('d/all', files.paths().join());
  const rules = [target('t', { globs: ['d/*'], outputs: ['d/all'], recipe: [exec(['all'])] })];
  const engine = engineOn(stubWorld({ 'd/1': '1' }, { all }), rules);
  expect((await engine.build()).told).toEqual(['start t', 'done t']);
  expect((await engine.build()).told).toEqual([]);
  engine.world.files.put('d/2', '2');
  expect((await engine.build()).summary.built).toEqual(['t']);
  expect((await engine.build()).told).toEqual([]);
  engine.world.files.remove('d/1');
  engine.world.files.remove('d/2');
  expect((await engine.build()).told).toEqual([
    'start t',
    'warning: d/* matches no file',
    'done t',
  ]);
});

test('an input that cannot be looked at when the run begins fails the target, not the build', async () => {
  const world = stubWorld({ in: '1', other: '1' });
  const { stat, statMany } = world.files;
  let looks = 0;
  const check = (paths: readonly string[]): void => {
    looks += paths.includes('in') ? 1 : 0;
    if (looks >= 2 && paths.includes('in'))
      throw new FileError('look at', '/w/in', 'EIO', 'input/output error');
  };
  const files = {
    ...world.files,
    stat: (path: string) => {
      check([path]);
      return stat(path);
    },
    statMany: (paths: readonly string[]) => {
      check(paths);
      return statMany(paths);
    },
  };
  const cp = [exec(['cp', 'other', 'b'])];
  const rules = [
    group('all', ['a', 'b']),
    ...one([exec(['cp', 'in', 'a'])]),
    target('b', { inputs: ['other'], outputs: ['b'], recipe: cp }),
  ];
  const { summary } = await engineOn({ ...world, files }, rules).build();
  expect(summary).toMatchObject({
    outcome: 'failed',
    built: ['b'],
    failed: [
      {
        target: 'a',
        problems: [{ what: 'in cannot be used: Cannot look at /w/in: input/output error (EIO)' }],
      },
    ],
  });
  expect((await engineOn(world, rules).build()).summary).toMatchObject({ built: ['a'] });
});

test('work found done is put on record with its marker, or not at all when Ctrl-C comes', async () => {
  const world = stubWorld({ in: '1' });
  const stop = new AbortController();
  const { statMany } = world.files;
  let looks = 0;
  const files = {
    ...world.files,
    statMany: (paths: readonly string[]) => {
      looks += 1;
      if (looks === 2) stop.abort(); // as it is about to be put on record
      return statMany(paths);
    },
  };
  const done: Once = {
    look: () => [],
    judge: () => ({ state: 'done', how: 'seen', receipt: '7' }),
  };
  const marked = one([write('a', ({ receipt }) => `${receipt}`)], { once: done });
  const { summary } = await engineOn({ ...world, files }, marked).build({ signal: stop.signal });
  expect([summary.outcome, world.files.text('a')]).toEqual(['interrupted', undefined]);
  await engineOn(world, marked).build();
  expect(world.files.text('a')).toBe('7');
});

test('a file that is not ours and could not be kept aside is kept the next time', async () => {
  const world = stubWorld({ in: 'new', a: 'mine' });
  const prepareCopy = (): never => {
    throw new FileError('write', '/w/a.kept', 'ENOSPC', 'no space left on device');
  };
  const rules = one([exec(['cp', 'in', 'a'])]);
  const { summary } = await engineOn(
    { ...world, files: { ...world.files, prepareCopy } },
    rules,
  ).build();
  expect([summary.outcome, world.files.text('a')]).toEqual(['machine', 'mine']);
  await engineOn(world, rules).build();
  expect([world.files.text('a'), world.files.text('a.kept')]).toEqual(['new', 'mine']);
});

describe('what must not happen twice', () => {
  const receipt = 'Use job id ([\\d.]+@\\S+)';
  /** A submitter that prints a receipt or not, and a queue that shows the job or not. */
  function submission(
    prints: string,
    code: number,
    queue: OnceSighting,
    changed = (world: StubWorld): StubWorld => world,
  ) {
    const submit: Program = (_args, files, { stdout }) => {
      files.put(stdout, prints);
      return code;
    };
    const once: Once = { look: () => [], judge: () => queue };
    const rules = [
      target('s', {
        once,
        outputs: ['marker'],
        recipe: [
          exec(['submit', '{token}'], { receipt, idempotent: false }),
          write('marker', (run) => `${run.receipt} ${run.token.length}`),
        ],
      }),
    ];
    return engineOn(changed(stubWorld({}, { submit })), rules);
  }

  test('with a receipt it has happened, whatever the exit status', async () => {
    const engine = submission('Use job id 12.0@sched\n', 1, { state: 'not done' });
    expect((await engine.build()).summary.outcome).toBe('fresh');
    expect([engine.world.files.text('marker'), engine.trace('s')]).toMatchObject([
      '12.0@sched 36',
      { kind: 'built', receipt: '12.0@sched' },
    ]);
    expect((await engine.build()).told).toEqual([]);
  });

  test('a receipt is seen although its file was said once not to be there', async () => {
    const hidden = new Set<string>();
    const late = (world: StubWorld): StubWorld => {
      const readEnd: StubWorld['files']['readEnd'] = (path, bytes) => {
        if (hidden.has(path)) return world.files.readEnd(path, bytes);
        hidden.add(path);
        return undefined;
      };
      return { ...world, files: { ...world.files, readEnd } };
    };
    const engine = submission('Use job id 12.0@sched\n', 0, { state: 'not done' }, late);
    expect((await engine.build()).summary.outcome).toBe('fresh');
    expect(engine.trace('s')).toMatchObject({ kind: 'built', receipt: '12.0@sched' });
  });

  test.each<[string, number, OnceSighting]>([
    ['and nothing to be seen outside', 0, { state: 'not done' }],
    ['and an exit status that says no', 1, { state: 'not done' }],
    ['and an outside that cannot tell', 0, { state: 'unknown', why: 'the queue is down' }],
  ])('without a receipt %s it is in doubt, and not done again', async (_what, code, queue) => {
    const engine = submission('', code, queue);
    // What the outside shows is asked before the submission as well, and then it shows nothing.
    const look = (): OnceSighting =>
      engine.world.ran.length === 0 ? { state: 'not done' } : queue;
    const rules = [
      target('s', {
        once: { look: () => [], judge: look },
        recipe: [exec(['submit'], { receipt })],
      }),
    ];
    const doubtful = engineOn(engine.world, rules);
    expect((await doubtful.build()).summary).toMatchObject({
      outcome: 'person',
      person: [{ target: 's', state: 'in doubt' }],
    });
    expect((await doubtful.build()).summary.outcome).toBe('person');
    expect(doubtful.world.ran).toEqual(['submit']);
  });

  test('its beginning is durable on record before its program starts', async () => {
    const order: string[] = [];
    const submit: Program = () => {
      order.push('submit');
      return 1;
    };
    const world = stubWorld({}, { submit });
    const appender: typeof world.files.appender = (path) => {
      const plain = world.files.appender(path);
      const write = (text: string): void => {
        order.push(/"kind":"\w+"/.exec(text)?.[0] ?? 'other');
        plain.write(text);
      };
      return { ...plain, write, sync: () => void order.push('sync') };
    };
    const once: Once = { look: () => [], judge: () => ({ state: 'not done' }) };
    const rules = [target('s', { once, recipe: [exec(['submit'], { receipt })] })];
    await engineOn({ ...world, files: { ...world.files, appender } }, rules).build();
    expect(order.filter((what) => what !== 'other').slice(0, 5)).toEqual([
      '"kind":"started"',
      'sync',
      'submit',
      '"kind":"failed"',
      'sync',
    ]);
  });

  test('found done outside, it is put on record with its marker and not done', async () => {
    const engine = submission('', 0, {
      state: 'done',
      how: 'job 12 is in the queue',
      receipt: '12.0@sched',
    });
    const { told } = await engine.build();
    expect(told).toEqual(['adopted s: job 12 is in the queue', 'done s']);
    expect([engine.world.ran, engine.world.files.text('marker'), engine.trace('s')]).toMatchObject([
      [],
      expect.stringMatching(/^12\.0@sched/),
      { how: 'adopted', receipt: '12.0@sched', evidence: 'job 12 is in the queue' },
    ]);
  });

  test('a marker that was deleted is put back from the record', async () => {
    const engine = submission('Use job id 12.0@sched\n', 0, { state: 'not done' });
    await engine.build();
    const before = engine.world.files.text('marker');
    engine.world.files.remove('marker');
    expect((await engine.build()).summary.outcome).toBe('fresh');
    expect([engine.world.files.text('marker'), engine.world.ran.length]).toEqual([before, 1]);
  });

  test.each<[string, OnceSighting]>([
    ['made', { state: 'not done' }],
    ['found', { state: 'done', how: 'job 12 is in the queue', receipt: '12.0@sched' }],
  ])(
    'a marker that tells when it was %s tells the same when it is put back',
    async (_how, seen) => {
      let now = 1000;
      const submit: Program = (_args, files, { stdout }) =>
        void files.put(stdout, 'Use job id 12.0@sched\n');
      const world = stubWorld({}, { submit });
      const ticking = { ...world, clock: { ...world.clock, now: () => now++ } };
      const rules = [
        target('s', {
          once: { look: () => [], judge: () => seen },
          outputs: ['marker'],
          recipe: [exec(['submit'], { receipt }), write('marker', (run) => String(run.startedAt))],
        }),
      ];
      await engineOn(ticking, rules).build();
      const before = world.files.text('marker');
      for (let time = 0; time < 2; time++) {
        world.files.remove('marker');
        await engineOn(ticking, rules).build();
        expect(world.files.text('marker')).toBe(before);
      }
    },
  );

  test('a marker that is put back says nothing about what has changed since', async () => {
    const submit: Program = (_args, files, { stdout }) =>
      void files.put(stdout, 'Use job id 1@s\n');
    const once: Once = { look: () => [], judge: () => ({ state: 'not done' }) };
    const recipe = [exec(['submit'], { receipt }), write('marker', 'submitted')];
    const rules = [target('s', { once, inputs: ['in'], outputs: ['marker'], recipe })];
    const engine = engineOn(stubWorld({ in: '1' }, { submit }), rules);
    await engine.build();
    engine.world.files.put('in', '2');
    engine.world.files.remove('marker');
    await engine.build();
    expect([engine.world.files.text('marker'), engine.world.ran]).toEqual([
      'submitted',
      ['submit'],
    ]);
    expect((await engine.build()).summary.person).toMatchObject([
      { target: 's', state: 'outdated' },
    ]);
  });
});
