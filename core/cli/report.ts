/** `desgw report`: a page that shows how everything stands; written, or served while it changes. */

import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isSystemError, UserError } from '../api/errors.ts';
import { loadMemory } from '../memory/journal.ts';
import { findingsIn } from '../observe/findings.ts';
import { lookOnly } from '../run/opening.ts';
import { paramsJson } from '../views/params.ts';
import { reportData, reportPage } from '../views/report.ts';
import type { ReportData } from '../views/report-data.ts';
import type { Reporter } from '../views/reporter.ts';
import type { Files } from '../world/world.ts';
import { inData } from './advised.ts';
import { type CommonFlags, type Invocation, type Opened, openProject, VERSION } from './context.ts';
import { lastSeen } from './last-seen.ts';

/** Options of `desgw report`, as typed. */
export interface ReportFlags extends CommonFlags {
  readonly serve?: boolean;
  readonly port?: string;
  readonly every?: string;
}

/** Where the page is written unless told otherwise. */
const FILE = 'report.html';
/** Seconds between two looks of a server. */
const EVERY = 15;
/** Most bytes of a picture that becomes part of the page. */
const PICTURE = 64 * 1024;

/** Writes the page, prints its data, or serves it until Ctrl-C. */
export async function report(
  file: string | undefined,
  flags: ReportFlags,
  invocation: Invocation,
): Promise<number> {
  const opened = await openProject(invocation, flags, { writes: false });
  const { files } = opened.project.world;
  if (flags.serve === true) return served(opened, flags, invocation);
  const data = await dataOf(opened, invocation);
  if (flags.json === true) {
    invocation.terminal.data(data);
    return 0;
  }
  const path = file ?? FILE;
  files.write(path, invocation.secrets.hide(reportPage(data, assets(files))));
  invocation.terminal.out(
    `${files.absolute(path)} shows how everything stands; it needs nothing else and may be mailed.`,
  );
  return 0;
}

/** Milliseconds between two pages that a build writes. */
const REFRESH_MS = 30_000;

/** Keeps a page up to date while a build goes on, which no page that cannot be written ends. */
export function pageReporter(
  path: string,
  opened: Opened,
  invocation: Invocation,
): Reporter & { readonly written: () => Promise<void> } {
  const { files, clock } = opened.project.world;
  const { terminal, secrets } = invocation;
  const trouble = onceEach((why) => terminal.err(`desgw: the report is not written: ${why}`));
  let last = Number.NEGATIVE_INFINITY;
  let writing: Promise<void> | undefined;
  const write = async ({ dry }: { readonly dry: boolean }): Promise<void> => {
    try {
      const data = await dataOf(opened, invocation, { dry });
      files.write(path, secrets.hide(reportPage(data, assets(files))));
      trouble(undefined);
    } catch (error) {
      trouble(whyNot(error));
    }
  };
  return {
    event(event) {
      if (event.kind === 'progress' || event.kind === 'action started') return;
      if (writing !== undefined || clock.steady() - last < REFRESH_MS) return;
      last = clock.steady();
      // The build has just asked everybody; for a page the queue is not asked once more.
      writing = write({ dry: true }).finally(() => {
        writing = undefined;
      });
    },
    end() {},
    written: async () => {
      await writing;
      await write({ dry: false });
    },
  };
}

/** Tells a trouble when it begins, not again while it lasts. */
function onceEach(tell: (why: string) => void): (why: string | undefined) => void {
  let lasting: string | undefined;
  return (why) => {
    if (why !== undefined && why !== lasting) tell(why);
    lasting = why;
  };
}

/** What stands in the way of a look or a file, for people. @throws what is a fault of desgw itself */
function whyNot(error: unknown): string {
  if (error instanceof UserError || isSystemError(error)) return error.message;
  throw error;
}

