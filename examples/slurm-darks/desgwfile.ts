/**
 * Nightly dark frames on a Slurm cluster: every night of nights.txt has its exposures in
 * darks/NIGHT/, a job combines them, and darks.list names the nights whose master is good.
 */
import * as d from 'desgw';

/** Programs of Slurm know the cluster of the shell in which desgw was started. */
const slurm = (argv: d.Exec['argv'], more: Omit<d.Exec, 'kind' | 'argv'> = {}): d.Exec =>
  d.exec(argv, { passEnv: ['SLURM_*'], timeout: 60, ...more });

/** States in which a job is alive; in every other it has come to its end, well or not. */
const ALIVE: { readonly [state: string]: d.Job['status'] } = {
  PENDING: 'idle',
  CONFIGURING: 'idle',
  RUNNING: 'running',
  COMPLETING: 'running',
  SUSPENDED: 'suspended',
  REQUEUED: 'idle',
  REQUEUE_HOLD: 'held',
};

/** One line of squeue; what a job is for stands in its comment: `TOKEN night=20261126`. */
function jobIn(line: string): d.Job {
  const [id = '', state = '', comment = '', reason = ''] = line.split('|');
  const [token = '', label = ''] = comment.split(' ');
  const isHeld = state === 'PENDING' && reason.startsWith('JobHeld');
  return {
    ...{ id, token, submission: token, labels: { night: label.replace('night=', '') } },
    status: isHeld ? 'held' : (ALIVE[state] ?? 'completed'),
    ...(isHeld ? { holdReason: reason } : {}),
  };
}

/** Slurm's controller knows all jobs, or does not answer. */
const FORMAT = 'JobID:|,State:|,Comment:|,Reason:|';
const queue = d.queueOf(
  slurm(['squeue', '--me', '--noheader', '--states=all', `--Format=${FORMAT}`]),
  (stdout) => {
    const lines = stdout.split('\n').filter((line) => line !== '');
    if (lines.some((line) => line.split('|').length !== 5)) return undefined;
    return lines.filter((line) => line.includes(' night=')).map(jobIn);
  },
);

const receipt = 'Submitted batch job ([0-9]+)';
const grid: d.Grid = {
  programs: ['sbatch', 'squeue', 'scancel'],
  receipt,
  example: '4711',
  isId: (text) => /^[0-9]+$/.test(text),
  queue: () => queue,
  jobsOf: d.jobsMatching,
  cancel: (ids) => slurm(['scancel', ...ids]),
  release: (ids) => slurm(['scontrol', 'release', ids.join(',')]),
  marking: () => ({}),
  submit: ({ labels, file, cwd, timeout }) =>
    slurm(['sbatch', `--comment={token} night=${labels.night}`, file, String(labels.night)], {
      ...{ cwd, timeout, receipt },
      ...{ detached: 'doubt', idempotent: false, okExits: 'any' },
    }),
  explain: ({ stderr }) => {
    const what = stderr.trim().split('\n').at(-1) || 'sbatch printed no job id';
    // Where the controller has not answered, the job may exist all the same.
    const isRefused = /error: /.test(what) && !/timed out|connect|communication/i.test(what);
    const advice = 'see sinfo and squeue';
    return isRefused ? { what, advice, refused: 'one' } : { what, advice };
  },
};

/** The dark frames of one night: handed over once, and the master accepted when its job has ended. */
function night(name: string): readonly d.RuleItem[] {
  const marker = `submitted/${name}.json`;
  const submitted = d.submitOnce(`submitted_${name}`, {
    doc: `dark frames of ${name} handed to Slurm, once`,
    work: { labels: { night: name }, file: 'combine-darks.sh', cwd: '.', timeout: 120 },
    ...{ grid, queue: 'queue', marker },
    inputs: ['combine-darks.sh'],
    globs: [`darks/${name}/*.txt`],
  });
  const accepted = d.target(`master_${name}`, {
    doc: `master dark of ${name}`,
    after: [submitted.name],
    outputs: [`accepted/${name}.txt`],
    observe: {
      reads: [marker],
      look: () => [
        { kind: 'ask', adapter: 'queue', question: null },
        { kind: 'read', path: `masters/${name}.txt` },
      ],
      judge: ([seen, made], { maybeText }) => {
        const job = d.readSubmitted(maybeText(marker))?.receipt;
        const known = job == null ? { purpose: { night: name } } : { receipt: job };
        const found = d.jobsSeen(grid, seen, known);
        const jobs = d.jobsState(found);
        if (jobs === 'unknown') return { state: 'waiting', progress: `unseen: ${found.unseen}` };
        if (jobs !== 'none') return { state: 'waiting', progress: d.jobsInWords(jobs) };
        const text = made?.kind === 'read' ? made.text : undefined;
        return text === undefined
          ? { state: 'failed', why: 'its job left no master', advice: `see slurm-${job}.out` }
          : { state: 'ready', value: text, note: `${text.split('\n').length - 1} pixels` };
      },
    },
    recipe: { version: '1', steps: ({ value }) => [d.write(`accepted/${name}.txt`, `${value}`)] },
  });
  return [submitted, accepted];
}

const nights = (text: string): readonly string[] =>
  text.split('\n').filter((line) => /^\d{8}$/.test(line));

export default d.defineBuild({
  goal: 'darks.list',
  adapters: { queue },
  rules: () => [
    d.expandFile('nights.txt', (text) => [
      ...nights(text).flatMap(night),
      d.target('darks.list', {
        doc: 'nights with a good master dark',
        gathers: nights(text).map((name) => `master_${name}`),
        outputs: ['darks.list'],
        recipe: {
          version: '1',
          steps: ({ gathered }) => [
            d.write('darks.list', gathered.map((one) => `${one.split('_')[1]}\n`).join('')),
          ],
        },
      }),
    ]),
  ],
});
