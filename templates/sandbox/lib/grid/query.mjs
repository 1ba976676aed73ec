/** Stand-in for jobsub_q and jobsub_history. */
import { recordCall } from '../calls.mjs';
import { allAds } from './ads.mjs';
import { answeringSchedds, needGroup, parseId, selection } from './select.mjs';
import { reviveEngines } from './store.mjs';
import { fail, surroundings } from './surroundings.mjs';
import { autoformat, table, totals } from './table.mjs';

/** Options of condor_q that take a value; others are taken as switches. */
const WITH_VALUE = new Set([
  '-name',
  '-pool',
  '-schedd-constraint',
  '-limit',
  '-format',
  '-attributes',
]);

/** Prints the jobs in the queue, or with `history` those that have left it. */
export function query(program, argv, { history }) {
  const asked = parse(argv, history);
  if (asked.version) return console.log('jobsub_lite version 1.12');
  surroundings(asked.role);
  needGroup(program, asked.group);
  const calls = recordCall(program);
  const open = answeringSchedds(calls);
  const named = scheddsNamed(asked);
  const schedds = named === undefined ? open : open.filter((name) => named.includes(name));
  for (const name of named ?? [])
    if (!open.includes(name)) return fail(`RuntimeError: Can't find address for schedd ${name}`);
  reviveEngines();
  const chosen = selection(asked);
  const there = allAds().filter(
    ({ gone, left, schedd }) => schedds.includes(schedd) && (history ? left : !gone),
  );
  const found = there.filter(({ ad, schedd }) => chosen(ad, schedd));
  // A schedd whose ad says that it has no jobs is not asked: this line stands for its answer.
  const idle = history
    ? []
    : schedds.filter((name) => !there.some(({ schedd }) => schedd === name));
  for (const _ of idle) console.log('All queues are empty');
  const now = Date.now();
  const ads = found.map(({ ad }) => ad);
  if (asked.json) {
    for (const name of schedds) {
      const own = found.filter(({ schedd }) => schedd === name).map(({ ad }) => ad);
      console.log(JSON.stringify(own, null, 2));
    }
  } else if (asked.autoformat !== undefined) {
    process.stdout.write(autoformat(ads, asked.autoformat, asked.flags));
  } else {
    console.log(table(ads, now));
    if (!history) console.log(totals(ads));
  }
}

function parse(argv, history) {
  const asked = { ids: [], group: undefined, json: false, flags: '' };
  for (let at = 0; at < argv.length; at++) {
    const [word, inline] = splitLong(argv[at]);
    const value = () => inline ?? argv[++at];
    if (word === '-G' || word === '--group') asked.group = value();
    else if (word === '--role') asked.role = value();
    else if (word === '--user') asked.user = value();
    else if (word === '-J' || word === '--jobid') asked.ids.push(...value().split(','));
    // jobsub_history ignores the spelling with two dashes.
    else if (word === '-constraint') asked.constraintText = value();
    else if (word === '--constraint') {
      const text = value();
      if (!history) asked.constraintText = text;
    } else if (word === '-name') asked.name = value();
    else if (word === '--version') asked.version = true;
    else if (word === '-json') asked.json = true;
    else if (/^-(autoformat|af)(:|$)/.test(word)) {
      asked.flags = word.split(':')[1] ?? '';
      asked.autoformat = [];
      while (/^[\w"]/.test(argv[at + 1] ?? '') && !/^\d/.test(argv[at + 1]))
        asked.autoformat.push(argv[++at]);
    } else if (
      /^--(auth-methods|devserver|qdate-ge|qdate-le|verbose)$/.test(word) ||
      WITH_VALUE.has(word)
    ) {
      if (word !== '--devserver') value();
    } else if (/^\d/.test(word)) asked.ids.push(word);
    else if (!word.startsWith('-')) asked.user = word;
  }
  return asked;
}

/** The schedds that a command line asks by name; undefined: all of them. */
function scheddsNamed({ name, ids }) {
  if (name !== undefined) return [name];
  const named = ids.map((id) => parseId(id).schedd);
  return ids.length === 0 || named.includes(undefined) ? undefined : [...new Set(named)];
}

/** `--name=value` as name and value; any other word as it is. */
function splitLong(word) {
  const match = /^(--[\w-]+)=(.*)$/s.exec(word);
  return match === null ? [word] : [match[1], match[2]];
}
