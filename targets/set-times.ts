/** set_times: the last of the times of day at which post processing is wanted again. */
import { type Instant, moment, type Path, type Rule, target, write } from '../core/index.ts';
import { type FollowUp, OUTPUTS, timesOf } from './settings/follow-up.ts';
import { REPORTS } from './settings/phases.ts';

/** Name of the target; only where times are set is there one. */
export const SET_TIMES = 'set_times';
const FILE: Path = `${OUTPUTS}/set_times`;

/** Changes when one of the times comes, and has whoever depends on it made again. */
export function setTimes({ params }: Pick<FollowUp, 'params'>): readonly Rule[] {
  const times = timesOf(params);
  if (times.length === 0) return [];
  const rule = target(SET_TIMES, {
    doc: 'the last of the set times that has come (postprocAt)',
    phase: REPORTS,
    params: { times },
    outputs: [FILE],
    observe: {
      look: () => [],
      judge: (_seen, { now }) => {
        const [last, next] = timesAround(times, now);
        return { state: 'ready', value: moment(last), note: moment(last), again: next };
      },
    },
    recipe: { version: '1', steps: ({ value }) => [write(FILE, `${String(value)}\n`)] },
  });
  return [rule];
}

/** The last of the times of day that has come, and the next one, in the zone of this machine. */
export function timesAround(times: readonly string[], now: Instant): readonly [Instant, Instant] {
  const around = [-1, 0, 1].flatMap((day) => times.map((time) => onDay(time, now, day)));
  return [
    Math.max(...around.filter((at) => at <= now)),
    Math.min(...around.filter((at) => at > now)),
  ];
}

function onDay(time: string, now: Instant, days: number): Instant {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  const date = new Date(now);
  date.setDate(date.getDate() + days);
  return date.setHours(hours, minutes, 0, 0);
}
