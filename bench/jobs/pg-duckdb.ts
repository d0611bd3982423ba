import { rm } from 'node:fs/promises';
import { postgresDigest } from '../compare.ts';
import { createSource, psql, shell, syncTable, type Job } from '../job.ts';
import { dlt, slingDuckdb } from '../peers.ts';
import { dltSchema, duckTarget } from '../targets.ts';

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
    const { file, ...target } = duckTarget(bench);
    const fifo = `${folder}/fifo`;
    const load = `${process.execPath} ${loader} ${shape.name} ${fifo} ${file}`;
    return {
      ...target,
      moved: rows,
      durability: 'database file, checkpointed, no index',
      limit: shell(`mkfifo ${fifo} && { ${psql('source', 'copy items to stdout (format csv)')} > ${fifo} & ${load}; }; wait $!`),
      ours: syncTable(bench, `duckdb:${file}`, '--into', 'items'),
      peers: {
        sling: slingDuckdb(source, file),
        dlt: dlt('duckdb', source, file, dltSchema, folder),
      },
      expected: await postgresDigest(server, source, 'items', shape),
      async reset(side) {
        await target.reset(side);
        await rm(fifo, { force: true });
      },
    };
  },
};
