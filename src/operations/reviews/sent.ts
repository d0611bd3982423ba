/** Edits as they are sent: rows may be those of a view, which only this process knows. */
import { z } from 'zod';
import { edit, fix, replacement, spansOf, type Edit } from '../../review/edit.ts';
import type { OpenReview } from '../../review/open-review.ts';

const view = z.string().max(100);
const row = z.number().int().min(0);
const cell = z.object({ row, column: z.string(), text: z.string().max(100_000) });

export const sentReplacement = replacement.extend({ view: view.exactOptional() });

export const sentEdit = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('cells'), cells: z.array(cell).max(10_000) }),
  z
    .object({
      kind: z.enum(['delete', 'restore']),
      rows: z.array(row).max(10_000).exactOptional(),
      view: view.exactOptional(),
    })
    .refine(({ rows, view: named }) => (rows === undefined) !== (named === undefined), { error: 'give rows or a view' }),
  z.object({ kind: z.literal('add'), cells: z.record(z.string(), z.string().max(100_000)) }),
  sentReplacement,
  fix,
]);

export type SentEdit = z.output<typeof sentEdit>;

/** As the log has it. Throws `object.missing` for a view that is no more, `request.invalid`. */
export async function editOf(review: OpenReview, sent: SentEdit): Promise<Edit> {
  if (!('view' in sent) || sent.view === undefined) return plain(sent);
  const ids = await review.idsOf(sent.view, 0, review.totalOf(sent.view));
  const { view: _named, ...rest } = sent;
  return edit.parse({ ...rest, rows: [...spansOf(ids)] });
}

function plain(sent: SentEdit): Edit {
  if (sent.kind === 'delete' || sent.kind === 'restore') return { kind: sent.kind, rows: [...spansOf(sent.rows ?? [])] };
  return edit.parse(sent);
}
