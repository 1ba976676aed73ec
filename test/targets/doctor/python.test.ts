import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Exec } from '../../../core/index.ts';
import { importsOf, postprocImports } from '../../../targets/doctor/python.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'python-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const HAS_PYTHON = spawnSync('python3', ['--version']).status === 0;

async function found(script: string) {
  writeFileSync(join(folder, 'run_postproc.py'), script);
  const run = async ({ argv, cwd }: Exec) => {
    const { status, stdout, stderr } = spawnSync(argv[0], argv.slice(1), { cwd, encoding: 'utf8' });
    return { exit: { kind: 'exit' as const, code: status ?? 1 }, stdout, stderr };
  };
  const tools = { run, workspace: '/', signal: new AbortController().signal };
  return postprocImports('python3', folder, {}).run(tools);
}

test('what a script imports at its top is read, whatever its Python', () => {
  const text =
    'from __future__ import print_function\nimport os, numpy as np\nimport a.b # why\nfrom c.d import e\n    import inner\nprint "x"\nimport os\n';
  expect(importsOf(text)).toEqual(['os', 'numpy', 'a.b', 'c.d']);
});

describe.skipIf(!HAS_PYTHON)('an interpreter that is there', () => {
  test('can run a script of which it has all modules, those beside it too', async () => {
    writeFileSync(join(folder, 'beside.py'), '');
    expect(await found('import os, sys\nimport beside\n')).toMatchObject({ state: 'ok' });
  });

  test('that lacks modules is bad: they are named', async () => {
    expect(
      await found('import os\nimport no_such_module\nfrom nor_this.one import x\n'),
    ).toMatchObject({
      state: 'bad',
      what: expect.stringMatching(/^cannot import no_such_module: .*; nor_this\.one: /),
    });
  });

  test('of another Python is bad', async () => {
    expect(await found("print 'python 2'\n")).toMatchObject({
      state: 'bad',
      what: expect.stringContaining('is written in another Python'),
    });
  });
});
