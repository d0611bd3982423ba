/** What the database holds, read from its catalog: the facts behind discovery and `describe`. */
import { quoteText } from '../_sql/names.ts';
import type { ColumnFacts, IndexFacts } from '../_sql/table-facts.ts';
import { ownPrefix } from './names.ts';
import { textList, type Row, type Session } from './session.ts';
import { columnTypes, fieldOf } from './types.ts';

export interface Relation {
  readonly name: string;
  readonly kind: 'table' | 'view';
  /** InnoDB reads from a snapshot; engines without transactions do not. */
  readonly engine: string;
  readonly rows: number | undefined;
  readonly bytes: number | undefined;
}

export interface MysqlColumn extends ColumnFacts {
  /** It has a default, or fills itself. */
  readonly preset: boolean;
  /** `character set … collate …` of a text column, else nothing. */
  readonly collation: string;
  readonly zerofill: boolean;
}

const number = (text: string | null | undefined): number | undefined => (text == null ? undefined : Number(text));

export async function readRelations(session: Session, name?: string): Promise<readonly Relation[]> {
  const rows = await session.rows(
    `select table_name as name, table_type as type, coalesce(engine, '') as engine, table_rows as "rows", data_length as bytes
     from information_schema.tables where table_schema = ${quoteText(session.database)}
       and table_type in ('BASE TABLE', 'VIEW', 'SYSTEM VERSIONED', 'SEQUENCE')
       and ${name === undefined ? `left(table_name, ${ownPrefix.length}) <> ${quoteText(ownPrefix)}` : `cast(table_name as binary) = cast(${quoteText(name)} as binary)`}
     order by table_name`,
    'listing the tables',
  );
  return rows
    .filter((row) => row['type'] !== 'SEQUENCE')
    .map((row) => ({
      name: row['name'] ?? '',
      kind: row['type'] === 'VIEW' ? 'view' : 'table',
      engine: row['engine'] ?? '',
      rows: number(row['rows']),
      bytes: number(row['bytes']),
    }));
}

const columnsSql = (session: Session, tables: readonly string[]): string => `
  select table_name as "table", column_name as name, column_type as type, column_comment as comment, is_nullable as nullable,
    column_default as preset, extra, character_set_name as charset, collation_name as collation
  from information_schema.columns where table_schema = ${quoteText(session.database)} and table_name in (${textList(tables)})
  order by table_name, ordinal_position`;

/** MariaDB's JSON is a text with a check, shown with the quotes of the session; MySQL's is a type of its own. */
async function jsonColumns(session: Session, tables: readonly string[]): Promise<ReadonlySet<string>> {
  if (!session.server.jsonIsText) return new Set();
  const rows = await session.rows(
    `select table_name as "table", constraint_name as name from information_schema.check_constraints
     where constraint_schema = ${quoteText(session.database)} and table_name in (${textList(tables)})
       and check_clause in (concat('json_valid(\`', constraint_name, '\`)'), concat('json_valid("', constraint_name, '")'))`,
    'listing the columns',
  );
  return new Set(rows.map((row) => JSON.stringify([row['table'], row['name']])));
}

export async function readColumns(
  session: Session,
  tables: readonly string[],
): Promise<ReadonlyMap<string, readonly MysqlColumn[]>> {
  if (tables.length === 0) return new Map();
  const rows = await session.rows(columnsSql(session, tables), 'listing the columns');
  const json = await jsonColumns(session, tables);
  const groups = Map.groupBy(rows, (row) => row['table'] ?? '');
  return new Map([...groups].map(([table, group]) => [table, group.map((row) => columnFacts(row, json))]));
}

function columnFacts(row: Row, json: ReadonlySet<string>): MysqlColumn {
  const isJson = json.has(JSON.stringify([row['table'], row['name']]));
  const { type, native } = isJson
    ? { type: { kind: 'json' } as const, native: 'json' }
    : columnTypes(row['type'] ?? '', row['comment'] ?? '');
  const nullable = row['nullable'] === 'YES';
  const extra = row['extra'] ?? '';
  const filled = row['preset'] !== null || /auto_increment|generated|virtual|stored/i.test(extra);
  return {
    field: fieldOf(row['name'] ?? '', type, native, nullable),
    required: !nullable && !filled,
    preset: filled && row['preset'] !== 'NULL',
    collation: row['charset'] ? `character set ${row['charset']} collate ${row['collation']}` : '',
    zerofill: /zerofill/.test(row['type'] ?? ''),
  };
}

/** Indexes over a prefix or an expression identify no column; they are left out. */
export async function readIndexes(
  session: Session,
  tables: readonly string[],
): Promise<ReadonlyMap<string, readonly IndexFacts[]>> {
  if (tables.length === 0) return new Map();
  const rows = await session.rows(
    `select table_name as "table", index_name as name, non_unique as loose, column_name as "column", sub_part as part
     from information_schema.statistics where table_schema = ${quoteText(session.database)} and table_name in (${textList(tables)})
     order by table_name, index_name, seq_in_index`,
    'listing the indexes',
  );
  const indexes = new Map<string, IndexFacts[]>();
  for (const group of Map.groupBy(rows, (row) => JSON.stringify([row['table'], row['name']])).values()) {
    const [first] = group;
    if (!first || group.some((row) => row['column'] === null || row['part'] !== null)) continue;
    const table = first['table'] ?? '';
    const facts = {
      columns: group.map((row) => row['column'] ?? ''),
      primary: first['name'] === 'PRIMARY',
      unique: first['loose'] === '0',
    };
    indexes.set(table, [...(indexes.get(table) ?? []), facts]);
  }
  return indexes;
}
