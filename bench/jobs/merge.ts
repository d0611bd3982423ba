import { postgresDigest } from '../compare.ts';
import { createTable, insertRows } from '../data.ts';
import { createSource, psql, shell, syncTable, type Bench, type Job } from '../job.ts';
import { copiedTarget } from '../targets.ts';

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

/** What must come out of it. */
async function mergedDigest({ server, shape }: Bench, ...fill: readonly string[]): Promise<string> {
  const merged = await server.database('merged');
  await server.sql(merged, createTable('items', shape));
  for (const sql of fill) await server.sql(merged, sql);
  const digest = await postgresDigest(server, merged, 'items', shape);
  await server.sql(server.url(), 'drop database merged with (force)');
  return digest;
}

/** A share of the target's rows, half of them new, into a table with a primary key, against the same written by hand. */
const mergeOf = (share: number, facts: Omit<Job, 'shape' | 'prepare'>): Job => ({
  ...facts,
  shape: 'narrow',
  async prepare(bench) {
    const { server, shape, rows } = bench;
    const half = Math.max(1, Math.floor((rows * share) / 2));
    const [first, last] = [rows - half, rows + half - 1];
    const changed = insertRows('items', shape, first, last, 1);
    await createSource(bench, changed);
    return {
      ...(await copiedTarget(bench, insertRows('items', shape, 0, rows - 1))),
      moved: half * 2,
      durability: `logged table of ${rows} rows, primary key, staging unlogged`,
      limit: shell(byHand(bench)),
      ours: syncTable(bench, server.location('target'), '--mode', 'merge', '--key', shape.key.join(',')),
      expected: await mergedDigest(bench, insertRows('items', shape, 0, first - 1), changed),
    };
  },
});

export const merge = mergeOf(1 / 10, {
  name: 'merge',
  title: 'PostgreSQL → PostgreSQL, merge of a tenth, half new',
  rows: 3_000_000,
  floor: { ratio: 0.8 },
});

/** What many small runs a day do to a large table. */
export const mergeSmall = mergeOf(1 / 1000, {
  name: 'merge-small',
  title: 'PostgreSQL → PostgreSQL, merge of a thousandth, half new',
  rows: 10_000_000,
  rounds: 3,
  onlyByName: true,
  floor: {},
});
