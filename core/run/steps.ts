/** Carries out the steps of one run. Knows files and processes; knows nothing of freshness. */

import { Refusal } from '../api/errors.ts';
import type { Facts, RunFacts } from '../api/facts.ts';
import { inRule } from '../api/rule-code.ts';
import type { Claim, Edit, Exec, Step } from '../api/steps.ts';
import type { Path } from '../api/values.ts';
import { editKeys } from '../formats/keys.ts';
import { claimant, takeClaim } from '../observe/claims.ts';
import type { Files, Prepared } from '../world/world.ts';
import { Programs, type Resuming } from './programs.ts';
import { DONE, type RunOptions, type StepsEnd } from './step-options.ts';

/** Files that a step puts in place itself. */
export function placedBy(step: Step): readonly Path[] {
  if (step.kind === 'write' || step.kind === 'edit') return [step.path];
  if (step.kind === 'copy') return [step.to];
  return step.kind === 'exec' && step.stdout !== undefined ? [step.stdout] : [];
}

/** Files of which a step leaves nothing that was there. */
export function replacedBy(step: Step): readonly Path[] {
  switch (step.kind) {
    case 'write':
    case 'link':
      return [step.path];
    case 'copy':
    case 'move':
      return [step.to];
    case 'exec':
      return step.stdout === undefined ? [] : [step.stdout];
    case 'edit':
    case 'remove':
    case 'claim':
      return [];
  }
}

/** One run of a recipe's steps. */
export class Run {
  readonly prepared: Prepared[] = [];
  /** Texts that are prepared and not yet in place: later steps read them as if they were. */
  readonly #texts = new Map<Path, string>();
  readonly #options: RunOptions;
  readonly #facts: Facts;
  readonly #programs: Programs;
  readonly #claims: string[] = [];
  #wrote: Path[] | undefined = [];

  constructor(facts: Facts, options: RunOptions, receipt?: string) {
    this.#facts = facts;
    this.#options = options;
    this.#programs = new Programs(options, receipt);
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
      claims: this.#claims,
      ...this.#programs.facts,
    };
  }

  /** Whether a program was started that goes on without us. */
  get launched(): boolean {
    return this.#programs.launched;
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
      const end = await this.#one(step, { resuming });
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

  /** Waits until every prepared file is on the disk for good, though not in place. */
  async harden(): Promise<void> {
    await this.#options.world.files.harden(this.prepared);
  }

  /** `commit`, waiting for the disk together with other runs. */
  async commitAll(): Promise<void> {
    this.#texts.clear();
    await this.#options.world.files.commitAll(this.prepared.splice(0));
  }

  discard(): void {
    for (const prepared of this.prepared.splice(0)) prepared.discard();
  }

  async #one(step: Step, how: Resuming): Promise<StepsEnd> {
    const { files } = this.#options.world;
    if (step.kind === 'write' || step.kind === 'edit') this.#wrote?.push(step.path);
    else this.#wrote = undefined;
    switch (step.kind) {
      case 'exec':
        this.commit();
        return this.#exec(step, how);
      case 'write': {
        const { content: given } = step;
        const content = typeof given === 'string' ? given : inRule(() => given(this.facts));
        this.#prepare(step.path, content, { mode: step.mode, whole: true });
        return DONE;
      }
      case 'edit':
        this.#edit(step);
        return DONE;
      case 'copy':
        this.commit();
        this.#options.onReplacing(step.to);
        files.copy(step.from, step.to);
        return DONE;
      case 'link':
        this.#options.onReplacing(step.path);
        if (isPlainFile(files, step.path)) files.remove(step.path);
        files.symlink(step.path, step.to);
        return DONE;
      case 'move':
        this.commit();
        if (files.stat(step.from) === undefined) return DONE;
        this.#options.onReplacing(step.to);
        files.rename(step.from, step.to);
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
  #prepare(
    path: Path,
    content: string,
    { mode, whole }: { readonly mode?: number | undefined; readonly whole: boolean },
  ): void {
    const { files } = this.#options.world;
    const there = files.readText(path);
    if (there === content) return;
    if (whole && there !== undefined) this.#options.onReplacing(path);
    this.prepared.push(files.draft(path, content, mode));
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
    this.#prepare(step.path, editKeys(start, step.format, step.values), { whole: false });
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

  async #exec(step: Exec, how: Resuming): Promise<StepsEnd> {
    const end = await this.#programs.run(step, how);
    const { stdout, detached, receipt } = step;
    if (
      end.state === 'done' &&
      stdout !== undefined &&
      detached === undefined &&
      receipt === undefined
    ) {
      const capture = this.#programs.captureOf(step);
      this.#options.onReplacing(stdout);
      this.prepared.push(this.#options.world.files.prepareCopy(stdout, capture));
    }
    return end;
  }
}

const isPlainFile = (files: Files, path: Path): boolean =>
  files.readLink(path) === undefined && files.stat(path)?.directory === false;
