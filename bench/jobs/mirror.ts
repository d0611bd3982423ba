import { postgresDigest } from '../compare.ts';
import { createTable, insertRows } from '../data.ts';
import { createSource, headgate, type Job } from '../job.ts';

/** A table of which one row in a hundred differs, against our own replace of the whole table. */
export const mirror: Job = {
  name: 'mirror',
  title: 'PostgreSQL → PostgreSQL, mirror with 1 % changed',
  rows: 3_000_000,
  shape: 'narrow',
  floor: { ratio: 0.5 },
  async prepare(bench) {
    const { server, shape, rows } = bench;
    const last = rows - 1;
    const changed = Math.floor(rows / 100);
    const source = await createSource(
      bench,
      `${insertRows('items', shape, 0, last - changed)}; ${insertRows('items', shape, last - changed + 1, last, 1)}`,
    );
    const key = shape.key.join(',');
    const pristine = await server.database('pristine');
    await server.sql(pristine, createTable('items', shape));
    await server.sql(pristine, insertRows('items', shape, 0, last));
    await server.sql(pristine, `alter table items add primary key (${key})`);
    await server.sql(pristine, 'vacuum (freeze, analyze)');
    const target = pristine.replace(/pristine$/, 'target');
    const sync = (mode: string): ReturnType<typeof headgate> =>
      headgate(
        bench,
        'sync',
        server.location('source'),
        server.location('target'),
        '--stream',
        'public.items',
        '--mode',
        mode,
        '--key',
        key,
      );
    return {
      moved: rows,
      durability: `logged table of ${rows} rows, primary key`,
      limit: sync('replace'),
      ours: sync('mirror'),
      expected: await postgresDigest(server, source, 'items', shape),
      async reset() {
        await server.sql(server.url(), 'drop database if exists target with (force)');
        await server.sql(server.url(), 'create database target template pristine strategy file_copy');
        await server.sql(server.url(), 'checkpoint');
      },
      digest: () => postgresDigest(server, target, 'items', shape),
      async corrupt() {
        await server.sql(target, shape.spoil('items'));
      },
    };
  },
};
