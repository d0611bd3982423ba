import { postgresDigest } from '../compare.ts';
import { createTable } from '../data.ts';
import { createSource, headgate, psql, shell, type Job } from '../job.ts';

/** A whole table between two databases of one server, against the pipe of two psql that speak this format. */
const replace = (format: 'binary' | 'text', names: Pick<Job, 'name' | 'title' | 'floor'>): Job => ({
  ...names,
  rows: 1_000_000,
  shape: 'narrow',
  async prepare(bench) {
    const { server, shape, rows } = bench;
    const source = await createSource(bench);
    const target = await server.database('target');
    return {
      moved: rows,
      durability: 'logged table, no index',
      limit: shell(
        `${psql('source', `copy items to stdout (format ${format})`)} | ${psql('target', `copy items from stdin (format ${format})`)}`,
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
});

export const pgPg = replace('binary', {
  name: 'pg-pg',
  title: 'PostgreSQL → PostgreSQL, replace',
  floor: { ratio: 0.85, peak: 128 },
});

/** What most people's scripts do: both sides parse text. */
export const pgPgText = replace('text', {
  name: 'pg-pg-text',
  title: 'PostgreSQL → PostgreSQL, replace, against text',
  floor: { ratio: 1.15 },
});
