/** A build that goes on and on: rounds, sleep without the lock, an end that was set. */
import { describe } from 'vitest';
import { linesOf, schemaFaults } from '../support/schemas.ts';
import { test, until, type Workspace } from './workspace.ts';

const GOAL = `target('goal', { inputs: ['src'], outputs: ['goal.txt'], recipe: [sh('goal', 'grep -q good src && cp src goal.txt')] }),`;

function rules(w: Workspace): void {
  w.write('src', 'good 1');
  w.rules(GOAL);
}

describe.concurrent('watch', () => {
  test('builds what has changed, leaves the lock to others, survives a rule file that is being edited, and ends with Ctrl-C', async ({
    w,
    expect,
  }) => {
    rules(w);
    const watch = w.start(['build', '--watch', '1s']);
    await watch.prints('watch   next look at');
    expect(w.read('goal.txt')).toBe('good 1');
    expect(w.exists('.desgw/lock')).toBe(false);
    // Nothing is done and nothing told again.
    await watch.prints('watch   nothing new; next look at');
    const text = w.read('desgwfile.ts');
    w.write('desgwfile.ts', text.replace('defineBuild({', 'defineBuild({ gaol: 1,'));
    await watch.prints("Did you mean 'goal'?");
    w.write('src', 'good 2');
    w.write('desgwfile.ts', text);
    await until('it is built anew', () => w.read('goal.txt') === 'good 2');
    // Another build finds the lock free sooner or later, and nothing to do.
    expect((await w.desgw(['build'])).code).toBe(0);
    watch.kill('SIGINT');
    const { code, out, err } = await watch.ended;
    expect(code).toBe(130);
    expect(err.match(/Did you mean/g)).toHaveLength(1);
    expect(out.match(/1 built/g)).toHaveLength(2);
    expect(w.exists('.desgw/lock')).toBe(false);
    expect((await w.desgw(['history'])).out.match(/exit 0/g)).toHaveLength(2);
  });

  test('ends at the time that was set, with a summary and the exit status of how it stands', async ({
    w,
    expect,
  }) => {
    rules(w);
    w.write('src', 'bad');
    const { code, out } = await w.desgw(['build', '--watch', '1h', '--until', '8s']);
    expect(code).toBe(1);
    expect(out).toMatch(/, until \d\d:\d\d:\d\d\S+; Ctrl-C ends it\n/);
    expect(out.trimEnd().split('\n').slice(-3)).toEqual([
      expect.stringMatching(/^goal: failed: 1 failed; 0 of 1 target/),
      'next: `desgw log goal` shows what was printed; `desgw build goal` tries again.',
      '      `desgw help DG401` tells what that may mean.',
    ]);
    const data = await w.desgw(['build', '--watch', '1h', '--until', '8s', '--json']);
    const events = linesOf(data.out) as readonly { readonly kind: string }[];
    expect(events.flatMap((event) => schemaFaults('events', event) || [])).toEqual([]);
    expect(events.map(({ kind }) => kind)).toContain('watching');
    expect(events.at(-1)).toMatchObject({ kind: 'finished', summary: { exit: 1 } });
  });

  test('what means nothing together is refused', async ({ w, expect }) => {
    rules(w);
    const refused = async (...args: string[]) => {
      const { code, err } = await w.desgw(['build', ...args]);
      return [code, err.split('\n')[0]];
    };
    expect([
      await refused('--until', '12:00'),
      await refused('--watch', '5m', '-n'),
      await refused('--watch', 'soon'),
      await refused('--watch', '0s'),
      await refused('--watch', '5m', '--until', '25:00'),
    ]).toEqual([
      [2, 'desgw: --until is for --watch'],
      [2, 'desgw: --watch and -n do not go together'],
      [2, 'desgw: --watch soon is not a duration'],
      [2, 'desgw: --watch 0s is too often'],
      [2, 'desgw: --until 25:00 is not a time'],
    ]);
  });
});
