/** Where the runs write: the state that each starts from, and how its result is read. */
import { rm } from 'node:fs/promises';
import { duckDigest, duckQuery, postgresDigest } from './compare.ts';
import { createTable } from './data.ts';
import type { Bench, Prepared } from './job.ts';
import type { Side } from './rounds.ts';

type Target = Pick<Prepared, 'reset' | 'digest' | 'corrupt'>;

/** The peer that names its own schema writes there, everybody else into `public`. */
export const dltSchema = 'dlt';
const tableOf = (side: Side): string => (side === 'peer dlt' ? `${dltSchema}.items` : 'items');

/** The table `items` of the database `target`: there and empty for the sides that `finds` names, for the others not there. */
export async function tableTarget({ server, shape }: Bench, finds: (side: Side) => boolean): Promise<Target> {
  const target = await server.database('target');
  return {
    async reset(side) {
      await server.sql(target, 'drop table if exists items');
      if (finds(side)) await server.sql(target, createTable('items', shape));
      await server.sql(target, 'checkpoint');
    },
    digest: (side) => postgresDigest(server, target, tableOf(side), shape),
    async corrupt(side) {
      await server.sql(target, shape.spoil(tableOf(side)));
    },
  };
}

/** A database `pristine` with the table `items`, filled by the statements; each run starts from a copy called `target`. */
export async function copiedTarget({ server, shape }: Bench, ...fill: readonly string[]): Promise<Target> {
  const pristine = await server.database('pristine');
  await server.sql(pristine, createTable('items', shape));
  for (const sql of fill) await server.sql(pristine, sql);
  await server.sql(pristine, `alter table items add primary key (${shape.key.join(',')})`);
  await server.sql(pristine, 'vacuum (freeze, analyze)');
  const target = server.url('target');
  return {
    async reset() {
      await server.sql(server.url(), 'drop database if exists target with (force)');
      // Copied file by file: every run starts from the same pages.
      await server.sql(server.url(), 'create database target template pristine strategy file_copy');
      await server.sql(server.url(), 'checkpoint');
    },
    digest: () => postgresDigest(server, target, 'items', shape),
    async corrupt() {
      await server.sql(target, shape.spoil('items'));
    },
  };
}

/** A DuckDB file that is not there when a run starts. */
export function duckTarget({ folder, shape }: Bench): Target & { readonly file: string } {
  const file = `${folder}/target.duckdb`;
  return {
    file,
    async reset() {
      for (const path of [file, `${file}.wal`]) await rm(path, { force: true });
    },
    digest: (side) => duckDigest(file, tableOf(side), shape),
    async corrupt(side) {
      await duckQuery(file, shape.spoil(tableOf(side)));
    },
  };
}
