/** Lists by keyset: the cursor is the id of the last row, so rows that are inserted meanwhile move nothing. */
import { z, type ZodType } from 'zod';

export const pageInput = {
  cursor: z.string().max(100).optional().meta({ description: 'The `next_cursor` of the page before' }),
  limit: z.coerce.number().int().min(1).max(200).default(50),
};

export function pageOf<T extends ZodType>(item: T) {
  return z.object({ data: z.array(item), has_more: z.boolean(), next_cursor: z.string().nullable() });
}

export interface Page<T> {
  readonly data: T[];
  readonly has_more: boolean;
  readonly next_cursor: string | null;
}

/** `rows` were asked for with one more than `limit`, which tells whether there are more. */
export function page<R extends { readonly id: string }, T>(rows: readonly R[], limit: number, show: (row: R) => T): Page<T> {
  const shown = rows.slice(0, limit);
  const has_more = rows.length > limit;
  return { data: shown.map(show), has_more, next_cursor: has_more ? (shown.at(-1)?.id ?? null) : null };
}
