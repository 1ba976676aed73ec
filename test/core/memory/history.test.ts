import { expect, test } from 'vitest';
import { History, pastInvocations } from '../../../core/memory/history.ts';
import { endingOf, historyText } from '../../../core/views/history.ts';
import { plain } from '../../../core/words/paint.ts';
import { withoutSecrets } from '../../../core/words/secrets.ts';
import { builtTrace } from '../../support/plans.ts';
import { stubWorld } from '../stub-world.ts';

/** A world, and a history that an invocation of this command keeps in it. */
function keeping(world = stubWorld({}), command = 'desgw build') {
  const { files, clock, processes } = world;
  const doer = { command, desgw: '0.1.0', node: 'v20.19.0', by: processes.self };
  return { world, history: new History(files, clock, doer) };
}

const all = (world: ReturnType<typeof stubWorld>) => [...pastInvocations(world.files)];

test('an invocation that puts nothing on record leaves nothing', () => {
  const { world, history } = keeping();
  world.counted();
  history.end(0);
  expect(world.counted()).toMatchObject({ writes: 0, appends: 0 });
  expect(all(world)).toEqual([]);
});

test('what was done is kept with its cause, its means and its end', () => {
  const { world, history } = keeping();
  const { how: _, ms: __, outputs: ___, ...base } = builtTrace();
  history.means('a', { commands: ['$ make a'], programs: { make: 'D' }, checkouts: {} });
  history.note('a', { ...base, kind: 'started', token: 'T' });
  history.note('a', builtTrace());
  history.note('b', {
    ...base,
    kind: 'failed',
    ms: 5,
    problems: [{ what: 'sh ended with exit status 3' }],
  });
  history.end(1);
  const [found] = all(world);
  expect(found).toMatchObject({ number: 1, command: 'desgw build', end: { exit: 1 } });
  expect(found!.deeds).toEqual([
    {
      ...{ target: 'a', kind: 'started', run: 1, at: base.at, why: ['never built'] },
      ...{ commands: ['$ make a'], programs: { make: 'D' }, checkouts: {} },
    },
    {
      ...{ target: 'a', kind: 'built', run: 1, at: base.at, ms: 1500 },
      ...{ how: 'built', why: ['never built'] },
    },
    {
      ...{ target: 'b', kind: 'failed', run: 1, at: base.at, ms: 5, why: ['never built'] },
      problem: 'sh ended with exit status 3',
    },
  ]);
});

test('invocations have numbers of their own, and the newest is read first', () => {
  const { world, history } = keeping();
  history.note('a', builtTrace());
  const other = keeping(world, 'desgw clean a');
  other.history.drop('a');
  other.history.end(0);
  history.note('b', builtTrace());
  history.end(0);
  expect(all(world).map(({ number, command, deeds }) => [number, command, deeds.length])).toEqual([
    [2, 'desgw clean a', 1],
    [1, 'desgw build', 2],
  ]);
});

test('a line that was cut off in writing is passed over, wherever it was cut', () => {
  const { world, history } = keeping();
  history.note('a', builtTrace());
  history.note('b', builtTrace());
  history.end(0);
  const whole = world.files.text('.desgw/history/000001.jsonl')!;
  const ends = whole.split('\n').map((_, i, lines) => lines.slice(0, i + 1).join('\n').length);
  for (let size = 0; size <= whole.length; size++) {
    world.files.put('.desgw/history/000001.jsonl', whole.slice(0, size));
    const lines = ends.slice(0, 4).filter((end) => end <= size).length;
    const [found] = all(world);
    expect(found === undefined ? 0 : 1 + found.deeds.length + (found.end ? 1 : 0)).toBe(lines);
  }
});

test('without an end on record it is under way, was killed, or nobody here can tell', () => {
  const { world, history } = keeping();
  history.note('a', builtTrace());
  const [open] = all(world);
  expect([true, false, undefined].map((alive) => endingOf(open!, () => alive).kind)).toEqual([
    'under way',
    'killed',
    'unknown',
  ]);
  history.end(3);
  expect(endingOf(all(world)[0]!, () => true)).toEqual({ kind: 'ended', exit: 3 });
});

test('what was alike is told in one line, and what only began by its own word', () => {
  const { world, history } = keeping();
  const { how: _, ms: __, outputs: ___, ...base } = builtTrace();
  for (const name of ['a', 'b', 'c', 'd', 'e']) history.note(name, builtTrace());
  history.note('f', { ...base, kind: 'started', token: 'T' });
  const [open] = all(world);
  const options = { paint: plain, width: 100, full: false, isAlive: () => false };
  const [head, ...deeds] = historyText([open!], options).split('\n');
  expect(head).toMatch(/^1 {2}19\d\d-\S+ \S+ {2}\S+@\S+ {2}killed {4}desgw build$/);
  expect(deeds).toEqual(['    built a, b, c and 2 more: never built', '    began f: never built']);
  expect(historyText([open!], { ...options, full: true })).toContain('built a, b, c, d, e:');
});

test('a disk that takes nothing is told, and ends nothing', () => {
  const { world, history } = keeping();
  const { createExclusive } = world.files;
  const full = Object.assign(new Error('no space left'), { code: 'ENOSPC' });
  Object.assign(world.files, {
    createExclusive: () => {
      throw full;
    },
  });
  history.note('a', builtTrace());
  history.end(0);
  expect(history.lost).toBe('no space left');
  Object.assign(world.files, { createExclusive });
  expect(all(world)).toEqual([]);
});

test('secrets of a command line are not kept', () => {
  const command =
    "desgw build --set db_password=hunter2 --set 'x_token=a b' --api-key k1 --set url=https://me:pw@x.org/ --set hook=https://hooks.slack.com/services/T0/B0/XX --set TEFF=0.3";
  expect(withoutSecrets(command)).toBe(
    "desgw build --set db_password=*** --set 'x_token=*** b' --api-key *** --set url=https://***@x.org/ --set hook=https://hooks.slack.com/*** --set TEFF=0.3",
  );
});

test('of what differs in digits alone one is told, and a command that does not fit has its own line', () => {
  const { world, history } = keeping(stubWorld({}), `desgw build ${'x'.repeat(60)}`);
  for (const n of [1, 2, 3, 4, 5])
    history.note(`out_${n}`, builtTrace({ because: [{ kind: 'dep changed', target: `in_${n}` }] }));
  const [one] = all(world);
  const options = { paint: plain, width: 70, full: false, isAlive: () => true };
  const [head, command, ...deeds] = historyText([one!], options).split('\n');
  expect(head).toMatch(/ {2}under way$/);
  expect(command).toBe(`    $ desgw build ${'x'.repeat(60)}`);
  expect(deeds.map((line) => line.trim())).toEqual([
    'built out_1, out_2, out_3 and 2 more: in_1 was remade differently',
    '(and alike)',
  ]);
});
