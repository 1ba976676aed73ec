/** What was done is kept for good, and told to whoever asks. */
import { readdirSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import { test, type Workspace } from './workspace.ts';

const rules = (w: Workspace): void =>
  w.rules(
    `
    target('a', { inputs: ['src'], outputs: ['a.txt'], recipe: [sh('a', 'cp src a.txt')] }),
    target('goal', { inputs: ['a.txt'], outputs: ['goal.txt'],
      recipe: [sh('goal', 'touch goal.on; await_file go; cp a.txt goal.txt')] }),`,
    `goal: 'goal', params: { my_secret: 'x' }`,
  );

/** Without times of day, hosts and durations. */
const told = (text: string): readonly string[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) =>
      line
        .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/, 'WHEN')
        .replace(/\S+@\S+/, 'WHO')
        .replace(/\d+\.\ds/, 'TOOK')
        .replace(/ {2,}/g, '  '),
    );

describe.concurrent('history', () => {
  test('a killed build shows as such, and its record outlives what the journal forgets', async ({
    w,
    expect,
  }) => {
    rules(w);
    w.write('src', '1');
    const killed = w.start(['build']);
    await w.appears('goal.on');
    killed.kill('SIGKILL');
    await killed.ended;
    w.write('go', '');
    expect((await w.desgw(['build'])).code).toBe(0);
    // The journal of a build that was killed is rewritten by the next one.
    expect(readdirSync(join(w.dir, '.desgw/journal'))).toHaveLength(1);
    w.write('src', '2');
    expect((await w.desgw(['build', '--set', 'my_secret=hunter2'])).code).toBe(0);
    expect((await w.desgw(['clean', 'a', '-y'])).code).toBe(0);

    const { out, code } = await w.desgw(['history']);
    expect(code).toBe(0);
    expect(told(out)).toEqual([
      '1  WHEN  WHO  killed  desgw build',
      '  built a: never built',
      '  began goal: never built',
      expect.stringMatching(/^2 {2}WHEN {2}WHO {2}exit 0 {2}TOOK {2}desgw build$/),
      expect.stringMatching(/^ {2}built goal: interrupted at /),
      '3  WHEN  WHO  exit 0  TOOK  desgw build --set my_secret=***',
      '  built a: src changed',
      '  built goal: a.txt changed and a was remade differently',
      '4  WHEN  WHO  exit 0  TOOK  desgw clean a -y',
      '  forgotten a',
    ]);

    const one = await w.desgw(['history', 'goal', '--last', '1', '--json']);
    expect(JSON.parse(one.out)).toMatchObject({
      invocations: [
        {
          number: 3,
          exit: 0,
          ending: 'ended',
          user: userInfo().username,
          command: 'desgw build --set my_secret=***',
        },
      ],
    });
  });

  test('a command that does nothing leaves nothing, and what nobody knows is refused', async ({
    w,
    expect,
  }) => {
    rules(w);
    w.write('src', '1');
    w.write('go', '');
    expect((await w.desgw(['history'])).out).toBe(
      'Nothing has been done here yet, or before there was a history.\n',
    );
    await w.desgw(['build']);
    const before = w.tree();
    for (const args of [['build'], ['build', '-n'], ['status'], ['why', 'a'], ['history']])
      expect((await w.desgw(args)).code).toBe(0);
    expect(Object.keys(w.tree()).filter((path) => path.startsWith('.desgw/history/'))).toEqual(
      Object.keys(before).filter((path) => path.startsWith('.desgw/history/')),
    );
    const unknown = await w.desgw(['history', 'gaol']);
    expect(unknown.code).toBe(2);
    expect(unknown.err).toContain("nothing was ever done here to 'gaol'\n  Did you mean 'goal'?");
  });

  test('show tells what a target was made by, also of what the rule file does not know any more', async ({
    w,
    expect,
  }) => {
    w.write('make.sh', '#!/bin/sh\ncat src\n');
    w.write('.git/HEAD', 'ref: refs/heads/main\n');
    w.write('.git/packed-refs', `# pack-refs\n${'c0ffee00'.repeat(5)} refs/heads/main\n`);
    w.write('src', '1');
    const goal = `target('goal', { deps: ['a'], outputs: ['goal.txt'], recipe: [write('goal.txt', '')] }),`;
    w.rules(
      `target('a', { inputs: ['src'], outputs: ['a.txt'], recipe: [exec(['sh', 'make.sh'], { stdout: 'a.txt' })] }), ${goal}`,
    );
    expect((await w.desgw(['show', 'a'])).err).toContain("'a': nothing of it was made yet");
    expect((await w.desgw(['build'])).code).toBe(0);
    w.rules(goal.replace(`deps: ['a'], `, ''));
    const { out } = await w.desgw(['show', 'a']);
    expect(out).toContain('steps        $ sh make.sh > a.txt\n');
    expect(out).toMatch(/^programs {5}make\.sh {2}\S{22}$/m);
    expect(out).toContain(`scripts of   .  commit ${'c0ffee00'.repeat(5)}\n`);
    const deep = JSON.parse((await w.desgw(['show', 'goal', '--deep', '--json'])).out);
    expect(deep.targets.map(({ target }: { target: string }) => target)).toEqual(['a', 'goal']);
    const crate = JSON.parse((await w.desgw(['show', 'goal.txt', '--format', 'ro-crate'])).out);
    expect(crate['@graph'][1].description).toContain('How goal came to be');
    expect((await w.desgw(['show', 'a', '--format', 'rocrate'])).err).toContain(
      "Did you mean 'ro-crate'?",
    );
  });
});
