/**
 * A computer in memory: files, a clock, and programs that are functions. Engines come and go on it
 * (each `engine()` is a new process of desgw), detached programs and files outlive them.
 */
import type { Exit } from '../api/facts.ts';
import { openFiles } from '../world/files.ts';
import type { FsModule } from '../world/fs.ts';
import type { ProcessIdentity, Spawn, World } from '../world/world.ts';
import { type FixedClock, fixedClock } from './clock.ts';
import type { Chance } from './disk.ts';
import type { OtherDisk } from './disks.ts';
import { type Fault, faultyFs, isStop, Stopped } from './faults.ts';
import { type MemoryFiles, memoryFiles, WORKSPACE } from './memory-files.ts';

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
  readonly env?: { readonly [name: string]: string };
}

/** A process of desgw. */
export interface Engine extends World {
  /** Effects on files so far. */
  effects(): number;
}

/** Which clock a machine has, and how coarse the time stamps of its files are. */
export interface MachineOptions {
  readonly clock?: FixedClock;
  readonly grain?: number;
  readonly otherDisk?: OtherDisk | undefined;
}

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
  settle(): void;
  /** The power is cut: every process is gone, and by chance what was not flushed. */
  cut(chance: Chance): void;
}

const MANY_RUNS = 5000;
/** What a shell says of a program that is not there. */
const NO_PROGRAM = 127;

/** A detached program, in the protocol of `core/world/supervisor.ts`. */
interface Job {
  readonly pid: number;
  readonly spawn: Spawn;
  readonly dir: string;
  phase: 'launched' | 'named' | 'claimed' | 'running' | 'over';
}

