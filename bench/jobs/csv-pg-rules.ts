import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { postgresDigest } from '../compare.ts';
import { createTable } from '../data.ts';
import { createSource, headgate, psql, shell, type Job } from '../job.ts';
import { tenRules } from './schema.ts';

/** A csv file with one bad row in fifty, held to 10 rules, into a table; psql's `\copy` loads the good rows alone. */
export const csvPgRules: Job = {
  name: 'csv-pg-rules',
  title: 'CSV → PostgreSQL, replace, 10 rules, rejects split off',
  rows: 1_000_000,
  shape: 'narrow',
  floor: { ratio: 0.75 },
  async prepare(bench) {
    const { server, folder, shape, rows } = bench;
    const source = await createSource(bench);
    const target = await server.database('target');
    const [file, good, schema] = [`${folder}/items.csv`, `${folder}/good.csv`, `${folder}/items.json`];
    const unload = psql('source', `\\copy items to '${file}' (format csv, header)`);
    const bash = (line: string) => promisify(execFile)('bash', ['-c', line], { env: { ...process.env, ...server.environment } });
    await bash(unload);
    await server.sql(source, 'delete from items where quantity > 49');
    await bash(psql('source', `\\copy items to '${good}' (format csv, header)`));
    await writeFile(schema, tenRules(shape.columns.map(({ name }) => name)));
    const settled = `file:${file}?header=true&delimiter=%2C&infer=false`;
    const rejects = ['--schema', schema, '--max-rejects', '10%', '--rejects', `${folder}/bad.csv`];
    const ours = headgate(bench, 'sync', settled, server.location('target'), '--into', 'public.items', ...rejects);
    return {
      moved: rows,
      durability: 'logged table, no index',
      limit: shell(psql('target', `\\copy items from '${good}' (format csv, header)`)),
      // Done with rejects is an exit code of its own.
      ours: shell(`${ours.argv.map((word) => `'${word}'`).join(' ')} || [ $? = 3 ]`),
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
