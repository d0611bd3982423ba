/** Edits as they are sent: rows may be those of a view, which only this process knows. */
import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import { edit, fix, replacement, spansOf, type Edit, type Span } from '../../review/edit.ts';
import { fixedParts, type EditLimits } from '../../review/limits.ts';
import type { OpenReview } from '../../review/open-review.ts';
import { columnId } from '../../review/plan.ts';

const view = z.string().max(100);
const row = z.number().int().min(0);
const cell = z.object({ row, column: z.string(), text: z.string().max(100_000) });

export const sentReplacement = replacement.extend({ view: view.exactOptional() });
export type SentReplacement = z.output<typeof sentReplacement>;

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

/** Throws `request.invalid`. */
function readEdit(given: unknown): Edit {
  const read = edit.safeParse(given);
  if (read.success) return read.data;
  const [{ path, message } = { path: [], message: 'it is none' }] = read.error.issues;
  throw new HeadgateError('request.invalid', `editing: ${path.join('.')}: ${message}`);
}

/** As the log has it. Throws `object.missing` for a view that is no more, `request.invalid`. */
export async function editOf(review: OpenReview, sent: SentEdit, limits: Pick<EditLimits, 'readOnly'>): Promise<Edit> {
  switch (sent.kind) {
    case 'delete':
    case 'restore':
      return readEdit({
        kind: sent.kind,
        rows: [...(sent.view === undefined ? spansOf(sent.rows ?? []) : await viewed(review, sent.view))],
      });
    case 'replace': {
      const { view: named, ...rest } = sent;
      const except = fixedParts(review.plan, limits).map(({ column }) => columnId(column));
      return readEdit({ ...rest, except, ...(named !== undefined && { rows: [...(await viewed(review, named))] }) });
    }
    default:
      return readEdit(sent);
  }
}

const viewed = async (review: OpenReview, named: string): Promise<readonly Span[]> =>
  spansOf(await review.idsOf(named, 0, review.totalOf(named)));
