/**
 * The whole state as text, independent of the server's version: each table by COPY, all of them at one moment. And the way back,
 * in one transaction.
 */
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import type { Pool, PoolClient } from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { asHeadgateError, HeadgateError } from '../domain/error.ts';

export interface DumpedTable {
  readonly name: string;
  readonly columns: readonly string[];
}

export interface StateShape {
  /** Numbers of the migrations that made it what it is. */
  readonly migrations: readonly number[];
  /** Those that others refer to come first. */
  readonly tables: readonly DumpedTable[];
  readonly sequences: readonly { readonly name: string; readonly last: string; readonly called: boolean }[];
}

export interface StateDump extends AsyncDisposable {
  readonly shape: StateShape;
  rows(table: DumpedTable): AsyncIterable<Buffer>;
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const target = ({ name, columns }: DumpedTable): string => `headgate.${quoted(name)} (${columns.map(quoted).join(', ')})`;

/** One moment, until it is disposed. Throws `backup.target` where there is no state. */
export async function dumpState(pool: Pool): Promise<StateDump> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('begin isolation level repeatable read read only');
    const shape = await shapeOf(client);
    return {
      shape,
      rows: (table) =>
        client.query(copyTo(`copy headgate.${quoted(table.name)} (${table.columns.map(quoted).join(', ')}) to stdout`)),
      async [Symbol.asyncDispose]() {
        await client.query('rollback').catch((lost: Error) => (broken = lost));
        client.release(broken);
      },
    };
  } catch (error) {
    client.release(true);
    throw asHeadgateError(error, 'reading the state');
  }
}

async function shapeOf(client: PoolClient): Promise<StateShape> {
  const there = await client.query<{ found: boolean }>("select to_regclass('headgate.migrations') is not null as found");
  if (!there.rows[0]?.found) throw new HeadgateError('backup.target', 'reading the state: this database holds none');
  const migrations = await client.query<{ number: number }>('select number from headgate.migrations order by number');
  const columns = await client.query<DumpedTable>(
    `select c.relname as name, array_agg(a.attname::text order by a.attnum) as columns
     from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
     where c.relnamespace = 'headgate'::regnamespace and c.relkind = 'r' and c.relname <> 'migrations' group by c.relname order by 1`,
  );
  const references = await client.query<{ name: string; needs: string }>(
    `select r.relname as name, n.relname as needs from pg_constraint k join pg_class r on r.oid = k.conrelid
     join pg_class n on n.oid = k.confrelid where k.contype = 'f' and r.relnamespace = 'headgate'::regnamespace and r.oid <> n.oid`,
  );
  const sequences = await client.query<{ name: string; last: string | null; start: string }>(
    "select sequencename as name, last_value as last, start_value as start from pg_sequences where schemaname = 'headgate' order by 1",
  );
  return {
    migrations: migrations.rows.map(({ number }) => number),
    tables: inOrder(columns.rows, references.rows),
    sequences: sequences.rows.map(({ name, last, start }) => ({ name, last: last ?? start, called: last !== null })),
  };
}

/** Throws where tables refer to each other in a circle: then no order serves. Pure. */
export function inOrder(
  tables: readonly DumpedTable[],
  references: readonly { readonly name: string; readonly needs: string }[],
): readonly DumpedTable[] {
  const ordered: DumpedTable[] = [];
  const done = new Set<string>();
  while (ordered.length < tables.length) {
    const next = tables.filter(
      ({ name }) => !done.has(name) && references.every((one) => one.name !== name || done.has(one.needs)),
    );
    if (next.length === 0) throw new Error('tables of the state refer to each other in a circle');
    for (const table of next) {
      ordered.push(table);
      done.add(table.name);
    }
  }
  return ordered;
}

/** `load` puts the rows of one table in, as `rows` gave them; nothing is there before `work` resolves, and nothing where it throws. */
export async function loadState(
  pool: Pool,
  { tables, sequences }: StateShape,
  work: (load: (table: DumpedTable, rows: AsyncIterable<Uint8Array>) => Promise<void>) => Promise<void>,
): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    // What migrations put into new tables is in the dump as well.
    for (const { name } of tables.toReversed()) await client.query(`delete from headgate.${quoted(name)}`);
    await work(async (table, rows) => {
      await pipeline(Readable.from(rows), client.query(copyFrom(`copy ${target(table)} from stdin`)));
    });
    for (const { name, last, called } of sequences) {
      await client.query('select setval($1::regclass, $2, $3)', [`headgate.${quoted(name)}`, last, called]);
    }
    await client.query('commit');
    client.release();
  } catch (error) {
    client.release(true);
    throw asHeadgateError(error, 'restoring the state');
  }
}

/** Has anything of ours ever been here? */
export async function holdsState(pool: Pool): Promise<boolean> {
  const { rows } = await pool.query<{ found: boolean }>("select to_regclass('headgate.migrations') is not null as found");
  return rows[0]?.found === true;
}
