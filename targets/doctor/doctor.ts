/**
 * `desgw doctor`: what is missing for a real run. Every check only looks: nothing is created or
 * changed, no content of a secret is shown, and none may hold the others up.
 */
import type { AdapterTools } from '../../core/index.ts';

/**
 * `warn`: a run may still work. `bad`: it cannot. `unknown`: this could not be found out, which
 * is not held against the site.
 */
export interface Finding {
  readonly name: string;
  readonly state: 'ok' | 'warn' | 'bad' | 'unknown';
  /** What was found, in one line. */
  readonly what: string;
  /** What to do about it. */
  readonly remedy?: string;
}

/** One thing that doctor tries. */
export interface Check {
  readonly name: string;
  /** Seconds that it may take; that of all checks unless it says so. */
  readonly limit?: number;
  /** May reject: then the finding is `unknown` with the error's message. */
  readonly run: (tools: AdapterTools) => Promise<Finding>;
}

/**
 * Runs all checks at once, each with `limit` seconds, and gives the findings in the checks' order.
 * A check that runs out of time is told by its signal and reported as unknown. Never rejects.
 */
export function examine(
  checks: readonly Check[],
  tools: AdapterTools,
  limit = 10,
): Promise<Finding[]> {
  return Promise.all(checks.map((check) => bounded(check, tools, check.limit ?? limit)));
}

/** Exit status of `desgw doctor`: 1 when something is bad, else 0. */
export function doctorExit(findings: readonly Finding[]): 0 | 1 {
  return findings.some((finding) => finding.state === 'bad') ? 1 : 0;
}

/** The findings as lines for people: state, name, what; remedies below; counts at the end. */
export function doctorTable(findings: readonly Finding[]): string {
  const width = Math.max(0, ...findings.map((finding) => finding.name.length));
  const lines = findings.flatMap(({ state, name, what, remedy }) => [
    `${state.padEnd(7)}  ${name.padEnd(width)}  ${what}`,
    ...(remedy === undefined ? [] : [`${' '.repeat(11 + width)}-> ${remedy}`]),
  ]);
  const states = ['ok', 'warn', 'bad', 'unknown'] as const;
  const counts = states.map((state) => ({
    state,
    count: findings.filter((finding) => finding.state === state).length,
  }));
  const summary = counts.filter(({ count }) => count > 0).map((c) => `${c.count} ${c.state}`);
  return `${[...lines, '', summary.join(', ')].join('\n')}\n`;
}

async function bounded(check: Check, tools: AdapterTools, limit: number): Promise<Finding> {
  const unknown = (what: string, remedy?: string): Finding => ({
    name: check.name,
    state: 'unknown',
    what,
    ...(remedy === undefined ? {} : { remedy }),
  });
  const controller = new AbortController();
  const signal = AbortSignal.any([tools.signal, controller.signal]);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Finding>((resolve) => {
    timer = setTimeout(
      () =>
        resolve(unknown(`no answer within ${limit} s`, 'Is a file system or a server hanging?')),
      limit * 1000,
    );
  });
  try {
    return await Promise.race([check.run({ ...tools, signal }), late]);
  } catch (error) {
    return unknown(error instanceof Error ? error.message : String(error));
  } finally {
    clearTimeout(timer);
    controller.abort();
  }
}
