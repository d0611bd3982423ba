import type { CursorPolicy, Projection } from '../../domain/policy.ts';
import type { StreamRef } from '../../domain/schema.ts';
import type { LogicalType } from '../../domain/types.ts';
import { quoteName, quoteTable } from './names.ts';

/** A query without the semicolon that people end it with. */
export function queryText(query: string): string {
  return query.trim().replace(/;\s*$/, '');
}

/** What follows `from`. A query stands on lines of its own, so that a comment at its end cannot swallow the bracket. */
export function fromClause(stream: StreamRef, defaultNamespace?: string): string {
  if (stream.query !== undefined) return `(\n${queryText(stream.query)}\n) as ${quoteName(stream.name)}`;
  const namespace = stream.namespace ?? defaultNamespace;
  return quoteTable({ name: stream.name, ...(namespace !== undefined && { namespace }) });
}

/** How a system writes the steps that a source does by itself. */
export interface ColumnSteps {
  cast(expression: string, type: LogicalType): string;
  /** The digest of an expression's wire text. */
  hash(expression: string): string;
  /** How an unconverted field is delivered. */
  plain(expression: string, field: string): string;
}

/** The columns of a projection. */
export function selectList(projection: Projection, { cast, hash, plain }: ColumnSteps): string {
  return projection.columns
    .map((column) => {
      const name = quoteName(column.from);
      const delivered = column.cast ? cast(name, column.cast) : plain(name, column.from);
      const expression = column.mask ? hash(delivered) : delivered;
      return expression === name && column.as === column.from ? name : `${expression} as ${quoteName(column.as)}`;
    })
    .join(', ');
}

/** `where a and b`, each on its own lines; nothing where there is no predicate. */
export function whereClause(predicates: readonly (string | undefined)[]): string {
  const given = predicates.filter((predicate) => predicate !== undefined);
  return given.length === 0 ? '' : `\nwhere ${given.map((predicate) => `(${predicate}\n)`).join('\n  and ')}`;
}

export interface Range {
  readonly lower?: string;
  readonly upper?: string;
  /** Rows that are also wanted, whatever their cursor says. */
  readonly also?: string;
}

/**
 * The rows between two bounds, given as SQL expressions of the cursor's type, under the policy for NULL cursors.
 * Absent = every row. 'fail' reads like 'include': whoever asks for it looks for NULLs first.
 */
export function rangePredicate(cursor: CursorPolicy, range: Range, nullable: boolean): string | undefined {
  const name = quoteName(cursor.field);
  const { window } = cursor;
  const low = range.lower === undefined ? undefined : `${name} ${window.fromInclusive ? '>=' : '>'} ${range.lower}`;
  const lower = low !== undefined && range.also !== undefined ? `(${low} or ${range.also})` : low;
  const upper = range.upper === undefined ? undefined : `${name} ${window.toInclusive ? '<=' : '<'} ${range.upper}`;
  const bounds = [lower, upper].filter((bound) => bound !== undefined).join(' and ');
  // Where it cannot be NULL, asking for NULLs would only keep an index from being used.
  if (!nullable) return bounds === '' ? undefined : bounds;
  if (cursor.nulls === 'skip') return bounds === '' ? `${name} is not null` : `${name} is not null and ${bounds}`;
  return bounds === '' ? undefined : `${name} is null or (${bounds})`;
}
