import { expect, test } from 'vitest';
import { claim } from '../../../core/api/define.ts';
import { claimant, giveBackClaims, liftClaims, takeClaim } from '../../../core/observe/claims.ts';
import { openFiles } from '../../../core/world/files.ts';
import type { World } from '../../../core/world/world.ts';
import { memoryFiles } from '../../support/memory-files.ts';
import { stubWorld } from '../stub-world.ts';

const ONCE = claim('/shared', ['dag.submitting'], 'the DAG', { once: true });
const LASTING = claim('/shared', ['season-417', 'season-418'], 'a season');

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
  expect(takeClaim(first, LASTING, 'T1')).toBe('season-417');
  expect(takeClaim(sameFromElsewhere, LASTING, 'T2')).toBe('season-417');
  expect(takeClaim(second, LASTING, 'T3')).toBe('season-418');
  expect(claimant(first.files, LASTING)).toBe(` by mara on here (${first.files.root})`);
});

test('a claim for one attempt bars even its own workspace until that attempt gives it back', () => {
  const { first, second } = setting();
  expect(takeClaim(first, ONCE, 'T1')).toBe('dag.submitting');
  expect(takeClaim(first, ONCE, 'T1')).toBe('dag.submitting');
  expect([takeClaim(first, ONCE, 'T2'), takeClaim(second, ONCE, 'T3')]).toEqual([
    undefined,
    undefined,
  ]);
  for (const token of ['T2', '']) giveBackClaims(first.files, [ONCE, LASTING], token);
  expect(takeClaim(second, ONCE, 'T3')).toBe(undefined);
  giveBackClaims(first.files, [ONCE], 'T1');
  expect(takeClaim(second, ONCE, 'T3')).toBe('dag.submitting');
});

test("on a person's word a claim for one attempt goes, whoever has it; lasting ones stay", () => {
  const { first, second } = setting();
  takeClaim(first, LASTING, 'T1');
  takeClaim(second, ONCE, 'T3');
  expect(liftClaims(first.files, [ONCE, LASTING])).toEqual([
    '/shared/dag.submitting of lou on there (/second)',
  ]);
  expect(takeClaim(first, ONCE, 'T4')).toBe('dag.submitting');
  first.files.write('/shared/dag.submitting', 'half of');
  expect(takeClaim(first, ONCE, 'T4')).toBe(undefined);
  expect(liftClaims(first.files, [ONCE])).toEqual(['/shared/dag.submitting']);
});
