import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { duckdb } from '../../src/connectors/duckdb/index.ts';
import { duckType, fromWire } from '../../src/sdk/duck-sql.ts';
import type { Duck } from '../../src/sdk/index.ts';
import { openDuck } from '../../src/staging/duck.ts';
import { openFiles } from './handles.ts';
import type { Kit, Place } from './kit.ts';
import { createTable, insertRows, literal, name, tableName } from './sql-tables.ts';
import { conformance } from './suite.ts';

const objects = `select schema_name || '.' || table_name from duckdb_tables()`;

async function place(): Promise<Place> {
  const directory = await mkdtemp(join(tmpdir(), 'headgate-duckdb-'));
  const path = join(directory, 'warehouse.duckdb');
  const connection = duckdb.locate(`duckdb:${path}`, {});
  const within = async <T>(work: (duck: Duck) => Promise<T>): Promise<T> => {
    await using duck = await openDuck({ path }, { scratch: directory, signal: new AbortController().signal });
    return await work(duck);
  };
  const run = (sql: string) => within((duck) => duck.run(sql));
  const exists = async () => (await readdir(directory)).includes('warehouse.duckdb');
  const insert: Place['insert'] = (table, fields, rows) =>
    within(async (duck) => {
      const statements = insertRows(table, fields, rows, (cell, type) =>
        cell === null ? 'null' : fromWire(type, literal(cell)),
      );
      for (const statement of statements) await duck.run(statement);
    });
  return {
    connection,
    insert,
    drop: async (table) => void (await run(`drop table ${tableName(table)}`)),
    create: async (table) => {
      if (table.namespace !== undefined) await run(`create schema if not exists ${name(table.namespace)}`);
      await run(createTable(table, duckType));
      await insert(table, table.fields, table.rows);
      return { connection, stream: { namespace: table.namespace ?? 'main', name: table.name } };
    },
    rows: async (table, fields) => {
      if (!(await exists())) return undefined;
      return within(async (duck) => {
        const there = await duck.rows(`${objects} where table_name = ${literal(table.name)}`);
        if (!there.some(([found]) => found === `${table.namespace ?? 'main'}.${table.name}`)) return undefined;
        return await duck.rows(`select ${fields.map((field) => name(field.name)).join(', ')} from ${tableName(table)}`);
      });
    },
    inventory: async () => {
      const files = (await readdir(directory)).filter((file) => !file.endsWith('.wal'));
      const tables = (await exists()) ? await within((duck) => duck.rows(objects)) : [];
      return [...files, ...tables.flat().map(String)];
    },
    handles: () => openFiles(directory),
    lose: async ({ ref }) => {
      const [namespace = '', staged = ''] = JSON.parse(ref) as string[]; // as its writer names a stage
      await run(`delete from ${tableName({ namespace, name: staged })}`);
    },
    renewLedger: async () => void (await run('update _headgate.meta set version = version + 1')),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

const folder = await mkdtemp(join(tmpdir(), 'headgate-damaged-'));
after(() => rm(folder, { recursive: true, force: true }));
const damaged = join(folder, 'damaged.duckdb');
await writeFile(damaged, 'this is not a database, '.repeat(1000));

const kit: Kit = {
  name: 'duckdb',
  place,
  holds: () => true,
  broken: [{ what: 'not a database', connection: duckdb.locate(`duckdb:${damaged}`, {}), code: 'warehouse.damaged' }],
  waivers: {},
};

await conformance(kit);
