/** Which column of the file is which field: by the column's number. */
import type { Field, PreviewColumn } from '../../api/wire.ts';

/** `null` = it is left out; `own` = it becomes a field of its own. */
export type Choice = string | null | { readonly own: true };

export type Mapping = Readonly<Record<number, Choice>>;

/** As it stands, or as it is proposed: `first` = columns that match nothing become fields of their own. */
export function proposed(columns: readonly PreviewColumn[], first: boolean): Mapping {
  const isDecided = columns.some(({ custom }) => custom);
  return Object.fromEntries(
    columns.map(({ index, field, custom, header }) => {
      const isOwn = custom || (first && !isDecided && field === null && header !== '');
      return [index, isOwn ? { own: true as const } : field];
    }),
  );
}

/** What the server is told. */
export function decided(mapping: Mapping): {
  readonly columns: Readonly<Record<string, string | null>>;
  readonly custom: readonly number[];
} {
  const entries = Object.entries(mapping);
  return {
    columns: Object.fromEntries(entries.map(([column, choice]) => [column, typeof choice === 'string' ? choice : null])),
    custom: entries.flatMap(([column, choice]) => (typeof choice === 'object' && choice !== null ? [Number(column)] : [])),
  };
}

/** The columns of a field, in the order of the file. */
export function columnsOf(mapping: Mapping, key: string): number[] {
  return Object.entries(mapping).flatMap(([column, choice]) => (choice === key ? [Number(column)] : []));
}

/** With `column` in the place of the one that the field had, if any; `null` = with neither. */
export function withColumn(mapping: Mapping, key: string, had: number | undefined, column: number | null): Mapping {
  return { ...mapping, ...(had !== undefined && { [had]: null }), ...(column !== null && { [column]: key }) };
}

/** Fields that need a column and have none. */
export function unmatched(fields: readonly Field[], mapping: Mapping): Field[] {
  const used = new Set(Object.values(mapping));
  return fields.filter(({ key, required }) => required && !used.has(key));
}

/** Fields that take one column and have several. */
export function clashes(fields: readonly Field[], mapping: Mapping): Field[] {
  const chosen = Object.values(mapping);
  return fields.filter(({ key, many }) => !many && chosen.filter((used) => used === key).length > 1);
}
