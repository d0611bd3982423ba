/** Which columns of a file feed which fields, as importers tell it. Pure. */

type Single = { fileHeader: string; fileHeaderIndex: number; isCustom: false; manyToOne: false };

type Several = {
  fileHeader: null;
  fileHeaders: string[];
  fileHeaderIndex: null;
  fileHeaderIndexes: number[];
  isCustom: false;
  manyToOne: true;
};

export type FieldPlace = Single | Several;

/** `columns` = of each field by its key; those beyond the headers are no part of the file. */
export function fieldPlaces(
  headers: readonly string[],
  columns: Readonly<Record<string, readonly number[]>>,
  many: ReadonlySet<string>,
): Record<string, FieldPlace> {
  const header = (column: number): string => headers[column] ?? '';
  const places = Object.entries(columns).flatMap(([key, all]): readonly (readonly [string, FieldPlace])[] => {
    const own = all.filter((column) => column < headers.length);
    const [first] = own;
    if (first === undefined) return [];
    if (!many.has(key)) {
      return [[key, { fileHeader: header(first), fileHeaderIndex: first, isCustom: false, manyToOne: false }]];
    }
    const fileHeaders = own.map(header);
    const several = { fileHeader: null, fileHeaders, fileHeaderIndex: null, fileHeaderIndexes: [...own] };
    return [[key, { ...several, isCustom: false, manyToOne: true }]];
  });
  return Object.fromEntries(places);
}
