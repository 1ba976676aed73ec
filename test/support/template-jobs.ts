/** What a DAG of templates asks of the queue. */

import { type TemplateWork, WHOLE_FROM } from '../../targets/templates/template-dag.ts';

/** How many jobs a DAG of templates puts into the queue at most, its dummy not counted. */
export const jobsOfWork = (works: readonly TemplateWork[], ccdsOfTemplate: number): number =>
  works.reduce(
    (sum, { ccds }) => sum + (ccds.length >= WHOLE_FROM ? ccdsOfTemplate : ccds.length),
    0,
  );
