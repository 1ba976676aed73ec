/**
 * Triage: what each CCD that is not complete needs, from what is known of it. Pure. A cure is tried
 * only where it can help, as often as it has been seen to help, and within a budget; where half of
 * a night fails alike nothing is tried, since then it is the site or the code and not the CCD.
 */
import { type CauseOfFailure, causeOf, firstFailure, stepOf } from './causes.ts';

/** An earlier try at a CCD. */
export interface Tried {
  /** Memory of its job, in MB. */
  readonly memory: number;
  /** CCDs of its templates that were done then; undefined: not noted. */
  readonly templatesDone: number | undefined;
}

/** What is known of one CCD that is not complete, or whose force-photometry files are lacking. */
export interface CcdFacts {
  readonly ccd: number;
  readonly failures: readonly string[];
  /** Suffixes of the force-photometry files that it lacks, though its outputs are there. */
  readonly lacks: readonly string[];
  /** They have been looked for in its outputs, and copied where they were. */
  readonly copied: boolean;
  /** Seconds for which files may come late. */
  readonly late: number;
  /** The submission first, then the rescues; the last is the one whose end is judged. */
  readonly tried: readonly [Tried, ...Tried[]];
  /** CCDs of its templates that are done now; undefined: not known. */
  readonly templatesDone: number | undefined;
  /** All its templates are as complete as they will be. */
  readonly templatesSettled: boolean;
  /** Jobs of templates of this exposure are in the queue. */
  readonly templatesComing: boolean;
  /** Seconds since it failed, and after how many it is tried again where time alone may help. */
  readonly age: number;
  readonly pause: number;
}

/** What to do with a CCD. */
export type Decision = {
  readonly ccd: number;
  readonly cause: CauseOfFailure;
  /** For people: the step that failed first, or `left nothing`. */
  readonly what: string;
} & (
  | { readonly action: 'rescue'; readonly memory: number; readonly why: string }
  | {
      readonly action: 'copy force files';
      readonly lacks: readonly string[];
      readonly why: string;
    }
  /** Another thing has to come first: templates, or a little time. */
  /** `seconds`: until it may be tried, where that is known. */
  | { readonly action: 'wait'; readonly why: string; readonly seconds?: number }
  | { readonly action: 'final'; readonly why: string }
);

/** Most memory a job is given, in MB; nodes with more are rare. */
export const MOST_MEMORY = 32_000;

/** Tries of each kind, the first submission not counted. */
const LIMITS = { died: 2, infrastructure: 2, memory: 2, templates: 3, geometry: 3 };

/** The subtraction runs out of memory or cannot be done; a second doubling never helped it. */
const ONCE_ONLY = new Set(['RUN18']);

/** Says what one CCD needs. */
export function decideCcd(facts: CcdFacts): Decision {
  if (facts.lacks.length > 0) return forForceFiles(facts);
  const cause = causeOf(facts.failures);
  const first = firstFailure(facts.failures);
  const what = first ?? 'left nothing';
  const rescues = facts.tried.length - 1;
  const base = { ccd: facts.ccd, cause, what } as const;
  if (cause === 'templates' || cause === 'geometry') return forTemplates(facts, base);
  const limit = first !== undefined && ONCE_ONLY.has(stepOf(first)) ? 1 : limitFor(cause);
  if (rescues >= limit) return { ...base, action: 'final', why: `tried ${rescues + 1} times` };
  const memory = facts.tried.at(-1)!.memory;
  if (cause === 'infrastructure') {
    if (facts.age < facts.pause)
      return {
        ...{ ...base, action: 'wait', why: 'a copy or a database failed: tried again in a while' },
        seconds: Math.ceil(facts.pause - facts.age),
      };
    return { ...base, action: 'rescue', memory, why: 'as it was: a copy or a database failed' };
  }
  const more = Math.min(2 * memory, Math.max(memory, MOST_MEMORY));
  if (more === memory)
    return { ...base, action: 'final', why: `it had ${memory} MB, the most there is` };
  return { ...base, action: 'rescue', memory: more, why: 'with twice the memory' };
}

const limitFor = (cause: CauseOfFailure): number => (cause === 'force' ? 0 : LIMITS[cause]);

