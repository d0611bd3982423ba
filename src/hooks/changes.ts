/**
 * What came out of the interpreter, judged. A hook can tamper with everything in there, so nothing is believed: the text must be of the one
 * shape, name rows and fields that were given, and its keys never become keys of ours. Pure.
 */
import { z } from 'zod';
import { levels, type Change } from './cells.ts';

const text = z.string().transform((value) => value.toWellFormed());
const scalar = text.nullable();
const patch = z.strictObject({
  value: z.union([scalar, z.array(scalar).max(2000)]).optional(),
  info: z
    .array(z.strictObject({ message: text, level: z.enum(levels) }))
    .max(2000)
    .optional(),
  selectOptions: z
    .array(z.strictObject({ label: text, value: text }))
    .max(2000)
    .optional(),
});
const place = z.int().nonnegative();
/** Position of the row in the batch, of the field among the fields, of the part or -1. */
const entry = z.tuple([place, place, z.int().min(-1), patch]);

/** Which rows and fields the positions mean. */
export interface Given {
  /** The index of each row of the batch. */
  readonly indexes: readonly number[];
  readonly fields: readonly string[];
}

/** Undefined where the text is not what the interpreter's own half writes. */
export function changesOf(json: unknown, { indexes, fields }: Given): readonly Change[] | undefined {
  if (!Array.isArray(json)) return undefined;
  const changes: Change[] = [];
  for (const item of json as readonly unknown[]) {
    const simple = simpleChange(item);
    const [row, field, part, patched] = simple ?? entry.safeParse(item).data ?? [-1, -1, -1, {}];
    const [index, name] = [indexes[row], fields[field]];
    if (index === undefined || name === undefined) return undefined;
    // zod says `undefined` for keys that are not there, and means the same.
    changes.push({ row: index, field: name, ...(part >= 0 && { part }), ...(patched as Omit<Change, 'row' | 'field'>) });
  }
  return changes;
}

/** By far the most are a new text and nothing else, which the interpreter's half writes without an object around it. */
function simpleChange(item: unknown): readonly [number, number, number, { readonly value: string }] | undefined {
  if (!Array.isArray(item) || item.length !== 4) return undefined;
  const [row, field, part, value] = item as readonly unknown[];
  if (typeof row !== 'number' || typeof field !== 'number' || typeof part !== 'number' || typeof value !== 'string')
    return undefined;
  return Number.isInteger(part) && part >= -1 ? [row, field, part, { value: value.toWellFormed() }] : undefined;
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
