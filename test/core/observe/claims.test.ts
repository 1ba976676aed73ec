import { expect, test } from 'vitest';
import { claim } from '../../../core/api/define.ts';
import type { Claim } from '../../../core/api/steps.ts';
import { claimant, giveBackClaims, liftClaims, takeClaim } from '../../../core/observe/claims.ts';
import { memoryFiles } from '../../../core/testing/memory-files.ts';
import { openFiles } from '../../../core/world/files.ts';
import type { World } from '../../../core/world/world.ts';
import { stubWorld } from '../stub-world.ts';

const ONCE = claim('/shared', ['dag.submitting'], 'the DAG', { once: true });
const LASTING = claim('/shared', ['season-417', 'season-418'], 'a season');

const take = (world: World, wanted: Claim, token: string): string | undefined =>
  takeClaim(world, wanted, token)?.[0];

/** Two workspaces of one file system, the second seen from another host. */
function setting() {
  const { fs, files } = memoryFiles({});
  for (const dir of ['/shared', '/second']) fs.mkdirSync(dir, { recursive: true });
  const stub = stubWorld();
  const first: World = { ...stub, files };
  const elsewhere = { ...stub.processes.self, host: 'there', user: 'lou' };
  const second: World = {
    ...stub,
    files: openFiles('/second', fs),
    processes: { ...stub.processes, self: elsewhere },
  };
  return { first, second, sameFromElsewhere: { ...second, files } as World };
}

test("a lasting claim is its workspace's own, from whatever host, and nobody else's", () => {
  const { first, second, sameFromElsewhere } = setting();
  expect(take(first, LASTING, 'T1')).toBe('season-417');
  expect(take(sameFromElsewhere, LASTING, 'T2')).toBe('season-417');
  expect(take(second, LASTING, 'T3')).toBe('season-418');
  expect(claimant(first.files, LASTING)).toBe(` by mara on here (${first.files.root})`);
});

test.each(['null', '5', '"mara"', 'not for us', ''])(
  "somebody else's file that says %j is taken, by nobody knows whom",
  (text) => {
    const { first } = setting();
    first.files.write('/shared/season-417', text);
    expect(take(first, LASTING, 'T1')).toBe('season-418');
    expect(claimant(first.files, LASTING)).toBe('');
  },
);

test('a claim for one attempt bars even its own workspace until that attempt gives it back', () => {
  const { first, second } = setting();
  expect(take(first, ONCE, 'T1')).toBe('dag.submitting');
  expect(take(first, ONCE, 'T1')).toBe('dag.submitting');
  expect([take(first, ONCE, 'T2'), take(second, ONCE, 'T3')]).toEqual([undefined, undefined]);
  for (const token of ['T2', '']) giveBackClaims(first.files, [ONCE, LASTING], token);
  expect(take(second, ONCE, 'T3')).toBe(undefined);
  giveBackClaims(first.files, [ONCE], 'T1');
  expect(take(second, ONCE, 'T3')).toBe('dag.submitting');
});

test("on a person's word a claim for one attempt goes, whoever has it; lasting ones stay", () => {
  const { first, second } = setting();
  take(first, LASTING, 'T1');
  take(second, ONCE, 'T3');
  expect(liftClaims(first.files, [ONCE, LASTING])).toEqual([
    '/shared/dag.submitting of lou on there (/second)',
  ]);
  expect(take(first, ONCE, 'T4')).toBe('dag.submitting');
  first.files.write('/shared/dag.submitting', 'half of');
  expect(take(first, ONCE, 'T4')).toBe(undefined);
  expect(liftClaims(first.files, [ONCE])).toEqual(['/shared/dag.submitting']);
});
