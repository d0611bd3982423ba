/** Edits as they stand in the log: enough to make the same rows again from the original. Plain data. */
import { z } from 'zod';
import { choices } from './choices.ts';

/** First and last of consecutive row ids. */
const span = z.tuple([z.number().int(), z.number().int()]);
export type Span = z.output<typeof span>;

const spans = z.array(span);
/** `c3`: the column of the file that it shows. */
const column = z.string().regex(/^c\d{1,6}$/);
const text = z.string().max(100_000);

const cells = z.object({
  kind: z.literal('cells'),
  cells: z.array(z.object({ row: z.number().int().min(0), column, text })).max(10_000),
});
const removal = z.object({ kind: z.enum(['delete', 'restore']), rows: spans });
const addition = z.object({ kind: z.literal('add'), cells: z.record(column, text) });

export const replacement = z.object({
  kind: z.literal('replace'),
  find: z.string().min(1).max(1000),
  with: text,
  caseSensitive: z.boolean().default(false),
  /** The whole cell. */
  whole: z.boolean().default(false),
  regex: z.boolean().default(false),
  column: column.exactOptional(),
});

/** All cells of a column of which the message is said, or those of them with one text: `with` a text, or `by` a suggestion. */
export const fix = z.object({
  kind: z.literal('fix'),
  column,
  message: z.string(),
  value: z.string().exactOptional(),
  with: text.exactOptional(),
  by: z.string().max(50).exactOptional(),
});

/** What a person may do. Rows without spans are all that are there. */
export const edit = z.discriminatedUnion('kind', [
  cells,
  removal,
  addition,
  // `except` = columns that can only be read.
  replacement.extend({ rows: spans.exactOptional(), except: z.array(column).exactOptional() }),
  fix,
]);

export type Edit = z.output<typeof edit>;
export type Replacement = Extract<Edit, { kind: 'replace' }>;
export type Fix = Extract<Edit, { kind: 'fix' }>;

/** What hooks have done after an edit: made again from here, not by running them. */
const hooked = z.object({
  cells: z.array(z.object({ row: z.number().int(), column, text: z.string() })),
  notes: z.array(
    z.object({
      row: z.number().int(),
      column,
      messages: z.array(z.object({ message: z.string(), level: z.enum(['error', 'warning', 'info']) })),
    }),
  ),
  options: z
    .array(
      z.object({
        row: z.number().int(),
        column,
        options: z.array(
          z.object({ label: z.string(), value: z.string(), alternateMatches: z.array(z.string()).exactOptional() }),
        ),
      }),
    )
    .default([]),
});

export type Hooked = z.output<typeof hooked>;

/** Calls of each hook of the step before the end, about the rows as they were at an entry. */
const asked = z.object({
  at: z.number().int(),
  calls: z.array(z.array(z.object({ method: z.string(), arguments: z.array(z.json()) }))),
});

/**
 * `undo` and `redo` name the edit that they are about; `reread` begins anew with the original, and nothing before it counts; `told` is what
 * the hooks of the end have said of cells when they did not let it end, and `asked` what they have asked for where somebody is to confirm it.
 */
export const entry = z.union([
  edit,
  z.object({ kind: z.enum(['undo', 'redo']), of: z.number().int() }),
  z.object({ kind: z.literal('reread'), choices }),
  z.object({ kind: z.literal('told'), asked: asked.exactOptional() }),
]);

export type Entry = z.output<typeof entry>;

/** As the log has it. */
export const written = z.intersection(entry, z.object({ hooked: hooked.exactOptional() }));

/** An entry at its place in the log. */
export interface Logged {
  readonly seq: number;
  readonly entry: Entry;
  /** Absent = hooks have not been asked, or have done nothing. */
  readonly hooked?: Hooked | undefined;
}

/** Consecutive ids as spans. Pure. */
export function spansOf(ids: readonly number[]): readonly Span[] {
  const found: [number, number][] = [];
  for (const id of ids.toSorted((a, b) => a - b)) {
    const last = found.at(-1);
    if (last && id <= last[1] + 1) last[1] = Math.max(last[1], id);
    else found.push([id, id]);
  }
  return found;
}
