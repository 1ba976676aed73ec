/** What it means when jobsub_submit printed no job id: known failures, and what to do about them. */
import type { Answer, Problem } from '../../core/index.ts';
import { ending } from './ending.ts';
import { shortened } from './jobsub-answer.ts';

/** Known failures of a submission: what shows it, what it means, what to do. In this order. */
const SUBMIT_FAILURES: readonly {
  readonly shows: RegExp;
  readonly what: string;
  readonly advice: string;
}[] = [
  {
    shows: /Syntax Error at file (\S+) line (\d+)/,
    what: 'jobsub does not understand line $2 of $1',
    advice:
      'a job line holds an option jobsub does not know: look at JOBSUB_OPTS and JOBSUB_TEMP_OPTS in dagmaker.rc',
  },
  {
    shows: /condor_submit exited with failed status code (\S+)/,
    what: 'condor_submit failed with status $1, although jobsub ended as if all were well',
    advice: 'see what condor_submit printed above that line in the log, then build again',
  },
  {
    shows: /No schedds satisfying the constraint were found/,
    what: 'no schedd takes submissions at the moment',
    advice: 'try again in a few minutes; if it lasts, ask the service desk whether jobsub is down',
  },
  {
    shows: /needs -G group or \$GROUP/,
    what: 'jobsub was not told the group',
    advice: 'set the group parameter (des)',
  },
  {
    shows: /FileNotFoundError[^\n]*?'([^']+)'/,
    what: 'jobsub does not find $1',
    advice:
      'the DAG, SEdiff.sh, RUNMON.sh and dummyjob.sh must lie in gw_workflow, where jobsub is started',
  },
  {
    shows: /FileNotFoundError/,
    what: 'jobsub does not find a file it needs',
    advice:
      'the DAG, SEdiff.sh, RUNMON.sh and dummyjob.sh must lie in gw_workflow, where jobsub is started',
  },
  {
    shows: /kerberos|krb5|kinit|ticket/i,
    what: 'there is no valid Kerberos ticket',
    advice: 'get a ticket with kinit, then build again',
  },
  {
    shows: /htgettoken|bearer token|PermissionError|token.*expired|expired.*token/i,
    what: 'jobsub could not get a token that allows this submission',
    advice:
      'check role and group, get a ticket with kinit and a token with htgettoken -i des -r desgw',
  },
  {
    shows: /nested <parallel>|<parallel> inside <parallel>/i,
    what: 'the DAG holds a parallel block inside another',
    advice: 'run DAGMaker for this exposure again',
  },
  {
    shows: /error: (.*unrecognized arguments.*|.*argument.*)/,
    what: 'jobsub refuses its arguments: $1',
    advice: 'see whether the installed jobsub is jobsub_lite (jobsub_submit_dag --version)',
  },
];

/**
 * Why a submission that printed no job id failed. It does not say that no job exists: that only
 * the queue can tell.
 */
export function explainSubmitFailure({ stdout, stderr, exit }: Answer): Problem {
  const said = `${stderr}\n${stdout}`;
  for (const { shows, what, advice } of SUBMIT_FAILURES) {
    const found = shows.exec(said);
    if (found !== null)
      return { what: what.replace(/\$(\d)/g, (_, n) => found[Number(n)] ?? ''), advice };
  }
  if (exit.kind === 'exit' && exit.code === 0) {
    return {
      what: 'jobsub ended without an error and without a job id',
      advice: 'look into the queue before anything is submitted again (jobsub_q -G des)',
    };
  }
  const error = /^Error: (.+)$/m.exec(stderr)?.[1];
  return {
    what: `jobsub ${ending(exit)} and printed no job id${error === undefined ? '' : `: ${shortened(error)}`}`,
    advice: 'look into the queue before anything is submitted again (jobsub_q -G des)',
  };
}
