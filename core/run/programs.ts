/** Runs the programs of a recipe, and keeps what they printed for those who judge. */
import type { Exit, RunFacts } from '../api/facts.ts';
import type { Exec } from '../api/steps.ts';
import type { Path } from '../api/values.ts';
import { capturePath, logBefore } from '../memory/logs.ts';
import { filled } from '../observe/filled.ts';
import { exitText } from '../words/exit.ts';
import type { Files, Spawn } from '../world/world.ts';
import { prepareAttempt } from './detached.ts';
import { follow } from './following.ts';
import { DONE, nameOf, type RunOptions, type StepsEnd } from './step-options.ts';

/** Most of an output that is handed to judges: the end of it. */
const CAPTURE_LIMIT = 4 * 1024 * 1024;

/** Whether a program was started by an earlier invocation. */
export interface Resuming {
  readonly resuming: boolean;
}

/** The programs of one run. */
export class Programs {
  readonly #options: RunOptions;
  readonly #exits: Exit[] = [];
  #stdout = '';
  #stderr = '';
  #receipt: string | undefined;
  #launched = false;

  constructor(options: RunOptions, receipt: string | undefined) {
    this.#options = options;
    this.#receipt = receipt;
  }

  /** How the programs ended that were run so far, and what they printed. */
  get facts(): Pick<RunFacts, 'exits' | 'stdout' | 'stderr' | 'receipt'> {
    const [stdout, stderr, receipt] = [this.#stdout, this.#stderr, this.#receipt];
    return { exits: this.#exits, stdout, stderr, receipt };
  }

  /** Whether one was started that goes on without us. */
  get launched(): boolean {
    return this.#launched || this.#options.resume;
  }

  async run(step: Exec, { resuming }: Resuming): Promise<StepsEnd> {
    if (step.detached !== undefined) return this.#detached(step, step.detached, { resuming });
    const times = step.idempotent === false ? 0 : (step.retry?.times ?? 0);
    for (let retry = 0; ; retry++) {
      const exit = await this.#start(step);
      if (this.#options.signal.aborted) return { state: 'interrupted' };
      const again = retry < times && retries(step, exit);
      if (!again) return this.#finish(step, exit);
      const delay = (step.retry?.delay ?? 1) * 2 ** retry;
      this.#options.onRetry(retry + 1, delay, exit);
      await this.#options.world.clock.sleep(delay * 1000, this.#options.signal);
    }
  }

  async #start(step: Exec): Promise<Exit> {
    const { world, signal } = this.#options;
    const spawn = await this.#spawn(step);
    this.#dropPrinted(step);
    const { exit, leftBehind } = await world.processes.run(spawn, signal);
    if (exit.kind === 'exit' && exit.code === 0) dropSilent(world.files, this.#options.log);
    if (leftBehind) {
      this.#options.onWarning(
        `${step.argv[0]} left programs running in the background; they were stopped`,
      );
    }
    return exit;
  }

  /**
   * What an earlier program, try or run printed must not be taken for what this one prints. The log
   * tells of all of them.
   */
  #dropPrinted(step: Exec): void {
    const capture = this.captureOf(step);
    if (capture !== this.#options.log) this.#options.world.files.remove(capture);
  }

  async #spawn(step: Exec): Promise<Spawn> {
    const { world, environments, signal, log } = this.#options;
    const { files } = world;
    return {
      argv: [this.#fill(step.argv[0]), ...step.argv.slice(1).map((word) => this.#fill(word))],
      cwd: files.absolute(step.cwd ?? '.'),
      env: this.#fillAll(await environments.of(step, this.#options.env, signal)),
      stdout: files.absolute(this.captureOf(step)),
      stderr: files.absolute(log),
      ...(step.timeout === undefined ? {} : { timeout: step.timeout }),
      ...(step.silence === undefined ? {} : { silence: step.silence }),
    };
  }

  /** Where a program prints: apart from stderr where something will read it; else the log takes both. */
  captureOf(step: Exec): Path {
    const { log } = this.#options;
    if (step.detached !== undefined && step.stdout !== undefined) return step.stdout;
    const apart = step.stdout !== undefined || step.okExits === 'any' || step.receipt !== undefined;
    return apart ? capturePath(log) : log;
  }

  async #detached(step: Exec, lost: 'rerun' | 'doubt', { resuming }: Resuming): Promise<StepsEnd> {
    const neverBegan = resuming ? () => undefined : await this.#launch(step);
    const followed = await follow(step, this.#options, this.captureOf(step), neverBegan);
    switch (followed.state) {
      case 'ended':
        return this.#finish(step, followed.exit);
      case 'never began':
        this.#launched = false;
        return { state: 'failed', what: `${nameOf(step)} could not be started: ${followed.why}` };
      case 'taken back': {
        const what = `${nameOf(step)} did not begin within ${step.timeout} s, and was taken back`;
        return { state: 'failed', what };
      }
      case 'lost':
        return this.#lost(step, lost);
      case 'left':
        return { state: 'left' };
    }
  }

  /** @returns why it has not begun, which may become known later */
  async #launch(step: Exec): Promise<() => string | undefined> {
    const { world, token } = this.#options;
    let neverBegan: string | undefined;
    const dir = prepareAttempt(world, token);
    this.#dropPrinted(step);
    if (step.stdout !== undefined) {
      this.#note(`what ${nameOf(step)} prints is in ${step.stdout}`);
    }
    const spawn = await this.#spawn(step);
    this.#launched = true;
    world.processes.launch(spawn, world.files.absolute(dir), (why) => {
      neverBegan = why;
    });
    return () => neverBegan;
  }

  #note(line: string): void {
    const log = this.#options.world.files.appender(this.#options.log);
    log.write(`${line}\n`);
    log.close();
  }

