/** Full disks, for real: a small one is mounted where desgw or a program writes, with so many pages left. */
import { spawnSync } from 'node:child_process';
import { afterEach, describe, expect, test } from 'vitest';
import { BIN, type Workspace, workspace } from './workspace.ts';

let w: Workspace;
afterEach(() => w.dispose());

const canMount = spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0;

/** One target of each kind of output; each says what `src` says. */
const RULES = `
  target('detached', { inputs: ['src'], outputs: ['out/detached'], recipe: [sh('cp src out/detached', { detached: 'rerun' })] }),
  target('program', { inputs: ['src'], outputs: ['out/program'], recipe: [sh('cp src out/program')] }),
  target('printed', { inputs: ['src'], outputs: ['out/printed'], recipe: [sh('cat src', { stdout: 'out/printed' })] }),
  target('written', { inputs: ['src'], outputs: ['out/written'], recipe: { version: '1', reads: ['src'], steps: ({ text }) => [write('out/written', text('src'))] } }),
  group('all', ['detached', 'program', 'printed', 'written'])`;

/**
 * Builds on a disk that fills up, makes room, builds again. $1 where the disk is, $2 pages that are
 * left, $3 how many pages it has, then the words of the build.
 */
const SCRIPT = `
place=$1; left=$2; all=$3; shift 3
mkdir -p "$place" saved && cp -a "$place/." saved
mount -t tmpfs -o size=$((all * 4))k none "$place" && cp -a saved/. "$place" || exit 99
free=$(df -k --output=avail "$place" | tail -1)
dd if=/dev/zero of="$place/filler" bs=4k count=$((free / 4 - left)) 2>/dev/null
echo two > src
timeout -k 1 40 "$@" build > first 2>&1; echo $? > first.status; cat out/[dpw]* > first.made 2>/dev/null
rm -f "$place/filler"
timeout -k 1 40 "$@" build > second 2>&1; echo $? > second.status; cat out/[dpw]* > second.made
exit 0
`;

const PLACES = ['.desgw/runs', '.desgw/logs', '.desgw/journal', '.desgw/cache', '.desgw', 'out'];
const PAGES = process.env.DESGW_LONG === '1' ? [0, 1, 2, 3, 4, 5, 6, 8] : [0, 1, 3];
const MADE = 'two\n'.repeat(4);

describe.runIf(canMount)('a disk without room', () => {
  test.each(PLACES.flatMap((place) => PAGES.map((left) => [place, left] as const)))(
    'at %s, with %i pages left: what was not made is not done, and is made when there is room',
    { timeout: 600_000 },
    async (place, left) => {
      w = workspace('all', RULES);
      w.put('src', 'one\n');
      w.put('out/.keep', '');
      expect((await w.desgw('build')).status).toBe(0);
      const words = [SCRIPT, 'full-disk', place, `${left}`, '256', process.execPath, BIN];
      const { status } = spawnSync('unshare', ['-m', 'sh', '-c', ...words], { cwd: w.dir });
      expect(status).toBe(0);
      const [first, second] = [w.text('first') ?? '', w.text('second') ?? ''];
      expect(`${first}${second}`).not.toMatch(/^ {4}at |internal:|unhandled|fault of desgw/m);
      if (w.text('first.status') === '0\n') expect(w.text('first.made')).toBe(MADE);
      expect([second, w.text('second.status'), w.text('second.made')]).toEqual([
        second,
        '0\n',
        MADE,
      ]);
    },
  );
});
