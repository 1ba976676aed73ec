/**
 * A computer in memory: files, a clock, and programs that are functions. Engines come and go on it
 * (each `engine()` is a new process of desgw), detached programs and files outlive them.
 */
import { resolve } from 'node:path';
import type { Exit } from '../api/facts.ts';
import { openFiles } from '../world/files.ts';
import type { FsModule } from '../world/fs.ts';
import { endedByReboot } from '../world/identity.ts';
import type { ProcessIdentity, Spawn, World } from '../world/world.ts';
import { callOf, exists, type Programs, put, readIn, writeWith } from './calls.ts';
import { type FixedClock, fixedClock } from './clock.ts';
import type { Chance } from './disk.ts';
import type { OtherDisk } from './disks.ts';
import { type Fault, faultyFs, isStop, Stopped } from './faults.ts';
import { type MemoryFiles, memoryFiles, WORKSPACE } from './memory-files.ts';
import { faultyReads, type ReadFault } from './reads.ts';

/** How a process of desgw is started. */
export interface EngineOptions {
  /** At which effect on files it fails or is killed. */
  readonly fault?: Fault;
  /** At which look at files it is answered wrongly, or not at all. */
  readonly unread?: ReadFault;
  readonly env?: { readonly [name: string]: string };
  /** How its computer sees the disk (see `staleFs`); by default as it is. */
  readonly through?: FsModule;
  /** Absolute path of the workspace in which it works. Those of several may work at the same time. */
  readonly workspace?: string;
}

/** A process of desgw. */
export interface Engine extends World {
  /** Effects on files so far. */
  effects(): number;
  /** Looks at files so far. */
  looks(): number;
}

/** Which clock a machine has, and how coarse the time stamps of its files are. */
export interface MachineOptions {
  readonly clock?: FixedClock;
  readonly grain?: number;
  readonly otherDisk?: OtherDisk | undefined;
  /** Nothing tells it from other machines, as in most containers: started anew, it may be another. */
  readonly anonymous?: boolean;
}

/** The machine, for tests to look at and to meddle with. */
export interface Machine {
  readonly memory: MemoryFiles;
  readonly clock: FixedClock;
  /** Programs started so far, as words. */
  readonly started: (readonly string[])[];
  /** Called before a program runs. */
  onStart: (argv: readonly string[]) => void;
  engine(options?: EngineOptions): Engine;
  /** Text of a file, relative to the workspace or absolute; undefined without it. */
  read(path: string): string | undefined;
  /** Writes a file in place, as people's editors do: nothing but time stamps tells. */
  put(path: string, text: string): void;
  /** Every program that runs comes to its end; detached ones go one phase further. */
  rest(): Promise<void>;
  /** A quiet minute: everything that was written is on the disk for good. */
  flush(): void;
  /** The power is cut: every process is gone, and by chance what was not flushed. */
  cut(chance: Chance): void;
}

/** More programs than any test starts. */
const MANY_RUNS = 5000;
/** Of this program two may be asked for the same at once. */
const WAITS_ITS_TURN = 'flock';
/** What a shell says of a program that is not there. */
const NO_PROGRAM = 127;
/** Milliseconds until a machine is up again: none is quicker. */
const REBOOT = 2000;
/** Milliseconds in a tick of the kernel, in which start times of processes are counted. */
const TICK = 10;

/** A detached program, in the protocol of `core/world/supervisor.ts`. */
interface Job {
  readonly who: ProcessIdentity;
  readonly spawn: Spawn;
  readonly dir: string;
  readonly fs: FsModule;
  phase: 'launched' | 'named' | 'claimed' | 'running' | 'over';
}

/** A machine with these files (path relative to the workspace, or absolute -> text) and programs. */
export const memoryMachine = (
  tree: { readonly [path: string]: string },
  programs: Programs = {},
  options: MachineOptions = {},
): Machine => new MemoryMachine(tree, programs, options);

