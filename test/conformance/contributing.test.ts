/** The connector of CONTRIBUTING.md: cut out of the page, type-checked, and held to the suite like every other. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import type { Connector } from '../../src/sdk/index.ts';
import { openFiles } from './handles.ts';
import type { Cell, Kit, Place } from './kit.ts';
import { createTable, insertRows, literal, name, tableName } from './sql-tables.ts';
import { conformance } from './suite.ts';

const root = resolve(import.meta.dirname, '../..');
const folder = await mkdtemp(join(tmpdir(), 'headgate-example-'));
after(() => rm(folder, { recursive: true, force: true }));

/** The example as a file of its own that sees the tree as it would from `src/connectors/sqlite`. */
async function extract(): Promise<string> {
  const page = await readFile(join(root, 'CONTRIBUTING.md'), 'utf8');
  const [block, ...others] = [...page.matchAll(/^```ts connector\n(.*?)^```$/gms)].map((match) => match[1] ?? '');
  assert.ok(block !== undefined && others.length === 0, 'the page has one example');
  assert.ok(block.split('\n').length <= 63, 'an introduction has 62 lines at most');
  const home = join(root, 'src/connectors/sqlite');
  const code = block.replaceAll(/from '(\.[^']+)'/g, (_, path: string) => `from '${resolve(home, path)}'`);
  const file = join(folder, 'example.ts');
  await writeFile(file, code);
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  // Absolute imports are not rewritten for a build, and need not be: nothing is built.
  const compilerOptions = { rewriteRelativeImportExtensions: false };
  const settings = { extends: join(root, 'tsconfig.json'), compilerOptions, include: ['example.ts'] };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(settings));
  return file;
}

const file = await extract();

test('the example of CONTRIBUTING.md passes the type check', async () => {
  const compiler = join(root, 'node_modules/.bin/tsc');
  const { stdout } = await promisify(execFile)(compiler, ['-p', folder], { cwd: root });
  assert.equal(stdout, '');
});

const example = (await import(file)) as { readonly sqlite: Connector }; // the type check above says so
const locate = (path: string) => example.sqlite.locate(`sqlite:${path}`, {});
const value = (cell: Cell): string => (cell === null ? 'null' : literal(cell));

async function place(): Promise<Place> {
  const directory = await mkdtemp(join(folder, 'place-'));
  const path = join(directory, 'app.sqlite');
  const connection = locate(path);
  const run = (statements: readonly string[]): void => {
    using db = new DatabaseSync(path);
    for (const statement of statements) db.exec(statement);
  };
  run(['vacuum']); // an empty file is one that SQLite has not written
  return {
    connection,
    create: async (table) => {
      const types = ({ kind }: { kind: string }): string => (kind === 'integer' ? 'integer' : 'text');
      run([createTable(table, types), ...insertRows(table, table.fields, table.rows, value)]);
      return { connection, stream: { name: table.name } };
    },
    drop: async (table) => run([`drop table ${tableName(table)}`]),
    insert: async (table, fields, rows) => run(insertRows(table, fields, rows, value)),
    rows: async (table, fields) => {
      using db = new DatabaseSync(path);
      const cells = fields.map((field) => `cast(${name(field.name)} as text)`).join(', ');
      const rows = db.prepare(`select ${cells} from ${tableName(table)}`).all();
      return rows.map((row) => Object.values(row).map((cell) => (cell === null ? null : String(cell))));
    },
    inventory: () => readdir(directory),
    handles: () => openFiles(directory),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

const garbage = join(folder, 'garbage.sqlite');
await writeFile(garbage, 'this is not a database, '.repeat(1000));

const kit: Kit = {
  name: 'example',
  place,
  holds: (type) => type.kind === 'text' || (type.kind === 'integer' && type.bits === 64),
  broken: [
    { what: 'no such file', connection: locate(join(folder, 'nowhere.sqlite')), code: 'file.missing' },
    { what: 'not a database', connection: locate(garbage), code: 'file.format' },
  ],
  waivers: {
    'discovery lists fields in order, with their types':
      'in SQLite types belong to values, not to columns: the example calls every field text, and --cast says more',
    'discovery knows the key, in its order': 'the example leaves keys out (--key names them): see postgres for one that has them',
    'a stream that went away after discovery is an error':
      'it is one, but stream.changed: the example does not tell the failures of a read apart',
  },
};

await conformance(kit);
