/**
 * What a rule file may write, field by field, beside the types that say the same to the compiler.
 * The compiler also holds these tables against the types: a field added there is missed here.
 */
import type { Build, Command, Expansion, KeptLogs, Param } from './builds.ts';
import {
  anyFunction,
  byKind,
  type Check,
  either,
  exactly,
  fields,
  flag,
  json,
  listOf,
  number,
  oneOf,
  pure,
  tableOf,
  text,
  texts,
} from './check.ts';
import type { Exhibition } from './exhibits.ts';
import type { Adapter, Observation } from './looks.ts';
import type { Notifier } from './notify.ts';
import type {
  Chain,
  Findings,
  GoOn,
  Once,
  Output,
  Problem,
  Recipe,
  Rule,
  Subject,
} from './rules.ts';
import type { Exec, Sourced, Step } from './steps.ts';

const variables = tableOf(text);
const numbers = listOf(number, 'numbers');
const format = oneOf('shell', 'ini');

const sourced = fields<Sourced>(
  {
    script: text,
    args: texts,
    cwd: text,
    env: variables,
    passEnv: texts,
    okExits: exactly('any'),
    set: variables,
    timeout: number,
  },
  { script: true },
);

const argv: Check = (value) =>
  Array.isArray(value) && value.length === 0
    ? { at: '', what: 'is empty', hint: 'Its first text is the program.' }
    : texts(value);

const exec = fields<Exec>(
  {
    kind: exactly('exec'),
    argv,
    cwd: text,
    env: variables,
    environment: sourced,
    passEnv: texts,
    stdout: text,
    timeout: number,
    silence: number,
    retry: fields<NonNullable<Exec['retry']>>(
      { times: number, delay: number, codes: numbers },
      { times: true, delay: true },
    ),
    idempotent: flag,
    okExits: either(exactly('any'), numbers),
    detached: oneOf('rerun', 'doubt'),
    receipt: text,
    receiptFile: text,
  },
  { kind: true, argv: true },
);

type Of<K extends Step['kind']> = Extract<Step, { readonly kind: K }>;

const step = byKind<Step>({
  exec,
  write: fields<Of<'write'>>(
    { kind: text, path: text, content: either(pure, text), mode: number },
    { kind: true, path: true, content: true },
  ),
  edit: fields<Of<'edit'>>(
    {
      kind: text,
      path: text,
      format,
      values: tableOf(either(exactly(null), text)),
      template: text,
    },
    { kind: true, path: true, format: true, values: true },
  ),
  copy: fields<Of<'copy'>>(
    { kind: text, from: text, to: text },
    { kind: true, from: true, to: true },
  ),
  link: fields<Of<'link'>>(
    { kind: text, path: text, to: text },
    { kind: true, path: true, to: true },
  ),
  move: fields<Of<'move'>>(
    { kind: text, from: text, to: text },
    { kind: true, from: true, to: true },
  ),
  remove: fields<Of<'remove'>>({ kind: text, path: text }, { kind: true, path: true }),
  claim: fields<Of<'claim'>>(
    {
      kind: text,
      registry: text,
      names: texts,
      note: text,
      once: exactly(true),
      all: exactly(true),
      about: tableOf(text),
      taken: fields<NonNullable<Of<'claim'>['taken']>>(
        { what: text, advice: text },
        { what: true, advice: true },
      ),
    },
    { kind: true, registry: true, names: true, note: true },
  ),
});

/** A list of steps, written down or given by a recipe's function. */
export const stepsShape: Check = listOf(step, 'steps');

const recipe = fields<Recipe>(
  {
    prints: texts,
    version: text,
    reads: texts,
    steps: (value) => (typeof value === 'function' ? pure(value) : stepsShape(value)),
    evidence: pure,
    note: pure,
    progress: fields<NonNullable<Recipe['progress']>>(
      { look: pure, judge: pure },
      { look: true, judge: true },
    ),
    judge: pure,
  },
  { steps: true },
);

const observation = fields<Observation>(
  {
    sticky: flag,
    valueFromFiles: exactly(true),
    fleeting: exactly(true),
    reads: texts,
    look: pure,
    judge: pure,
    parts: pure,
  },
  { look: true, judge: true },
);

const once = fields<Once>(
  {
    look: pure,
    judge: pure,
    cancel: pure,
    receipts: fields<NonNullable<Once['receipts']>>(
      { isOne: anyFunction, example: text },
      { isOne: true, example: true },
    ),
  },
  { look: true, judge: true },
);

