/** What a build does of itself about held jobs. */
import { expect, test } from 'vitest';
import type { Rule } from '../../../core/api/rules.ts';
import { factsOf, stepsOf } from '../../support/follow-up.ts';
import { job, NOW, node, runBetween, type World } from './called.ts';

const round = [
  {
    target: 'ccds_668439',
    state: 'waiting' as const,
    reasons: [],
    subject: '668439',
    note: '3 of 59 CCDs; jobs: 2 held',
  },
];
const QUEUE = {
  state: 'seen' as const,
  jobs: [job({}), node(2, { status: 'held' }), node(3, { status: 'running' })],
};

async function between(
  params: NonNullable<World['params']>,
  known?: object,
  queue: NonNullable<World['queue']> = [QUEUE],
) {
  const noted: { jobs: { [id: string]: object } }[] = [];
  const done = await runBetween('release', {
    ...{ round, params, queue },
    seen: (look) =>
      look.kind === 'ends' ? { kind: 'ends', files: [] } : { kind: 'read', text: undefined },
    texts:
      known === undefined
        ? {}
        : {
            'image_proc_outputs/held.json': JSON.stringify({
              ...{ schema: 'desgw/held', version: 1, jobs: known },
            }),
          },
    builds: (items) => {
      const [step] = stepsOf((items as readonly Rule[])[0]!, factsOf({}));
      if (step?.kind === 'write') noted.push(JSON.parse(String(step.content)));
      return 0;
    },
  });
  return { ...done, noted, ran: done.did.filter((what) => what.startsWith('ran ')) };
}
const ID = '92.0@jobsub01.fnal.gov';

test('nothing is asked or done unless it is wanted', async () => {
  expect((await between({ releaseHeld: 0 })).did).toEqual([]);
});

test('what is seen held is noted, and released when its time has come', async () => {
  const first = await between({ releaseHeld: 60 });
  expect(first.noted[0]?.jobs).toEqual({ [ID]: { exposure: '668439', since: NOW } });
  expect(first.ran).toEqual([]);
  const due = await between(
    { releaseHeld: 60 },
    { [ID]: { exposure: '668439', since: NOW - 60_000 } },
  );
  expect(due.ran).toEqual([expect.stringMatching(/jobsub_release .*92\.0@jobsub01/)]);
  expect(due.out).toContain('1 held job of 668439: released');
  expect(due.noted[0]?.jobs[ID]).toMatchObject({ released: NOW });
});

test('what is held again is removed where it is rescued then, else it stays', async () => {
  const known = { [ID]: { exposure: '668439', since: NOW - 60_000, released: NOW - 90_000 } };
  expect((await between({ releaseHeld: 60, autoRescue: 'off' }, known)).ran).toEqual([]);
  const removed = await between({ releaseHeld: 60, autoRescue: 'on' }, known);
  expect(removed.ran).toEqual([expect.stringMatching(/jobsub_rm .*92\.0@jobsub01/)]);
});

test('while the queue cannot be seen nothing is concluded', async () => {
  const failed = { state: 'failed' as const, why: 'no answer', jobs: QUEUE.jobs };
  const known = { [ID]: { exposure: '668439', since: 0 } };
  const { ran, noted } = await between({ releaseHeld: 60 }, known, [failed]);
  expect([ran, noted]).toEqual([[], []]);
});
