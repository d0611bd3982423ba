import { after } from 'node:test';
import { mysql } from '../../src/connectors/mysql/index.ts';
import type { LogicalType } from '../../src/domain/types.ts';
import { startMariadb } from '../support/mariadb.ts';
import type { Cell, Kit, Place } from './kit.ts';
import { createTable, insertRows, literal, name, tableName } from './sql-tables.ts';
import { conformance } from './suite.ts';

const server = await startMariadb();
after(() => server.stop());
const locate = (url: string) => mysql.locate(url, {});
const types = locate(server.url('x')).destination?.types ?? (() => undefined);

const mode = `set sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES,STRICT_ALL_TABLES', time_zone = '+00:00'; set names utf8mb4;`;

/** A key cannot hold a text of any length. */
const keyed = (sql: string, key: readonly string[] | undefined): string =>
  (key ?? []).reduce((text, column) => text.replace(`${name(column)} longtext`, `${name(column)} varchar(191)`), sql);

function value(cell: Cell, type: LogicalType): string {
  if (cell === null) return 'null';
  if (type.kind === 'bytes') return `x'${cell.slice(2)}'`;
  if (type.kind === 'boolean') return cell === 'true' ? '1' : '0';
  return literal(type.kind === 'timestamp' ? cell.replace(/\+00$/, '') : cell);
}

/** The column as wire text, written apart from the connector's own way. */
function wire(column: string, type: LogicalType): string {
  const text = `cast(${name(column)} as char character set utf8mb4)`;
  const short = `trim(trailing '.' from trim(trailing '0' from ${text}))`;
  switch (type.kind) {
    case 'boolean':
      return `if(${name(column)}, 'true', if(${name(column)} is null, null, 'false'))`;
    case 'bytes':
      return `concat('\\x', lower(hex(${name(column)})))`;
    case 'float':
      return `regexp_replace(${text}, 'e([0-9])', 'e+\\1')`;
    case 'time':
      return short;
    case 'timestamp':
      return type.zone ? `concat(${short}, '+00')` : short;
    default:
      return text;
  }
}

async function place(): Promise<Place> {
  const url = await server.database();
  const sql = (text: string) => server.sql(url, `${mode} ${text}`);
  const connection = locate(url);
  const insert: Place['insert'] = async (table, fields, rows) => {
    for (const statement of insertRows(table, fields, rows, value)) await sql(statement);
  };
  const tables = async () =>
    (await sql('select table_name from information_schema.tables where table_schema = database()')).flat().map(String);
  const database = url.split('/').at(-1) ?? '';
  return {
    connection,
    insert,
    drop: async (table) => void (await sql(`drop table ${tableName(table)}`)),
    create: async (table) => {
      await sql(`${keyed(createTable(table, types), table.key)} default character set utf8mb4 collate utf8mb4_nopad_bin`);
      await insert(table, table.fields, table.rows);
      return { connection, stream: { name: table.name } };
    },
    rows: async (table, fields) => {
      if (!(await tables()).includes(table.name)) return undefined;
      return sql(`select ${fields.map((field) => wire(field.name, field.type)).join(', ')} from ${tableName(table)}`);
    },
    inventory: tables,
    handles: async () =>
      Number(
        (
          await sql(`select count(*) from information_schema.processlist where db = database() and id <> connection_id()`)
        )[0]?.[0],
      ),
    lose: async ({ ref }) => void (await sql(`truncate ${name(ref)}`)),
    renewLedger: async () => void (await sql('update _headgate_meta set version = version + 1')),
    [Symbol.asyncDispose]: async () => void (await server.sql(server.url(), `drop database \`${database}\``)),
  };
}

const elsewhere = (change: (url: URL) => void): string => {
  const url = new URL(server.url('mysql'));
  change(url);
  return url.href;
};

const noChanges = 'change streams need statements of their own, which are not written yet: they are refused with usage.mode';

const kit: Kit = {
  name: 'mysql',
  place,
  holds: () => true,
  broken: [
    { what: 'wrong password', connection: locate(elsewhere((url) => (url.password = 'wrong'))), code: 'connect.refused' },
    { what: 'no such database', connection: locate(server.url('nowhere')), code: 'connect.missing' },
    { what: 'nothing listens', connection: locate(elsewhere((url) => (url.port = '1'))), code: 'connect.unreachable' },
  ],
  waivers: {
    'changes insert, update and delete by key': noChanges,
    'changes make the table where there is none': noChanges,
    'a value that was not sent is not NULL: the stored one stays': noChanges,
    'several changes of one key become one: each column takes its newest sent value': noChanges,
    'a key that is inserted and deleted in one batch leaves no row, one that is deleted and inserted is the new one': noChanges,
    'truncate empties the table before what follows it, and not after': noChanges,
    'deletes of changes can be ignored': noChanges,
    'the same changes applied again leave the table as it is': noChanges,
  },
};

await conformance(kit);
