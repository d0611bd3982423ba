/**
 * What came out of the interpreter, judged. A hook can tamper with everything in there, so nothing is believed: the text must be of the one
 * shape, name rows and fields that were given, and its keys never become keys of ours. Pure.
 */
import { z } from 'zod';
import { levels, type Change } from './cells.ts';
import { between } from './packed.ts';

const text = z.string().transform((value) => value.toWellFormed());
const scalar = text.nullable();
/** A message as people write it: without a level it is an error. */
export const infoForm = z.object({ message: text, level: z.enum(levels).default('error') });
const patch = z.strictObject({
  value: z.union([scalar, z.array(scalar).max(2000)]).optional(),
  info: z
    .array(z.strictObject({ message: text, level: z.enum(levels) }))
    .max(2000)
    .optional(),
  selectOptions: z
    .array(z.strictObject({ label: text, value: text, alternateMatches: z.array(text).max(2000).optional() }))
    .max(2000)
    .optional(),
});
const place = z.int().nonnegative();
/** Position of the row in the batch, of the field among the fields, of the part or -1. */
const entry = z.tuple([place, place, z.int().min(-1), patch]);

/** By far the most changes are a new text and nothing else: a field, its rows, their texts, or how long those are that stand packed behind the JSON. They are judged one by one, by hand. */
const run = z.strictObject({ first: place, count: place });
const column = z.tuple([place, z.union([z.array(z.unknown()), run]), z.union([z.array(z.unknown()), place])]);
const answered = z.strictObject({ texts: z.array(column), entries: z.array(entry) });

/** Which rows and fields the positions mean. */
export interface Given {
  /** The index of each row of the batch. */
  readonly indexes: readonly number[];
  readonly fields: readonly string[];
}

/** Undefined where the text is no JSON. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Undefined where the text is not what the interpreter's own half writes. */
export function changesOf(text: string, { indexes, fields }: Given): readonly Change[] | undefined {
  let behind = text.indexOf('\n') + 1;
  const answer = answered.safeParse(parsed(text.slice(0, behind))).data;
  if (!answer) return undefined;
  const changes: Change[] = [];
  for (const [place, rows, packed] of answer.texts) {
    const field = fields[place];
    const values: readonly unknown[] = Array.isArray(packed) ? packed : text.slice(behind, (behind += packed)).split(between);
    const count = Array.isArray(rows) ? rows.length : rows.count;
    if (field === undefined || count !== values.length) return undefined;
    for (let at = 0; at < count; at++) {
      const row = Array.isArray(rows) ? Number(rows[at]) : rows.first + at;
      const [index, value] = [indexes[row], values[at]];
      if (index === undefined || typeof value !== 'string') return undefined;
      changes.push({ row: index, field, value: value.toWellFormed() });
    }
  }
  for (const [row, place, part, patched] of answer.entries) {
    const [index, field] = [indexes[row], fields[place]];
    if (index === undefined || field === undefined) return undefined;
    // zod says `undefined` for keys that are not there, and means the same.
    changes.push({ row: index, field, ...(part >= 0 && { part }), ...(patched as Omit<Change, 'row' | 'field'>) });
  }
  return changes;
}

const instruction = z.strictObject({ method: z.string().max(100), arguments: z.array(z.json()).max(10) });
const instructed = z.strictObject({
  calls: z.array(instruction).max(10_000),
  returned: z.strictObject({ cancel: z.boolean(), message: text.nullable() }).nullable(),
});

/** What a step hook asked of its instance, in order; `returned` of a before-finish hook that gave something back. */
export type Instructed = z.infer<typeof instructed>;

export const instructedOf = (json: unknown): Instructed | undefined =>
  depthOf(json) > 40 ? undefined : instructed.safeParse(json).data;

/** How deep objects and arrays are nested, counted up to 41. */
function depthOf(json: unknown, depth = 0): number {
  if (json === null || typeof json !== 'object' || depth > 40) return depth;
  return Object.values(json).reduce<number>((deepest, value) => Math.max(deepest, depthOf(value, depth + 1)), depth + 1);
}
