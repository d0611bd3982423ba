import { appendFile, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { file } from '../../src/connectors/file/index.ts';
import { duckType, fromWire } from '../../src/sdk/duck-sql.ts';
import type { Connection } from '../../src/sdk/index.ts';
import { openDuck } from '../../src/staging/duck.ts';
import { openFiles } from './handles.ts';
import type { Kit, Place, Table } from './kit.ts';
import { createTable, insertRows, literal, tableName } from './sql-tables.ts';
import { conformance } from './suite.ts';
import { decodeCsv, encodeCsv, wireDialect } from './wire.ts';

const folder = await mkdtemp(join(tmpdir(), 'headgate-files-'));
after(() => rm(folder, { recursive: true, force: true }));
const locate = (path: string) => file.locate(`file:${path}`, {});

type Write = (path: string, table: Table, directory: string) => Promise<void>;

const writeCsv: Write = (path, table) => writeFile(path, encodeCsv([table.fields.map((field) => field.name), ...table.rows]));

const writeNdjson: Write = async (path, { fields, rows }) => {
  const numeric = (kind: string): boolean => kind === 'integer' || kind === 'decimal';
  const member = (field: Table['fields'][number], cell: string | null): string =>
    `${JSON.stringify(field.name)}: ${cell !== null && numeric(field.type.kind) ? cell : JSON.stringify(cell)}`;
  const lines = rows.map((row) => `{${fields.map((field, index) => member(field, row[index] ?? null)).join(', ')}}\n`);
  await writeFile(path, lines.join(''));
};

const writeParquet: Write = async (path, table, directory) => {
  await using duck = await openDuck({}, { scratch: directory, signal: new AbortController().signal });
  const { key: _key, ...loose } = table;
  await duck.run(createTable(loose, duckType));
  const statements = insertRows(table, table.fields, table.rows, (cell, type) =>
    cell === null ? 'null' : fromWire(type, literal(cell)),
  );
  for (const statement of statements) await duck.run(statement);
  await duck.run(`copy ${tableName(table)} to ${literal(path)} (format parquet)`);
};

/** Files of one format in a directory of their own: a file per table. */
const placeOf = (extension: string, write: Write, sides: (connection: Connection) => Connection) => async (): Promise<Place> => {
  const directory = await mkdtemp(join(folder, 'place-'));
  const pathOf = (name: string) => join(directory, `${name}.${extension}`);
  return {
    connection: sides(locate(join(directory, `{stream}.${extension}`))),
    create: async (table) => {
      await write(pathOf(table.name), table, directory);
      return { connection: locate(pathOf(table.name)), stream: { name: table.name } };
    },
    drop: ({ name }) => rm(pathOf(name)),
    insert: ({ name }, _fields, rows) => appendFile(pathOf(name), encodeCsv(rows)),
    rows: async ({ name }, fields) => {
      const data = await readFile(pathOf(name)).catch(() => undefined);
      if (!data) return undefined;
      const [header = [], ...rows] = decodeCsv(data, wireDialect);
      const places = fields.map((field) => header.indexOf(field.name));
      return rows.map((row) => places.map((at) => row[at] ?? null));
    },
    inventory: () => readdir(directory),
    handles: () => openFiles(directory),
    lose: ({ ref }) => truncate(ref),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
};

const kinds =
  (...names: readonly string[]): Kit['holds'] =>
  ({ kind }) =>
    names.includes(kind);
const both = (connection: Connection): Connection => connection;
const sourceOnly = ({ destination: _destination, ...connection }: Connection): Connection => connection;
const destinationOnly = ({ source: _source, ...connection }: Connection): Connection => connection;

const nowhere = (extension: string) => ({
  what: 'no such file',
  connection: sourceOnly(locate(join(folder, `nowhere.${extension}`))),
  code: 'file.missing' as const,
});

const oneStream = 'a location is one file, and a file is one stream';
const sourceWaivers = {
  'discovery knows the key, in its order': 'files have no keys',
  'discovery without names lists every stream': oneStream,
  'a name with * means all streams that match, each once': oneStream,
};

await writeFile(join(folder, 'binary.csv'), Buffer.alloc(5000));

await conformance({
  name: 'file (csv)',
  place: placeOf('csv', writeCsv, both),
  // The narrowest of their kind, as inference finds them.
  holds: kinds('text', 'boolean', 'date', 'timestamp', 'uuid', 'decimal'),
  broken: [
    nowhere('csv'),
    { what: 'not text', connection: sourceOnly(locate(join(folder, 'binary.csv'))), code: 'file.format' },
    { what: 'no such folder', connection: destinationOnly(locate(join(folder, 'nowhere/out.csv'))), code: 'file.missing' },
  ],
  waivers: {
    ...sourceWaivers,
    'a table is described with its columns in order and their native types': 'a csv file says no types',
    'a table is described with its unique columns, and those that a row must name': 'a csv file has no constraints',
  },
});

await conformance({
  name: 'file (ndjson)',
  place: placeOf('ndjson', writeNdjson, sourceOnly),
  holds: kinds('text', 'date', 'timestamp', 'uuid'),
  broken: [nowhere('ndjson')],
  waivers: { ...sourceWaivers, 'zero rows are explained': 'an empty file has no fields: it is refused as file.format' },
});

await conformance({
  name: 'file (parquet)',
  place: placeOf('parquet', writeParquet, sourceOnly),
  holds: () => true,
  broken: [nowhere('parquet')],
  waivers: sourceWaivers,
});
