/** What is advised in a run with a rule file of another name, and with a parameter, works when it is typed. */
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from 'vitest';
import { type Advice, adviceIn } from '../support/advice.ts';
import { allowed, typeIt, WRONG } from '../support/typing.ts';
import { withGrid } from './fake-grid.ts';
import { test, type Workspace } from './workspace.ts';

const CHOSEN = ['--file', 'other rules.ts', '--set', 'CUT=it is .3'];

/** The rule file gets another name, so that nothing is found without being told. */
const away = (w: Workspace): void =>
  renameSync(join(w.dir, 'desgwfile.ts'), join(w.dir, 'other rules.ts'));

const PARAMS = `params: { CUT: param('.2', { type: 'text', help: 'a cut' }) }`;

const SITUATIONS: readonly (readonly [string, (w: Workspace) => Promise<void>])[] = [
  [
    'a failure',
    async (w) =>
      w.rules(
        `target('goal', { params: { c: params.CUT }, outputs: ['out'], recipe: [sh('no', 'exit 1')] })`,
        `goal: 'goal', ${PARAMS}`,
      ),
  ],
  [
    'a doubt',
    async (w) => {
      withGrid(w, (rules) =>
        rules.replace(`inputs: ['src']`, `params: { c: params.CUT }, inputs: ['src']`),
      );
      w.write(
        'desgwfile.ts',
        w.read('desgwfile.ts').replace(`goal: 'goal'`, `goal: 'goal', ${PARAMS}`),
      );
      w.write('grid/trouble', 'no job');
    },
  ],
];

/** What the report page tells people to do. */
function advisedOnPage(page: string): string {
  const data = JSON.parse(
    /<script id="data" type="application\/json">(.*?)<\/script>/s.exec(page)![1]!,
  );
  const targets: readonly { readonly advice?: string }[] = data.targets;
  return [...data.next, ...targets.flatMap(({ advice }) => advice ?? [])].join('\n');
}

/** Only looking is tried once. */
const seen = new Set<string>();
const isSeen = ({ shape }: Advice): boolean => {
  const before = seen.has(shape);
  seen.add(shape);
  return before && /^(?:help|why|log|status)\b/.test(shape);
};

describe('advice in a run with --file and --set', () => {
  test.for(SITUATIONS)('%s', async ([, prepare], { w, expect }) => {
    await prepare(w);
    away(w);
    let said = '';
    for (const command of [['build', '--no-wait'], ['status'], ['why', 'goal']]) {
      const { out, err } = await w.desgw([...command, ...CHOSEN]);
      said += `${out}${err}`;
    }
    expect((await w.desgw(['report', ...CHOSEN])).code).toBe(0);
    said += advisedOnPage(w.read('report.html'));
    w.write('grid/trouble', '');
    const advised = adviceIn(said).filter((advice) => !isSeen(advice));
    expect(advised.length, said).toBeGreaterThan(1);
    for (const advice of advised) {
      const { code, said: answer } = await typeIt(w.copy().dir, advice, { name: 'goal' });
      expect({ typed: advice.text, code, answer }).toSatisfy(() => allowed(advice).includes(code));
      expect(answer).not.toMatch(WRONG);
      expect(advice.text).toMatch(/^desgw help|--file 'other rules\.ts' --set 'CUT=it is \.3'/);
    }
  });
});
