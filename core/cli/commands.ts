/** The commands of desgw itself: what each is, what it takes, and who carries it out. */
import { commands } from './added.ts';
import { adopt } from './adopt.ts';
import { build } from './build.ts';
import type { BuildFlags } from './build-flags.ts';
import { accept, mark, resubmit, unlock } from './by-hand.ts';
import { clean } from './clean.ts';
import { completionScript } from './completion.ts';
import type { CommonFlags, Invocation } from './context.ts';
import { history } from './history.ts';
import { comesWithDesgw, type InitFlags, init, optionsFor } from './init.ts';
import { journal, stats } from './inspect.ts';
import type { Described, Option } from './options.ts';
import { type ReportFlags, report } from './report.ts';
import { show } from './show.ts';
import { trust } from './trust.ts';
import { graph, log, params, status, targets, why } from './views.ts';

/** A command with what carries it out; each reads the options that its description names. */
export interface Declared extends Described {
  /** Options that are known only when something else is loaded; others get those of the rule file. */
  readonly moreOptions?: () => Promise<readonly Option[]>;
  readonly run: (
    args: readonly string[],
    flags: BuildFlags & { readonly [name: string]: unknown },
    invocation: Invocation,
  ) => Promise<number>;
}

/** What the exit status of a build means. */
export const EXIT_HELP =
  'Exit status: 0 all fresh, 1 a target failed, 2 wrong use, 3 still waiting, 4 needs a person, 5 the machine (disk, permissions), 130 interrupted.';

const JSON_OPTION = ['--json', 'print data instead of text'] as const;

