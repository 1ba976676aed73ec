/** What goes wrong while a target is made, in words: what, and what to do next. */
import { ABSENT } from '../api/digest.ts';
import { isSystemError, MissingText, Refusal, UserError } from '../api/errors.ts';
import { RuleFault } from '../api/rule-code.ts';
import type { Output, Problem } from '../api/rules.ts';
import type { Node } from '../graph/graph.ts';
import type { Observer } from '../observe/observer.ts';
import { whyUnfit } from '../plan/left.ts';
import { nearestNames } from '../words/near.ts';
import { remedyFor } from '../words/remedy.ts';
import { enumerate } from '../words/text.ts';
import { FileError } from '../world/fs.ts';
import type { Files } from '../world/world.ts';
import type { StepsEnd } from './step-options.ts';

/** A step that failed, as a problem. */
export const problemOf = ({ what, advice }: Extract<StepsEnd, { state: 'failed' }>): Problem =>
  advice === undefined ? { what } : { what, advice };

/** Outputs that a run was to make and did not, with what there is in their place. */
export function notMade(
  node: Node,
  observer: Pick<Observer, 'output' | 'forget'>,
  files: Files,
): readonly Problem[] {
  return node.outputs.flatMap((output) => {
    // A network may say for a moment that something is not there.
    if (observer.output(output) === ABSENT) observer.forget([output.path]);
    const now = observer.output(output);
    const why = whyUnfit(now);
    if (why !== undefined) return [unfitOutput(output, why)];
    return now === ABSENT && output.optional !== true ? [missing(output, files)] : [];
  });
}

function missing({ path, glob }: Output, files: Files): Problem {
  if (glob === true) {
    const dir = /^[^*?[\]{}()]*\//.exec(path)?.[0] ?? './';
    const there = (files.list(dir) ?? []).map((name) => `${dir.replace(/^\.\//, '')}${name}`);
    const advice =
      there.length === 0 ? `There is nothing in ${dir}.` : `There is ${enumerate(there, 5)}.`;
    return { what: `${path}: nothing was made`, advice, code: 'DG402' };
  }
  const near = nearestNames(files, path);
  const what = `${path} was not made`;
  const code = 'DG402';
  return near.length === 0
    ? { what, code }
    : { what, advice: `There is ${near.join(', ')}.`, code };
}

/** An output that is there, but as something that no record can hold. */
const unfitOutput = ({ path, glob = false }: Output, why: string): Problem => ({
  what: `${path} ${why}`,
  ...(glob ? {} : { advice: unfitAdvice(path) }),
  code: 'DG402',
});

const unfitAdvice = (path: string): string =>
  `An output is a file, a link, or the files of a pattern: { path: '${path}/**', glob: true }.`;

/**
 * What was thrown while a target was made, as problems of that target.
 * @param explain finds the place of a mistake in the rule file
 * @throws what is a defect
 */
export function problemsOf(error: unknown, explain: (fault: RuleFault) => Error): Problem[] {
  if (error instanceof RuleFault) {
    const { cause } = error;
    const advice =
      cause instanceof UserError
        ? (cause.hint ?? 'Mend the rule and build again.')
        : 'A function of the rule file threw this; mend it and build again.';
    return [{ what: explain(error).message, advice, code: 'DG406' }];
  }
  if (error instanceof Refusal) {
    return [
      error.advice === undefined
        ? { what: error.message, code: 'DG407' }
        : { what: error.message, advice: error.advice, code: 'DG407' },
    ];
  }
  if (error instanceof MissingText)
    return [
      { what: error.message, advice: 'Something else removed it; build again.', code: 'DG306' },
    ];
  if (isSystemError(error))
    return isOfOneFile(error)
      ? [{ what: error.message, code: 'DG307' }]
      : [
          {
            what: error.message,
            advice: remedyFor(String(error.code), 'build again'),
            code: 'DG503',
          },
        ];
  throw error;
}

/** Whether it is the file itself that cannot be read, and not the disk that it is on. */
const isOfOneFile = (error: unknown): boolean =>
  error instanceof FileError && error.isReading && OF_ONE_FILE.includes(error.code);

const OF_ONE_FILE = [
  'EACCES',
  'EPERM',
  'EISDIR',
  'ELOOP',
  'ENAMETOOLONG',
  'EINVAL',
  'ENXIO',
  'EFBIG',
];
