/** What discovery and `describe` make of the facts that a catalog tells. Pure. */
import type { Field, Schema, TableInfo } from '../../domain/schema.ts';

export interface ColumnFacts {
  readonly field: Field;
  /** A row must name it: not null, without default, not filled by the server. */
  readonly required: boolean;
}

export interface IndexFacts {
  readonly columns: readonly string[];
  readonly primary: boolean;
  /** Unique over all rows, by plain columns. */
  readonly unique: boolean;
}

export function schemaOf(columns: readonly ColumnFacts[], indexes: readonly IndexFacts[]): Schema {
  const key = indexes.find((index) => index.primary)?.columns;
  return { fields: columns.map(({ field }) => field), ...(key && { key }) };
}

/** `rows` = about how many there are; undefined = nobody knows. */
export function tableInfo(columns: readonly ColumnFacts[], indexes: readonly IndexFacts[], rows: number | undefined): TableInfo {
  return {
    schema: schemaOf(columns, indexes),
    unique: indexes.filter(({ unique }) => unique).map((index) => index.columns),
    required: columns.filter(({ required }) => required).map(({ field }) => field.name),
    ...(rows !== undefined && { estimatedRows: rows }),
  };
}

const changeNames = /^(last_?)?(updat|modif|chang)|_?(updated|modified|changed)(_?(at|on|date|time|ts))?$/i;
const creationNames = /creat|insert|(_at|_on|_ts|_time)$/i;

/** How well an incremental read can follow the field; undefined = not at all. */
function cursorScore({ type, name, nullable }: Field, indexes: readonly IndexFacts[]): number | undefined {
  const leads = indexes.some((index) => index.columns[0] === name);
  const time = type.kind === 'timestamp' || type.kind === 'date';
  // Numbers that nobody looks up by are amounts, not cursors.
  if (!time && !(type.kind === 'integer' && leads)) return undefined;
  const kind = time ? (type.kind === 'timestamp' ? (type.zone ? 6 : 5) : 4) : 1;
  const naming = time && changeNames.test(name) ? 8 : creationNames.test(name) || name === 'id' ? 2 : 0;
  return kind + naming + (nullable ? 0 : 2) + (leads ? 2 : 0);
}

/** The fields that an incremental read can follow, best first. */
export function cursorCandidates({ fields }: Schema, indexes: readonly IndexFacts[]): readonly string[] {
  const scored = fields.flatMap((field) => {
    const score = cursorScore(field, indexes);
    return score === undefined ? [] : [{ name: field.name, score }];
  });
  return scored.toSorted((a, b) => b.score - a.score).map(({ name }) => name);
}
