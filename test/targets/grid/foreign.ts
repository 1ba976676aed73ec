/** What tests of grid share. */
import type { Queue } from '../../../core/api/grid.ts';
import type { Seen } from '../../../core/api/looks.ts';
import type { Attempt } from '../../../core/api/rules.ts';
import { readQueueColumns } from '../../../targets/grid/jobsub-answer.ts';
import { sandbox } from '../../../targets/site/sandbox.ts';
import { judgeSubmitted } from '../../../targets/submitted.ts';
import { dagText } from '../../fixtures/postproc/dag-text.ts';

export const { grid } = sandbox();
export const LEAD = '70.0@jobsub01.fnal.gov';
/** As jobsub_lite hands every DAG over. */
const DAG_ARGS = '-p 0 -f -l . -Lockfile dag.dag.lock -AutoRescue 1 -Dag dag.dag -maxjobs 0';
export const SEARCH =
  '-r 4 -p 7 -E 668439 -v gw10 -b i -n 20170817 -d persistent -m gw -C -c 5 -S dp2206';
export const TEMPLATE =
  '-r 4 -p 7 -E 512345 -v gw10 -b i -n 20150817 -j -d persistent -m gw -c 0 -t -S dp2206';

export interface Row {
  readonly id?: string;
  readonly status?: number;
  readonly node?: string;
  readonly tail?: string;
}
export const line = ({ id = LEAD, status = 1, node = 'undefined', tail = '' }: Row): string =>
  `${id} undefined undefined undefined ${status} ${node} 1772000000 undefined undefined undefined ${tail}\n`;
export const lead = (status = 2, args = DAG_ARGS): string =>
  line({ status, tail: `args: undefined 7 undefined undefined ${args}` });
export const node = (n: number, args: string, status = 1, script = 'SEdiff.sh'): string =>
  line({
    ...{ id: `${70 + n}.0@jobsub01.fnal.gov`, status, node: `stage_${n}` },
    tail: `args: 70 5 ${script} ${args} undefined`,
  });
export const seen = (stdout: string): Queue =>
  readQueueColumns({ exit: { kind: 'exit', code: 0 }, stdout, stderr: '' });
const read = (text?: string): Seen => ({ kind: 'read', text });
export const BOTH = { schedds: ['jobsub01.fnal.gov', 'jobsub02.fnal.gov'], silent: [] };

export function judge(
  stdout: string,
  {
    dag = dagText(),
    notes = [undefined, undefined, undefined],
    attempt,
    answered = BOTH,
    exposure = '668439',
  }: {
    readonly dag?: string;
    readonly notes?: readonly (string | undefined)[];
    readonly attempt?: Attempt;
    readonly answered?: typeof BOTH | { schedds: string[]; silent: string[] };
    readonly exposure?: string;
  } = {},
) {
  const answer = { ...seen(stdout), answered } as never;
  return judgeSubmitted(
    [
      read(),
      { kind: 'list', dirs: [] },
      { kind: 'answer', answer },
      read(),
      ...[dag, ...notes].map(read),
    ],
    { grid, exposure, season: '2206', attempt },
  );
}
