/** Carries out the steps of one run. Knows files and processes; knows nothing of freshness. */

import { Refusal } from '../api/errors.ts';
import type { Exit, Facts, RunFacts } from '../api/facts.ts';
import { inRule } from '../api/rule-code.ts';
import type { Claim, Edit, Exec, Step } from '../api/steps.ts';
import type { Path } from '../api/values.ts';
import { editKeys } from '../formats/keys.ts';
import { capturePath } from '../memory/logs.ts';
import { attemptExit, attemptState } from '../observe/attempts.ts';
import { claimant, takeClaim } from '../observe/claims.ts';
import { filled } from '../observe/filled.ts';
import { exitText } from '../words/exit.ts';
import type { Prepared, Spawn } from '../world/world.ts';
import { prepareAttempt, revokeAttempt, stopAttempt } from './detached.ts';
import { Silence } from './silence.ts';
import type { RunOptions, StepsEnd } from './step-options.ts';

/** Most of an output that is handed to judges: the end of it. */
const CAPTURE_LIMIT = 4 * 1024 * 1024;
/** How often a detached program is looked at while desgw waits for it. */
const ATTEMPT_CHECK_MS = 100;
/** Every how many of these looks its progress is looked at too. */
const PROGRESS_EVERY = 10;

/** Files that a step puts in place itself. */
export function placedBy(step: Step): readonly Path[] {
  if (step.kind === 'write' || step.kind === 'edit') return [step.path];
  if (step.kind === 'copy') return [step.to];
  return step.kind === 'exec' && step.stdout !== undefined ? [step.stdout] : [];
}

/** One run of a recipe's steps. */
export class Run {
  readonly prepared: Prepared[] = [];
  /** Texts that are prepared and not yet in place: later steps read them as if they were. */
  readonly #texts = new Map<Path, string>();
  readonly #options: RunOptions;
  readonly #facts: Facts;
  readonly #exits: Exit[] = [];
  #stdout = '';
  #stderr = '';
  #receipt: string | undefined;
  readonly #claims: string[] = [];
  #launched = false;
  #wrote: Path[] | undefined = [];

  constructor(facts: Facts, options: RunOptions, receipt?: string) {
    this.#facts = facts;
    this.#options = options;
    this.#receipt = receipt;
  }

  /** What is known of the run so far. */
  get facts(): RunFacts {
    const { token, startedAt, again } = this.#options;
    const { text, maybeText } = this.#facts;
    return {
      ...this.#facts,
      text: (path) => this.#texts.get(path) ?? text(path),
      maybeText: (path) => this.#texts.get(path) ?? maybeText(path),
      token,
      startedAt,
      again,
      exits: this.#exits,
      stdout: this.#stdout,
      stderr: this.#stderr,
      receipt: this.#receipt,
      claims: this.#claims,
    };
  }

  /** Whether a program was started that goes on without us. */
  get launched(): boolean {
    return this.#launched || this.#options.resume;
  }

  /** The files that were written, if that is all the steps did so far. */
  get wrote(): readonly Path[] | undefined {
    return this.#wrote;
  }

