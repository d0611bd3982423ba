/** When a job runs by itself, as a schedule of a pipeline. Pure. */
import { HeadgateError } from '../../../domain/error.ts';
import type { Json } from '../../../domain/json.ts';
import { isZone } from '../../../domain/zone.ts';
import type { ScheduleIn } from './shapes.ts';

/** As at the vendor, where nobody says another. */
export const usualZone = 'America/Chicago';

const wrong = (what: string): HeadgateError => new HeadgateError('request.invalid', what);

interface Timing {
  readonly schedule?: ScheduleIn | undefined;
  readonly timeZone?: string | undefined;
  /** The pipeline of the job that starts this one. */
  readonly parent?: string | undefined;
}

/** Days × hours × minutes; a schedule that is off leaves it to a parent, or to people. Throws `request.invalid`. */
export function scheduleOf({ schedule = {}, timeZone = usualZone, parent }: Timing): Json {
  const { scheduledDays: days = [], scheduledHours: hours = [], scheduledDaysOfMonth: dates = [] } = schedule;
  if (!isZone(timeZone)) throw wrong('timeZone: an IANA time zone such as America/Chicago');
  if (days.length > 0 && dates.length > 0) throw wrong('schedule: scheduledDays or scheduledDaysOfMonth, not both');
  if (!schedule.scheduled) return parent === undefined ? { kind: 'manual' } : { kind: 'after', pipeline: parent };
  if (hours.length === 0) throw wrong('schedule/scheduledHours: name at least one');
  return {
    kind: 'calendar',
    zone: timeZone,
    hours: [...hours],
    minutes: [...minutesOf(schedule)],
    // Sunday is 0 here, and 7 there.
    ...(days.length > 0 && { weekdays: days.map((day) => (day === 0 ? 7 : day)) }),
    ...(dates.length > 0 && { month_days: [...dates] }),
  };
}

/** Runs per hour are spread over it; minutes win. */
function minutesOf({ scheduledMinutes: minutes = [], scheduledRunsPerHour: runs }: ScheduleIn): readonly number[] {
  if (minutes.length > 0) return minutes;
  return runs === undefined ? [0] : Array.from({ length: runs }, (_, at) => Math.floor((at * 60) / runs));
}
