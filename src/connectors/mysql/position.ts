/** What a read remembers for the next one, and what the next one does with it. Pure. */
import { HeadgateError } from '../../domain/error.ts';
import type { Json } from '../../domain/json.ts';
import type { CursorPolicy } from '../../domain/policy.ts';
import type { Field } from '../../domain/schema.ts';
import { cursorKind, defaultLookback, isCursorPosition, positionWarnings, type CursorKind } from '../_sql/cursor.ts';
import type { Range } from '../_sql/select.ts';
import { literal } from './select.ts';

/** A type alias, not an interface: only those are plain JSON to the type checker. */
export type CursorPosition = {
  readonly kind: 'cursor';
  readonly field: string;
  /** The greatest cursor value read, as text; null = there was none. */
  readonly value: string | null;
  /** Where the next read starts: never later than what a transaction that was open could still write. */
  readonly bound: string | null;
  readonly at: string;
  /** Could we see the transactions of others? */
  readonly visible: boolean;
};

/** The saved position, if it is one of this cursor; everything else means to start again from the beginning. */
export function cursorPosition(from: Json | undefined, field: string): CursorPosition | undefined {
  return isCursorPosition<CursorPosition>(from, field) ? from : undefined;
}

export interface Start extends Range {
  readonly warnings: readonly string[];
}

/** The range that the next read covers. */
export function startOf(cursor: CursorPolicy, field: Field, from: Json | undefined): Start {
  const kind = cursorKind(field);
  const { window } = cursor;
  const saved = cursorPosition(from, field.name);
  const warnings = [...positionWarnings(from, saved, field.name)];
  if (cursor.strict)
    warnings.push('strict reading needs to know who wrote a row, which MySQL does not say: it changes nothing here');
  const upper = window.to === undefined ? {} : { upper: literal(field.type, window.to) };
  const lower = (value: string, lookback: string | undefined): Start => ({
    ...upper,
    lower: shifted(literal(field.type, value), kind, lookback),
    warnings,
  });
  if (window.from !== undefined) return lower(window.from, window.lookback);
  if (!saved || saved.bound === null) return { ...upper, warnings };
  return lower(saved.bound, window.lookback ?? (kind === 'time' && !saved.visible ? defaultLookback : undefined));
}

function shifted(bound: string, kind: CursorKind, lookback: string | undefined): string {
  if (lookback === undefined) return bound;
  const time = /^(\d+)\s*(microsecond|second|minute|hour|day|week|month|year)s?$/i.exec(lookback.trim());
  if (kind === 'time' && time) return `${bound} - interval ${time[1]} ${time[2]}`;
  if (kind === 'number' && /^\d+(\.\d+)?$/.test(lookback)) return `${bound} - ${lookback}`;
  throw new HeadgateError('usage.arguments', `a lookback of ${JSON.stringify(lookback)} does not fit this cursor`, {
    hint: 'give one unit for dates and times (10 minutes), a number for numbers; other cursors have none',
  });
}
