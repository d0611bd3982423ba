/** Which columns of a file feed which fields, as importers tell it. Pure. */

type Single = { fileHeader: string; fileHeaderIndex: number; isCustom: boolean; manyToOne: false };

type Several = {
  fileHeader: null;
  fileHeaders: string[];
  fileHeaderIndex: null;
  fileHeaderIndexes: number[];
  isCustom: boolean;
  manyToOne: true;
};

export type FieldPlace = Single | Several;

/** `columns` = of each field by its key; those beyond the headers are no part of the file. `isCustom`: was the field made for its column? */
export function fieldPlaces(
  headers: readonly string[],
  columns: Readonly<Record<string, readonly number[]>>,
  many: ReadonlySet<string>,
  isCustom: (key: string) => boolean = () => false,
): Record<string, FieldPlace> {
  const header = (column: number): string => headers[column] ?? '';
  const places = Object.entries(columns).flatMap(([key, all]): readonly (readonly [string, FieldPlace])[] => {
    const own = all.filter((column) => column < headers.length);
    const [first] = own;
    if (first === undefined) return [];
    if (!many.has(key)) {
      return [[key, { fileHeader: header(first), fileHeaderIndex: first, isCustom: isCustom(key), manyToOne: false }]];
    }
    const fileHeaders = own.map(header);
    const several = { fileHeader: null, fileHeaders, fileHeaderIndex: null, fileHeaderIndexes: [...own] };
    return [[key, { ...several, isCustom: false, manyToOne: true }]];
  });
  return Object.fromEntries(places);
}
