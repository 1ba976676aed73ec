/** Whether the python of the site can run run_postproc.py: its language and what it imports. */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Exec } from '../../core/index.ts';
import type { Check } from './doctor.ts';
import { command, noSuchFile, succeeded, type Verdict } from './looks.ts';

const SCRIPT = 'run_postproc.py';

/** Compiles the script and imports what it imports, in either Python; names what cannot be imported. */
const TRY = `import sys
names = sys.argv[2:]
compile(open(sys.argv[1]).read(), sys.argv[1], 'exec')
bad = []
for name in names:
    try:
        __import__(name)
    except Exception as error:
        bad.append(name + ': ' + str(error))
sys.stdout.write('\\n'.join(bad))
`;

/**
 * @param python as the site runs it
 * @param folder Post-Processing, relative to the workspace or absolute
 * @param surroundings in which post processing runs
 */
export function postprocImports(
  python: string,
  folder: string,
  surroundings: Pick<Exec, 'env' | 'passEnv' | 'environment'>,
): Check {
  const name = `python for ${SCRIPT}`;
  return {
    name,
    limit: 90,
    run: async (tools) => {
      const dir = resolve(tools.workspace, folder);
      const text = await readFile(join(dir, SCRIPT), 'utf8').catch(noSuchFile);
      if (text === undefined) return { name, state: 'bad', what: `${dir} has no ${SCRIPT}` };
      const argv = [python, '-c', TRY, SCRIPT, ...importsOf(text)] as const;
      const said = await tools.run({ ...command(argv, surroundings), cwd: dir, timeout: 80 });
      return { name, ...verdict(said) };
    },
  };
}

/** The modules that a script imports at its top, each once; those beside it come along. */
export function importsOf(text: string): readonly string[] {
  const found = new Set<string>();
  for (const line of text.split('\n')) {
    const from = /^from\s+([\w.]+)\s+import\b/.exec(line)?.[1];
    const plain = /^import\s+([^#;]+)/.exec(line)?.[1] ?? '';
    const names = from === undefined ? plain.split(',') : [from];
    for (const one of names) {
      const module = one.trim().split(/\s+/)[0]!;
      if (module !== '' && module !== '__future__') found.add(module);
    }
  }
  return [...found];
}

function verdict({
  exit,
  stdout,
  stderr,
}: {
  readonly exit: Parameters<typeof succeeded>[0];
  readonly stdout: string;
  readonly stderr: string;
}): Verdict {
  const last = stderr.trim().split('\n').at(-1) ?? '';
  if (exit.kind === 'spawn') return { state: 'bad', what: exit.message };
  if (/^SyntaxError/.test(last))
    return {
      state: 'bad',
      what: `${SCRIPT} is written in another Python: ${last}`,
      remedy: 'Name the interpreter in the rule file: fermilab({ python }).',
    };
  if (!succeeded(exit))
    return { state: 'unknown', what: last === '' ? 'it could not be tried' : last };
  if (stdout.trim() === '') return { state: 'ok', what: 'everything it imports can be imported' };
  return {
    state: 'bad',
    what: `cannot import ${stdout.trim().split('\n').join('; ')}`,
    remedy: 'diffimg_setup.sh must set up what the script needs; see what it prints.',
  };
}
