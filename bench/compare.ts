/**
 * Content as one line of text that both systems compute alike: the rows, per column the values present and their sum, and
 * the sum of a digest per row, which does not depend on the order of the rows.
 */
import { DuckDBInstance } from '@duckdb/node-api';
import type { Column, Shape } from './data.ts';
import type { BenchServer } from './server.ts';

export type Digest = string;

type System = 'postgres' | 'duckdb';

const microseconds = (system: System, name: string): string =>
  system === 'duckdb' ? `epoch_us(${name})` : `(extract(epoch from ${name}) * 1000000)::bigint`;

function measureOf(system: System, { name, kind }: Column): string {
  switch (kind) {
    case 'number':
      return name;
    case 'text':
      return `length(cast(${name} as ${system === 'duckdb' ? 'varchar' : 'text'}))`;
    case 'date':
      return `(${name} - date '2000-01-01')`;
    case 'timestamp':
      return microseconds(system, name);
    case 'boolean':
      return `case when ${name} then 1 else 0 end`;
    case 'float':
      return `cast(${name} * 32 as bigint)`;
  }
}

function textOf(system: System, { name, kind }: Column): string {
  const value = kind === 'timestamp' ? microseconds(system, name) : name;
  return `coalesce(cast(${value} as ${system === 'duckdb' ? 'varchar' : 'text'}), '-')`;
}

export function digestSql(system: System, table: string, { columns }: Shape): string {
  const asText = system === 'duckdb' ? 'varchar' : 'text';
  const sums = columns.flatMap((column) => [`count(${column.name})`, `sum(${measureOf(system, column)})`]);
  const row = `substr(md5(concat_ws('|', ${columns.map((column) => textOf(system, column)).join(', ')})), 1, 15)`;
  const number = system === 'duckdb' ? `cast('0x' || ${row} as bigint)` : `('x' || ${row})::bit(60)::bigint`;
  const parts = ['count(*)', ...sums, `sum(${number})`].map((part) => `cast(${part} as ${asText})`);
  return `select concat_ws(' ', ${parts.join(', ')}) from ${table}`;
}

export async function postgresDigest(server: BenchServer, url: string, table: string, shape: Shape): Promise<Digest> {
  const rows = await server.sql(url, digestSql('postgres', table, shape));
  return rows[0]?.[0] ?? '';
}

/** Runs statements on a DuckDB file that nobody else has open; resolves to the first value of the last one, as text. */
export async function duckQuery(file: string, ...statements: readonly string[]): Promise<string> {
  const instance = await DuckDBInstance.create(file);
  const connection = await instance.connect();
  try {
    let answer = '';
    for (const statement of statements) answer = String((await connection.runAndReadAll(statement)).getRows()[0]?.[0] ?? '');
    return answer;
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

export const duckDigest = (file: string, table: string, shape: Shape): Promise<Digest> =>
  duckQuery(file, digestSql('duckdb', table, shape));