/** What a report holds now. */
async function dataOf(
  opened: Opened,
  invocation: Invocation,
  { dry = false }: { readonly dry?: boolean } = {},
): Promise<ReportData> {
  const { signal, command } = invocation;
  const { project, loaded, chosen } = opened;
  const { files, clock, processes } = project.world;
  const { stage, observer } = await lookOnly(project, [], { dry, signal, failuresStand: true });
  const { user, host } = processes.self;
  const { plan } = stage;
  const data = reportData(plan, {
    title: basename(files.root),
    now: clock.now(),
    origin: {
      command: command(),
      'written by': `${user} on ${host}`,
      workspace: files.root,
      desgw: VERSION,
      node: process.version,
    },
    traces: loadMemory(files).traces,
    showcase: {
      read: (path) => files.readText(path),
      bytes: (path) => ((files.stat(path)?.size ?? 0) > PICTURE ? undefined : files.read(path)),
    },
    sighting: lastSeen(plan.graph, observer, files),
    findings: findingsIn(plan, plan.verdicts, project),
    params: paramsJson(loaded.build, chosen, {
      readText: (path) => files.readText(path),
      secrets: invocation.secrets,
    }),
  });
  // The page is read later, and elsewhere: what it advises is to mean the same there.
  return inData(data, invocation.advised) as ReportData;
}

/** Program and looks of the page, which are bundled beside this file. */
function assets(files: Files): { readonly script: string; readonly style: string } {
  const read = (name: string): string => {
    const path = fileURLToPath(new URL(name, import.meta.url));
    const text = files.readText(path);
    if (text === undefined) throw new Error(`internal: ${path} is missing`);
    return text;
  };
  return { script: read('report-page.js'), style: read('report-style.css') };
}

async function served(opened: Opened, flags: ReportFlags, invocation: Invocation): Promise<number> {
  const { files, clock } = opened.project.world;
  const { signal, terminal } = invocation;
  const { hide } = invocation.secrets;
  const everyMs = secondsOf(flags.every) * 1000;
  const trouble = onceEach((why) => terminal.err(`desgw: the page stays as it is: ${why}`));
  let data = await dataOf(opened, invocation);
  // The rule file may be in the middle of an edit: what was seen before is shown, with a word.
  const lookAgain = async (): Promise<ReportData> => {
    try {
      return await dataOf(await openProject(invocation, flags, { writes: false }), invocation);
    } catch (error) {
      return { ...data, unseen: whyNot(error) };
    }
  };
  // Loaded here alone: no other command needs to know the web.
  const { serve } = await import('../world/server.ts');
  const server = await serve({
    port: portOf(flags.port),
    answer: async (path) => {
      if (path === '/data.json')
        return { type: 'application/json', body: hide(JSON.stringify(data)) };
      if (path !== '/') return undefined;
      return { type: 'text/html', body: hide(reportPage(data, assets(files), { live: true })) };
    },
  });
  terminal.out(
    `http://127.0.0.1:${server.port}/ shows how everything stands, until Ctrl-C.\nFrom elsewhere: ssh -L ${server.port}:127.0.0.1:${server.port} this host, then the same address.`,
  );
  try {
    while (!signal.aborted) {
      await clock.sleep(everyMs, signal);
      if (signal.aborted) break;
      const before = gist(data);
      data = await lookAgain();
      trouble(data.unseen);
      if (gist(data) !== before) server.tell('changed');
    }
  } finally {
    server.close();
  }
  return 0;
}

/** What makes two reports differ; time passes anyway. */
const gist = ({ totals, phases, subjects, targets, unseen }: ReportData): string =>
  JSON.stringify([totals, phases, subjects, targets.map(({ state, at }) => [state, at]), unseen]);

function portOf(value: string | undefined): number {
  if (value === undefined) return 0;
  const port = Number(value);
  if (Number.isInteger(port) && port >= 0 && port < 65_536) return port;
  throw new UserError(`--port ${value} is not a port`, 'Give a number up to 65535; 0 takes any.');
}

function secondsOf(value: string | undefined): number {
  const seconds = value === undefined ? EVERY : Number(value);
  if (seconds >= 1) return seconds;
  throw new UserError(`--every ${value} is not a number of seconds`, 'Give 1 or more.');
}
