/**
 * A computer in memory: files, a clock, and programs that are functions. Engines come and go on it
 * (each `engine()` is a new process of desgw), detached programs and files outlive them.
 */
import type { Exit } from '../api/facts.ts';
import { openFiles } from '../world/files.ts';
import type { FsModule } from '../world/fs.ts';
import { endedByReboot } from '../world/identity.ts';
import type { ProcessIdentity, Spawn, World } from '../world/world.ts';
import { type FixedClock, fixedClock } from './clock.ts';
import type { Chance } from './disk.ts';
import type { OtherDisk } from './disks.ts';
import { type Fault, faultyFs, isStop, Stopped } from './faults.ts';
import { type MemoryFiles, memoryFiles, WORKSPACE } from './memory-files.ts';
import { faultyReads, type ReadFault } from './reads.ts';

/** What a program is given. Paths are relative to the workspace. */
export interface Call {
  /** The words after the program's name. */
  readonly args: readonly string[];
  readonly env: { readonly [name: string]: string };
  read(path: string): string | undefined;
  /** In place, byte after byte, as programs do: a kill may leave half of it. */
  write(path: string, text: string): void;
  print(text: string): void;
  /** Writes to standard error. */
  complain(text: string): void;
  /** Gives way to others for `turns` turns; false once the program has been told to stop. */
  pause(turns: number): Promise<boolean>;
}

/** A program's end: its exit status, or killed along with whoever could have told of it. */
export type Ended = number | 'killed';

/** A program. Its exit status is 0 if it says nothing. */
export type Program = (call: Call) => Ended | undefined | Promise<Ended | undefined>;

/** Programs by the first word of a command line. */
export interface Programs {
  readonly [name: string]: Program;
}

/** How a process of desgw is started. */
export interface EngineOptions {
  /** At which effect on files it fails or is killed. */
  readonly fault?: Fault;
  /** At which look at files it is answered wrongly, or not at all. */
  readonly unread?: ReadFault;
  readonly env?: { readonly [name: string]: string };
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
  /** Text of a file of the workspace; undefined without it. */
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
  readonly #running = new Set<Promise<unknown>>();
  readonly #active = new Set<string>();
  #nextPid = 100;
  #alive = 0;
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

  readonly engine: Machine['engine'] = ({ fault, unread, env = {} } = {}) => {
    const seen = faultyReads(
      this.memory.fs,
      unread ?? { failAt: Number.POSITIVE_INFINITY, with: '' },
    );
    const faulty = faultyFs(seen.fs, fault ?? { failAt: Number.POSITIVE_INFINITY, with: 'stop' });
    const self = this.#identity(this.#nextPid++);
    this.#alive = self.pid;
    const halted = (): boolean => isStop(fault) && faulty.effects() >= fault!.failAt;
    if (fault?.with === 'cut') this.#isOff = halted;
    return {
      files: openFiles(WORKSPACE, faulty.fs),
      processes: this.#processes(self, halted, faulty.count),
      clock: this.#ticking(halted),
      env,
      effects: faulty.effects,
      looks: seen.looks,
    };
  };

  readonly read: Machine['read'] = (path) => readIn(this.memory.fs, `${WORKSPACE}/${path}`);

  readonly put: Machine['put'] = (path, text) => put(this.memory.fs, `${WORKSPACE}/${path}`, text);

