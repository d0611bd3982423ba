import { cp, mkdtemp, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { LedgerRow, Place } from './place.ts';

/** As `digestSql` of the source, in DuckDB's words. */
export const duckDigest = `md5(concat_ws('|', id::varchar, coalesce(grp::varchar, '~'), coalesce(amount::varchar, '~'), coalesce(note, '~'), payload,
  epoch_us(updated_at::timestamptz)::varchar))`;

/** Tables of ours that stay. */
const kept = ['_headgate.ledger', '_headgate.fence', '_headgate.meta', '_headgate.stage', 'main.orders'];

/** Rows as text. The database is closed again before the answer is given. */
export async function duckSql(path: string, sql: string): Promise<readonly (readonly string[])[]> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  try {
    await connection.run(`set timezone = 'UTC'`);
    const result = await connection.runAndReadAll(sql);
    return result.getRows().map((row) => row.map(String));
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

export async function duckdbPlace(folder: string): Promise<Place> {
  const path = join(folder, 'warehouse.duckdb');
  // Opening replays and checkpoints what a kill left behind: that has to stay Headgate's own job.
  const look = async (sql: string): Promise<readonly (readonly string[])[]> => {
    if (!existsSync(path)) return [];
    const copy = await mkdtemp(join(folder, 'look-'));
    try {
      for (const name of ['warehouse.duckdb', 'warehouse.duckdb.wal']) {
        if (existsSync(join(folder, name))) await cp(join(folder, name), join(copy, name));
      }
      return await duckSql(join(copy, 'warehouse.duckdb'), sql);
    } finally {
      await rm(copy, { recursive: true });
    }
  };
  const tables = async (): Promise<readonly string[]> =>
    (await look(`select schema_name || '.' || table_name from duckdb_tables()`)).map(([name]) => name ?? '');
  return {
    location: `duckdb:${path}`,
    rows: async () => {
      if (!(await tables()).includes('main.orders')) return [];
      const rows = await look(`select id::varchar, ${duckDigest} from orders`);
      return rows.map(([key, digest]) => ({ key: key ?? '', digest: digest ?? '' }));
    },
    ledger: async () => {
      if (!(await tables()).includes('_headgate.ledger')) return [];
      const rows = await look('select token, run, fence::varchar, positions::varchar from _headgate.ledger order by seq');
      return rows.map(([token, run, fence, positions]): LedgerRow => ({
        token: token ?? '',
        run: run ?? '',
        fence: fence ?? '',
        positions: positions ?? '',
      }));
    },
    leftovers: async () => {
      const stages = await look('select name from _headgate.stage');
      return [...(await tables()).filter((name) => !kept.includes(name)), ...stages.map(([name]) => `stage ${name}`)];
    },
    addDependents: async () => {
      await duckSql(path, 'create view cheap as select id, amount from orders where amount < 10');
    },
    hasDependents: async () => {
      const [seen] = await look('select (select count(*) from cheap) = (select count(*) from orders where amount < 10)');
      return seen?.[0] === 'true';
    },
    corrupt: async () => {
      await duckSql(path, `update orders set note = 'not what was sent' where id = (select max(id) from orders)`);
    },
    [Symbol.asyncDispose]: async () => undefined, // the folder goes with its point
  };
}
