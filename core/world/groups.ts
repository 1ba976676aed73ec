/**
 * Process groups that must not outlive this process: what goes on unwatched would write into files
 * that the next build is making. Ctrl-C stops them in good order (`processes.ts`); for the case
 * that this process is killed there is a watchdog, a few lines of shell at the other end of a pipe.
 */

/**
 * Reads `+ <group>` when a group begins and `- <group>` when it has ended. The pipe ends with the
 * process that holds its other end; then whatever is left is killed, at once, since another builder
 * may take over at any moment.
 */
export const WATCHDOG = `
trap '' INT TERM HUP
left=' '
while read -r how group; do
  case $how in
    +) left="$left$group " ;;
    -) left="\${left%% $group *} \${left#* $group }" ;;
  esac
done
for group in $left; do kill -s KILL -- "-$group"; done
`;

/** Where to write to the watchdog. */
export type Leash = (lines: string) => void;

/** The groups that live now, and the watchdog, which is started before the first of them. */
export class Groups {
  readonly #live = new Set<number>();
  #tell: Leash | undefined;
  /** Ends that the watchdog has not been told of. */
  #ended = '';

  get live(): ReadonlySet<number> {
    return this.#live;
  }

  watch(startWatchdog: () => Leash): void {
    this.#tell ??= startWatchdog();
  }

  begun(group: number): void {
    this.#live.add(group);
    this.#tell?.(`${this.#ended}+ ${group}\n`);
    this.#ended = '';
  }

  /** Told along with the next beginning if that follows at once: every message wakes a process. */
  ended(group: number): void {
    this.#live.delete(group);
    if (this.#ended === '') setImmediate(() => this.#tellEnded());
    this.#ended += `- ${group}\n`;
  }

  #tellEnded(): void {
    if (this.#ended !== '') this.#tell?.(this.#ended);
    this.#ended = '';
  }
}
