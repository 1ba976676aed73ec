/** What files still hold because of an earlier `--set`, with the two ways to go on. */
import type { Summary } from '../run/events.ts';
import { display, shellQuote } from '../words/quote.ts';
import { dayAndMonth } from '../words/time.ts';

/** One line what is there, below it what can be done. */
export function stillSetLines(found: NonNullable<Summary['stillSet']>): readonly string[] {
  return found.flatMap(({ target, path, name, value, given, at, before }) => {
    const back =
      before === undefined
        ? `change it in ${display(path)}`
        : `\`desgw build --set ${shellQuote(`${name}=${before}`)}\` puts back what was there`;
    return [
      `${display(target)} holds ${display(`${name}=${value}`)}, set on ${dayAndMonth(at)} by --set`,
      `  To keep it, write ${display(`${name}: ${JSON.stringify(given)}`)} into \`params\` of the rule file; to take it back, ${back}.`,
    ];
  });
}