const output = fields<Output>(
  {
    path: text,
    glob: flag,
    optional: flag,
    quiet: flag,
    keys: fields<NonNullable<Output['keys']>>(
      { format, names: texts },
      { format: true, names: true },
    ),
    shared: flag,
  },
  { path: true },
);

/** A rule, as `target()` and `group()` make it. */
export const ruleShape: Check = fields<Rule>(
  {
    name: text,
    doc: text,
    phase: text,
    milestone: text,
    subject: fields<Subject>({ kind: text, name: text }, { kind: true, name: true }),
    deps: texts,
    after: texts,
    gathers: texts,
    least: number,
    more: number,
    findings: fields<Findings>(
      { reads: texts, judge: pure, strict: flag },
      { reads: true, judge: true },
    ),
    foreseen: listOf(
      fields<Problem>(
        { what: text, code: text, advice: text, lasting: flag, refused: oneOf('one', 'all') },
        { what: true },
      ),
      'problems',
    ),
    goOn: fields<GoOn>(
      { together: texts, when: either(exactly('all'), number) },
      { together: true, when: true },
    ),
    inputs: texts,
    optionalInputs: texts,
    globs: texts,
    env: texts,
    params: tableOf(json),
    outputs: listOf((one) => (typeof one === 'string' ? undefined : output(one)), 'paths'),
    observe: observation,
    exhibits: fields<Exhibition>(
      { title: text, advice: text, items: pure, tables: pure },
      { title: true },
    ),
    recipe: (value) => (Array.isArray(value) ? stepsShape(value) : recipe(value)),
    once,
    doneBefore: once,
    adoptAs: pure,
    chain: fields<Chain>(
      { name: text, links: texts, sweep: pure, completed: pure, recipe },
      { name: true, links: true, sweep: true, recipe: true },
    ),
    exclusive: either(texts, pure),
    priority: number,
    hold: fields<NonNullable<Rule['hold']>>(
      { since: text, until: text },
      { since: true, until: true },
    ),
    declaredAt: text,
  },
  { name: true },
);

/** More rules, as `expand()` and `expandFile()` make them. */
export const expansionShape: Check = fields<Expansion>(
  {
    kind: exactly('expansion'),
    from: text,
    file: text,
    advice: text,
    rules: pure,
    placeholder: text,
  },
  { kind: true, rules: true },
);

const param = fields<Param>(
  {
    default: json,
    type: oneOf('text', 'integer', 'number', 'boolean', 'list'),
    help: text,
    option: text,
    secret: exactly(true),
    from: fields<NonNullable<Param['from']>>(
      { path: text, format, key: text },
      { path: true, format: true, key: true },
    ),
    check: pure,
  },
  { default: true, type: true },
  'not if misspelt',
);

const command = fields<Command>(
  { doc: text, usage: text, options: tableOf(text), run: anyFunction, between: anyFunction },
  { doc: true, run: true },
);

const adapter = fields<Adapter>(
  {
    dry: flag,
    timeout: number,
    ask: anyFunction,
    notice: text,
    work: fields<NonNullable<Adapter['work']>>(
      { question: json, judge: anyFunction },
      { question: true, judge: true },
    ),
  },
  { dry: true, timeout: true, ask: true },
);

const occasions = listOf(
  oneOf('ready', 'failed', 'held', 'tried again', 'in doubt', 'credentials', 'finished'),
  'occasions',
);

const notifier = byKind<Notifier>({
  mail: fields<Extract<Notifier, { kind: 'mail' }>>(
    { kind: exactly('mail'), on: occasions, to: either(text, texts), program: text },
    { kind: true, to: true },
  ),
  slack: fields<Extract<Notifier, { kind: 'slack' }>>(
    { kind: exactly('slack'), on: occasions, env: text, file: text },
    { kind: true },
  ),
  command: fields<Extract<Notifier, { kind: 'command' }>>(
    { kind: exactly('command'), on: occasions, argv },
    { kind: true, argv: true },
  ),
});

/** A build, as `defineBuild()` takes it. */
export const buildShape: Check = fields<Build>(
  {
    goal: text,
    // Only what has a default is a parameter; any other value is one.
    params: tableOf((one) =>
      typeof one === 'object' && one !== null && 'default' in one ? param(one) : json(one),
    ),
    adapters: tableOf(adapter),
    jobs: number,
    logs: fields<KeptLogs>({ runs: number, days: number }, {}),
    openParams: flag,
    rules: pure,
    complete: anyFunction,
    commands: tableOf(command),
    notify: listOf(notifier, 'notifiers'),
  },
  { rules: true },
);
