/** What a format of days and times is made of. Plain data. */
export type Unit = 'year' | 'shortYear' | 'month' | 'day' | 'hour' | 'hour12' | 'minute' | 'second';

export type Part =
  | { readonly is: 'text'; readonly text: string }
  /** `digits` = at least so many. */
  | { readonly is: 'number'; readonly of: Unit; readonly digits: number }
  /** Follows from the others; `sql` has the value as %. */
  | { readonly is: 'counted'; readonly sql: string }
  /** By month, by day of the week from Sunday on, or by hour. `silent` = they say nothing that another part does not say. */
  | { readonly is: 'names'; readonly of: 'month' | 'day' | 'hour'; readonly names: readonly string[]; readonly silent?: true };
