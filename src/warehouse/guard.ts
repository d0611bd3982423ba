/** What a user's SELECT may touch in a file that others write to: its tables, and functions that only compute. Pure. */
import type { Json } from '../domain/json.ts';

/** Table functions that make rows out of nothing. All others read files, settings or secrets. */
const tableFunctions = new Set(['range', 'generate_series', 'unnest', 'repeat', 'repeat_row']);

/** Scalar functions that tell about the machine, the process or other sessions, or write. */
const scalarFunctions =
  /^(getenv|current_setting|getvariable|write_log|read_text|read_blob|glob|which_secret|pg_.*|current_connection_id|current_query|current_transaction_id|txid_current|query|query_table|nextval|currval|force_checkpoint|add_parquet_key)$/i;

/** Views of the catalog that show tables and columns, and nothing else. */
const catalogs = new Set(['information_schema.tables', 'information_schema.columns', 'information_schema.schemata']);

/** A name as it is compared. */
export const tableName = (schema: string, name: string): string => `${schema === '' ? 'main' : schema}.${name}`.toLowerCase();

/**
 * Why the statement is refused, in words; undefined = it may run. `ast` = DuckDB's own serialization of it, `tables` =
 * `tableName` of every table and view of the file. A name that is no table could be a file or a view of the system.
 */
export function forbidden(ast: Json, tables: ReadonlySet<string>): string | undefined {
  const ctes = new Set<string>();
  for (const node of nodes(ast)) {
    if (!Array.isArray(node['map'])) continue;
    // The common table expressions of one level, by name.
    for (const entry of node['map'] as readonly Json[])
      if (isNode(entry) && typeof entry['key'] === 'string') ctes.add(entry['key'].toLowerCase());
  }
  for (const node of nodes(ast)) {
    const name = text(node, 'table_name');
    const schema = text(node, 'schema_name');
    if (node['type'] === 'BASE_TABLE' && name !== '') {
      if (text(node, 'catalog_name') !== '') return `${name}: only tables of this warehouse can be named`;
      const known = tables.has(tableName(schema, name)) || catalogs.has(`${schema}.${name}`.toLowerCase());
      if (!known && !(schema === '' && ctes.has(name.toLowerCase()))) return `there is no table ${plain(name)}`;
    }
    const call = node['function'];
    if (node['type'] === 'TABLE_FUNCTION' && !(isNode(call) && tableFunctions.has(text(call, 'function_name').toLowerCase()))) {
      return 'table functions are not allowed here';
    }
    const scalar = text(node, 'function_name');
    if (scalar !== '' && scalarFunctions.test(scalar)) return `the function ${plain(scalar)} is not allowed here`;
  }
  return undefined;
}

type Node = Readonly<Record<string, Json>>;

const isNode = (value: Json | undefined): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value);
const text = (node: Node, key: string): string => (typeof node[key] === 'string' ? node[key] : '');
const plain = (name: string): string => (/^[\w.$ -]{1,80}$/.test(name) ? name : 'of that name');

function* nodes(value: Json): Generator<Node> {
  const todo: Json[] = [value];
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    if (Array.isArray(next)) todo.push(...(next as readonly Json[]));
    else if (isNode(next)) {
      yield next;
      todo.push(...Object.values(next));
    }
  }
}
