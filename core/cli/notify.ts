/** Tells people who do not watch a build: each matter once, one message in ten minutes at most. */

import { basename } from 'node:path';
import { isSystemError } from '../api/errors.ts';
import type { Notifier } from '../api/notify.ts';
import type { TargetName } from '../api/values.ts';
import { LOGS } from '../memory/logs.ts';
import { keepNotified, type Notified, readNotified } from '../memory/notified.ts';
import type { Trace } from '../memory/trace.ts';
import type { Plan } from '../plan/verdict.ts';
import type { BuildEvent } from '../run/events.ts';
import { type Matter, Matters, mattersOnRecord } from '../run/matters.ts';
import { mailText, messageData, messageText, type Origin, subjectLine } from '../views/message.ts';
import { exitText } from '../words/exit.ts';
import { clockTime } from '../words/time.ts';
import { postJson } from '../world/webhook.ts';
import type { World } from '../world/world.ts';
import type { Invocation, Opened } from './context.ts';

const EVERY_MS = 10 * 60 * 1000;
/** What comes within this time goes into one message. */
const GATHER_MS = 30_000;
/** Seconds until a program that sends is no longer waited for. */
const LIMIT = 30;
const SENDMAIL = '/usr/sbin/sendmail';

/** Follows a build for those who are to be notified. */
export class Notifying {
  readonly #world: World;
  readonly #notifiers: readonly Notifier[];
  readonly #invocation: Invocation;
  readonly #matters = new Matters();
  readonly #origin: Origin;
  /** Since when there is something that was not sent. */
  #since: number | undefined;
  #sending: Promise<void> = Promise.resolve();

