/** Files that an input pattern matches, and that cannot be had. */
import { describe, expect, test } from 'vitest';
import { exec, group, target } from '../../../core/api/define.ts';
import { memoryMachine } from '../../../core/testing/machine.ts';
import { WORKSPACE } from '../../../core/testing/memory-files.ts';
import { pipelineOn } from '../../../core/testing/pipeline.ts';
import { openFiles } from '../../../core/world/files.ts';
import type { FsModule } from '../../../core/world/fs.ts';

const rules = [
  group('all', ['sum', 'other']),
  target('sum', {
    globs: ['in/*'],
    outputs: ['sum.txt'],
    recipe: [exec(['sum'])],
  }),
  target('other', { outputs: ['other.txt'], recipe: [exec(['other'])] }),
];

/** A machine with two members, of which the disk answers `fs` for. */
function site(over: (fs: FsModule) => Partial<FsModule>) {
  const machine = memoryMachine(
    { 'in/a': 'a', 'in/b': 'b' },
    {
      sum: ({ write }) => {
        write('sum.txt', 'sum');
      },
      other: ({ write }) => {
        write('other.txt', 'other');
      },
    },
  );
  let own: Partial<FsModule> = over(machine.memory.fs);
  const fs = new Proxy(machine.memory.fs, {
    get: (of, name) => Reflect.get(Object.hasOwn(own, name) ? own : of, name),
  });
  const engine: typeof machine.engine = (options) => ({
    ...machine.engine(options),
    files: openFiles(WORKSPACE, fs),
  });
  const pipeline = pipelineOn({ ...machine, engine }, rules);
  const mend = (): void => {
    own = {};
  };
  return { machine, pipeline, mend };
}

const broken = (code: string) => (path: unknown) => {
  if (String(path) === `${WORKSPACE}/in/b`) throw Object.assign(new Error(code), { code });
};

describe.each(['EIO', 'EACCES', 'ESTALE'])('a member that answers %s', (code) => {
  test.each<[string, (fs: FsModule) => Partial<FsModule>]>([
    [
      'when it is read',
      (fs) => ({
        openSync: (path, ...more) => {
          broken(code)(path);
          return fs.openSync(path, ...more);
        },
      }),
    ],
    [
      'when it is looked at',
      (fs) => ({
        lstatSync: ((path: string, options: object) => {
          broken(code)(path);
          return fs.lstatSync(path, options);
        }) as FsModule['lstatSync'],
      }),
    ],
  ])('%s fails its target by name, and the night goes on', async (_, over) => {
    const { machine, pipeline, mend } = site(over);
    const [status] = await pipeline.status(['sum']);
    expect(status).toMatchObject({
      state: 'failed',
      note: expect.stringMatching(/^in\/\* matches in\/b, which cannot be used: /),
    });
    expect(await pipeline.build()).toMatchObject({
      outcome: 'failed',
      told: ['start other', 'done other'],
    });
    expect([machine.read('sum.txt'), pipeline.record('sum')]).toEqual([undefined, undefined]);
    mend();
    expect(await pipeline.build()).toMatchObject({
      outcome: 'fresh',
      told: ['start sum', 'done sum'],
    });
    expect(await pipeline.build()).toMatchObject({
      outcome: 'fresh',
      told: [],
    });
  });
});

test('a member that vanishes while it is looked for does not count, and nothing is made twice for it', async () => {
  const { pipeline, machine, mend } = site((fs) => ({
    lstatSync: ((path: string, options: { readonly throwIfNoEntry?: boolean }) => {
      if (path === `${WORKSPACE}/in/b` && fs.lstatSync(path, options) !== undefined)
        fs.unlinkSync(path);
      return fs.lstatSync(path, options);
    }) as FsModule['lstatSync'],
  }));
  expect(await pipeline.build(['sum'])).toMatchObject({ outcome: 'fresh' });
  mend();
  expect(machine.read('in/b')).toBeUndefined();
  expect(await pipeline.build(['sum'])).toMatchObject({
    outcome: 'fresh',
    told: [],
  });
});
