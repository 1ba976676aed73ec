/** S17 to S31: what is on record is true, whatever happens. */
import { readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { describe } from 'vitest';
import { build, builtChain, CHAIN } from './chain.ts';
import { type Interference, test, type Workspace } from './workspace.ts';

const JOURNAL = '.desgw/journal';
const segments = (w: Workspace): string[] =>
  readdirSync(join(w.dir, JOURNAL)).map((name) => `${JOURNAL}/${name}`);

/**
 * a is written in two halves, with a pause between them while there is a file `pause`. It begins
 * with a moment in which desgw notes whom it has started.
 */
const HALVES = `
  target('a', { inputs: ['src'], outputs: ['a.txt'], recipe: [sh('a', 'head -c 2 src > a.txt; [ ! -e pause ] || { sleep 0.3; touch half; await_file go; }; tail -c +3 src >> a.txt')] }),
  target('b', { deps: ['a'], outputs: ['b.txt'], recipe: [sh('b', 'sed s/^/b:/ a.txt > b.txt')] }),
  group('goal', ['b']),`;

/** Ends desgw, or everything, when half of a has been written. */
async function cutAtHalf(w: Workspace, what: 'desgw' | 'everything'): Promise<void> {
  rmSync(join(w.dir, 'half'), { force: true });
  w.write('pause', '');
  const building = w.start(['build']);
  await w.appears('half');
  if (what === 'desgw') building.kill('SIGKILL');
  else await w.powerCut();
  await building.ended;
  rmSync(join(w.dir, 'pause'));
  w.ran();
}

describe.concurrent('truthfulness', () => {
  test('S17 a target that was cut off half-way is made again, without a flag', async ({
    w,
    expect,
  }) => {
    w.rules(HALVES);
    w.write('src', 'one\n');
    for (const what of ['everything', 'desgw'] as const) {
      const v = w.copy();
      await cutAtHalf(v, what);
      expect(v.read('a.txt')).toBe('on');
      expect(await build(v)).toEqual(['a', 'b']);
      expect(v.read('b.txt')).toBe('b:one\n');
      expect(v.processes()).toEqual([]);
    }
  });

  test('S18 a target that was cut off while it was made again is neither the old nor the new one', async ({
    w,
    expect,
  }) => {
    w.rules(HALVES);
    w.write('src', 'one\n');
    expect(await build(w)).toEqual(['a', 'b']);
    w.write('src', 'two\n');
    await cutAtHalf(w, 'everything');
    w.write('src', 'one\n');
    const { out } = await w.desgw(['status']);
    expect(out).toMatch(/^a +stale +interrupted at .*\nb +maybe +after a\n/);
    expect(await build(w)).toEqual(['a']);
    expect(w.read('a.txt') + w.read('b.txt')).toBe('one\nb:one\n');
  });

  test('S19 outputs that were in place before a crash kept them off the record are recognised', async ({
    w,
    expect,
  }) => {
    w.rules(
      `target('goal', { inputs: ['src'], outputs: ['a.txt'], recipe: [sh('goal', 'cat src', { stdout: 'a.txt' })] }),`,
    );
    w.write('src', 'one\n');
    const crashed = await w.desgw(['build'], { with: { killAfter: '^rename .*/a\\.txt$' } });
    expect([crashed.code, w.ran(), w.read('a.txt')]).toEqual([null, ['goal'], 'one\n']);
    expect(await build(w)).toEqual([]);
    expect(await build(w)).toEqual([]);
    w.write('src', 'two\n');
    expect(await build(w)).toEqual(['goal']);
  });

  test('S20 a step that exits 0 without its output fails, and the nearest file is named', async ({
    w,
    expect,
  }) => {
    w.rules(
      `target('goal', { outputs: ['out/table.txt'], recipe: [sh('goal', 'mkdir -p out; echo x > out/table.text')] }),`,
    );
    const { code, out } = await w.desgw(['build']);
    expect(code).toBe(1);
    expect(out).toContain('out/table.txt was not made');
    expect(out).toContain('There is out/table.text.');
    expect(w.ran()).toEqual(['goal']);
    expect((await w.desgw(['build'])).code).toBe(1);
    expect(w.ran()).toEqual(['goal']);
  });

  test('S21 a step that fails after it has written its output is run again', async ({
    w,
    expect,
  }) => {
    w.rules(
      `target('goal', { outputs: ['a.txt'], recipe: [sh('goal', 'echo partial > a.txt; [ -e fixed ]')] }),`,
    );
    expect((await w.desgw(['build'])).code).toBe(1);
    expect(w.ran()).toEqual(['goal']);
    w.write('fixed', '');
    expect(await build(w)).toEqual(['goal']);
    expect(await build(w)).toEqual([]);
  });

  test.for([
    ['stays so', 'two\n'],
    ['is put back', 'one\n'],
  ] as const)(
    'S22 an input edited while the step runs makes the target stale at once (and %s)',
    async ([, then], { w, expect }) => {
      w.rules(
        `target('goal', { inputs: ['src'], outputs: ['a.txt'], recipe: [sh('goal', 'touch reading; await_file go; cat src > a.txt; touch read; await_file end')] }),`,
      );
      w.write('src', 'one\n');
      const building = w.start(['build']);
      await w.appears('reading');
      w.write('src', 'two\n');
      w.write('go', '');
      await w.appears('read');
      w.write('src', then);
      w.write('end', '');
      expect((await building.ended).code).toBe(0);
      expect(w.read('a.txt')).toBe('two\n');
      expect((await w.desgw(['status'])).out).toMatch(
        /^goal +stale +src changed while this was made from it\n/,
      );
      w.ran();
      expect(await build(w)).toEqual(['goal']);
      expect(w.read('a.txt')).toBe(then);
    },
  );

  test('S23 an output edited by hand is kept and asks for a person, who accepts it or has it made again', async ({
    w,
    expect,
  }) => {
    await builtChain(w);
    w.write('a.txt', 'mine\n');
    const { code, out } = await w.desgw(['build']);
    expect(code).toBe(4);
    expect(out).toContain('a.txt was changed by hand');
    expect(out).toContain('desgw accept a');
    expect(out).toContain('desgw build --force a');
    expect([w.ran(), w.read('a.txt'), w.read('b.txt')]).toEqual([[], 'mine\n', 'b:one\n']);

    const forced = w.copy();
    expect((await forced.desgw(['build', '--force', 'a'])).err).toContain('kept as a.txt.kept');
    expect([forced.read('a.txt'), forced.read('a.txt.kept')]).toEqual(['one\n', 'mine\n']);

    expect((await w.desgw(['accept', 'a'])).code).toBe(0);
    expect(await build(w)).toEqual(['b']);
    expect([w.read('a.txt'), w.read('b.txt')]).toEqual(['mine\n', 'b:mine\n']);
    w.write('src', 'two\n');
    const { err } = await w.desgw(['build']);
    expect([w.ran(), w.read('a.txt'), w.read('a.txt.kept')]).toEqual([
      ['a', 'b'],
      'two\n',
      'mine\n',
    ]);
    expect(err).toContain('kept as a.txt.kept');
  });

  test('S24 a journal torn anywhere never passes a stale target off as fresh', {
    timeout: 300_000,
  }, async ({ w, expect }) => {
    await builtChain(w);
    w.write('src', 'two\n');
    expect(await build(w)).toEqual(['a', 'b']);
    const whole = segments(w).map((path) => [path, readFileSync(join(w.dir, path))] as const);
    const [torn, bytes] = whole.at(-1)!;
    const ends = [...bytes.entries()].filter(([, byte]) => byte === 0x0a).map(([at]) => at);
    const tears = ends.flatMap((end, i) => (i % 2 === 0 ? [end - 40, end + 1] : [end - 1]));
    for (const [i, tear] of tears.entries()) {
      for (const path of segments(w)) rmSync(join(w.dir, path));
      for (const [path, content] of whole) writeFileSync(join(w.dir, path), content);
      truncateSync(join(w.dir, torn), tear);
      const text = (i + (i >> 1)) % 2 === 0 ? 'two' : 'three';
      w.write('src', `${text}\n`);
      w.write('a.txt', 'two\n');
      w.write('b.txt', 'b:two\n');
      const { code } = await w.desgw(['build']);
      expect({ tear, code, b: w.read('b.txt') }).toEqual({ tear, code: 0, b: `b:${text}\n` });
      const ran = w.ran();
      if (text === 'three') expect({ tear, ran }).toEqual({ tear, ran: ['a', 'b'] });
      else expect({ tear, twice: ran.length - new Set(ran).size }).toEqual({ tear, twice: 0 });
    }
  });

  test('S25 a journal torn, continued, and torn again keeps its good records', async ({
    w,
    expect,
  }) => {
    const one = (name: string) =>
      `target('${name}', { outputs: ['${name}.txt'], recipe: [sh('${name}', 'echo ${name} > ${name}.txt')] }),`;
    w.rules(`${one('a')} ${one('b')} ${one('c')} group('goal', ['a', 'b', 'c']),`);
    const tear = (bytes: number) => {
      const path = join(w.dir, segments(w).at(-1)!);
      truncateSync(path, statSync(path).size - bytes);
    };
    await build(w, ['a']);
    await build(w, ['b']);
    tear(100);
    await build(w, ['c']);
    w.ran();
    tear(20);
    expect(await build(w, ['a'])).toEqual([]);
    tear(5);
    expect(await build(w)).toEqual([]);
  });

  test('S26 without its records nothing counts as fresh, and everything local is made again', async ({
    w,
    expect,
  }) => {
    await builtChain(w);
    rmSync(join(w.dir, '.desgw'), { recursive: true });
    expect((await w.desgw(['status'])).out).toMatch(
      /^a +missing +never built\nb +missing +never built\n/,
    );
    expect(await build(w)).toEqual(['a', 'b']);
    expect(Object.keys(w.tree()).filter((path) => !path.startsWith('.desgw'))).toEqual([
      'a.txt',
      'b.txt',
      'desgwfile.ts',
      'ran',
      'src',
    ]);
  });

  test('S27 records of a newer version are neither used nor touched', async ({ w, expect }) => {
    await builtChain(w);
    const path = join(w.dir, segments(w)[0]!);
    const text = readFileSync(path, 'utf8');
    const header = text.slice(9, text.indexOf('\n')).replace('"format":1', '"format":2');
    writeFileSync(
      path,
      `${crc32(header).toString(16).padStart(8, '0')} ${header}\n${text.slice(text.indexOf('\n') + 1)}`,
    );
    // Whoever cleans takes the lock, in .desgw itself, before it reads.
    const files = () => Object.entries(w.tree()).filter(([name]) => name !== '.desgw');
    const before = files();
    for (const command of [['build'], ['status'], ['clean', 'a']]) {
      const { code, out, err } = await w.desgw(command);
      expect({ command, code, out, said: /newer/.test(err) }).toEqual({
        command,
        code: 2,
        out: '',
        said: true,
      });
    }
    expect(files()).toEqual(before);
  });

  test('S28 a disk that is full from any moment on leaves no false record', {
    timeout: 300_000,
  }, async ({ w, expect }) => {
    w.rules(CHAIN);
    w.write('src', 'one\n');
    let ended = false;
    for (let n = 1; !ended; n += 9) {
      const v = w.copy();
      const full = await v.desgw(['build'], { with: { fullFrom: n } });
      ended = full.code === 0;
      expect({
        n,
        // A target that fails for it, or desgw itself, which then has a status of its own.
        told: [0, 1, 5].includes(full.code ?? -1),
        said: ended || /no space left/.test(full.out + full.err),
      }).toEqual({ n, told: true, said: true });
      v.ran();
      const { code } = await v.desgw(['build']);
      expect({ n, code, b: v.read('b.txt') }).toEqual({ n, code: 0, b: 'b:one\n' });
      const ran = v.ran();
      expect({ n, twice: ran.length - new Set(ran).size }).toEqual({ n, twice: 0 });
    }
  });

  const HOUR = 3_600_000;
  test.for<[string, NonNullable<Interference['clock']>]>([
    ['an hour ahead', { by: HOUR }],
    ['an hour behind', { by: -HOUR }],
    ['jumping ahead during the build', { by: 0, jumpAfter: 4, jump: HOUR }],
    ['jumping back during the build', { by: 0, jumpAfter: 4, jump: -HOUR }],
  ])('S29 with a clock %s the same runs as with a right one', async ([, clock], { w, expect }) => {
    const options = { with: { clock } };
    await builtChain(w, options);
    expect(await build(w, [], options)).toEqual([]);
    w.write('src', 'two\n');
    w.date('src', 2_000_000_000);
    expect(await build(w, [], options)).toEqual(['a', 'b']);
    w.write('src', 'three\n');
    w.date('src', 1_000_000_000);
    expect(await build(w, [], options)).toEqual(['a', 'b']);
  });

  test('S30 a second edit within the same tick of a coarse clock is noticed', async ({
    w,
    expect,
  }) => {
    // One tick for the whole test: before and after the second edit every stat says the same.
    const options = { with: { tick: 1_000_000_000 } };
    await builtChain(w, options);
    expect(await build(w, [], options)).toEqual([]);
    w.write('src', 'two\n');
    expect(await build(w, [], options)).toEqual(['a', 'b']);
    w.write('src', 'six\n');
    expect(await build(w, [], options)).toEqual(['a', 'b']);
    expect(w.read('b.txt')).toBe('b:six\n');
  });

  test('S31 an output replaced by one of the same length before it is on record is noticed', async ({
    w,
    expect,
  }) => {
    for (const step of [
      `sh('goal', 'cat src > a.txt')`,
      `sh('goal', 'cat src', { stdout: 'a.txt' })`,
    ]) {
      const v = w.copy();
      v.rules(`target('goal', { inputs: ['src'], outputs: ['a.txt'], recipe: [${step}] }),`);
      v.write('src', 'one\n');
      const replace = {
        before: '^write .*"kind":"built"',
        path: join(v.dir, 'a.txt'),
        text: 'ONE\n',
      };
      expect((await v.desgw(['build'], { with: { replace } })).code).toBe(0);
      expect(v.read('a.txt')).toBe('ONE\n');
      const { code, out } = await v.desgw(['build']);
      expect({ code, said: out.includes('a.txt was changed by hand') }).toEqual({
        code: 4,
        said: true,
      });
    }
  });
});
