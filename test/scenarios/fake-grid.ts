/**
 * A grid of two scripts, one that writes jobs into a file and one that prints them, and a small
 * pipeline that submits to it: dag -> submitted -> results.
 */
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { build } from './chain.ts';
import type { Ended, RunOptions, Workspace } from './workspace.ts';

/**
 * `submit TOKEN` notes in `calls` that it was called, and makes a job: a line `ID TOKEN` in `queue`.
 * With a file `slow` it waits for a file `go` before that; the word in `trouble` tells what goes wrong.
 */
const SUBMIT = `#!/bin/sh
cd "$(dirname "$0")"
echo "$1" >> calls
touch submitting
trouble=$(cat trouble 2> /dev/null)
[ "$trouble" = hang ] && while :; do sleep 1; done
[ ! -e slow ] || until [ -e go ]; do sleep 0.02; done
if [ "$trouble" = 'no job' ]; then echo 'Error: condor_submit failed' >&2; exit 0; fi
echo "$(wc -l < calls).0@schedd1 $1" >> queue
[ "$trouble" = 'exit 1' ] && exit 1
touch accepted
[ ! -e mute ] || until [ -e never ]; do sleep 0.02; done
echo "Use job id $(tail -n 1 queue | cut -d ' ' -f 1) to retrieve output"
`;

/** Prints the jobs; with a file `down` it says what jobsub_q says when a schedd does not answer. */
const QUEUE = `#!/bin/sh
cd "$(dirname "$0")"
echo asked >> questions
cat queue 2> /dev/null
[ ! -e down ] || echo 'Failed to connect to schedd2' >&2
exit 0
`;

/** dag -> submitted -> results; what the grid leaves are the files below `ccds`. */
export const RULES = `
  target('dag', { inputs: ['src'], outputs: ['dag.txt'], recipe: [sh('dag', 'cp src dag.txt')] }),
  target('submitted', {
    deps: ['dag'],
    outputs: [{ path: 'grid/marker', quiet: true }],
    once: {
      look: () => [{ kind: 'read', path: 'grid/marker' }, { kind: 'ask', adapter: 'queue', question: null }],
      judge: ([marker, queue], attempt) => {
        if (marker.text !== undefined) return { state: 'done', how: 'the marker says so', receipt: marker.text.trim() };
        if (queue.kind === 'failed') return { state: 'unknown', why: queue.why };
        const job = queue.answer.jobs.find(([, token]) => attempt === undefined || token === attempt.token);
        if (job !== undefined) return { state: 'done', how: 'job ' + job[0] + ' is in the queue', receipt: job[0] };
        return queue.answer.complaint === '' ? { state: 'not done' } : { state: 'unknown', why: queue.answer.complaint };
      },
    },
    recipe: {
      version: '1',
      steps: [
        exec(['./submit', '{token}'], { cwd: 'grid', detached: 'doubt', receipt: 'Use job id (\\\\S+) to', okExits: 'any', idempotent: false, timeout: 1000 }),
        write('grid/marker', (run) => run.receipt + '\\n'),
      ],
      judge: (run) => (run.receipt === undefined ? [{ what: 'no job id was printed' }] : []),
    },
  }),
  target('results', {
    after: ['submitted'],
    outputs: ['results.txt'],
    observe: {
      look: () => [{ kind: 'list', pattern: 'ccds' }, { kind: 'ask', adapter: 'queue', question: null }],
      judge: ([list, queue], { unchangedFor }) => {
        const value = (list.dirs[0]?.names ?? []).length;
        if (value >= 50) return { state: 'ready', value, note: value + ' CCDs' };
        if (queue.kind === 'failed' || queue.answer.jobs.length > 0) return { state: 'waiting', value, progress: value + ' of 62 CCDs', movement: [value, 'queued'] };
        if (unchangedFor < 90) return { state: 'waiting', value, progress: 'settling', movement: [value, 'gone'] };
        return { state: 'ready', value, note: value + ' CCDs, and no job is left' };
      },
    },
    recipe: { version: '1', steps: ({ value }) => [sh('results', 'true'), write('results.txt', value + '\\n')], judge: () => [] },
  }),
  group('goal', ['results']),`;

export const REST = `goal: 'goal', adapters: { queue: { dry: false, timeout: 10, ask: async (_question, { run }) => {
  const { stdout, stderr } = await run(exec(['./jobs'], { cwd: 'grid' }));
  return { jobs: stdout.split('\\n').filter((line) => line !== '').map((line) => line.split(' ')), complaint: stderr.trim() };
} } }`;

/** A workspace with a grid. Jobs stay in its queue until `queue` is emptied. */
export function withGrid(w: Workspace, change = (rules: string): string => rules): void {
  w.rules(change(RULES), REST);
  w.write('src', 'one\n');
  for (const [name, text] of [
    ['grid/submit', SUBMIT],
    ['grid/jobs', QUEUE],
  ] as const) {
    w.write(name, text);
    chmodSync(join(w.dir, name), 0o755);
  }
}

/** Looks and acts once, without waiting for the grid. */
export const once = (w: Workspace, options?: RunOptions): Promise<Ended> =>
  w.desgw(['build', '--no-wait'], options);

/** How often the submitter was called, and the jobs there are. */
export const submissions = (w: Workspace) => ({
  calls: w.exists('grid/calls') ? w.read('grid/calls').trim().split('\n').length : 0,
  jobs: w.exists('grid/queue') ? w.read('grid/queue').trim().split('\n').length : 0,
});

/** Everything has come back: the queue is empty, and n CCDs are there. */
export function comeBack(w: Workspace, n: number): void {
  for (let i = 1; i <= n; i++) w.write(`ccds/${i}`, '');
}

export async function settled(w: Workspace): Promise<void> {
  comeBack(w, 62);
  await build(w);
  expect(w.read('results.txt')).toBe('62\n');
  expect(submissions(w)).toEqual({ calls: 1, jobs: 1 });
  expect(w.read('grid/marker')).toBe('1.0@schedd1\n');
}