  /** Carries out the steps in order; whole files are left prepared until `commit` or a program needs them. */
  async all(steps: readonly Step[]): Promise<StepsEnd> {
    let resuming = this.#options.resume;
    for (const step of steps) {
      if (this.#options.signal.aborted) return { state: 'interrupted' };
      if (resuming && !(step.kind === 'exec' && step.detached !== undefined)) continue;
      if (this.#options.filesOnly && step.kind !== 'write' && step.kind !== 'edit') continue;
      const end = await this.#one(step, resuming);
      if (end.state !== 'done') return end;
      resuming = false;
    }
    return { state: 'done' };
  }

  /** Puts every prepared file in place. */
  commit(): void {
    for (const prepared of this.prepared.splice(0)) prepared.commit();
    this.#texts.clear();
  }

  discard(): void {
    for (const prepared of this.prepared.splice(0)) prepared.discard();
  }

  async #one(step: Step, resuming: boolean): Promise<StepsEnd> {
    const { files } = this.#options.world;
    if (step.kind === 'write' || step.kind === 'edit') this.#wrote?.push(step.path);
    else this.#wrote = undefined;
    switch (step.kind) {
      case 'exec':
        this.commit();
        return this.#exec(step, resuming);
      case 'write': {
        const { content: given } = step;
        const content = typeof given === 'string' ? given : inRule(() => given(this.facts));
        this.#prepare(step.path, content, step.mode);
        return DONE;
      }
      case 'edit':
        this.#edit(step);
        return DONE;
      case 'copy':
        this.commit();
        files.copy(step.from, step.to);
        return DONE;
      case 'link':
        files.symlink(step.path, step.to);
        return DONE;
      case 'move':
        this.commit();
        if (files.stat(step.from) !== undefined) files.rename(step.from, step.to);
        return DONE;
      case 'remove':
        this.commit();
        files.remove(step.path);
        return DONE;
      case 'claim':
        return this.#claim(step);
    }
  }

  /** A file that holds the content already is left alone, time stamps and all. */
  #prepare(path: Path, content: string, mode: number | undefined): void {
    const { files } = this.#options.world;
    if (files.readText(path) === content) return;
    this.prepared.push(files.prepare(path, content, mode));
    this.#texts.set(path, content);
  }

