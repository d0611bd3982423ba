/** Which rows a run reads, where each run is about a range of time: every decision as a pure function. */
import { z } from 'zod';
import { duration } from './duration.ts';

/** Units of a field that holds time; `instant` is compared as the source compares its own type, without a zone as UTC. */
export const rangeUnits = ['instant', 'date', 'unix_ms', 'unix_s'] as const;

const instant = z.iso.datetime();

/** What a run's limit is called after: its interval, or how it comes about. */
export const quotas = ['hourly', 'daily', 'weekly', 'monthly', 'once', 'on_demand'] as const;
const intervals = ['hourly', 'daily', 'weekly', 'monthly'] as const;

/** Settings of a workspace; what is absent is as its vocabulary has it. */
export const rangeLimits = z.strictObject({
  active: z.number().int().min(0).optional().meta({ description: 'Pipelines with ranges that are active at the same time' }),
  fields: z.number().int().min(1).optional().meta({ description: 'Of a model' }),
  rows: z
    .partialRecord(z.enum(quotas), z.number().int().min(0))
    .optional()
    .meta({ description: 'Of one run; they are counted before any is read' }),
  catch_up: z
    .partialRecord(z.enum(intervals), duration)
    .optional()
    .meta({ description: 'How old the first tick of a new schedule may be; counts when a pipeline is next written' }),
});

export type RangeLimits = z.output<typeof rangeLimits>;

export const rangePolicy = z.strictObject({
  /**
   * `since_success`: from the end of the last good range to the run's own instant; `fixed`: the same range each time;
   * `whole`: all rows.
   */
  mode: z.enum(['since_success', 'fixed', 'whole']),
  field: z.string().min(1).max(500).optional().meta({ description: 'Of any case; with every mode but `whole`' }),
  unit: z.enum(rangeUnits).default('instant'),
  from: instant.optional().meta({ description: 'Where the first range begins; absent: with the oldest row' }),
  until: instant.optional().meta({ description: 'No row after it is read' }),
  most_rows: z.number().int().min(0).optional().meta({ description: 'A run that would read more reads nothing and fails' }),
  most_fields: z.number().int().min(1).optional(),
  own_fields: z.number().int().min(0).optional().meta({ description: 'Fields of the query that are not counted' }),
  quota: z.enum(quotas).optional().meta({ description: 'Which limit of the workspace counts instead of `most_rows`' }),
  model: z.string().max(300).optional().meta({ description: 'Whose fault it is when the source refuses the query' }),
});

export type RangePolicy = z.output<typeof rangePolicy>;

/** With the limits of its workspace, where it has some. */
export function limitedBy(policy: RangePolicy, limits: RangeLimits | null): RangePolicy {
  const rows = (policy.quota && limits?.rows?.[policy.quota]) ?? policy.most_rows;
  const fields = limits?.fields ?? policy.most_fields;
  return { ...policy, ...(rows !== undefined && { most_rows: rows }), ...(fields !== undefined && { most_fields: fields }) };
}

export interface Range {
  readonly from: Date | null;
  readonly to: Date | null;
  /** There can be no row that was not read before. */
  readonly empty: boolean;
}

/** `done` = the end of the last good range, `upTo` = the instant of the run. */
export function rangeOf(policy: RangePolicy, done: Date | null, upTo: Date): Range {
  const [first, last] = [dateOf(policy.from), dateOf(policy.until)];
  if (policy.mode === 'whole') return { from: null, to: null, empty: false };
  if (policy.mode === 'fixed') return { from: first, to: last, empty: false };
  const to = last && last < upTo ? last : upTo;
  const from = done ?? first;
  return { from, to, empty: from !== null && from >= to && (done !== null || from > to) };
}

/** Has everything been read that a tick at this instant would read? Such a tick passes without a run. */
export const isDone = (policy: RangePolicy, done: Date | null, upTo: Date): boolean =>
  policy.mode === 'since_success' && done !== null && rangeOf(policy, done, upTo).empty;

const dateOf = (text: string | undefined): Date | null => (text === undefined ? null : new Date(text));

export interface Bounds {
  /** Literals of standard SQL, both of them included; they hold nothing that a person wrote. */
  readonly lower?: string;
  readonly upper?: string;
}

/** The bounds of a range in the unit of its field. */
export function boundsOf({ from, to }: Pick<Range, 'from' | 'to'>, unit: RangePolicy['unit']): Bounds {
  return {
    ...(from && { lower: literal(from, unit, 'lower') }),
    ...(to && { upper: literal(to, unit, 'upper') }),
  };
}

const day = 86_400_000;

function literal(at: Date, unit: RangePolicy['unit'], end: 'lower' | 'upper'): string {
  const round = end === 'lower' ? Math.ceil : Math.floor;
  switch (unit) {
    case 'unix_ms':
      return String(at.getTime());
    case 'unix_s':
      return String(round(at.getTime() / 1000));
    // A date is its midnight: the first one in the range is the first midnight in it.
    case 'date':
      return `'${new Date(round(at.getTime() / day) * day).toISOString().slice(0, 10)}'`;
    // Every session of ours is in UTC; not every system reads an offset.
    case 'instant':
      return `'${at.toISOString().slice(0, 23).replace('T', ' ')}'`;
  }
}
