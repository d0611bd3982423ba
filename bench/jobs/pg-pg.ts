import { postgresDigest } from '../compare.ts';
import { createTable } from '../data.ts';
import { createSource, headgate, psql, shell, type Job } from '../job.ts';

/** A whole table between two databases of one server, against the pipe of two psql. */
export const pgPg: Job = {
  name: 'pg-pg',
  title: 'PostgreSQL → PostgreSQL, replace',
  rows: 1_000_000,
  shape: 'narrow',
  floor: { ratio: 0.85, peak: 128 },
  async prepare(bench) {
    const { server, shape, rows } = bench;
    const source = await createSource(bench);
    const target = await server.database('target');
    return {
      moved: rows,
      durability: 'logged table, no index',
      limit: shell(
        `${psql('source', 'copy items to stdout (format binary)')} | ${psql('target', 'copy items from stdin (format binary)')}`,
      ),
      ours: headgate(bench, 'sync', server.location('source'), server.location('target'), '--stream', 'public.items'),
      expected: await postgresDigest(server, source, 'items', shape),
      async reset(side) {
        await server.sql(target, 'drop table if exists items');
        if (side === 'limit') await server.sql(target, createTable('items', shape));
        await server.sql(target, 'checkpoint');
      },
      digest: () => postgresDigest(server, target, 'items', shape),
      async corrupt() {
        await server.sql(target, shape.spoil('items'));
      },
    };
  },
};
