/** Until when the queue can be asked: the Kerberos ticket by which jobsub renews its tokens. */
import type { Answer, Instant } from '../../core/index.ts';

/**
 * When the ticket ends that klist tells of, in the time zone of whoever asks; undefined where there
 * is none, or klist is not understood. Never a text of it: those hold names.
 */
export function ticketEnd({ exit, stdout }: Answer): Instant | undefined {
  if (exit.kind !== 'exit' || exit.code !== 0) return undefined;
  const line = stdout.split('\n').find((text) => /\skrbtgt\//.test(text)) ?? '';
  const [, end] = [...line.matchAll(/(\d\d)\/(\d\d)\/(\d{2}|\d{4}) (\d\d):(\d\d):(\d\d)/g)];
  if (end === undefined) return undefined;
  const [month = 0, day = 0, year = 0, ...time] = end.slice(1).map(Number);
  const [hours = 0, minutes = 0, seconds = 0] = time;
  return new Date(
    year < 100 ? 2000 + year : year,
    month - 1,
    day,
    hours,
    minutes,
    seconds,
  ).getTime();
}
