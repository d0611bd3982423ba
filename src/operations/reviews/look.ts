/** Looking at rows: windows of views, and the way from one problem to the next. */
import { z } from 'zod';
import type { OpenReview } from '../../review/open-review.ts';
import { filters, type Opened, type Problem, type ShownRow } from '../../review/windows.ts';
import type { Ports } from '../operation.ts';
import { withReview, type Reviewed } from './open.ts';

const column = z.string().max(20);

export const wantedShape = z.object({
  filter: z.enum(filters),
  column: column.optional(),
  message: z.string().max(10_000).optional(),
  search: z.string().max(1000).optional(),
});

const level = z.enum(['error', 'warning', 'info']);

export const rowShape = z.object({
  id: z.number(),
  n: z.number().nullable(),
  removed: z.literal(true).exactOptional(),
  added: z.literal(true).exactOptional(),
  cells: z.array(
    z.object({
      v: z.string(),
      raw: z.string().exactOptional(),
      f: z.literal(true).exactOptional(),
      e: z.literal(true).exactOptional(),
      m: z.array(z.object({ level, message: z.string(), group: z.string().exactOptional() })).exactOptional(),
      o: z.array(z.object({ label: z.string(), value: z.string() })).exactOptional(),
    }),
  ),
});

export const rowsOut = (rows: readonly ShownRow[]): z.input<typeof rowShape>[] =>
  rows.map(({ cells, ...row }) => ({
    ...row,
    cells: cells.map(({ m, o, ...cell }) => ({ ...cell, ...(m && { m: [...m] }), ...(o && { o: [...o] }) })),
  }));

export const viewShape = z.object({
  view: z.string(),
  total: z.number(),
  matches: z.number().exactOptional().meta({ description: 'Cells that hold what is searched for, where something is' }),
});

export async function viewRows(
  ports: Ports,
  reviewed: Reviewed,
  wanted: z.output<typeof wantedShape>,
): Promise<Opened & { readonly view: string }> {
  return await withReview(ports, reviewed, async (review) => await review.view(wanted));
}

/** Most rows of a window. */
export const widest = 200;

export const windowShape = z.object({ version: z.number(), total: z.number(), offset: z.number(), rows: z.array(rowShape) });

export async function showRows(
  ports: Ports,
  reviewed: Reviewed,
  { view, offset, limit }: { readonly view: string; readonly offset: number; readonly limit: number },
): Promise<z.input<typeof windowShape>> {
  return await withReview(ports, reviewed, async (review) => {
    const ids = await review.idsOf(view, offset, limit);
    return { version: review.known, total: review.totalOf(view), offset, rows: rowsOut(await review.rows(ids)) };
  });
}

export const seekingShape = z.object({
  from: z.coerce
    .number()
    .int()
    .min(-1)
    .max(Number.MAX_SAFE_INTEGER / 100_000),
  at: column.optional(),
  column: column.optional(),
  direction: z.enum(['next', 'previous']).default('next'),
  level: z.enum(['error', 'warning']).default('error'),
});

export const problemShape = z.union([
  z.object({ position: z.number(), column: z.string(), at: z.number(), of: z.number() }),
  z.object({ position: z.null() }),
]);

export async function problemAt(
  ports: Ports,
  reviewed: Reviewed,
  view: string,
  seeking: z.output<typeof seekingShape>,
): Promise<Problem | undefined> {
  return await withReview(ports, reviewed, async (review: OpenReview) => await review.problem(view, seeking));
}
