/**
 * The real command line on a real disk, killed at random moments until a build comes through. What
 * the kill hits is chance; that the outcome is right is not.
 */
import { expect, test } from 'vitest';
import { type Workspace, workspace } from '../process/workspace.ts';

const long = process.env.DESGW_LONG === '1';
const SITES = long ? 80 : 8;
const KILLS = long ? 5 : 3;
/** Workspaces at a time. */
const LANES = 2;

const NUMBERS = [1, 2, 3];

/** Programs leave half of a file first, and note every run of theirs in `outside/runs`. */
const PROGRAM = `
  echo "$1" >> outside/runs
  printf half > "out/$1"
  sleep 0.02
  { echo "$1"; cat out/list; } > "out/$1"
`;

/** Hands in a DAG: what must not happen twice is the line in `outside/submissions`. */
const SUBMITTER = `
  echo "submit $1" >> outside/runs
  sleep 0.01
  echo "$1" >> outside/submissions
  sleep 0.01
  echo "submitted as job-$1"
`;

const LINKS = `
  for link in "$@"; do
    echo "$link" >> outside/runs
    printf half > "out/$link"
    sleep 0.02
    { echo "$link"; cat out/sorted; } > "out/$link"
  done
`;

const CHAIN = `{
  name: 'chain',
  links: ['link1', 'link2'],
  sweep: (first) => (first === 'link1' ? ['link1', 'link2'] : ['link2']),
  recipe: {
    version: '1',
    steps: ({ due }) => [exec(['sh', '-c', ${JSON.stringify(LINKS)}, 'sh', ...due], { detached: 'rerun' })],
  },
}`;

const RULES = `
  target('list', {
    inputs: ['src/a'],
    outputs: ['out/list'],
    recipe: { version: '1', reads: ['src/a'], steps: ({ text }) => [write('out/list', 'list of ' + text('src/a'))] },
  }),
  ...[${NUMBERS.join()}].flatMap((n) => [
    target('dag' + n, {
      deps: ['list'],
      outputs: ['out/dag' + n],
      recipe: [exec(['sh', '-c', ${JSON.stringify(PROGRAM)}, 'sh', 'dag' + n])],
    }),
    target('once' + n, {
      deps: ['dag' + n],
      outputs: ['out/once' + n],
      once: {
        look: () => [{ kind: 'read', path: 'outside/submissions' }],
        judge: ([seen]) =>
          (seen.text ?? '').split('\\n').includes('once' + n)
            ? { state: 'done', how: 'it is in the log', receipt: 'job-once' + n }
            : { state: 'not done' },
      },
      recipe: [
        exec(['sh', '-c', ${JSON.stringify(SUBMITTER)}, 'sh', 'once' + n], { detached: 'doubt', receipt: '(job-\\\\w+)' }),
        write('out/once' + n, (run) => run.receipt + '\\n'),
      ],
    }),
  ]),
  target('table', {
    deps: ['once1', 'once2', 'once3'],
    outputs: ['out/table', 'out/table.b'],
    recipe: {
      version: '1',
      reads: ['out/once3', 'out/once1'],
      steps: ({ text }) => ['out/table', 'out/table.b'].map((path) => write(path, text('out/once3') + text('out/once1'))),
    },
  }),
  target('sorted', {
    deps: ['table'],
    outputs: ['out/sorted'],
    recipe: [exec(['sort', 'out/table'], { stdout: 'out/sorted' })],
  }),
  ...((chain) => [
    target('link1', { deps: ['sorted'], outputs: ['out/link1'], chain }),
    target('link2', { deps: ['link1'], outputs: ['out/link2'], chain }),
  ])(${CHAIN}),
  group('all', ['link2', 'dag2', 'once2']),
`;

/** What is made, whatever happens on the way. */
const WHOLE = {
  list: 'list of a\n',
  dag1: 'dag1\nlist of a\n',
  dag2: 'dag2\nlist of a\n',
  dag3: 'dag3\nlist of a\n',
  once1: 'job-once1\n',
  once2: 'job-once2\n',
  once3: 'job-once3\n',
  table: 'job-once3\njob-once1\n',
  'table.b': 'job-once3\njob-once1\n',
  sorted: 'job-once1\njob-once3\n',
  link1: 'link1\njob-once1\njob-once3\n',
  link2: 'link2\njob-once1\njob-once3\n',
};

function newSite(): Workspace {
  const site = workspace('all', RULES);
  site.put('src/a', 'a\n');
  site.put('outside/runs', '');
  site.put('out/.keep', '');
  return site;
}

/** How long a build takes that nobody disturbs, in milliseconds; the kills fall within. */
async function undisturbed(): Promise<number> {
  const site = newSite();
  const begun = performance.now();
  const { status, err } = await site.desgw('build');
  expect(status, err).toBe(0);
  site.dispose();
  return performance.now() - begun;
}

/** Builds, and kills the build after so many milliseconds; says whether the kill came in time. */
async function killedBuild(site: Workspace, after: number): Promise<boolean> {
  const build = site.start(['build']);
  const timer = setTimeout(() => build.kill('SIGKILL'), after);
  const { signal } = await build.ended;
  clearTimeout(timer);
  return signal === 'SIGKILL';
}

const lines = (text: string | undefined): readonly string[] =>
  (text ?? '')
    .split('\n')
    .filter((line) => line !== '')
    .sort();

async function survive(longest: number): Promise<number> {
  const site = newSite();
  const kills: number[] = [];
  try {
    for (let i = 0; i < KILLS; i++) {
      // Early ones more often: every later build has less to do.
      const after = longest * Math.random() ** (1 + i / 2);
      if (await killedBuild(site, after)) kills.push(Math.round(after));
    }
    const { status, err, out } = await site.desgw('build');
    const files = Object.fromEntries(
      Object.keys(WHOLE).map((name) => [name, site.text(`out/${name}`)]),
    );
    expect({ status, files }, `killed after ${kills.join(', ')} ms; ${err}${out}`).toEqual({
      status: 0,
      files: WHOLE,
    });
    expect(lines(site.text('outside/submissions'))).toEqual(['once1', 'once2', 'once3']);
    const runs = lines(site.text('outside/runs'));
    expect(runs.filter((run) => run.startsWith('submit'))).toEqual([
      'submit once1',
      'submit once2',
      'submit once3',
    ]);
    // A kill costs at most what was running.
    expect(runs.length).toBeLessThanOrEqual(8 + 5 * kills.length);
    const again = await site.desgw('build', '-q');
    expect(again.status, again.err).toBe(0);
    return kills.length;
  } finally {
    site.dispose();
  }
}

test(`a build that is killed at random moments comes out right, and submits nothing twice`, {
  timeout: long ? 3_600_000 : 900_000,
}, async () => {
  const longest = await undisturbed();
  let left = SITES;
  let kills = 0;
  const lane = async (): Promise<void> => {
    while (left-- > 0) kills += await survive(longest);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  expect(kills).toBeGreaterThan(SITES / 2);
});
