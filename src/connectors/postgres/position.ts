/** What a read remembers for the next one, and what the next one does with it. Pure. */
import { HeadgateError } from '../../domain/error.ts';
import type { Json } from '../../domain/json.ts';
import type { CursorPolicy } from '../../domain/policy.ts';
import type { Field } from '../../domain/schema.ts';
import { quoteText } from '../_sql/names.ts';
import { cursorKind, defaultLookback, isCursorPosition, positionWarnings, type CursorKind } from '../_sql/cursor.ts';
import type { Range } from '../_sql/select.ts';

/** A type alias, not an interface: only those are plain JSON to the type checker. */
export type CursorPosition = {
  readonly kind: 'cursor';
  readonly field: string;
  /** The greatest cursor value read, as text; null = there was none. */
  readonly value: string | null;
  /** Where the next read starts: never later than what a transaction that was open could still write. */
  readonly bound: string | null;
  /** The server's `pg_current_snapshot` of the read, and its clock. */
  readonly snapshot: string;
  readonly at: string;
  /** Transactions of others that were open when the read began. */
  readonly open: number;
  /** Could we see all of them and when they began? */
  readonly visible: boolean;
};

/** The saved position, if it is one of this cursor; everything else means to start again from the beginning. */
export function cursorPosition(from: Json | undefined, field: string): CursorPosition | undefined {
  return isCursorPosition<CursorPosition>(from, field) ? from : undefined;
}

export interface Start extends Range {
  /** `pg_current_snapshot` whose unseen rows are read as well. */
  readonly unseen?: string;
  readonly lookback?: string;
  readonly warnings: readonly string[];
}

/**
 * The range that the next read covers. `hidden` = the stream has rows whose writing transaction can be asked for
 * (tables have it, views and queries do not).
 */
export function startOf(cursor: CursorPolicy, field: Field, from: Json | undefined, hasXmin: boolean): Start {
  const kind = cursorKind(field);
  const { window } = cursor;
  const saved = cursorPosition(from, field.name);
  const warnings = [...positionWarnings(from, saved, field.name)];
  const type = field.native?.type ?? 'text';
  const literal = (value: string): string => `${quoteText(value)}::${type}`;
  const upper = window.to === undefined ? {} : { upper: literal(window.to) };
  if (window.from !== undefined) return { ...upper, lower: shifted(literal(window.from), kind, window.lookback), warnings };
  if (!saved || saved.bound === null) return { ...upper, warnings };
  const lookback = window.lookback ?? (kind === 'time' && !saved.visible ? defaultLookback : undefined);
  const asks = cursor.strict || (kind !== 'time' && window.lookback === undefined && (saved.open > 0 || !saved.visible));
  if (cursor.strict && !hasXmin) warnings.push('strict reading needs a table: a view or query does not say who wrote a row');
  return {
    ...upper,
    lower: shifted(literal(saved.bound), kind, lookback),
    ...(asks && hasXmin && { unseen: saved.snapshot, also: unseenPredicate(saved.snapshot) }),
    ...(lookback !== undefined && { lookback }),
    warnings,
  };
}

function shifted(bound: string, kind: CursorKind, lookback: string | undefined): string {
  if (lookback === undefined) return bound;
  if (kind === 'time') return `${bound} - ${quoteText(lookback)}::interval`;
  if (kind === 'number' && /^\d+(\.\d+)?$/.test(lookback)) return `${bound} - ${lookback}`;
  throw new HeadgateError('usage.arguments', `a lookback of ${JSON.stringify(lookback)} does not fit this cursor`, {
    hint: 'give an interval for dates and times (10 minutes), a number for numbers; other cursors have none',
  });
}

/**
 * Rows of transactions that the saved snapshot may not have seen: all from its oldest open one on. Asking for each
 * open transaction would miss rows written under savepoints, whose own numbers a snapshot does not list.
 * A row keeps only the lower 32 bits of its writer's number; the newest number that fits is taken, so that a row that
 * is older by whole turns is at worst read once more. Numbers below 3 mean that the row was always there.
 */
export function unseenPredicate(snapshot: string): string {
  const oldest = snapshot.split(':')[0] ?? '';
  if (!/^\d+$/.test(oldest)) throw new HeadgateError('internal.unexpected', 'reading the saved position: it holds no snapshot');
  const next = 'pg_snapshot_xmax(pg_current_snapshot())::text::bigint';
  const low = 'xmin::text::bigint';
  // `next - ((next - xmin) mod 2^32)`: the newest 64-bit number below the next one with these lower bits.
  return `(${low} >= 3 and ${next} - ((${next} - ${low}) & 4294967295) >= ${oldest})`;
}

/** The earliest value that must be read again, as SQL over the server's terms. */
export function boundExpression(kind: CursorKind, field: Field, max: string, facts: BoundFacts): string {
  const type = field.native?.type ?? 'text';
  const value = `${quoteText(max)}::${type}`;
  if (kind !== 'time') return value;
  const moment = (text: string): string => inCursorTerms(`${quoteText(text)}::timestamptz`, field, facts.zone);
  const oldest = facts.oldest === null ? [] : [moment(facts.oldest)];
  // One second: a transaction stamps its start a moment before others can see it.
  const now = inCursorTerms(`(${quoteText(facts.now)}::timestamptz - interval '1 second')`, field, facts.zone);
  return `least(${[value, now, ...oldest].join(', ')})`;
}

export interface BoundFacts {
  /** The server's clock before the read. */
  readonly now: string;
  /** When the oldest open transaction began; null = none was open. */
  readonly oldest: string | null;
  /** The zone in which sessions stamp what has none. */
  readonly zone: string;
}

/** A moment as a value of the cursor's type. */
export function inCursorTerms(moment: string, field: Field, zone: string): string {
  if (field.type.kind === 'timestamp' && field.type.zone) return moment;
  const local = `(${moment} at time zone ${quoteText(zone)})`;
  return field.type.kind === 'date' ? `${local}::date` : local;
}