  readonly rest = async (): Promise<void> => {
    while (this.#running.size > 0) await Promise.allSettled([...this.#running]);
    if (!this.#isOff()) for (const job of this.#jobs) await this.#step(job);
  };

  readonly flush = (): void => this.memory.disk.flush();

  readonly cut: Machine['cut'] = (chance) => {
    this.#isOff = () => false;
    this.memory.disk.cut(chance);
    this.#jobs.length = 0;
    this.#alive = 0;
    this.#boot++;
    this.clock.advance(REBOOT);
    this.#bootedAt = this.clock.steady();
  };

  #processes(self: ProcessIdentity, halted: () => boolean, count: () => void): Engine['processes'] {
    const isLive = (pid: number): boolean =>
      pid === this.#alive ||
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
      sweep: () => Promise.resolve(true),
      run: async (spawn, signal) => {
        if (halted()) throw new Stopped();
        const exit = await this.#runProgram(spawn, signal);
        if (signal.aborted)
          return { exit: { kind: 'signal', signal: 'SIGINT' }, leftBehind: false };
        if (exit.kind !== 'exit' || spawn.unnamed !== true) return { exit, leftBehind: false };
        const printed = String(this.memory.fs.readFileSync(spawn.stdout));
        this.memory.fs.unlinkSync(spawn.stdout);
        return { exit, leftBehind: false, printed };
      },
      launch: (spawn, dir) => {
        if (halted()) throw new Stopped();
        this.#jobs.push({ who: this.#identity(this.#nextPid++), spawn, dir, phase: 'launched' });
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

  async #runProgram(spawn: Spawn, signal?: AbortSignal): Promise<Exit> {
    this.onStart(spawn.argv);
    // A build that goes round in circles would hang the test that is to tell of it.
    if (this.started.length > MANY_RUNS) throw new Error('there is no end of programs');
    const words = spawn.argv.join(' ');
    if (this.#active.has(words)) throw new Error(`two at once: ${words}`);
    const program = this.#programs[spawn.argv[0]];
    if (program === undefined)
      return { kind: 'spawn', message: `this machine has no program ${spawn.argv[0]}` };
    this.#active.add(words);
    this.started.push(spawn.argv);
    const begunIn = this.#boot;
    const isDead = (): boolean => this.#isOff() || this.#boot !== begunIn;
    const over = Promise.resolve(program(callOf(this.memory.fs, spawn, signal, isDead)));
    this.#running.add(over);
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
      writeWith(this.memory.fs, `${job.dir}/pid`, 'flushed', `${job.who.pid} ${job.who.start}\n`);
      job.phase = 'named';
    } else if (job.phase === 'named') {
      job.phase = exists(this.memory.fs, `${job.dir}/claim`) ? 'over' : 'claimed';
      if (job.phase === 'claimed') this.memory.fs.mkdirSync(`${job.dir}/claim`);
    } else if (job.phase === 'claimed') {
      job.phase = 'running';
      const exit = await this.#runProgram(job.spawn);
      // Its directory is gone when somebody has decided the matter without waiting for it.
      const code = exit.kind === 'exit' ? exit.code : NO_PROGRAM;
      if (exit.kind !== 'signal' && exists(this.memory.fs, job.dir))
        writeWith(this.memory.fs, `${job.dir}/exit`, 'flushed', `${code}\n`);
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

function callOf(
  fs: FsModule,
  spawn: Spawn,
  signal: AbortSignal | undefined,
  isDead: () => boolean,
): Call {
  const living = (act: () => void): void => {
    if (isDead()) throw new Stopped();
    act();
  };
  const full = (path: string): string => (path.startsWith('/') ? path : `${spawn.cwd}/${path}`);
  return {
    args: spawn.argv.slice(1),
    env: spawn.env,
    read: (path) => readIn(fs, full(path)),
    write: (path, text) => living(() => put(fs, full(path), text)),
    print: (text) => living(() => append(fs, spawn.stdout, text)),
    complain: (text) => living(() => append(fs, spawn.stderr, text)),
    async pause(turns) {
      for (let i = 0; i < turns; i++) await Promise.resolve();
      return signal?.aborted !== true;
    },
  };
}

/** What is outside is on another machine, whose disk goes on. */
const OUTSIDE = `${WORKSPACE}/outside/`;

const exists = (fs: FsModule, path: string): boolean =>
  fs.statSync(path, { throwIfNoEntry: false }) !== undefined;

const readIn = (fs: FsModule, path: string): string | undefined =>
  exists(fs, path) ? fs.readFileSync(path, 'utf8') : undefined;

function put(fs: FsModule, path: string, text: string): void {
  writeWith(fs, path, 'w', text);
}

function append(fs: FsModule, path: string, text: string): void {
  writeWith(fs, path, 'a', text);
}

function writeWith(fs: FsModule, path: string, how: 'w' | 'a' | 'flushed', text: string): void {
  fs.mkdirSync(path.slice(0, path.lastIndexOf('/')), { recursive: true });
  const fd = fs.openSync(path, how === 'a' ? 'a' : 'w');
  const bytes = Buffer.from(text);
  fs.writeSync(fd, bytes, 0, bytes.length);
  if (how === 'flushed' || path.startsWith(OUTSIDE)) fs.fsyncSync(fd);
  if (path.startsWith(OUTSIDE)) {
    for (const dir of [OUTSIDE, WORKSPACE]) syncDirectory(fs, dir);
  }
  fs.closeSync(fd);
}

function syncDirectory(fs: FsModule, dir: string): void {
  const fd = fs.openSync(dir, 'r');
  fs.fsyncSync(fd);
  fs.closeSync(fd);
}
