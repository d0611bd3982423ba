/** Which columns of a file feed which fields, as importers tell it. Pure. */
import { z } from 'zod';

const single = z.object({
  /** Null = no column of the file feeds it. */
  fileHeader: z.string().nullable(),
  fileHeaderIndex: z.number().int().nullable(),
  isCustom: z.boolean(),
  manyToOne: z.literal(false),
});
const several = z.object({
  fileHeader: z.null(),
  fileHeaders: z.array(z.string()),
  fileHeaderIndex: z.null(),
  fileHeaderIndexes: z.array(z.number().int()),
  isCustom: z.boolean(),
  manyToOne: z.literal(true),
});

export const fieldPlace = z.union([single, several]);

export type FieldPlace = z.output<typeof fieldPlace>;

export interface Placing {
  readonly headers: readonly string[];
  /** Of each field by its key; those beyond the headers are no part of the file. */
  readonly columns: Readonly<Record<string, readonly number[]>>;
  /** Fields of several columns. */
  readonly many: readonly string[];
  /** Fields that were made for their column. */
  readonly custom: readonly string[];
  /** Fields that are told of even where no column feeds them: whoever added one looks for it. */
  readonly added: readonly string[];
}

export function fieldPlaces({ headers, columns, many, custom, added }: Placing): Record<string, FieldPlace> {
  const places = Object.entries(columns).flatMap(([key, all]): readonly (readonly [string, FieldPlace])[] => {
    const own = all.filter((column) => column < headers.length);
    if (own.length === 0 && !added.includes(key)) return [];
    const fileHeaders = own.map((column) => headers[column] ?? '');
    if (many.includes(key)) {
      const places = { fileHeader: null, fileHeaders, fileHeaderIndex: null, fileHeaderIndexes: own };
      return [[key, { ...places, isCustom: false, manyToOne: true }]];
    }
    const [fileHeader = null] = fileHeaders;
    return [[key, { fileHeader, fileHeaderIndex: own[0] ?? null, isCustom: custom.includes(key), manyToOne: false }]];
  });
  return Object.fromEntries(places);
}
