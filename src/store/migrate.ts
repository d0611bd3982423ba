/**
 * Brings the state database to the version of this program: numbered files, one transaction each, never changed once
 * published. The row of a migration is written first, so of two that start together the second waits at its unique key.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HeadgateError } from '../domain/error.ts';
import type { Db } from './db.ts';

export interface Migration {
  /** `000001_core.sql` is number 1. */
  readonly number: number;
  readonly name: string;
  readonly sql: string;
}

/** The files of the folder, in order. Throws where a number is there twice, or none; gaps are allowed. */
export async function readMigrations(folder: string): Promise<readonly Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  return await Promise.all(
    names.map(async (name, at) => {
      const number = Number(name.slice(0, 6));
      if (!(number > Number(names[at - 1]?.slice(0, 6) ?? 0))) throw new Error(`migrations: ${name} has no number of its own`);
      return { number, name, sql: await readFile(join(folder, name), 'utf8') };
    }),
  );
}

/** Resolves to the names that were applied. Throws `state.newer` where the database is ahead of this program. */
export async function migrate(db: Db, migrations: readonly Migration[]): Promise<readonly string[]> {
  await db.tx(async (tx) => {
    // Two that create the same schema at once would both see that it is not there.
    await tx.query("select pg_advisory_xact_lock(hashtextextended('headgate.migrations', 0))");
    await tx.query('create schema if not exists headgate');
    await tx.query(
      `create table if not exists headgate.migrations (
        number integer primary key, name text not null, applied_at timestamptz not null default now())`,
    );
  });
  const before = new Set(
    (await db.query<{ number: number }>('select number from headgate.migrations')).map(({ number }) => number),
  );
  const known = new Set(migrations.map(({ number }) => number));
  const unknown = [...before].find((number) => !known.has(number));
  if (unknown !== undefined) {
    throw new HeadgateError('state.newer', `opening the state: it has version ${unknown}, which this program does not know`);
  }
  const applied: string[] = [];
  for (const { number, name, sql } of migrations.filter((one) => !before.has(one.number))) {
    const done = await db.tx(async (tx) => {
      const mine = await tx.query(
        'insert into headgate.migrations (number, name) values ($1, $2) on conflict do nothing returning number',
        [number, name],
      );
      if (mine.length === 0) return false;
      await tx.query(sql);
      return true;
    });
    if (done) applied.push(name);
  }
  return applied;
}