  #edit(step: Edit): void {
    const { files } = this.#options.world;
    // A second edit of a file goes on from the first.
    if (this.prepared.some(({ path }) => path === step.path)) this.commit();
    const start =
      files.readText(step.path) ??
      (step.template === undefined ? '' : files.readText(step.template));
    if (start === undefined)
      throw new Refusal(
        `${step.template} does not exist`,
        'It is the template of a file to be edited.',
      );
    this.#prepare(step.path, editKeys(start, step.format, step.values), undefined);
  }

  #claim(step: Claim): StepsEnd {
    const { world, token } = this.#options;
    const taken = takeClaim(world, step, token);
    this.#claims.push(...taken);
    if (taken.length > 0 || step.all === true) return DONE;
    return {
      state: 'failed',
      what: `${step.taken?.what ?? `${step.names.join(', ')}: taken meanwhile`}${claimant(world.files, step)}`,
      advice: step.taken?.advice ?? 'Build again to choose anew, or name another.',
    };
  }

  async #exec(step: Exec, resuming: boolean): Promise<StepsEnd> {
    if (step.detached !== undefined) return this.#detached(step, step.detached, resuming);
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
    const capture = this.#captureOf(step);
    // The log tells of every step and every try; output that is to be judged, of the last alone.
    if (capture !== this.#options.log) world.files.remove(capture);
    const { exit, leftBehind } = await world.processes.run(spawn, signal);
    if (leftBehind > 0) {
      this.#options.onWarning(
        `${step.argv[0]} left programs running in the background; they were stopped`,
      );
    }
    return exit;
  }

  async #spawn(step: Exec): Promise<Spawn> {
    const { world, environments, signal, log } = this.#options;
    const { files } = world;
    return {
      argv: [this.#fill(step.argv[0]), ...step.argv.slice(1).map((word) => this.#fill(word))],
      cwd: files.absolute(step.cwd ?? '.'),
      env: this.#fillAll(await environments.of(step, this.#options.env, signal)),
      stdout: files.absolute(this.#captureOf(step)),
      stderr: files.absolute(log),
      ...(step.timeout === undefined ? {} : { timeout: step.timeout }),
      ...(step.silence === undefined ? {} : { silence: step.silence }),
    };
  }

  /** Standard output apart from stderr, where something will read it; else the log takes both. */
  #captureOf(step: Exec): Path {
    const { log } = this.#options;
    if (step.detached !== undefined && step.stdout !== undefined) return step.stdout;
    const apart = step.stdout !== undefined || step.okExits === 'any' || step.receipt !== undefined;
    return apart ? capturePath(log) : log;
  }

  async #detached(step: Exec, lost: 'rerun' | 'doubt', resuming: boolean): Promise<StepsEnd> {
    const { world, token, signal } = this.#options;
    let neverBegan: string | undefined;
    if (!resuming) {
      const dir = prepareAttempt(world, token);
      // What an earlier run printed must not be taken for what this one prints.
      const capture = this.#captureOf(step);
      if (capture !== this.#options.log) world.files.remove(capture);
      if (step.stdout !== undefined) {
        this.#note(`what ${nameOf(step)} prints is in ${step.stdout}`);
      }
      const spawn = await this.#spawn(step);
      this.#launched = true;
      world.processes.launch(spawn, world.files.absolute(dir), (why) => {
        neverBegan = why;
      });
    }
    const deadline =
      step.timeout === undefined ? undefined : this.#options.startedAt + step.timeout * 1000;
    const silence = new Silence(world, this.#captureOf(step), step.silence);
    for (let check = 0; ; check++) {
      const state = attemptState(world, token);
      const exit = state === 'ended' ? attemptExit(world, token) : undefined;
      if (exit !== undefined) return this.#finish(step, exit);
      if (state === 'unclaimed' && neverBegan !== undefined) {
        this.#launched = false;
        return { state: 'failed', what: `${nameOf(step)} could not be started: ${neverBegan}` };
      }
      if (state === 'lost') return this.#lost(step, lost);
      if (signal.aborted) return { state: 'left' };
      if (deadline !== undefined && world.clock.now() > deadline) {
        // What has not even begun by now must not begin any more.
        if (revokeAttempt(world, token)) return notBegun(step);
        await stopAttempt(world, token);
        return this.#finish(step, { kind: 'timeout', after: step.timeout!, silent: false });
      }
      if (check % PROGRESS_EVERY === PROGRESS_EVERY - 1) {
        await this.#options.onAlive();
        const quiet = silence.told();
        if (quiet !== undefined)
          this.#options.onWarning(
            `${nameOf(step)} has printed nothing for ${quiet} s and may hang; it is left running`,
          );
      }
      await world.clock.sleep(ATTEMPT_CHECK_MS, signal);
    }
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
    if (!ok) return { state: 'failed', what: `${nameOf(step)} ${exitText(exit)}` };
    if (step.stdout !== undefined && step.detached === undefined)
      this.#prepareOutput(step, step.stdout);
    return DONE;
  }

  #prepareOutput(step: Exec, to: Path): void {
    const { files } = this.#options.world;
    this.prepared.push(files.prepareCopy(to, this.#captureOf(step)));
  }

  #read(step: Exec): void {
    const { files } = this.#options.world;
    const capture = this.#captureOf(step);
    if (capture === this.#options.log && step.receiptFile === undefined) return;
    this.#stdout = decode(files.readEnd(capture, CAPTURE_LIMIT));
    this.#stderr = decode(files.readEnd(this.#options.log, CAPTURE_LIMIT));
    if (step.receipt === undefined) return;
    const left =
      step.receiptFile === undefined ? '' : (files.readText(this.#fill(step.receiptFile)) ?? '');
    const pattern = new RegExp(step.receipt);
    this.#receipt ??=
      pattern.exec(this.#stdout)?.[1] ??
      pattern.exec(left)?.[1] ??
      (left.trim() === '' ? undefined : left.trim().split('\n')[0]);
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

const DONE: StepsEnd = Object.freeze({ state: 'done' });

const notBegun = (step: Exec): StepsEnd => ({
  state: 'failed',
  what: `${nameOf(step)} did not begin within ${step.timeout} s, and was taken back`,
});

function retries(step: Exec, exit: Exit): boolean {
  if (exit.kind === 'exit')
    return exit.code !== 0 && (step.retry?.codes?.includes(exit.code) ?? true);
  return exit.kind === 'timeout' && step.retry?.codes === undefined;
}

const nameOf = (step: Exec): string => step.argv[0].split('/').pop() ?? step.argv[0];

const decode = (bytes: Uint8Array | undefined): string =>
  bytes === undefined ? '' : new TextDecoder().decode(bytes);
