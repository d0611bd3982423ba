/** What a format of days and times is made of. Plain data. */
export type Unit =
  | 'year'
  | 'shortYear'
  | 'month'
  | 'day'
  | 'hour'
  | 'hour12'
  | 'minute'
  | 'second'
  /** As a count: 7 is 7 of a thousand. */
  | 'milli'
  /** As digits behind a point: 7 is 7 of ten. */
  | 'fraction'
  /** ISO 8601 counts weeks, and the year that they belong to. */
  | 'weekYear'
  | 'shortWeekYear'
  | 'week'
  | 'weekday'
  | 'ordinal'
  /** Since 1970, in UTC. */
  | 'epoch'
  | 'epochMilli';

export type Part =
  | { readonly is: 'text'; readonly text: string }
  /** `digits` = at least so many. */
  | { readonly is: 'number'; readonly of: Unit; readonly digits: number }
  /** Follows from the others; `sql` has the value as %. */
  | { readonly is: 'counted'; readonly sql: string }
  /** No moment has a zone: what is shown is UTC, what is read is dropped. */
  | { readonly is: 'zone'; readonly text: string }
  /** By month, by day of the week from Sunday on, or by hour. `silent` = they say nothing that another part does not say. */
  | { readonly is: 'names'; readonly of: 'month' | 'day' | 'hour'; readonly names: readonly string[]; readonly silent?: true };

/** Does a format say more than whole seconds? */
export const saysFractions = (parts: readonly Part[]): boolean => hasUnit(parts, ['milli', 'fraction', 'epochMilli']);

/** Does a format say more than whole minutes? */
export const saysSeconds = (parts: readonly Part[]): boolean => saysFractions(parts) || hasUnit(parts, ['second', 'epoch']);

const hasUnit = (parts: readonly Part[], units: readonly Unit[]): boolean =>
  parts.some((part) => part.is === 'number' && units.includes(part.of));