/** They are in its outputs, and no job is needed to take them out. */
function forForceFiles({ ccd, lacks, copied, age, late }: CcdFacts): Decision {
  const base = { ccd, cause: 'force', what: `without ${lacks.join(' and ')}` } as const;
  if (copied) return { ...base, action: 'final', why: 'its outputs hold no more' };
  if (age < late)
    return { ...base, action: 'wait', why: 'it may come late', seconds: Math.ceil(late - age) };
  return { ...base, action: 'copy force files', lacks, why: 'out of its outputs' };
}

type Base = Pick<Decision, 'ccd' | 'cause' | 'what'>;

/** Worth another try only when more of its templates are done than when it failed. */
function forTemplates(facts: CcdFacts, base: Base): Decision {
  const { tried, templatesDone, templatesSettled, templatesComing } = facts;
  const last = tried.at(-1)!;
  const before = last.templatesDone;
  const grown = before !== undefined && templatesDone !== undefined && templatesDone > before;
  const rescues = tried.length - 1;
  if (grown && rescues < LIMITS.templates)
    return {
      ...base,
      action: 'rescue',
      memory: last.memory,
      why: `${templatesDone - before} more template CCDs are done than when it failed`,
    };
  if (grown) return { ...base, action: 'final', why: `tried ${rescues + 1} times` };
  if (templatesComing || !templatesSettled)
    return { ...base, action: 'wait', why: 'its templates are still under way' };
  return {
    ...base,
    action: 'final',
    why:
      base.cause === 'geometry'
        ? 'no template covers it'
        : 'its templates are as complete as they will be',
  };
}

/** What the decisions of one exposure amount to as a whole. */
export type ExposureFinding =
  | { readonly kind: 'ccd by ccd' }
  /** So many CCDs fail alike for want of templates that it is the templates, not the CCDs. */
  | { readonly kind: 'templates'; readonly step: string; readonly ccds: number };

/** As many CCDs of one exposure that lack the same of their templates point to the templates. */
const ALIKE_IN_EXPOSURE = 30;

/** Looks for a pattern over the CCDs of one exposure. */
export function findingOf(decisions: readonly Decision[]): ExposureFinding {
  const counts = new Map<string, number>();
  for (const { cause, what } of decisions)
    if (cause === 'templates' || cause === 'geometry')
      counts.set(stepOf(what), (counts.get(stepOf(what)) ?? 0) + 1);
  const [step, ccds] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? ['', 0];
  return ccds > ALIKE_IN_EXPOSURE ? { kind: 'templates', step, ccds } : { kind: 'ccd by ccd' };
}

/** What may be submitted of all that would help. */
export interface Allowance {
  /** CCDs that were submitted, over all exposures. */
  readonly submitted: number;
  /** Jobs of rescues that were submitted already. */
  readonly spent: number;
  /** Share of the submitted CCDs that rescues may cost, 0 to 1. */
  readonly budget: number;
}

/** Never more than so many jobs, whatever the share says. */
const MOST_JOBS = 2000;
/** A share of all CCDs that fails alike is the site's or the code's fault. */
const BREAKER = 0.5;
/** Fewer CCDs than these say nothing about a night. */
const ENOUGH_TO_JUDGE = 59;

/** Why nothing is submitted, or how many jobs may be. */
export type Limit =
  | { readonly state: 'open'; readonly jobs: number }
  | { readonly state: 'broken'; readonly why: string };

/** Applies the circuit breaker and the budget to the decisions of all exposures. */
export function limitOf(all: readonly Decision[], { submitted, spent, budget }: Allowance): Limit {
  const causes = new Map<CauseOfFailure, number>();
  // What was not copied costs no job.
  for (const { cause } of all.filter((one) => one.cause !== 'force'))
    causes.set(cause, (causes.get(cause) ?? 0) + 1);
  const [cause, failed] = [...causes].sort((a, b) => b[1] - a[1])[0] ?? ['died', 0];
  if (submitted >= ENOUGH_TO_JUDGE && failed > BREAKER * submitted)
    return {
      state: 'broken',
      why: `${failed} of ${submitted} CCDs failed alike (${cause}): that is the site or the code, not the CCDs`,
    };
  const allowed = Math.min(MOST_JOBS, Math.floor(budget * submitted));
  return { state: 'open', jobs: Math.max(0, allowed - spent) };
}
