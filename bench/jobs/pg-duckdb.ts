import { rm } from 'node:fs/promises';
import { duckDigest, duckQuery, postgresDigest } from '../compare.ts';
import { createSource, headgate, psql, shell, type Job } from '../job.ts';

const loader = new URL('duckdb-load.ts', import.meta.url).pathname;

/** A whole table into a DuckDB file, against psql that writes csv into a FIFO which DuckDB's own reader loads. */
export const pgDuckdb: Job = {
  name: 'pg-duckdb',
  title: 'PostgreSQL → DuckDB, replace',
  rows: 1_000_000,
  shape: 'narrow',
  floor: { ratio: 0.95 },
  async prepare(bench) {
    const { server, folder, shape, rows } = bench;
    const source = await createSource(bench);
    const file = `${folder}/target.duckdb`;
    const fifo = `${folder}/fifo`;
    const load = `${process.execPath} ${loader} ${shape.name} ${fifo} ${file}`;
    return {
      moved: rows,
      durability: 'database file, checkpointed, no index',
      limit: shell(`mkfifo ${fifo} && { ${psql('source', 'copy items to stdout (format csv)')} > ${fifo} & ${load}; }; wait $!`),
      ours: headgate(bench, 'sync', server.location('source'), `duckdb:${file}`, '--stream', 'public.items', '--into', 'items'),
      expected: await postgresDigest(server, source, 'items', shape),
      async reset() {
        for (const path of [file, `${file}.wal`, fifo]) await rm(path, { force: true });
      },
      digest: () => duckDigest(file, 'items', shape),
      async corrupt() {
        await duckQuery(file, shape.spoil('items'));
      },
    };
  },
};
