import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { postgresDigest } from '../compare.ts';
import { createTable } from '../data.ts';
import { createSource, headgate, psql, shell, type Job } from '../job.ts';

/** A csv file whose dialect and types are known into an empty table that exists, against psql's `\copy`. */
export const csvPg: Job = {
  name: 'csv-pg',
  title: 'CSV → PostgreSQL, replace, dialect and types given',
  rows: 1_000_000,
  shape: 'narrow',
  floor: { ratio: 0.88 },
  async prepare(bench) {
    const { server, folder, shape, rows } = bench;
    const source = await createSource(bench);
    const target = await server.database('target');
    const file = `${folder}/items.csv`;
    const unload = psql('source', `\\copy items to '${file}' (format csv, header)`);
    await promisify(execFile)('bash', ['-c', unload], { env: { ...process.env, ...server.environment } });
    const settled = `file:${file}?encoding=utf-8&header=true&delimiter=%2C&infer=false`;
    return {
      moved: rows,
      durability: 'logged table, no index',
      limit: shell(psql('target', `\\copy items from '${file}' (format csv, header)`)),
      ours: headgate(bench, 'sync', settled, server.location('target'), '--into', 'public.items'),
      expected: await postgresDigest(server, source, 'items', shape),
      async reset() {
        await server.sql(target, 'drop table if exists items');
        await server.sql(target, createTable('items', shape));
        await server.sql(target, 'checkpoint');
      },
      digest: () => postgresDigest(server, target, 'items', shape),
      async corrupt() {
        await server.sql(target, shape.spoil('items'));
      },
    };
  },
};