class MemoryMachine implements Machine {
  readonly memory: MemoryFiles;
  readonly clock: FixedClock;
  readonly started: (readonly string[])[] = [];
  onStart: Machine['onStart'] = () => {};
  readonly #programs: Programs;
  readonly #jobs: Job[] = [];
  /** Programs that run, by the engine that waits for them. */
  readonly #running = new Map<Promise<unknown>, number | undefined>();
  readonly #active = new Set<string>();
  #nextPid = 100;
  /** The latest process of desgw in each workspace. */
  readonly #alive = new Map<string, number>();
  readonly #anonymous: boolean;
  #boot = 1;
  #bootedAt: number;
  /** Whether the power is cut; nothing can be written then. */
  #isOff = (): boolean => false;

  constructor(
    tree: { readonly [path: string]: string },
    programs: Programs,
    { clock = fixedClock(), anonymous = false, ...disks }: MachineOptions,
  ) {
    this.clock = clock;
    this.#anonymous = anonymous;
    this.#bootedAt = clock.steady();
    this.memory = memoryFiles(tree, { clock, ...disks });
    this.#programs = programs;
  }

  readonly engine: Machine['engine'] = ({
    fault,
    unread,
    env = {},
    workspace,
    through = this.memory.fs,
  } = {}) => {
    const root = workspace ?? WORKSPACE;
    const seen = faultyReads(through, unread ?? { failAt: Number.POSITIVE_INFINITY, with: '' });
    const begunIn = this.#boot;
    const isDown = (): boolean => this.#isOff() || this.#boot !== begunIn;
    const faulty = faultyFs(
      seen.fs,
      fault ?? { failAt: Number.POSITIVE_INFINITY, with: 'stop' },
      isDown,
    );
    const self = this.#identity(this.#nextPid++);
    this.#alive.set(root, self.pid);
    const hasStopped = (): boolean => isStop(fault) && faulty.effects() >= fault!.failAt;
    const halted = (): boolean => hasStopped() || isDown();
    if (fault?.with === 'cut') this.#isOff = hasStopped;
    this.memory.fs.mkdirSync(root, { recursive: true });
    return {
      files: openFiles(root, faulty.fs),
      processes: this.#processes(self, through, halted, faulty.count),
      clock: this.#ticking(halted),
      env,
      effects: faulty.effects,
      looks: seen.looks,
    };
  };

  readonly read: Machine['read'] = (path) => readIn(this.memory.fs, resolve(WORKSPACE, path));

  readonly put: Machine['put'] = (path, text) =>
    put(this.memory.fs, resolve(WORKSPACE, path), text);

