/** Runs a program for an adapter and returns what it printed. */

import type { Exit } from '../api/facts.ts';
import type { Exec } from '../api/steps.ts';
import type { World } from '../world/world.ts';
import { environmentsOf } from './environment.ts';
import { filled } from './filled.ts';

/** Names scratch files of questions that are asked at the same time. */
const serial = { last: 0 };

/** Runs `exec` to its end; output is returned, not kept. */
export async function runForAdapter(
  world: World,
  exec: Exec,
  signal: AbortSignal,
): Promise<{ exit: Exit; stdout: string; stderr: string }> {
  const { files, processes } = world;
  serial.last += 1;
  const base = `.desgw/tmp/ask-${processes.self.pid}-${serial.last}`;
  const [stdout, stderr] = [`${base}.out`, `${base}.err`];
  const fill = (text: string): string => filled(text, '', files.root);
  files.makeDirectory('.desgw/tmp');
  const env = await environmentsOf(world).of(exec, [], signal);
  try {
    const { exit } = await processes.run(
      {
        argv: [fill(exec.argv[0]), ...exec.argv.slice(1).map(fill)],
        cwd: files.absolute(exec.cwd ?? '.'),
        env: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, fill(value)])),
        stdout: files.absolute(stdout),
        stderr: files.absolute(stderr),
        ...(exec.timeout === undefined ? {} : { timeout: exec.timeout }),
      },
      signal,
    );
    return { exit, stdout: files.readText(stdout) ?? '', stderr: files.readText(stderr) ?? '' };
  } finally {
    files.remove(stdout);
    files.remove(stderr);
  }
}
