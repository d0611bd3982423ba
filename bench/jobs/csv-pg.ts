import { writeFile } from 'node:fs/promises';
import { postgresDigest } from '../compare.ts';
import { settled, unload } from '../csv.ts';
import { createSource, headgate, psql, shell, type Job } from '../job.ts';
import { pgloader, pgloaderScript, slingFile } from '../peers.ts';
import { tableTarget } from '../targets.ts';

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
    const [file, script] = [`${folder}/items.csv`, `${folder}/items.load`];
    await unload(bench, file);
    await writeFile(script, pgloaderScript(file, server.location('target')));
    return {
      ...(await tableTarget(bench, () => true)),
      moved: rows,
      durability: 'logged table, no index',
      limit: shell(psql('target', `\\copy items from '${file}' (format csv, header)`)),
      ours: headgate(bench, 'sync', settled(file), server.location('target'), '--into', 'public.items'),
      peers: { pgloader: pgloader(script), sling: slingFile(file, server.url('target')) },
      expected: await postgresDigest(server, source, 'items', shape),
    };
  },
};