/** The commands of desgw itself, by name. */
export const COMMANDS: { readonly [name: string]: Declared } = {
  build: {
    usage: 'build [...targets]',
    doc: 'bring targets up to date (default: the goal of the rule file)',
    options: [
      ['-n, --dry-run', 'show what would run, in order, and why; change nothing'],
      ['--full', 'with -n: every action by itself, with all of its steps'],
      ['-j, --jobs <n>', 'actions at a time (default: what the rule file says, else 5)'],
      ['-k, --keep-going', 'after a failure go on with whatever does not need it (the default)'],
      ['--fail-fast', 'start nothing new after a failure'],
      ['-f, --force', 'make the named targets again, whatever their record says'],
      ['--no-wait', 'do not wait for the grid or for another builder; exit 3 if there is cause to'],
      [
        '--wait-timeout <time>',
        'wait no longer than this, such as 6h: for the grid, another builder, what an earlier build began',
      ],
      ['--watch <time>', 'build what can be built, again and again, this time apart, such as 5m'],
      ['--until <time>', 'with --watch: end at this time of day, such as 12:00, or after 8h'],
      ['-q, --quiet', 'print nothing, build nothing: exit 0 if fresh, else 1'],
      ['-v, --verbose', 'tell of every target, also what starts and what is spared'],
      ['--utc', 'times of day in universal time'],
      ['--strict', 'what is not well with targets that could be made is a failure (exit 1)'],
      ['--report <file>', 'write a page that shows how everything stands, and keep it up to date'],
      ['--profile <file>', 'write when each action ran (Chrome trace format)'],
      ['--json', 'one event a line'],
    ],
    examples: [
      'desgw build',
      'desgw build TARGET -n',
      "desgw build 't*' --no-wait",
      'desgw build --set KEY=VALUE',
    ],
    more: EXIT_HELP,
    run: build,
  },
  clean: {
    usage: 'clean [...targets]',
    doc: 'forget targets and delete what they made here, so that the next build makes them again',
    options: [
      ['-n, --dry-run', 'show what would be deleted; change nothing'],
      ['--cancel', 'end work that is still under way first'],
      [
        '--orphans',
        'delete outputs of targets that are not in the rule file any more, and what killed builds half wrote',
      ],
      ['-y, --yes', 'do not ask'],
    ],
    examples: ['desgw clean TARGET', "desgw clean 't*' -n"],
    run: clean,
  },
  status: {
    usage: 'status [...targets]',
    doc: 'how everything stands: totals, a table, what failed, what needs a person, what to do next',
    options: [
      ['--all', 'a row for each, also where several stand alike'],
      ['--ascii', 'draw maps with characters that every terminal knows'],
      ['--workspaces <pattern>', 'a line for each workspace of a pattern of folders instead'],
      JSON_OPTION,
    ],
    examples: ['desgw status', "desgw status 't*'", "desgw status --workspaces '../*'"],
    run: status,
  },
  why: {
    usage: 'why [...targets]',
    doc: 'every reason for the state of a target, with values, down to the first cause',
    options: [['--path', 'with two targets A B: how B depends on A'], JSON_OPTION],
    examples: ['desgw why TARGET', 'desgw why --path SOURCE TARGET'],
    run: why,
  },
  graph: {
    usage: 'graph [...targets]',
    doc: 'the graph with states as colours',
    options: [
      ['--format <dot|mermaid|json>', 'dot, unless told'],
      ['--why', 'only what is not fresh'],
      JSON_OPTION,
    ],
    examples: ['desgw graph | dot -Tsvg > graph.svg'],
    run: (args, flags, invocation) =>
      graph(args, flags as CommonFlags & { format?: string; why?: boolean }, invocation),
  },
  targets: {
    usage: 'targets [...patterns]',
    doc: 'every target with its state, its files and what it is',
    options: [JSON_OPTION],
    examples: ["desgw targets 't*'"],
    run: targets,
  },
  log: {
    usage: 'log [target]',
    doc: 'what a target printed when it was last run; without one, what the last build told',
    options: [
      ['--run <n>', 'an earlier run'],
      ['--list', 'the runs there are'],
      ['-f, --follow', 'go on as it prints, until Ctrl-C'],
      ['--raw', 'the very bytes, control sequences and all'],
    ],
    examples: ['desgw log TARGET -f'],
    run: (args, flags, invocation) => log(args[0], flags as CommonFlags, invocation),
  },
  report: {
    usage: 'report [file]',
    doc: 'write a page that shows how everything stands (report.html), or serve it',
    options: [
      ['--serve', 'on 127.0.0.1, with live updates, until Ctrl-C'],
      ['--port <n>', 'with --serve: the port (default: a free one)'],
      ['--every <seconds>', 'with --serve: how often to look (default: 15)'],
      JSON_OPTION,
    ],
    examples: ['desgw report', 'desgw report night.html', 'desgw report --serve --port 8080'],
    run: (args, flags, invocation) => report(args[0], flags as ReportFlags, invocation),
  },
  params: {
    usage: 'params',
    doc: 'every parameter with its value, where that comes from, and what it is for',
    options: [JSON_OPTION],
    examples: ['desgw params --set KEY=VALUE'],
    run: (_args, flags, invocation) => params(flags, invocation),
  },
  accept: {
    usage: 'accept <...targets>',
    doc: 'take outputs that were changed by hand as they are, until what they are made from changes',
    options: [],
    examples: ['desgw accept TARGET'],
    run: accept,
  },
  adopt: {
    usage: 'adopt <...targets>',
    doc: 'put targets on record as made, with the outputs that are there',
    options: [['--as <value>', 'for a target that stands for a value, such as a number: this one']],
    examples: ['desgw adopt TARGET'],
    run: adopt,
  },
  mark: {
    usage: 'mark <submitted|not-submitted> <...targets>',
    doc: 'decide a doubt: `mark submitted T --job ID` (it happened) or `mark not-submitted T` (it did not)',
    options: [
      ['--job <id>', 'what identifies the work, as its grid names it'],
      ['-y, --yes', 'do not ask, though somebody who may know has not answered'],
    ],
    examples: ['desgw mark submitted TARGET --job ID'],
    run: (args, flags, invocation) =>
      mark(args, flags as CommonFlags & { job?: string; yes?: boolean }, invocation),
  },
  resubmit: {
    usage: 'resubmit <...targets>',
    doc: 'do once more what must not happen twice, on your word and for a reason',
    options: [
      ['--reason <text>', 'why; asked for on a terminal'],
      ['--cancel', 'end work that is still under way first'],
      ['-y, --yes', 'do not ask'],
      ['-n, --dry-run', 'show what is on record and stop'],
    ],
    examples: ["desgw resubmit TARGET --reason 'new templates'"],
    run: (args, flags, invocation) =>
      resubmit(args, flags as CommonFlags & { reason?: string; yes?: boolean }, invocation),
  },
  journal: {
    usage: 'journal [...targets]',
    doc: 'what is on record, of all targets or of those named, oldest first',
    options: [JSON_OPTION],
    examples: ['desgw journal TARGET'],
    run: journal,
  },
  history: {
    usage: 'history [...targets]',
    doc: 'what was done here: when, by whom, with which command, how it ended, what was built and why',
    options: [
      ['--last <n>', 'so many invocations (default: 20)'],
      ['--full', 'every target by name, with every reason'],
      JSON_OPTION,
    ],
    examples: ['desgw history', 'desgw history TARGET --full'],
    run: history,
  },
  show: {
    usage: 'show <...targets>',
    doc: 'where what a target made comes from: who, when, with which commands, versions, inputs, job',
    options: [
      ['--format <name>', 'text (default), json, ro-crate (RO-Crate 1.1) or prov (PROV-JSON)'],
      ['--deep', 'also all that it was made from'],
      JSON_OPTION,
    ],
    examples: ['desgw show TARGET', 'desgw show TARGET --deep --format ro-crate'],
    run: show,
  },
  stats: {
    usage: 'stats [...targets]',
    doc: 'where the time goes of a command that only looks',
    options: [JSON_OPTION],
    examples: ['desgw stats'],
    run: stats,
  },
  unlock: {
    usage: 'unlock',
    doc: 'take the lock away from a builder that died on another host',
    options: [['-y, --yes', 'do not ask']],
    examples: ['desgw unlock'],
    run: (_args, flags, invocation) => unlock(flags, invocation),
  },
  trust: {
    usage: 'trust [folder]',
    doc: 'let the rule file of a folder be run although somebody else could have written it',
    options: [],
    examples: ['desgw trust /data/des91/followups/S230518h'],
    run: (args, flags, invocation) => trust(args[0], flags, invocation),
  },
  commands: {
    usage: 'commands',
    doc: 'the commands and options that the rule file adds',
    options: [JSON_OPTION],
    examples: ['desgw commands'],
    run: commands,
  },
  completion: {
    usage: 'completion <bash|zsh|fish>',
    doc: 'print the script that completes commands, options, targets and parameters in a shell',
    options: [],
    examples: ['source <(desgw completion bash)'],
    run: (args, _flags, invocation) => completionScript(args[0], invocation),
  },
  init: {
    usage: 'init [folder]',
    doc: 'make a new workspace: asks what has to be known, or is told by options',
    options: [['-y, --yes', 'ask nothing: what is not told is what is most likely']],
    moreOptions: async () => optionsFor(await comesWithDesgw()),
    examples: ['desgw init S230518h', 'desgw init --sandbox play'],
    run: (args, flags, invocation) => init(args[0] ?? '.', flags as InitFlags, invocation),
  },
};
