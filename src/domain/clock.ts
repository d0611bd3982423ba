/** What schedules, expiries and retries go by. Leases go by the state database's own time. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };
