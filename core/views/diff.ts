/** A small line-wise diff, for showing what a step will do to a file. */

/** Above this product of line counts the lines that differ are shown as replaced as a whole. */
const LIMIT = 250_000;

/**
 * Lines of the new text with `+`, of the old with `-`, of both with a blank in front; of what is
 * equal only one line on either side of a change, `...` in place of the rest. Empty: no difference.
 */
export function lineDiff(before: string, after: string): readonly string[] {
  const a = linesOf(before);
  const b = linesOf(after);
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (
    end < a.length - start &&
    end < b.length - start &&
    a[a.length - 1 - end] === b[b.length - 1 - end]
  )
    end++;
  if (start + end === a.length && a.length === b.length) return [];
  const middle = changes(a.slice(start, a.length - end), b.slice(start, b.length - end));
  const equal = (line: string) => ` ${line}`;
  return condensed([
    ...a.slice(0, start).map(equal),
    ...middle,
    ...a.slice(a.length - end).map(equal),
  ]);
}

function linesOf(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** The shortest way from one list of lines to the other, by the longest common subsequence. */
function changes(a: readonly string[], b: readonly string[]): string[] {
  if (a.length * b.length > LIMIT)
    return [...a.map((line) => `-${line}`), ...b.map((line) => `+${line}`)];
  // common[i][j]: how many lines a[i..] and b[j..] have in common.
  const common = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      common[i]![j] =
        a[i] === b[j]
          ? common[i + 1]![j + 1]! + 1
          : Math.max(common[i + 1]![j]!, common[i]![j + 1]!);
    }
  }
  const lines: string[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push(` ${a[i]}`);
      i++;
      j++;
    } else if (i < a.length && (j === b.length || common[i + 1]![j]! >= common[i]![j + 1]!)) {
      lines.push(`-${a[i++]}`);
    } else {
      lines.push(`+${b[j++]}`);
    }
  }
  return lines;
}

function condensed(lines: readonly string[]): readonly string[] {
  const near = (i: number) =>
    [i - 1, i, i + 1].some((at) => lines[at] !== undefined && !lines[at].startsWith(' '));
  const kept: string[] = [];
  for (const [i, line] of lines.entries()) {
    if (near(i)) kept.push(line);
    else if (kept.at(-1) !== '...') kept.push('...');
  }
  return kept;
}
