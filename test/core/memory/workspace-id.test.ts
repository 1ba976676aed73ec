import { expect, test } from 'vitest';
import { digestOf } from '../../../core/api/digest.ts';
import { workspaceId } from '../../../core/memory/workspace-id.ts';
import { memoryFiles, WORKSPACE } from '../../../core/testing/memory-files.ts';
import { openFiles } from '../../../core/world/files.ts';

const OTHER = '/moved';

/** The workspace, and the same file system with another workspace at OTHER. */
function two() {
  const { fs, files } = memoryFiles({});
  fs.mkdirSync(OTHER, { recursive: true });
  const other = openFiles(OTHER, fs);
  const carry = (): void => {
    for (const path of ['.desgw/workspace', '.desgw-workspace'])
      other.write(path, files.readText(path) ?? '');
  };
  return { files, other, carry };
}

test('a workspace has one name for good, whichever of its two places is lost', () => {
  const { files } = memoryFiles({});
  const id = workspaceId(files);
  files.remove('.desgw/workspace');
  expect(workspaceId(files)).toBe(id);
  files.remove('.desgw-workspace');
  expect(workspaceId(files)).toBe(id);
  files.write('.desgw-workspace', '{"id":');
  expect(workspaceId(files)).toBe(id);
  expect(files.readText('.desgw-workspace')).toBe(files.readText('.desgw/workspace'));
});

test('a name without its folder names nothing: it cannot be told from a copy', () => {
  const { files } = memoryFiles({});
  files.write('.desgw-workspace', '{"id":"half"}');
  expect(workspaceId(files)).not.toBe('half');
});

test('one that was moved keeps its name; a copy gets another, and the original keeps its own', () => {
  const { files, other, carry } = two();
  const id = workspaceId(files);
  carry();
  const copy = workspaceId(other);
  expect(copy).not.toBe(id);
  expect([workspaceId(files), workspaceId(other)]).toEqual([id, copy]);
  carry();
  files.remove('.desgw-workspace');
  files.remove('.desgw/workspace');
  expect(workspaceId(other)).toBe(id);
  expect(other.root).not.toBe(WORKSPACE);
});

test('half of a name that a killed builder left goes when the name is asked for', () => {
  const { files } = memoryFiles({});
  const id = workspaceId(files);
  const owner = Buffer.from(digestOf(WORKSPACE)).toString('hex').slice(0, 12);
  const halves = ['.', '.desgw'].map((dir) => `${dir}/.x.${owner}-1-1.desgw-new`);
  for (const half of halves) files.write(half, '');
  expect([workspaceId(files), ...halves.map((half) => files.stat(half))]).toEqual([
    ...[id, undefined, undefined],
  ]);
});
