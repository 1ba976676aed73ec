/**
 * What it means when jobsub_submit printed no job id: known failures, and what to do about them.
 * Everything that jobsub_submit checks itself comes before condor_submit is started (jobsub_lite
 * lib/mains/submit.py, lib/submit_support.py): such a refusal proves that nothing was submitted.
 */
import type { Answer, Problem } from '../../core/index.ts';
import { exitText } from '../../core/index.ts';
import { shortened } from './jobsub-answer.ts';

interface Known {
  readonly shows: RegExp;
  readonly what: string;
  readonly advice: string;
  /** `one`: jobsub refuses this work; `all`: it would refuse any other alike. */
  readonly refuses?: 'one' | 'all';
}

/** Known failures: what shows it, what it means, what to do. In this order. */
const SUBMIT_FAILURES: readonly Known[] = [
  {
    shows: /condor_submit exited with failed status code (\S+)/,
    what: 'condor_submit failed with status $1, although jobsub ended as if all were well',
    advice:
      'see what condor_submit printed above that line in the log, and whether `desgw jobs` shows a job of it',
  },
  {
    // The options of job lines are those of dagmaker.rc, the same in every DAG.
    shows:
      /error: (?:unrecognized arguments: )?([^\n]+)\n(?:[^\n]*\n)*?Syntax Error at file (\S+) line (\d+)/,
    what: 'jobsub does not understand line $3 of $2: $1',
    advice:
      'see JOBSUB_OPTS and JOBSUB_TEMP_OPTS in dagmaker.rc: jobsub knows no such option or value',
    refuses: 'all',
  },
  {
    shows: /Syntax Error at file (\S+) line (\d+)/,
    what: 'jobsub does not understand line $2 of $1',
    advice: 'look at that line; to have DAGMaker make it anew, `desgw build --force` its target',
    refuses: 'one',
  },
  {
    shows: /No schedds satisfying the constraint were found/,
    what: 'no schedd takes submissions at the moment',
    advice: 'try again in a few minutes; if it lasts, ask the service desk whether jobsub is down',
    refuses: 'all',
  },
  {
    shows: /Failed communication with collector|HTCondorIOError: [^\n]*/,
    what: 'the collector of the grid does not answer',
    advice: 'try again in a few minutes; if it lasts, ask the service desk whether jobsub is down',
    refuses: 'all',
  },
  {
    shows: /needs -G group or \$GROUP/,
    what: 'jobsub was not told the group',
    advice: 'set the group parameter (des)',
    refuses: 'all',
  },
  {
    shows: /FileNotFoundError[^\n]*?'(voms-proxy-\w+|cigetcert)'/,
    what: 'jobsub wants a proxy, and there is no $1 here',
    advice: 'JOBSUB_AUTH_METHODS=token in the environment makes it do without; see `desgw doctor`',
    refuses: 'all',
  },
  {
    shows: /FileNotFoundError[^\n]*?'([^']+\.dag)'/,
    what: 'jobsub does not find $1',
    advice: 'build again: it is made anew where it is missing',
    refuses: 'one',
  },
  {
    // The scripts are the same for every DAG.
    shows: /FileNotFoundError[^\n]*?'([^']+\.(?:sh|py))'/,
    what: 'jobsub does not find $1',
    advice: 'SEdiff.sh, RUNMON.sh and dummyjob.sh must lie in gw_workflow, where jobsub is started',
    refuses: 'all',
  },
  {
    shows: /FileNotFoundError[^\n]*?'([^']+)'/,
    what: 'jobsub does not find $1',
    advice:
      'the DAG, SEdiff.sh, RUNMON.sh and dummyjob.sh must lie in gw_workflow, where jobsub is started',
  },
  {
    // The reason stands above the error, where htgettoken has printed it.
    shows:
      /(?:kerberos|GSSError|kinit)[^\n]*(?:no kerberos credentials|no credentials|expired|not found)[\s\S]*?Failed attempting 'htgettoken|Failed attempting 'htgettoken[\s\S]*(?:GSSError|kinit)[^\n]*(?:credentials|expired)|kinit: No Kerberos credentials/i,
    what: 'there is no valid Kerberos ticket',
    advice: 'get a ticket with kinit, then build again',
    refuses: 'all',
  },
  {
    shows:
      /Failed attempting '(htgettoken[^']*)'|Failed validating token from '([^']*)'|BEARER_TOKEN_FILE contains a token with the wrong group or role/,
    what: 'jobsub could not get a token that allows this submission',
    advice:
      'check role and group, get a ticket with kinit and a token with htgettoken -i des -r desgw',
    refuses: 'all',
  },
  {
    shows: /Unable to add '([^']+)' scope/,
    what: 'the token does not allow what the jobs need: $1',
    advice: 'the paths of storageModify must be within the rights of the role: `desgw doctor`',
    refuses: 'all',
  },
  {
    shows: /Missing required authorization/,
    what: 'jobsub refuses the authorization methods that are set',
    advice: 'JOBSUB_AUTH_METHODS must contain token',
    refuses: 'all',
  },
  {
    shows: /PermissionError: ([^\n]+)/,
    what: 'jobsub was refused something: $1',
    advice: 'see the log; `desgw doctor` looks at credentials and programs',
  },
  {
    shows: /nested <parallel>|<parallel> inside <parallel>/i,
    what: 'the DAG holds a parallel block inside another',
    advice: 'run DAGMaker for this exposure again',
    refuses: 'one',
  },
  {
    shows: /SyntaxError: in --lines '([^\n]*)'/,
    what: 'jobsub refuses a line of the job description: $1',
    advice: 'look at JOBSUB_EXTRA_LINES in the environment',
    refuses: 'all',
  },
  {
    shows: /error: (.*unrecognized arguments.*|.*argument.*)/,
    what: 'jobsub refuses its arguments: $1',
    advice: 'see whether the installed jobsub is jobsub_lite (jobsub_submit_dag --version)',
    refuses: 'all',
  },
];

/** What klist says whatever the failure is about. */
const NOISE = /^.*(?:klist:|krb5cc).*$/gm;

/** Signs that condor_submit was started, so that a job may exist. */
const STARTED = /condor_submit|submitted to cluster|Submitting job|Child was terminated/;

/** Why a submission that printed no job id failed, and whether that proves that no job exists. */
export function explainSubmitFailure({ stdout, stderr, exit }: Answer): Problem {
  if (exit.kind === 'spawn')
    return {
      what: `jobsub ${exitText(exit)}`,
      advice: 'is it in PATH? `desgw doctor` looks at programs and credentials',
      refused: 'all',
    };
  const said = `${stderr}\n${stdout}`.replace(NOISE, '');
  const ended = exit.kind === 'exit' && (exit.code === 1 || exit.code === 2);
  for (const { shows, what, advice, refuses } of SUBMIT_FAILURES) {
    const found = shows.exec(said);
    if (found === null) continue;
    const text = what.replace(/\$(\d)/g, (_, n) => found[Number(n)] ?? '');
    if (refuses === undefined || !ended || STARTED.test(said)) return { what: text, advice };
    return { what: text, advice, refused: refuses };
  }
  const advice = 'look into the queue before anything is submitted again (jobsub_q -G des)';
  if (exit.kind === 'exit' && exit.code === 0)
    return { what: 'jobsub ended without an error and without a job id', advice };
  const error = /^Error: (.+)$/m.exec(stderr)?.[1];
  return {
    what: `jobsub ${exitText(exit)} and printed no job id${error === undefined ? '' : `: ${shortened(error)}`}`,
    advice,
  };
}
