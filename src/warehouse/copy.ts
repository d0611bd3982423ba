/** A consistent copy of a warehouse file, made by whoever has it open. */
import { open } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { quoteName, quoteText } from '../sdk/duck-sql.ts';
import type { Context, Duck } from '../sdk/index.ts';

/** By what lies behind the checksum of its first block. */
export async function isWarehouseFile(path: string): Promise<boolean> {
  try {
    await using handle = await open(path, 'r');
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(12), 0, 12, 0);
    return bytesRead === 12 && buffer.toString('latin1', 8) === 'DUCK';
  } catch {
    return false;
  }
}

/** Resolves to the path of the copy, in the scratch of the context. It is written anew, so any later version reads it. */
export async function warehouseCopy(path: string, context: Context): Promise<string> {
  const copy = join(context.scratch, `copy-${basename(path)}`);
  await using duck = await context.duck({ path });
  const from = quoteName(basename(path, extname(path)));
  await duck.run(`attach ${quoteText(copy)} as headgate_copy`);
  try {
    const data = (await linkedTables(duck)) ?? [`copy from database ${from} to headgate_copy (data)`];
    // One transaction: all tables at one moment, while others go on writing.
    await duck.run(['begin', `copy from database ${from} to headgate_copy (schema)`, ...data, 'commit'].join('; '));
  } catch (error) {
    await duck.run('rollback').catch(() => undefined);
    throw error;
  } finally {
    await duck.run('detach headgate_copy').catch(() => undefined);
  }
  return copy;
}

/** Where tables refer to each other, the engine's own copy takes them in the wrong order. Undefined = they do not. */
async function linkedTables(duck: Duck): Promise<readonly string[] | undefined> {
  const own = 'database_name = current_database()';
  const links = await duck.rows(
    `select schema_name, table_name, referenced_table from duckdb_constraints() where ${own} and constraint_type = 'FOREIGN KEY'`,
  );
  if (links.length === 0) return undefined;
  const tables = await duck.rows(
    `select schema_name, table_name from duckdb_tables() where ${own} and not internal order by all`,
  );
  const left = new Map(tables.map(([schema, table]) => [`${schema}.${table}`, { schema: schema ?? '', table: table ?? '' }]));
  const statements: string[] = [];
  while (left.size > 0) {
    // Of a circle, which can only be a table with itself, somebody has to begin.
    const ready = [...left].filter(
      ([key]) =>
        !links.some(
          ([schema, table, needs]) => `${schema}.${table}` === key && needs !== table && left.has(`${schema}.${needs}`),
        ),
    );
    for (const [key, { schema, table }] of ready.length > 0 ? ready : [...left]) {
      left.delete(key);
      const name = `${quoteName(schema)}.${quoteName(table)}`;
      statements.push(`insert into headgate_copy.${name} select * from ${name}`);
    }
  }
  return statements;
}