  readonly rest = async (): Promise<void> => {
    while (this.#running.size > 0) await Promise.allSettled(this.#running.keys());
    if (!this.#isOff()) for (const job of this.#jobs) await this.#step(job);
  };

  readonly flush = (): void => this.memory.disk.flush();

  readonly cut: Machine['cut'] = (chance) => {
    this.#isOff = () => false;
    this.memory.disk.cut(chance);
    this.#jobs.length = 0;
    this.#alive.clear();
    this.#boot++;
    this.clock.advance(REBOOT);
    this.#bootedAt = this.clock.steady();
  };

  #processes(
    self: ProcessIdentity,
    fs: FsModule,
    halted: () => boolean,
    count: () => void,
  ): Engine['processes'] {
    const isLive = (pid: number): boolean =>
      [...this.#alive.values()].includes(pid) ||
      this.#jobs.some(({ who, phase }) => who.pid === pid && phase !== 'over');
    const isAlive = (who: ProcessIdentity): boolean | undefined => {
      if (who.boot === self.boot) return isLive(who.pid);
      return endedByReboot(who, self) ? false : undefined;
    };
    return {
      self,
      isAlive,
      isAttemptAlive: isAlive,
      vouch: () => undefined,
      isVouchedFor: () => Promise.resolve(undefined),
      // What a dead builder left is stopped, which here means that it has come to its end.
      sweep: async ({ pid }) => {
        const left = [...this.#running].filter(([, by]) => by === pid).map(([run]) => run);
        await Promise.allSettled(left);
        return true;
      },
      run: async (spawn, signal) => {
        if (halted()) throw new Stopped();
        const exit = await this.#runProgram(spawn, fs, signal, self.pid);
        if (signal.aborted)
          return { exit: { kind: 'signal', signal: 'SIGINT' }, leftBehind: false };
        if (exit.kind !== 'exit' || spawn.unnamed !== true) return { exit, leftBehind: false };
        const printed = String(this.memory.fs.readFileSync(spawn.stdout));
        this.memory.fs.unlinkSync(spawn.stdout);
        return { exit, leftBehind: false, printed };
      },
      launch: (spawn, dir) => {
        if (halted()) throw new Stopped();
        const who = this.#identity(this.#nextPid++);
        this.#jobs.push({ who, spawn, dir, fs, phase: 'launched' });
        count();
      },
      stop: async () => {},
      killAll: () => {},
    };
  }

  /** While time goes on, so do the programs that were launched. */
  #ticking(halted: () => boolean): Engine['clock'] {
    const { clock } = this;
    return {
      now: clock.now,
      steady: clock.steady,
      sleep: async (ms, signal) => {
        if (halted()) throw new Stopped();
        if (signal?.aborted) return;
        await clock.sleep(ms, signal);
        for (const job of this.#jobs) await this.#step(job);
      },
    };
  }

  async #runProgram(spawn: Spawn, fs: FsModule, signal?: AbortSignal, by?: number): Promise<Exit> {
    this.onStart(spawn.argv);
    // A build that goes round in circles would hang the test that is to tell of it.
    if (this.started.length > MANY_RUNS) throw new Error('there is no end of programs');
    const words = `${spawn.argv.join(' ')} in ${spawn.cwd}`;
    const waits = spawn.argv[0] === WAITS_ITS_TURN;
    if (this.#active.has(words) && !waits) throw new Error(`two at once: ${words}`);
    const program = this.#programs[spawn.argv[0]];
    if (program === undefined)
      return { kind: 'spawn', message: `this machine has no program ${spawn.argv[0]}` };
    this.#active.add(words);
    this.started.push(spawn.argv);
    const begunIn = this.#boot;
    const isDead = (): boolean => this.#isOff() || this.#boot !== begunIn;
    const over = Promise.resolve(program(callOf(fs, spawn, signal, isDead)));
    this.#running.set(over, by);
    try {
      const ended = (await over) ?? 0;
      return ended === 'killed'
        ? { kind: 'signal', signal: 'SIGKILL' }
        : { kind: 'exit', code: ended };
    } finally {
      this.#active.delete(words);
      this.#running.delete(over);
      this.clock.advance(1);
    }
  }

  async #step(job: Job): Promise<void> {
    if (job.phase === 'launched') {
      writeWith(job.fs, `${job.dir}/pid`, 'flushed', `${job.who.pid} ${job.who.start}\n`);
      job.phase = 'named';
    } else if (job.phase === 'named') {
      job.phase = exists(job.fs, `${job.dir}/claim`) ? 'over' : 'claimed';
      if (job.phase === 'claimed') job.fs.mkdirSync(`${job.dir}/claim`);
    } else if (job.phase === 'claimed') {
      job.phase = 'running';
      const exit = await this.#runProgram(job.spawn, job.fs);
      // Its directory is gone when somebody has decided the matter without waiting for it.
      const code = exit.kind === 'exit' ? exit.code : NO_PROGRAM;
      if (exit.kind !== 'signal' && exists(job.fs, job.dir))
        writeWith(job.fs, `${job.dir}/exit`, 'flushed', `${code}\n`);
      job.phase = 'over';
    }
  }

  #identity(pid: number): ProcessIdentity {
    const up = this.clock.steady() - this.#bootedAt;
    const booted = Math.floor((this.clock.now() - up) / 1000);
    return {
      ...{ host: 'des91', boot: `boot-${this.#boot}` },
      ...(this.#anonymous ? {} : { machine: 'des91', booted }),
      ...{ pid, start: `${Math.floor(up / TICK)}`, user: 'mara' },
    };
  }
}