  constructor({ project }: Opened, invocation: Invocation) {
    this.#world = project.world;
    this.#notifiers = project.build.notify ?? [];
    this.#invocation = invocation;
    const { files, processes } = project.world;
    const { user, host } = processes.self;
    this.#origin = { title: basename(files.root), workspace: files.root, user, host };
    // What was too much for the last message may go out now, so nothing is answered from memory.
    if (this.#notifiers.length > 0 && readNotified(files).waiting.length > 0)
      invocation.noting?.doubt('a message is waiting');
  }

  event(event: BuildEvent): void {
    if (this.#notifiers.length === 0) return;
    const before = this.#matters.current.length;
    this.#matters.note(event);
    const now = this.#world.clock.now();
    if (this.#matters.current.length > before) this.#since ??= now;
    const gathered = this.#since !== undefined && now - this.#since >= GATHER_MS;
    // Whoever has just interrupted it is there.
    const over = event.kind === 'finished' && event.summary.outcome !== 'interrupted';
    if (over || event.kind === 'waiting' || gathered) this.#flush();
  }

  /** Tells of how things were found, without a build. */
  async report(plan: Plan, traces: ReadonlyMap<TargetName, Trace>): Promise<void> {
    if (this.#notifiers.length === 0) return;
    this.#matters.take(plan, mattersOnRecord(plan, traces));
    this.#flush();
    await this.sent();
  }

  /** Until everything is sent, or was tried to be. */
  async sent(): Promise<void> {
    await this.#sending;
    if (this.#notifiers.length === 0) return;
    const { waiting, last = 0 } = readNotified<Matter>(this.#world.files);
    if (waiting.length > 0)
      this.#invocation.terminal.err(
        `desgw: one message in ten minutes is enough: what is new since the last goes out with the first build after ${clockTime(last + EVERY_MS)}`,
      );
  }

  #flush(): void {
    this.#since = undefined;
    this.#sending = this.#sending
      .then(() => this.#sendDue())
      .catch((error: unknown) => {
        // No build fails because somebody could not be told of it.
        if (!isSystemError(error)) throw error;
        this.#invocation.terminal.err(`desgw: nobody was notified: ${error.message}`);
      });
  }

  async #sendDue(): Promise<void> {
    const { files, clock } = this.#world;
    const before = readNotified<Matter>(files);
    const now = clock.now();
    const after = withNews(before, this.#matters, now);
    const elapsed = now - (before.last ?? Number.NEGATIVE_INFINITY);
    if (after.waiting.length === 0 || (elapsed >= 0 && elapsed < EVERY_MS)) {
      if (JSON.stringify(after) !== JSON.stringify(before)) keepNotified(files, after);
      return;
    }
    keepNotified(files, { ...after, last: now, waiting: [] });
    const failures: string[] = [];
    for (const notifier of this.#notifiers) {
      const due = after.waiting.filter(
        ({ occasion }) => notifier.on === undefined || notifier.on.includes(occasion),
      );
      const why = due.length === 0 ? undefined : await this.#send(notifier, due, now);
      if (why !== undefined)
        failures.push(`desgw: nobody was notified by ${notifier.kind}: ${why}`);
    }
    // What reached nobody is tried again with the next.
    if (failures.length === this.#notifiers.length) keepNotified(files, { ...after, last: now });
    for (const failure of failures) this.#invocation.terminal.err(failure);
  }

  /** @returns why it was not sent */
  async #send(
    notifier: Notifier,
    found: readonly Matter[],
    now: number,
  ): Promise<string | undefined> {
    const { advised, secrets } = this.#invocation;
    const { hide } = secrets;
    const matters = found.map((matter) => ({ ...matter, text: hide(matter.text) }));
    switch (notifier.kind) {
      case 'mail': {
        const text = advised(mailText([notifier.to].flat(), matters, this.#origin));
        return this.#run([notifier.program ?? SENDMAIL, '-t', '-i'], text);
      }
      case 'slack': {
        const hook = this.#hookOf(notifier);
        if ('why' in hook) return hook.why;
        const told = advised(messageText(matters, this.#origin));
        const text = `*${subjectLine(matters, this.#origin)}*\n${told}`;
        const { channel } = hook;
        return postJson(hook.address, { text, ...(channel === undefined ? {} : { channel }) });
      }
      case 'command': {
        const spoken = matters.map((matter) => ({ ...matter, text: advised(matter.text) }));
        const data = messageData(spoken, this.#origin, now);
        return this.#run(notifier.argv, `${JSON.stringify(data)}\n`);
      }
    }
  }

  #hookOf({
    env,
    file,
  }: Extract<Notifier, { kind: 'slack' }>):
    | { readonly address: string; readonly channel?: string }
    | { readonly why: string } {
    const { files } = this.#world;
    const path = file?.replace(/^~(?=\/)/, this.#world.env.HOME ?? '~');
    const text = path === undefined ? this.#world.env[env ?? ''] : files.readText(path);
    const [address = '', channel] = (text ?? '').trim().split(',');
    if (address === '')
      return {
        why: `its address is to be in ${path ?? (env === undefined ? 'a file or a variable: say which (`file`, `env`)' : `$${env}`)}, and is not`,
      };
    this.#invocation.secrets.learn('webhook', address);
    return channel === undefined ? { address } : { address, channel };
  }

  async #run(argv: readonly [string, ...string[]], input: string): Promise<string | undefined> {
    const { files, processes, env } = this.#world;
    const path = `${LOGS}/notify-${crypto.randomUUID()}`;
    files.write(path, input, 0o600);
    const output = files.absolute(`${path}.out`);
    try {
      const { exit } = await processes.run(
        {
          argv,
          cwd: files.root,
          env: Object.fromEntries(
            Object.entries(env).flatMap(([name, value]) =>
              value === undefined ? [] : [[name, value]],
            ),
          ),
          stdin: files.absolute(path),
          stdout: output,
          stderr: output,
          timeout: LIMIT,
        },
        new AbortController().signal,
      );
      if (exit.kind === 'exit' && exit.code === 0) return undefined;
      const said = (files.readText(`${path}.out`) ?? '').trim().split('\n').at(-1) ?? '';
      return `${argv[0]} ${exitText(exit)}${said === '' ? '' : `: ${said}`}`;
    } finally {
      files.remove(path);
      files.remove(`${path}.out`);
    }
  }
}

/** What is remembered once these matters are known: new ones wait to be told; those that are over may be told again. */
function withNews(
  { told, waiting, ...before }: Notified<Matter>,
  { current, order }: Pick<Matters, 'current' | 'order'>,
  now: number,
): Notified<Matter> {
  const holds = new Set(current.map(({ key }) => key));
  const looked = new Set(order);
  const kept = Object.entries(told).filter(
    ([key, { target }]) => holds.has(key) || (target !== undefined && !looked.has(target)),
  );
  const known = new Set(kept.map(([key]) => key));
  const news = current.filter(({ key }) => !known.has(key));
  const added = news.map(
    ({ key, target }) => [key, { at: now, ...(target === undefined ? {} : { target }) }] as const,
  );
  return {
    ...before,
    told: Object.fromEntries([...kept, ...added]),
    waiting: [...waiting, ...news],
  };
}
