/** Times as they are typed: how long, and until when. */
import { UserError } from '../api/errors.ts';
import type { Instant } from '../api/values.ts';
import type { ClockOptions } from '../words/time.ts';

const UNITS = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** `90`, `90s`, `30m`, `6h`, `2d` -> seconds. @throws UserError for anything else */
export function seconds(option: string, value: string): number;
export function seconds(option: string, value: string | undefined): number | undefined;
export function seconds(option: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const found = inSeconds(value);
  if (found !== undefined) return found;
  throw new UserError(`${option} ${value} is not a duration`, 'Write it like 90s, 30m, 6h or 2d.');
}

/** `12:00` -> when it is that time next; `8h` -> that much later. @throws UserError for anything else */
export function moment(
  option: string,
  value: string,
  now: Instant,
  { utc = false }: ClockOptions,
): Instant {
  const after = inSeconds(value);
  if (after !== undefined) return now + after * 1000;
  const [, hour, minute] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(value) ?? [];
  if (hour === undefined || minute === undefined)
    throw new UserError(
      `${option} ${value} is not a time`,
      'Write it like 12:00 (the next time that it is noon), or like 8h.',
    );
  for (let days = 0; ; days++) {
    const date = new Date(now);
    if (utc) {
      date.setUTCDate(date.getUTCDate() + days);
      date.setUTCHours(Number(hour), Number(minute), 0, 0);
    } else {
      date.setDate(date.getDate() + days);
      date.setHours(Number(hour), Number(minute), 0, 0);
    }
    if (date.getTime() > now) return date.getTime();
  }
}

function inSeconds(value: string): number | undefined {
  const [, number, unit] = /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(value) ?? [];
  return number === undefined ? undefined : Number(number) * UNITS[unit as keyof typeof UNITS];
}
