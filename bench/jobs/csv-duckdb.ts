import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { duckDigest, duckQuery, postgresDigest } from '../compare.ts';
import { createSource, headgate, psql, shell, type Job } from '../job.ts';

const loader = new URL('duckdb-load.ts', import.meta.url).pathname;

/** A csv file of which nothing is told, with refused rows kept, against DuckDB's own reader with the types given. */
export const csvDuckdb: Job = {
  name: 'csv-duckdb',
  title: 'CSV → DuckDB, replace, types inferred over the whole file, rejects kept',
  rows: 1_000_000,
  shape: 'narrow',
  floor: { ratio: 0.65, peak: 600 },
  async prepare(bench) {
    const { server, folder, shape, rows } = bench;
    const source = await createSource(bench);
    const [csv, bare, file] = [`${folder}/items.csv`, `${folder}/bare.csv`, `${folder}/target.duckdb`];
    const unload = psql('source', `\\copy items to '${csv}' (format csv, header)`);
    const line = `${unload} && tail -n +2 ${csv} > ${bare}`;
    await promisify(execFile)('bash', ['-c', line], { env: { ...process.env, ...server.environment } });
    return {
      moved: rows,
      durability: 'database file, checkpointed, no index',
      limit: shell(`${process.execPath} ${loader} ${shape.name} ${bare} ${file}`),
      ours: headgate(
        bench,
        'sync',
        csv,
        `duckdb:${file}`,
        '--into',
        'items',
        '--max-rejects',
        '1%',
        '--rejects',
        `${folder}/bad.csv`,
      ),
      expected: await postgresDigest(server, source, 'items', shape),
      async reset() {
        for (const path of [file, `${file}.wal`]) await rm(path, { force: true });
      },
      digest: () => duckDigest(file, 'items', shape),
      async corrupt() {
        await duckQuery(file, shape.spoil('items'));
      },
    };
  },
};
