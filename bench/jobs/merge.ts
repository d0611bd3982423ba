import { postgresDigest } from '../compare.ts';
import { createTable, insertRows } from '../data.ts';
import { createSource, headgate, psql, shell, type Bench, type Job } from '../job.ts';

/** What a careful person writes by hand. */
function byHand({ shape }: Bench): string {
  const key = shape.key.join(', ');
  const changes = shape.columns.filter(({ name }) => !shape.key.includes(name)).map(({ name }) => `${name} = excluded.${name}`);
  const load = psql(
    'target',
    'begin',
    'create unlogged table incoming (like items)',
    'copy incoming from stdin (format binary)',
    'analyze incoming',
    `insert into items select * from incoming on conflict (${key}) do update set ${changes.join(', ')}`,
    'drop table incoming',
    'commit',
  );
  return `${psql('source', 'copy items to stdout (format binary)')} | ${load}`;
}

/** A tenth of the target's rows, half of them new, into a table with a primary key, against the same written by hand. */
export const merge: Job = {
  name: 'merge',
  title: 'PostgreSQL → PostgreSQL, merge of a tenth, half new',
  rows: 3_000_000,
  shape: 'narrow',
  floor: { ratio: 0.8 },
  async prepare(bench) {
    const { server, shape, rows } = bench;
    const half = Math.floor(rows / 20);
    const [first, last] = [rows - half, rows + half - 1];
    const changed = insertRows('items', shape, first, last, 1);
    await createSource(bench, changed);
    const key = shape.key.join(',');
    const pristine = await server.database('pristine');
    // First what must come out, then what it starts from.
    await server.sql(pristine, createTable('items', shape));
    await server.sql(pristine, insertRows('items', shape, 0, first - 1));
    await server.sql(pristine, changed);
    const expected = await postgresDigest(server, pristine, 'items', shape);
    await server.sql(pristine, 'truncate items');
    await server.sql(pristine, insertRows('items', shape, 0, rows - 1));
    await server.sql(pristine, `alter table items add primary key (${key})`);
    await server.sql(pristine, 'vacuum (freeze, analyze)');
    const target = pristine.replace(/pristine$/, 'target');
    return {
      moved: half * 2,
      durability: `logged table of ${rows} rows, primary key, staging unlogged`,
      limit: shell(byHand(bench)),
      ours: headgate(
        bench,
        'sync',
        server.location('source'),
        server.location('target'),
        '--stream',
        'public.items',
        '--mode',
        'merge',
        '--key',
        key,
      ),
      expected,
      async reset() {
        await server.sql(server.url(), 'drop database if exists target with (force)');
        // Copied file by file: every run starts from the same pages.
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
