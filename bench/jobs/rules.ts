import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { duckDigest, duckQuery, postgresDigest } from '../compare.ts';
import { createSource, headgate, psql, type Job } from '../job.ts';
import { thirtyRules } from './schema.ts';

const scanner = new URL('duckdb-scan.ts', import.meta.url).pathname;

/** A csv file held to 30 rules on its way into a DuckDB file, against DuckDB that only reads the file with its types. */
export const rules: Job = {
  name: 'rules',
  title: 'CSV → DuckDB, 30 rules, against a typed scan',
  rows: 3_000_000,
  shape: 'narrow',
  floor: { ratio: 0.2 },
  async prepare(bench) {
    const { server, folder, shape, rows } = bench;
    const source = await createSource(bench);
    const [file, schema, target, count] = [
      `${folder}/items.csv`,
      `${folder}/items.json`,
      `${folder}/target.duckdb`,
      `${folder}/count`,
    ];
    const unload = psql('source', `\\copy items to '${file}' (format csv, header)`);
    await promisify(execFile)('bash', ['-c', unload], { env: { ...process.env, ...server.environment } });
    await writeFile(schema, thirtyRules(shape.columns.map(({ name }) => name)));
    const expected = await postgresDigest(server, source, 'items', shape);
    return {
      moved: rows,
      durability: 'ours: database file, checkpointed; the limit keeps nothing',
      limit: { argv: [process.execPath, scanner, shape.name, file, count] },
      ours: headgate(
        bench,
        'sync',
        `file:${file}?header=true&delimiter=%2C&infer=false`,
        `duckdb:${target}`,
        '--into',
        'items',
        '--schema',
        schema,
      ),
      expected,
      async reset() {
        for (const path of [target, `${target}.wal`, count]) await rm(path, { force: true });
      },
      async digest(side) {
        if (side === 'ours') return await duckDigest(target, 'items', shape);
        // A scan leaves nothing to compare but the rows that it saw.
        return (await readFile(count, 'utf8')) === String(rows) ? expected : 'other rows';
      },
      async corrupt(side) {
        if (side === 'ours') await duckQuery(target, shape.spoil('items'));
        else await writeFile(count, '0');
      },
    };
  },
};
