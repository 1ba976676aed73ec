/** What `--json` prints of every command is what the schemas say, and nothing else stands between it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe } from 'vitest';
import { COMMANDS } from '../../core/cli/commands.ts';
import { linesOf, SCHEMAS, schemaFaults } from '../support/schemas.ts';
import { test, type Workspace } from './workspace.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A rule file that prints what it likes, with targets that end in every way. */
function noisyRules(w: Workspace): void {
  w.write('src', '1');
  w.write('list.txt', 'x\n');
  w.rules(
    `
    target('a', { doc: 'the first', inputs: ['src'], outputs: ['a.txt'], recipe: [sh('a', 'cp -v src a.txt')] }),
    target('bad', { deps: ['a'], outputs: ['bad.txt'], recipe: [sh('bad', 'echo trouble; exit 3')] }),
    target('absent', { outputs: ['absent.txt'], recipe: [sh('absent', 'true')] }),
    target('throws', { outputs: ['t.txt'], recipe: { version: '1', steps: () => { throw new Error('no'); } } }),
    target('refuses', { outputs: ['r.txt'], recipe: { version: '1', steps: () => { throw new Refusal('no', 'do'); } } }),
    target('retried', { outputs: ['q.txt'], recipe: [exec(['sh', '-c', '[ -e again ] || { touch again; exit 75; }; echo > q.txt'], { retry: { times: 1, delay: 0.01 } })] }),
    target('held', { deps: ['bad'], outputs: ['held.txt'], recipe: [write('held.txt', '')] }),
    expandFile('list.txt', (text) => [target('e', { outputs: ['e.txt'], recipe: [write('e.txt', text)] })]),
    group('all', ['held', 'absent', 'throws', 'refuses', 'retried', 'e']),`,
    `goal: 'a', params: { n: param(1, { type: 'integer', help: 'a number' }), plain: 'x' },
     commands: { greet: { doc: 'greets', run: async (call) => { call.print('hello'); console.log('noise'); return 4; } } }`,
  );
  const text = w.read('desgwfile.ts');
  w.write(
    'desgwfile.ts',
    text.replace(
      'export default',
      `console.log('noise'); console.table?.([1]); process.stdout.write('noise\\n');\nexport default`,
    ),
  );
}

/** Commands with the schema of what they print, and their exit status; \`lines\`: one object a line. */
const RUNS: readonly (readonly [args: string, schema: string, exit: number])[] = [
  ['build -n', 'plan', 0],
  ['build', 'events*', 0],
  ['build all', 'events*', 1],
  ['build all -n', 'plan', 2],
  ['status all', 'status', 0],
  ['why all a held', 'why', 0],
  ['why --path a held', 'path', 0],
  ['why --path held a', 'path', 0],
  ['graph all', 'graph', 0],
  ['targets', 'targets', 0],
  ['report', 'report', 0],
  ['params --set n=2', 'params', 0],
  ['journal', 'journal*', 0],
  ['history', 'history', 0],
  ['show a --deep', 'show', 0],
  ['stats', 'stats', 0],
  ['commands', 'commands', 0],
  ['log a --list', 'said*', 0],
  ['log bad', 'said*', 0],
  ['accept a', 'said*', 0],
  ['adopt a', 'said*', 0],
  ['mark submitted a', 'error', 2],
  ['resubmit a --reason x', 'error', 2],
  ['unlock', 'said*', 0],
  ['trust', 'said*', 0],
  ['clean a -n', 'said*', 0],
  ['clean a', 'said*', 0],
  ['init new', 'said*', 0],
  ['completion bash', 'said*', 0],
  ['greet', 'said*', 4],
  ['build nothing', 'error', 2],
  ['buidl', 'error', 2],
  ['status --sideways', 'error', 2],
];

