/** Times in words, for people. Nothing here decides anything. */
import type { Instant } from '../api/values.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * How long, in the two largest units that matter.
 *
 * @param ms milliseconds; less than nothing counts as nothing
 * @returns `0.4s`, `12s`, `3m 05s`, `2h 14m` or `3d 4h`
 */
export function duration(ms: number): string {
  if (!(ms > 0)) return '0.0s';
  // Rounded before the unit is chosen, so that 59.96 s does not become "60.0s".
  if (Math.round(ms / 100) < 100) return `${(Math.round(ms / 100) / 10).toFixed(1)}s`;
  const rounded = Math.round(ms / SECOND) * SECOND;
  if (rounded < MINUTE) return `${rounded / SECOND}s`;
  if (rounded < HOUR)
    return `${Math.floor(rounded / MINUTE)}m ${twoDigits((rounded % MINUTE) / SECOND)}s`;
  if (rounded < DAY)
    return `${Math.floor(rounded / HOUR)}h ${twoDigits(Math.floor((rounded % HOUR) / MINUTE))}m`;
  return `${Math.floor(rounded / DAY)}d ${Math.floor((rounded % DAY) / HOUR)}h`;
}

/** A moment in the local time of the reader: `2017-08-17 23:33:05`. */
export function moment(at: Instant): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return 'an unknown time';
  const day = [date.getFullYear(), twoDigits(date.getMonth() + 1), twoDigits(date.getDate())].join(
    '-',
  );
  return `${day} ${timeOfDay(date)}`;
}

/** A moment for programs: `2017-08-17T23:33:05.000Z`. */
export const isoTime = (at: Instant): string => new Date(at).toISOString();

/** The day of a moment in the local time of the reader, without the year: `26 Nov`. */
export function dayAndMonth(at: Instant): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return 'an unknown day';
  return `${date.getDate()} ${MONTHS[date.getMonth()]}`;
}

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** A moment, absolute and relative: `2017-08-17 23:33:05, 2h 14m ago`. */
export function momentAndAge(at: Instant, now: Instant): string {
  // By a clock that is behind, what is past would seem to be still to come.
  return now - at < SECOND ? moment(at) : `${moment(at)}, ${duration(now - at)} ago`;
}

/** How times of day are written. */
export interface ClockOptions {
  /** Universal time in place of the reader's own. */
  readonly utc?: boolean;
}

/** A time of day with its zone: `03:12:05-06`, or `09:12:05Z`. */
export function clockTime(at: Instant, { utc = false }: ClockOptions = {}): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return 'an unknown time';
  if (utc) return `${date.toISOString().slice(11, 19)}Z`;
  return `${timeOfDay(date)}${zone(date)}`;
}

/** The day of a moment in the local time of the reader: `2017-08-17`. */
export function day(at: Instant): string {
  return moment(at).slice(0, 10);
}

const timeOfDay = (date: Date): string =>
  [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(':');

/** Hours ahead of universal time as ISO 8601 has it: `-06`, `+05:30`. */
function zone(date: Date): string {
  const minutes = -date.getTimezoneOffset();
  const rest = Math.abs(minutes) % 60;
  const hours = twoDigits(Math.floor(Math.abs(minutes) / 60));
  return `${minutes < 0 ? '-' : '+'}${hours}${rest === 0 ? '' : `:${twoDigits(rest)}`}`;
}

function twoDigits(n: number): string {
  return String(n).padStart(2, '0');
}
