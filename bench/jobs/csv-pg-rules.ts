import { writeFile } from 'node:fs/promises';
import { postgresDigest } from '../compare.ts';
import { settled, unload } from '../csv.ts';
import { createSource, headgate, psql, shell, type Job } from '../job.ts';
import { tableTarget } from '../targets.ts';
import { tenRules } from './schema.ts';

/** Its own exit code. */
const doneWithRejects = 3;

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
    const [file, good, schema] = [`${folder}/items.csv`, `${folder}/good.csv`, `${folder}/items.json`];
    await unload(bench, file);
    await server.sql(source, 'delete from items where quantity > 49');
    await unload(bench, good);
    await writeFile(schema, tenRules(shape.columns.map(({ name }) => name)));
    const rejects = ['--schema', schema, '--max-rejects', '10%', '--rejects', `${folder}/bad.csv`];
    const ours = headgate(bench, 'sync', settled(file), server.location('target'), '--into', 'public.items', ...rejects);
    return {
      ...(await tableTarget(bench, () => true)),
      moved: rows,
      durability: 'logged table, no index',
      limit: shell(psql('target', `\\copy items from '${good}' (format csv, header)`)),
      ours: { ...ours, accept: [doneWithRejects] },
      expected: await postgresDigest(server, source, 'items', shape),
    };
  },
};
