/** Wall clocks of IANA time zones, by the tables that come with the runtime. Pure. */

/** A wall-clock time, written as the milliseconds it would have in UTC. */
export type LocalMs = number;

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const parts = {
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  } as const;
  const made = new Intl.DateTimeFormat('en-US', { timeZone: zone, calendar: 'gregory', hourCycle: 'h23', ...parts });
  formats.set(zone, made);
  return made;
}

export function isZone(zone: string): boolean {
  try {
    return formatOf(zone) !== undefined;
  } catch {
    return false;
  }
}

/** What the wall clock shows at an instant, to the second. */
export function localAt(zone: string, instant: number): LocalMs {
  const found = formatOf(zone).formatToParts(instant);
  const of = (type: Intl.DateTimeFormatPartTypes): number => Number(found.find((part) => part.type === type)?.value);
  return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
}

/** Thousands of schedules ask about the same few instants, and the tables are slow to answer. */
const offsets = new Map<string, number>();
const mostOffsets = 10_000;

/** Milliseconds that the wall clock is ahead of UTC. */
export function offsetAt(zone: string, instant: number): number {
  const name = `${zone} ${instant}`;
  const known = offsets.get(name);
  if (known !== undefined) return known;
  const offset = localAt(zone, instant) - Math.floor(instant / 1000) * 1000;
  if (offsets.size >= mostOffsets) offsets.clear();
  offsets.set(name, offset);
  return offset;
}

/**
 * The instant at which the wall clock shows `local`. Of a time that it shows twice the first; for one that it leaves out the
 * first instant after the gap. Later times never give earlier instants.
 */
export function instantOf(zone: string, local: LocalMs): number {
  // No zone changes its clock twice within two days, and none is more than a day away from UTC.
  const [before, after] = [offsetAt(zone, local - day), offsetAt(zone, local + day)];
  if (before === after) return local - before;
  for (const offset of before > after ? [before, after] : [after, before]) {
    if (offsetAt(zone, local - offset) === offset) return local - offset;
  }
  let [low, high] = [local - after, local - before];
  while (high - low > 1000) {
    const middle = low + Math.floor((high - low) / 2000) * 1000;
    if (offsetAt(zone, middle) === before) low = middle;
    else high = middle;
  }
  return high;
}

export const day = 86_400_000;
