/** What the targets and commands of the pipeline advise works when it is typed in the state that prints it. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Advice, adviceIn, asSpoken } from '../support/advice.ts';
import { allowed, typeIt, WRONG } from '../support/typing.ts';
import { type Dials, FAST, POOR, type Site, site } from './site.ts';

// A hundred times real programs are started.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

const WORK = 'sandbox/gw_workflow';
const DAG = `${WORK}/desgw_pipeline_${POOR}.dag`;
/** Jobs that stay idle for as long as a test takes. */
const IDLE = { grid: { idle: [100_000, 100_000] } };
const HELD = { grid: { idle: [0, 0] }, search: { ccds: { '12': 'held' } } };
const UNSEEN = { queue: { trouble: 'error' } };

/** A night whose DAG is made and was not submitted; another whose grid has come to its end. */
const isLong = process.env.DESGW_LONG !== undefined;
let early: Site;
let ended: Site;
beforeAll(async () => {
  if (!isLong) return;
  early = site([POOR]);
  const made = await early.desgw(['build', `dagmaker_${POOR}.out`]);
  expect(made.code, made.said).toBe(0);
  ended = early.copy();
  const built = await ended.desgw(['build', 'ccds_*']);
  expect(built.code, built.said).toBe(0);
});
afterAll(() => {
  if (!isLong) return;
  early.dispose();
  ended.dispose();
});

interface Situation {
  readonly what: string;
  readonly from: 'nothing' | 'early' | 'ended';
  readonly dials?: Dials;
  /** What has to be done before; then the commands whose words count. */
  readonly first?: (at: Site, dials: { readonly dials: Dials }) => unknown;
  readonly commands: readonly string[];
  /** Adviced by it, whatever else is. */
  readonly says: string;
}

const SITUATIONS: readonly Situation[] = [
  {
    what: 'nothing has been made',
    from: 'nothing',
    commands: [
      `rescue ${POOR}`,
      'doctor',
      'triage',
      'summary',
      `ccds ${POOR}`,
      'candidates',
      'efficiency',
    ],
    says: 'desgw build season',
  },
  {
    what: 'a new workspace is asked for',
    from: 'nothing',
    first: (at) => at.remove('desgwfile.ts'),
    commands: ['init . --sandbox --yes'],
    says: 'desgw build',
  },
  {
    what: 'CCDs have failed',
    from: 'ended',
    commands: [
      'build --no-wait',
      'status',
      'why complete_exposures',
      'triage',
      `ccds ${POOR}`,
      `ccds ${POOR} --log none`,
      'ccds 700001',
      'ccds --log i_25',
      'summary',
      'rescue --triage -n',
      'rescue 700001 --yes',
    ],
    says: `desgw rescue ${POOR}`,
  },
  {
    what: 'nothing of an exposure came back',
    from: 'early',
    dials: { search: { outcomes: { silent: 59 } } },
    first: (at, dials) => at.desgw(['build', 'ccds_*'], dials),
    commands: ['build --no-wait', `rescue ${POOR} --yes`, `ccds ${POOR}`],
    says: `desgw resubmit ${POOR} --reason 'nothing came back'`,
  },
  {
    what: 'a submission of which nothing is known',
    from: 'early',
    dials: { submit: { trouble: 'noId', jobInfo: false }, ...UNSEEN },
    commands: [
      `build submitted_${POOR} --no-wait`,
      'status',
      `cancel ${POOR} --yes`,
      `release ${POOR}`,
      `rescue ${POOR}`,
    ],
    says: 'desgw jobs',
  },
  {
    what: 'a claim of somebody else',
    from: 'early',
    first: (at) =>
      at.put(
        `${DAG}.S${at.season()}.submitting`,
        JSON.stringify({ user: 'mara', host: 'x', workspace: '/y', token: 't' }),
      ),
    commands: [`build submitted_${POOR} --no-wait`, 'status'],
    says: `desgw mark not-submitted ${POOR}`,
  },
  {
    what: 'a note of a submission by hand',
    from: 'early',
    first: (at) =>
      at.put(`${WORK}/jobsub_${POOR}.out`, 'Use job id 7.0@jobsub01.fnal.gov to retrieve output\n'),
    commands: [`build submitted_${POOR} --no-wait`, 'status'],
    says: `desgw mark submitted ${POOR} --job 7.0@jobsub01.fnal.gov`,
  },
  {
    what: 'a refusal of the grid',
    from: 'early',
    dials: { submit: { trouble: 'token' } },
    commands: [`build submitted_${POOR} --no-wait`, 'status'],
    says: 'desgw log',
  },
  {
    what: 'held jobs',
    from: 'early',
    dials: HELD,
    first: (at, dials) => at.desgw(['build', '--wait-timeout', '4s'], dials),
    commands: ['build --no-wait', 'status', `rescue ${POOR} --yes`],
    says: `desgw release ${POOR}`,
  },
  {
    what: 'jobs under way',
    from: 'early',
    dials: IDLE,
    first: (at, dials) => at.desgw(['build', '--no-wait'], dials),
    commands: [
      `rescue ${POOR} --yes`,
      `resubmit submitted_${POOR} --reason x --yes`,
      `clean submitted_${POOR} --yes`,
      `cancel ${POOR} --yes`,
    ],
    says: `desgw cancel ${POOR}`,
  },
  {
    what: 'another DAG than the submitted one',
    from: 'ended',
    first: (at) => at.put(DAG, `${at.text(DAG)}# by hand\n`),
    commands: [`rescue ${POOR} --yes`],
    says: `desgw resubmit submitted_${POOR}`,
  },
  {
    what: 'no DAG was submitted, and nothing judged',
    from: 'early',
    commands: [`rescue ${POOR} --yes`],
    says: `desgw build`,
  },
  {
    what: 'a raw image that is nowhere',
    from: 'nothing',
    dials: { dagmaker: { rawMissing: true } },
    commands: [`build dagmaker_${POOR}.out`, 'status'],
    says: `desgw build --force dagmaker_${POOR}.out`,
  },
  {
    what: 'an edited DAG',
    from: 'early',
    first: (at) => at.put(DAG, '<parallel>\n</parallel>\n'),
    commands: [`build submitted_${POOR} --no-wait`, 'status'],
    says: 'desgw accept',
  },
];

const typed = new Set<string>();

async function printedIn({ dials = {}, first, commands }: Situation, at: Site): Promise<string> {
  await first?.(at, { dials });
  let all = '';
  for (const line of commands) all += (await at.desgw(line.split(' '), { dials })).said;
  return all;
}

/** What only shows something does so in any state; once is enough. */
const SHOWS = /^(?:help|why|log|status|targets|params|--help|jobs|doctor|triage|init|ccds)\b/;

describe.skipIf(!isLong)('advice of the pipeline', () => {
  test.for(SITUATIONS)('$what', async (situation, { expect }) => {
    const at =
      situation.from === 'nothing' ? site([POOR]) : { early, ended }[situation.from].copy();
    try {
      const text = await printedIn(situation, at);
      expect(asSpoken(text)).toContain(situation.says);
      const dials = JSON.stringify({ ...FAST, ...situation.dials });
      for (const advice of adviceIn(text)) {
        if (SHOWS.test(advice.shape) && typed.has(advice.shape)) continue;
        typed.add(advice.shape);
        const copy = at.copy();
        const { code, said } = await typeIt(copy.dir, advice, {
          name: `submitted_${POOR}`,
          env: { DESGW_SANDBOX_DIALS: dials },
        });
        copy.dispose();
        expect({ typed: advice.text, code, said }).toSatisfy(() => endsWell(advice, code));
        expect(said).not.toMatch(WRONG);
      }
    } finally {
      at.dispose();
    }
  });
});

/** What cannot be seen now is told of, and what was done may meet what else a person has to decide. */
const endsWell = (advice: Advice, code: number): boolean =>
  [
    ...allowed(advice),
    ...(/^(?:jobs|doctor|cancel|release|rescue)/.test(advice.shape) ? [1, 3] : []),
    ...(/^(?:resubmit|rescue)/.test(advice.shape) ? [3, 4] : []),
  ].includes(code);
