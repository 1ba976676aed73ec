/** Commands that a rule file adds, and what they are told. */
import { describe } from 'vitest';
import { test } from './workspace.ts';

const RULES = `
  target('a', { inputs: ['in.txt'], outputs: ['a.txt'], recipe: [sh('a', 'cat in.txt > a.txt')] }),
  target('goal', {
    deps: ['a'],
    subject: { kind: 'night', name: '20170817' },
    phase: 'last',
    outputs: ['goal.txt'],
    recipe: [sh('goal', 'test ! -e broken && cat a.txt > goal.txt')],
  }),
  group('both', ['a', 'goal']),`;

const COMMANDS = `goal: 'goal', commands: {
  states: {
    doc: 'how targets stand',
    run: async (call) => {
      call.print(JSON.stringify(await call.status(call.args.length === 0 ? undefined : call.args)));
      return 0;
    },
  },
}`;

describe.concurrent('the states of targets, for a command of the rule file', () => {
  test('they are those of desgw status, with reasons in words, and nothing is built', async ({
    w,
    expect,
  }) => {
    w.write('in.txt', 'one\n');
    w.rules(RULES, COMMANDS);
    const states = async (...args: string[]) => {
      const { code, out, err } = await w.desgw(['states', ...args]);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      return JSON.parse(out);
    };
    expect(await states()).toEqual([
      { target: 'a', state: 'missing', reasons: ['never built'] },
      {
        target: 'goal',
        state: 'missing',
        reasons: ['never built'],
        by: ['a'],
        subject: '20170817',
      },
    ]);
    expect(w.ran()).toEqual([]);
    await w.desgw(['build']);
    w.write('in.txt', 'two\n');
    const now = await states('both');
    expect(now).toEqual([
      { target: 'a', state: 'stale', reasons: ['in.txt changed'] },
      { target: 'goal', state: 'maybe', reasons: [], by: ['a'], subject: '20170817' },
    ]);
    const shown = JSON.parse((await w.desgw(['status', 'both', '--json'])).out);
    const of = (list: readonly { target: string; state: string }[]) =>
      list.filter(({ target }) => target !== 'both').map(({ target, state }) => [target, state]);
    expect(of(now)).toEqual(of(shown.targets));
    expect(await states('a')).toHaveLength(1);
  });

  test('a failure has its note, and a name that means nothing is refused', async ({
    w,
    expect,
  }) => {
    w.write('in.txt', 'one\n');
    w.write('broken', '');
    w.rules(RULES, COMMANDS);
    expect((await w.desgw(['build'])).code).toBe(1);
    const [a, goal] = JSON.parse((await w.desgw(['states'])).out);
    const [, shown] = JSON.parse((await w.desgw(['status', '--json'])).out).targets;
    expect([a.state, goal.state, goal.note]).toEqual(['fresh', 'failed', shown.note]);
    expect([...goal.reasons, goal.note].join(' ')).toContain('exit status 1');
    const { code, err } = await w.desgw(['states', 'gaol']);
    expect(code).toBe(2);
    expect(err).toContain("'goal'");
  });
});
