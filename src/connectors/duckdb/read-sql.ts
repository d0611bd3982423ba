/** The statements of a read, and what it remembers for the next one. Pure. */
import { HeadgateError } from '../../domain/error.ts';
import type { Json } from '../../domain/json.ts';
import type { CursorPolicy } from '../../domain/policy.ts';
import { refName, type Field } from '../../domain/schema.ts';
import { duckType, fromWire, logicalType, quoteName, quoteText, toWire } from '../../sdk/duck-sql.ts';
import type { FlowRead, ReadRequest } from '../../sdk/index.ts';
import { cursorKind, isCursorPosition, positionWarnings, type CursorKind } from '../_sql/cursor.ts';
import { fromClause, rangePredicate, whereClause } from '../_sql/select.ts';
import { defaultNamespace } from './catalog.ts';

export interface CursorPosition {
  readonly kind: 'cursor';
  readonly field: string;
  /** The greatest cursor read, as wire text, at most now; null = no row had one. */
  readonly value: string | null;
  /** Where the next read starts. One process owns the file, so nothing older can be committed later: it is `value`. */
  readonly bound: string | null;
}

export function cursorPosition(from: Json | undefined, field: string): CursorPosition | undefined {
  return isCursorPosition<CursorPosition>(from, field) ? from : undefined;
}

const native = (field: Field): string => field.native?.type ?? duckType(field.type);

export const rowsFrom = (flow: FlowRead): string => fromClause(flow.stream, defaultNamespace);

/** The projection as wire text, one VARCHAR per column. */
export function columnTexts({ schema, projection }: FlowRead): readonly string[] {
  return projection.columns.map(({ from, cast, mask }) => {
    const field = schema.fields.find(({ name }) => name === from);
    const name = quoteName(from);
    const text = cast
      ? toWire(logicalType(duckType(cast)), `cast(${name} as ${duckType(cast)})`)
      : toWire(field?.type ?? { kind: 'text' }, name);
    return mask ? `sha256(${text})` : text;
  });
}

export function selectText(flow: FlowRead, predicates: readonly (string | undefined)[]): string {
  const texts = columnTexts(flow).map((text, i) => `${text} as c${i}`);
  const where = whereClause([flow.projection.where === undefined ? undefined : `\n${flow.projection.where}`, ...predicates]);
  return `select ${texts.join(', ')}\nfrom ${rowsFrom(flow)}${where}`;
}

export function keysPredicate(flow: FlowRead, keys: ReadRequest['keys']): string | undefined {
  if (!keys) return undefined;
  if (keys.values.length === 0) return 'false';
  const texts = keys.fields.map((name) => {
    const from = flow.projection.columns.find((column) => column.as === name)?.from ?? name;
    const field = flow.schema.fields.find((candidate) => candidate.name === from);
    if (!field) throw new HeadgateError('field.missing', `${refName(flow.stream)} has no field ${JSON.stringify(name)}`);
    return toWire(field.type, quoteName(field.name));
  });
  return `(${texts.join(', ')}) in (${keys.values.map((row) => `(${row.map(quoteText).join(', ')})`).join(', ')})`;
}

/** A wire text as a literal of the cursor's type. */
const literal = (field: Field, text: string): string => `(${fromWire(field.type, quoteText(text), native(field))})`;

export interface Start {
  readonly predicate?: string;
  readonly lookback?: string;
  readonly warnings: readonly string[];
}

export function startOf(cursor: CursorPolicy, field: Field, from: Json | undefined): Start {
  const { window } = cursor;
  const kind = cursorKind(field);
  const saved = cursorPosition(from, field.name);
  const warnings = positionWarnings(from, saved, field.name);
  // People write bounds as DuckDB reads them: `2024-01-01 10:00`.
  const bound = (text: string): string => `cast(${quoteText(text)} as ${native(field)})`;
  const { from: first, to, lookback } = window;
  const low = first !== undefined ? bound(first) : saved?.bound != null ? literal(field, saved.bound) : undefined;
  const lower = low === undefined ? {} : { lower: shifted(low, kind, lookback) };
  const upper = to === undefined ? {} : { upper: bound(to) };
  const predicate = rangePredicate(cursor, { ...lower, ...upper }, field.nullable);
  return { ...(predicate !== undefined && { predicate }), ...(lookback !== undefined && { lookback }), warnings };
}

function shifted(bound: string, kind: CursorKind, lookback: string | undefined): string {
  if (lookback === undefined) return bound;
  if (kind === 'time') return `(${bound} - ${quoteText(lookback)}::interval)`;
  if (kind === 'number' && /^\d+(\.\d+)?$/.test(lookback)) return `(${bound} - ${lookback})`;
  throw new HeadgateError('usage.arguments', `a lookback of ${JSON.stringify(lookback)} does not fit this cursor`, {
    hint: 'give an interval for dates and times (10 minutes), a number for numbers; other cursors have none',
  });
}

/**
 * One row: how many rows the read delivers, and the greatest cursor among them: as it is, and at most now. Values that mean
 * "beyond everything" do not count: nothing would ever come after them.
 */
export function greatestValue(flow: FlowRead, field: Field, predicates: readonly (string | undefined)[]): string {
  const name = quoteName(field.name);
  const endless = field.type.kind === 'float' ? ` filter (where not isnan(${name}) and not isinf(${name}))` : '';
  const greatest = `max(${name})${endless}`;
  const now = nowFor(field);
  const capped = now === undefined ? greatest : `least(${greatest}, ${now})`;
  const where = whereClause([flow.projection.where === undefined ? undefined : `\n${flow.projection.where}`, ...predicates]);
  return (
    `select count(*), ${toWire(field.type, capped)}, ${now === undefined ? 'false' : `coalesce(${greatest} > ${now}, false)`}, ` +
    `count(*) filter (where ${name} is null) from ${rowsFrom(flow)}${where}`
  );
}

/** The latest moment that is not in the future. Times without a zone may be of any, up to 14 hours ahead. */
function nowFor({ type }: Field): string | undefined {
  if (type.kind === 'date') return `cast(now() at time zone 'UTC' + interval '14 hours' as DATE)`;
  if (type.kind !== 'timestamp') return undefined;
  return type.zone ? 'now()' : `(now() at time zone 'UTC' + interval '14 hours')`;
}

/** The position after a read: never backwards, unless a person named the range. */
export function nextPosition(
  cursor: CursorPolicy,
  greatest: string | null,
  later: boolean,
  saved: CursorPosition | undefined,
): CursorPosition {
  const { window, field } = cursor;
  const at = (value: string | null): CursorPosition => ({ kind: 'cursor', field, value, bound: value });
  if (window.advance === 'range-end' && window.to !== undefined) return at(window.to);
  if (greatest === null) return at(saved?.value ?? null);
  return window.from !== undefined || saved?.value == null || later ? at(greatest) : at(saved.value);
}

/** Is one wire text later than another? One row, one boolean. */
export const isLater = (field: Field, value: string, than: string): string =>
  `select ${literal(field, value)} > ${literal(field, than)}`;
