/** No cluster can be run here: the suite reads a real PostgreSQL, with the words that both have (src/connectors/redshift/read.pg.test.ts). */
import { after } from 'node:test';
import { redshift } from '../../src/connectors/redshift/index.ts';
import { postgres } from '../../src/connectors/postgres/index.ts';
import { startPostgres } from '../support/postgres.ts';
import type { Kit, Place } from './kit.ts';
import { createTable, insertRows, literal, name, tableName } from './sql-tables.ts';
import { conformance } from './suite.ts';

const server = await startPostgres();
after(() => server.stop());
const locate = (url: string) => redshift.locate(url.replace(/^postgres/, 'redshift'), {});
const types = postgres.locate(server.url(), {}).destination?.types ?? (() => undefined);

const objects = `select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname !~ '^pg_|^information_schema$' and c.relkind in ('r', 'v', 'p', 'm')`;
const sessions = `select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`;

async function place(): Promise<Place> {
  const url = await server.database();
  const sql = (text: string) => server.sql(url, text);
  const connection = locate(url);
  const insert: Place['insert'] = async (table, fields, rows) => {
    for (const statement of insertRows(table, fields, rows, (cell) => (cell === null ? 'null' : literal(cell))))
      await sql(statement);
  };
  return {
    connection,
    insert,
    drop: async (table) => void (await sql(`drop table ${tableName(table)}`)),
    create: async (table) => {
      if (table.namespace !== undefined) await sql(`create schema if not exists ${name(table.namespace)}`);
      await sql(createTable(table, types));
      await insert(table, table.fields, table.rows);
      return { connection, stream: { namespace: table.namespace ?? 'public', name: table.name } };
    },
    rows: async (table, fields) => {
      const [found] = await sql(`select to_regclass(${literal(tableName(table))}) is not null`);
      if (found?.[0] !== 't') return undefined;
      const settings = `set timezone = 'UTC'; set bytea_output = 'hex'; set intervalstyle = 'postgres';`;
      return sql(`${settings} select ${fields.map((field) => `${name(field.name)}::text`).join(', ')} from ${tableName(table)}`);
    },
    inventory: async () => (await sql(objects)).flat().map(String),
    handles: async () => Number((await sql(sessions))[0]?.[0]),
    [Symbol.asyncDispose]: async () =>
      void (await server.sql(server.url(), `drop database ${name(url.split('/').at(-1) ?? '')} with (force)`)),
  };
}

const elsewhere = (change: (url: URL) => void): string => {
  const url = new URL(server.url());
  change(url);
  return url.href;
};

const kit: Kit = {
  name: 'redshift',
  place,
  // A cluster has other types for these: VARBYTE and SUPER.
  holds: ({ kind }) => kind !== 'bytes' && kind !== 'json' && kind !== 'uuid',
  broken: [
    { what: 'wrong password', connection: locate(elsewhere((url) => (url.password = 'wrong'))), code: 'connect.refused' },
    { what: 'no such database', connection: locate(server.url('nowhere')), code: 'connect.missing' },
    { what: 'nothing listens', connection: locate(elsewhere((url) => (url.port = '1'))), code: 'connect.unreachable' },
  ],
  waivers: { 'discovery knows the key, in its order': 'keys are declared there and never enforced: nothing may rely on them' },
};

await conformance(kit);
