/** A load of this vocabulary as a flow of a pipeline. Pure. */
import { z } from 'zod';
import type { Json } from '../../../domain/json.ts';

export const delimiter = z.enum(['comma', 'tab', 'pipe']);
export const existingRows = z.enum(['fail', 'truncate', 'append', 'drop']);

/** In a path of ours a dot parts schema and table, braces are filled in. */
export const plainName = z
  .string()
  .min(1)
  .max(127)
  .regex(/^[^.{}"]+$/, 'a name without dots, braces and quotes');

export type Existing = z.output<typeof existingRows> | 'upsert';

/** What becomes of rows that are there already. */
export function writing(
  existing: Existing,
  keys: { readonly primary: readonly string[]; readonly modified: readonly string[] },
): Readonly<Record<string, Json>> {
  const own = { allow_delete: true, on_schema_change: 'freeze' };
  switch (existing) {
    case 'fail':
      return { ...own, write: 'append', existing: 'fail' };
    case 'append':
      return { ...own, write: 'append' };
    case 'truncate':
      return { ...own, write: 'replace' };
    case 'drop':
      return { ...own, write: 'replace', existing: 'recreate' };
    case 'upsert':
      return {
        ...own,
        write: 'merge',
        key: [...keys.primary],
        ...(keys.modified.length > 0 && { version: [...keys.modified], stale: 'skip' }),
      };
  }
}

/** Columns by which a table is laid out must be there: a column that keeps its name must, too. */
export function layout(...columns: readonly (string | undefined)[]): Readonly<Record<string, Json>> {
  const named = columns.filter((column) => column !== undefined && column !== '').map((column) => [column, column]);
  return named.length === 0 ? {} : { rename: Object.fromEntries(named) };
}

export const noKeys = { primary: [], modified: [] } as const;

export const maxErrors = z.number().int().min(0).max(999_999_999);
