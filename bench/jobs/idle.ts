import { postgresDigest } from '../compare.ts';
import { createSource, psql, shell, syncTable, type Job } from '../job.ts';
import { measure } from '../measure.ts';

/** An incremental run that finds nothing, against the shortest thing that psql can do. */
export const idle: Job = {
  name: 'idle',
  title: 'PostgreSQL → PostgreSQL, incremental, nothing new',
  rows: 100_000,
  shape: 'wide',
  floor: { seconds: 1.5 },
  async prepare(bench) {
    const { server, shape } = bench;
    const source = await createSource(bench);
    await server.sql(source, 'create index on items (updated_at)');
    const target = await server.database('target');
    const incremental = ['--mode', 'incremental', '--cursor', 'updated_at', '--key', shape.key.join(',')];
    const ours = syncTable(bench, server.location('target'), ...incremental);
    await measure(ours, server);
    return {
      moved: 0,
      durability: 'the cursor has an index',
      limit: shell(psql('source', 'select 1')),
      ours,
      expected: await postgresDigest(server, source, 'items', shape),
      reset: () => Promise.resolve(),
      digest: () => postgresDigest(server, target, 'items', shape),
      async corrupt() {
        await server.sql(target, shape.spoil('items'));
      },
    };
  },
};