  #lost(step: Exec, lost: 'rerun' | 'doubt'): StepsEnd {
    // It was started, so it may have had its effect; only a kill leaves no status.
    this.#exits.push({ kind: 'signal', signal: 'SIGKILL' });
    this.#read(step);
    if (lost === 'doubt' && this.#receipt !== undefined) return DONE;
    return {
      state: 'failed',
      what: `${step.argv[0]} vanished without leaving an exit status`,
      advice: 'The host may have been restarted.',
    };
  }

  #finish(step: Exec, exit: Exit): StepsEnd {
    this.#exits.push(exit);
    this.#read(step);
    if (step.receipt !== undefined) {
      // No exit status stands for a receipt: without one nothing after this step may happen.
      if (this.#receipt !== undefined) return DONE;
      return { state: 'failed', what: `${nameOf(step)} ${exitText(exit)} without a receipt` };
    }
    const ok =
      exit.kind === 'exit' && (step.okExits === 'any' || (step.okExits ?? [0]).includes(exit.code));
    return ok ? DONE : { state: 'failed', what: `${nameOf(step)} ${exitText(exit)}` };
  }

  #read(step: Exec): void {
    const { files } = this.#options.world;
    const capture = this.captureOf(step);
    if (capture === this.#options.log && step.receiptFile === undefined) return;
    // That nothing was printed is believed when it is said twice: a receipt may be in it.
    const printed = files.readEnd(capture, CAPTURE_LIMIT) ?? files.readEnd(capture, CAPTURE_LIMIT);
    this.#stdout = decode(printed);
    this.#stderr = decode(files.readEnd(this.#options.log, CAPTURE_LIMIT));
    if (step.receipt === undefined) return;
    const pattern = new RegExp(step.receipt);
    this.#receipt ??= pattern.exec(this.#stdout)?.[1] ?? this.#left(step, pattern);
  }

  /** The receipt in the file that a hook leaves: what the pattern finds, or its only line. */
  #left({ receiptFile }: Exec, pattern: RegExp): string | undefined {
    if (receiptFile === undefined) return undefined;
    const path = this.#fill(receiptFile);
    const text = (this.#options.world.files.readText(path) ?? '').trim();
    const found = pattern.exec(text)?.[1];
    if (found !== undefined || text === '') return found;
    if (!text.includes('\n')) return text;
    // Which of them would be the receipt is not for us to guess.
    this.#note(`${path} should hold a receipt alone, and holds:\n${text}`);
    return undefined;
  }

  #fill(text: string): string {
    const { token, world } = this.#options;
    return filled(text, token, world.files.root);
  }

  #fillAll(env: { readonly [name: string]: string }): { [name: string]: string } {
    return Object.fromEntries(
      Object.entries(env).map(([name, value]) => [name, this.#fill(value)]),
    );
  }
}

/**
 * Drops the log of a program that went well and printed nothing: such logs would be most of the files
 * in a workspace. It stays where the run before has left one, which would be taken for the latest.
 */
function dropSilent(files: Files, log: Path): void {
  if (files.stat(log)?.size === 0 && files.stat(logBefore(log)) === undefined) files.remove(log);
}

function retries(step: Exec, exit: Exit): boolean {
  if (exit.kind === 'exit')
    return exit.code !== 0 && (step.retry?.codes?.includes(exit.code) ?? true);
  return exit.kind === 'timeout' && step.retry?.codes === undefined;
}

const decode = (bytes: Uint8Array | undefined): string =>
  bytes === undefined ? '' : new TextDecoder().decode(bytes);
