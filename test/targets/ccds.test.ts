import { expect, test } from 'vitest';
import type { Queue, Seen } from '../../core/index.ts';
import { ccds } from '../../targets/ccds.ts';
import { sandbox } from '../../targets/site/sandbox.ts';

const HOUR = 3_600_000;
const NOW = 1_000_000 * HOUR;
const marker = JSON.stringify({
  ...{ schema: 'desgw/submitted', version: 1, exposure: '668440', season: '2206' },
  ...{ job: '7.0@jobsub01.fnal.gov', token: 'mine', submitted: '', dag: '' },
});

/** What is told at once of an exposure that is waited for, with this answer of the queue. */
function told(queue: Partial<Queue>) {
  const params = { ccdThreshold: 50, settleAfter: null, lateFor: null };
  const followUp = { site: sandbox(), season: '2206', exposures: ['668440'], params };
  const { observe } = ccds(followUp, '668440', { band: 'z' });
  const text = () => marker;
  const seen = observe!
    .look({ text, maybeText: text })
    .map(
      (look): Seen =>
        look.kind === 'ask'
          ? { kind: 'answer', answer: { state: 'seen', jobs: [], ...queue } as never }
          : look.kind === 'list'
            ? { kind: 'list', dirs: [] }
            : { kind: 'stat', stat: { size: 1, mtime: 0 } },
    );
  const facts = { text, maybeText: text, now: NOW, unchangedFor: 0 };
  const sighting = observe!.judge(seen, facts);
  if (sighting.state !== 'waiting') throw new Error(JSON.stringify(sighting));
  return sighting.tell ?? [];
}

test('a queue in which the schedd of its job has not answered is unseen, and told', () => {
  const answered = { schedds: ['jobsub02.fnal.gov'], silent: ['jobsub01.fnal.gov'] };
  expect(told({ answered } as Partial<Queue>)).toEqual([
    expect.objectContaining({
      text: expect.stringContaining('jobsub01.fnal.gov, which may hold its jobs, has not answered'),
    }),
  ]);
});