describe('--json', () => {
  test('of every command is what its schema says, however much the rule file prints', async ({
    w,
    expect,
  }) => {
    noisyRules(w);
    const faults: string[] = [];
    const kinds = new Set<string>();
    for (const [args, schema, exit] of RUNS) {
      if (args.startsWith('accept')) w.write('a.txt', 'by hand');
      const { out, err, code } = await w.desgw([...args.split(' '), '--json']);
      if (code !== exit) faults.push(`${args}: exit ${code}, not ${exit}: ${out}${err}`);
      const name = schema.replace('*', '');
      const values = schema.endsWith('*') ? linesOf(out) : [JSON.parse(out)];
      if (values.length === 0) faults.push(`${args}: nothing`);
      for (const value of values as readonly { readonly kind?: string }[]) {
        if (name === 'events') kinds.add(value.kind!);
        const fault = schemaFaults(name, value);
        if (fault !== '') faults.push(`${args}: ${fault}`);
      }
      const last = values.at(-1) as {
        summary?: { exit: number };
        exit?: number;
        error?: { exit: number };
      };
      const told = last.summary?.exit ?? last.exit ?? last.error?.exit ?? exit;
      if (told !== code) faults.push(`${args}: says exit ${told}, ended with ${code}`);
    }
    expect(faults).toEqual([]);
    expect([...kinds].sort()).toEqual([
      'action done',
      'action failed',
      'action retried',
      'action started',
      'finished',
      'planned',
    ]);
    const commands = RUNS.map(([args]) => args.split(' ')[0]);
    expect(Object.keys(COMMANDS).filter((name) => !commands.includes(name))).toEqual([]);
  });

  test('codes of failures stand in the events, and each is explained', async ({ w, expect }) => {
    noisyRules(w);
    const { out } = await w.desgw(['build', 'all', '--json']);
    const failures = (
      linesOf(out) as readonly {
        kind: string;
        action: { name: string };
        problems: { code: string }[];
      }[]
    )
      .filter(({ kind }) => kind === 'action failed')
      .map(({ action, problems }) => [action.name, problems[0]!.code] as const);
    expect(Object.fromEntries(failures)).toEqual({
      ...{ bad: 'DG401', absent: 'DG402', throws: 'DG406', refuses: 'DG407' },
    });
    const told = await w.desgw(['build', 'bad']);
    expect(told.out).toMatch(/\n {6}`desgw help DG401` tells what that may mean\.\n$/);
    for (const [, code] of failures)
      expect((await w.desgw(['help', code])).out.startsWith(`${code}: `)).toBe(true);
  });

  test('a schema refuses what lacks a field or has another type', ({ expect }) => {
    expect(schemaFaults('path', { from: 'a', to: 'b', path: null })).toBe('');
    expect(schemaFaults('path', { from: 'a', to: 'b' })).toContain("required property 'path'");
    expect(schemaFaults('path', { from: 1, to: 'b', path: null })).toContain('must be string');
    expect(schemaFaults('events', { kind: 'progress', target: 'a', at: 1 })).not.toBe('');
  });

  test('every schema is named in their README, ships, and has a description', ({ expect }) => {
    const readme = readFileSync(join(ROOT, 'schemas/README.md'), 'utf8');
    const { files } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    expect(files).toContain('schemas');
    for (const name of SCHEMAS) {
      // Many are called like their command.
      const names = [`\`${name}.json\``, `\`${name}\``];
      expect([name, names.some((one) => readme.includes(one))]).toEqual([name, true]);
      const { $id, description } = JSON.parse(
        readFileSync(join(ROOT, `schemas/${name}.json`), 'utf8'),
      );
      expect([$id, description]).toEqual([`urn:desgw:schema:1:${name}`, expect.any(String)]);
    }
    const named = [...readme.matchAll(/`([\w-]+\.json)`/g)].map(([, file]) => file!);
    expect(named.filter((file) => !existsSync(join(ROOT, 'schemas', file)))).toEqual([]);
  });
});