/** A machine with these files (path relative to the workspace, or absolute -> text) and programs. */
export function memoryMachine(
  tree: { readonly [path: string]: string },
  programs: Programs = {},
  { clock = fixedClock(), ...disks }: MachineOptions = {},
): Machine {
  const memory = memoryFiles(tree, { clock, ...disks });
  const { fs } = memory;
  const started: (readonly string[])[] = [];
  const jobs: Job[] = [];
  const running = new Set<Promise<unknown>>();
  const active = new Set<string>();
  let nextPid = 100;
  let alive = 0;
  let boot = 1;
  /** Whether the power is cut; nothing can be written then. */
  let isOff = (): boolean => false;

  async function runProgram(spawn: Spawn, signal?: AbortSignal): Promise<Exit> {
    machine.onStart(spawn.argv);
    // A build that goes round in circles would hang the test that is to tell of it.
    if (started.length > MANY_RUNS) throw new Error('there is no end of programs');
    const words = spawn.argv.join(' ');
    if (active.has(words)) throw new Error(`two at once: ${words}`);
    const program = programs[spawn.argv[0]];
    if (program === undefined)
      return { kind: 'spawn', message: `this machine has no program ${spawn.argv[0]}` };
    active.add(words);
    started.push(spawn.argv);
    const begunIn = boot;
    const isDead = (): boolean => isOff() || boot !== begunIn;
    const over = Promise.resolve(program(callOf(fs, spawn, signal, isDead)));
    running.add(over);
    try {
      const ended = (await over) ?? 0;
      return ended === 'killed'
        ? { kind: 'signal', signal: 'SIGKILL' }
        : { kind: 'exit', code: ended };
    } finally {
      active.delete(words);
      running.delete(over);
      clock.advance(1);
    }
  }

  async function step(job: Job): Promise<void> {
    if (job.phase === 'launched') {
      put(fs, `${job.dir}/pid`, `${job.pid} start-${job.pid}\n`);
      job.phase = 'named';
    } else if (job.phase === 'named') {
      job.phase = exists(fs, `${job.dir}/claim`) ? 'over' : 'claimed';
      if (job.phase === 'claimed') fs.mkdirSync(`${job.dir}/claim`);
    } else if (job.phase === 'claimed') {
      job.phase = 'running';
      const exit = await runProgram(job.spawn);
      // Its directory goes when somebody has settled the matter without waiting for it.
      const code = exit.kind === 'exit' ? exit.code : NO_PROGRAM;
      if (exit.kind !== 'signal' && exists(fs, job.dir)) put(fs, `${job.dir}/exit`, `${code}\n`);
      job.phase = 'over';
    }
  }

  function identity(pid: number): ProcessIdentity {
    return { host: 'des91', boot: `boot-${boot}`, pid, start: `start-${pid}`, user: 'mara' };
  }

  const isLive = (pid: number): boolean =>
    pid === alive || jobs.some((job) => job.pid === pid && job.phase !== 'over');

  function engine({ fault, env = {} }: EngineOptions = {}): Engine {
    const faulty = faultyFs(fs, fault ?? { failAt: Number.POSITIVE_INFINITY, with: 'stop' });
    const self = identity(nextPid++);
    alive = self.pid;
    const halted = (): boolean => isStop(fault) && faulty.effects() >= fault!.failAt;
    if (fault?.with === 'cut') isOff = halted;
    const isHere = (who: ProcessIdentity): boolean => who.boot === self.boot;
    return {
      files: openFiles(WORKSPACE, faulty.fs),
      processes: {
        self,
        isAlive: (who) => (isHere(who) ? isLive(who.pid) : undefined),
        isAttemptAlive: (who) => (isHere(who) ? isLive(who.pid) : undefined),
        vouch: () => undefined,
        isVouchedFor: () => Promise.resolve(undefined),
        sweep: () => Promise.resolve(true),
        async run(spawn, signal) {
          if (halted()) throw new Stopped();
          const exit = await runProgram(spawn, signal);
          if (signal.aborted) return { exit: { kind: 'signal', signal: 'SIGINT' }, leftBehind: 0 };
          if (exit.kind !== 'exit' || spawn.unnamed !== true) return { exit, leftBehind: 0 };
          const printed = String(fs.readFileSync(spawn.stdout));
          fs.unlinkSync(spawn.stdout);
          return { exit, leftBehind: 0, printed };
        },
        launch(spawn, dir) {
          if (halted()) throw new Stopped();
          jobs.push({ pid: nextPid++, spawn, dir, phase: 'launched' });
          faulty.count();
        },
        stop: async () => {},
        killAll: () => {},
      },
      clock: {
        now: clock.now,
        steady: clock.steady,
        async sleep(ms, signal) {
          if (halted()) throw new Stopped();
          if (signal?.aborted) return;
          await clock.sleep(ms, signal);
          for (const job of jobs) await step(job);
        },
      },
      env,
      effects: faulty.effects,
    };
  }

  const machine: Machine = {
    memory,
    clock,
    started,
    onStart: () => {},
    engine,
    read: (path) => readIn(fs, `${WORKSPACE}/${path}`),
    put: (path, text) => put(fs, `${WORKSPACE}/${path}`, text),
    async rest() {
      while (running.size > 0) await Promise.allSettled([...running]);
      if (!isOff()) for (const job of jobs) await step(job);
    },
    settle: memory.disk.flush,
    cut(chance) {
      isOff = () => false;
      memory.disk.cut(chance);
      jobs.length = 0;
      alive = 0;
      boot++;
    },
  };
  return machine;
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

function writeWith(fs: FsModule, path: string, flags: 'w' | 'a', text: string): void {
  fs.mkdirSync(path.slice(0, path.lastIndexOf('/')), { recursive: true });
  const fd = fs.openSync(path, flags);
  const bytes = Buffer.from(text);
  fs.writeSync(fd, bytes, 0, bytes.length);
  if (path.startsWith(OUTSIDE)) {
    fs.fsyncSync(fd);
    for (const dir of [OUTSIDE, WORKSPACE]) syncDirectory(fs, dir);
  }
  fs.closeSync(fd);
}

function syncDirectory(fs: FsModule, dir: string): void {
  const fd = fs.openSync(dir, 'r');
  fs.fsyncSync(fd);
  fs.closeSync(fd);
}
