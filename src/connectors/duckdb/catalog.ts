import type { Field, Schema, TableInfo, TableRef } from '../../domain/schema.ts';
import { logicalType, quoteName, quoteText } from '../../sdk/duck-sql.ts';
import type { Duck } from '../../sdk/index.ts';

/** Our own schema in every file that we write to, and the prefix of tables that stand elsewhere only for a while. */
export const ownSchema = '_headgate';
export const stagePrefix = '_headgate_stage_';

export const defaultNamespace = 'main';

export const namespaceOf = (ref: TableRef): string => ref.namespace ?? defaultNamespace;
export const quoteTable = (ref: TableRef): string => `${quoteName(namespaceOf(ref))}.${quoteName(ref.name)}`;

/** DuckDB folds case, so names are compared without it. */
export const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

const here = (ref: TableRef): string =>
  `database_name = current_database() and lower(schema_name) = lower(${quoteText(namespaceOf(ref))}) ` +
  `and lower(table_name) = lower(${quoteText(ref.name)})`;

/** What a column is; types that only this file knows (enums) and nested ones do not travel by name. */
export function fieldOf(name: string, type: string, nullable: boolean): Field {
  const logical = logicalType(type);
  const portable = logical.kind !== 'opaque' && logical.kind !== 'array';
  return { name, type: logical, nullable, native: { system: 'duckdb', type, portable } };
}

export interface TableFacts extends TableInfo {
  /** It has constraints, defaults, indexes or generated columns that dropping it would lose. */
  readonly structured: boolean;
}

/** A table as it stands; absent = there is none, or it is a view. */
export async function readTable(duck: Duck, ref: TableRef): Promise<TableFacts | undefined> {
  const [table] = await duck.rows(`select estimated_size from duckdb_tables() where ${here(ref)} and not temporary`);
  if (!table) return undefined;
  const columns = await duck.rows(
    `select column_name, data_type, is_nullable, column_default from duckdb_columns() where ${here(ref)} order by column_index`,
  );
  const constraints = await duck.rows(
    `select constraint_type, to_json(constraint_column_names) from duckdb_constraints() where ${here(ref)}`,
  );
  const indexes = await duck.rows(`select is_unique, expressions from duckdb_indexes() where ${here(ref)}`);
  const namesOf = (text: string | null): readonly string[] => JSON.parse(text ?? '[]') as string[]; // DuckDB wrote a list of names
  const unique = constraints
    .filter(([type]) => type === 'PRIMARY KEY' || type === 'UNIQUE')
    .map(([, names = null]) => namesOf(names));
  const primary = constraints.find(([type]) => type === 'PRIMARY KEY');
  const schema: Schema = {
    fields: columns.map(([name, type, nullable]) => fieldOf(name ?? '', type ?? '', nullable === 'true')),
    ...(primary && { key: namesOf(primary[1] ?? null) }),
  };
  return {
    schema,
    unique,
    required: columns.filter(([, , nullable, def]) => nullable !== 'true' && def === null).map(([name]) => name ?? ''),
    estimatedRows: Number(table[0]),
    structured: constraints.length > 0 || indexes.length > 0 || columns.some(([, , , def]) => def !== null),
  };
}

export async function relationExists(duck: Duck, ref: TableRef): Promise<boolean> {
  const rows = await duck.rows(`select 1 from duckdb_tables() where ${here(ref)} and not temporary`);
  return rows.length > 0;
}
