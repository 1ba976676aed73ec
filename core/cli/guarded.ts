/** Secrets stay out of argument lists, which everybody on the machine can read. */
import type { Processes, Secrets, Spawn } from '../world/world.ts';

/** Processes that are not started with a secret among their arguments. */
export function guardedProcesses(
  processes: Processes,
  secrets: Pick<Secrets, 'standsIn'>,
): Processes {
  const complaint = ({ argv }: Spawn): string | undefined => {
    const name = argv.map((word) => secrets.standsIn(word)).find((found) => found !== undefined);
    return name === undefined
      ? undefined
      : `its arguments hold the value of ${name}, and everybody on this machine can see them; pass it in \`env\` or in a file`;
  };
  return {
    ...processes,
    async run(spawn, signal) {
      const message = complaint(spawn);
      if (message === undefined) return processes.run(spawn, signal);
      return { exit: { kind: 'spawn', message }, leftBehind: false };
    },
    launch(spawn, dir, onNeverBegun) {
      const message = complaint(spawn);
      if (message === undefined) processes.launch(spawn, dir, onNeverBegun);
      else onNeverBegun(message);
    },
  };
}
