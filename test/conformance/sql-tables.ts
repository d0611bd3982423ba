/** SQL that makes the suite's tables in any SQL database, written apart from the connectors' own. */
import type { LogicalType } from '../../src/domain/types.ts';
import type { TableRef } from '../../src/domain/schema.ts';
import type { Cell, Row, Table } from './kit.ts';

export const name = (text: string): string => `"${text.replaceAll('"', '""')}"`;
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

export const tableName = (table: TableRef): string =>
  table.namespace === undefined ? name(table.name) : `${name(table.namespace)}.${name(table.name)}`;

export function createTable(table: Table, native: (type: LogicalType) => string | undefined): string {
  const columns = table.fields.map((field) => `${name(field.name)} ${native(field.type) ?? 'text'}`);
  const key = table.key ? [`primary key (${table.key.map(name).join(', ')})`] : [];
  return `create table ${tableName(table)} (${[...columns, ...key].join(', ')})`;
}

/** Inserts in portions; `value` writes a cell of a type. */
export function insertRows(
  table: TableRef,
  fields: Table['fields'],
  rows: readonly Row[],
  value: (cell: Cell, type: LogicalType) => string,
): readonly string[] {
  const names = fields.map((field) => name(field.name)).join(', ');
  const statements: string[] = [];
  for (let at = 0; at < rows.length; at += 1000) {
    const tuples = rows.slice(at, at + 1000).map((row) => {
      const cells = fields.map((field, index) => value(row[index] ?? null, field.type));
      return `(${cells.join(', ')})`;
    });
    statements.push(`insert into ${tableName(table)} (${names}) values ${tuples.join(', ')}`);
  }
  return statements;
}
