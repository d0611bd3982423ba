/** Which column of the file is which field: by the column's number, `null` = left out. */
import type { Field } from '../../api/wire.ts';

export type Mapping = Readonly<Record<number, string | null>>;

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
