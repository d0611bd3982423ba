import { createTable } from '../data.ts';
import { postgresDigest } from '../compare.ts';
import { createSource, headgate, type Bench, type Job, type Prepared } from '../job.ts';
import type { Command } from '../measure.ts';
import { duckTarget, tableTarget } from '../targets.ts';

type Target = Pick<Prepared, 'reset' | 'digest' | 'corrupt'>;

/** The limit is ours as well: the same over a tenth of the rows must need nearly as much memory. */
async function tenTimes(bench: Bench, durability: string, target: Target, sync: (stream: string) => Command): Promise<Prepared> {
  const { server, shape, rows } = bench;
  const source = await createSource(bench);
  await server.sql(source, createTable('tenth', shape));
  await server.sql(source, `insert into tenth select * from items limit ${Math.ceil(rows / 10)}`);
  await server.sql(source, 'vacuum (freeze, analyze)');
  const expected = await postgresDigest(server, source, 'items', shape);
  const tenth = await postgresDigest(server, source, 'tenth', shape);
  return {
    ...target,
    moved: rows,
    durability,
    limit: sync('public.tenth'),
    ours: sync('public.items'),
    expected,
    async digest(side) {
      const found = await target.digest(side);
      return side === 'limit' && found === tenth ? expected : found;
    },
  };
}

export const memoryDirect: Job = {
  name: 'memory',
  title: 'PostgreSQL → PostgreSQL, peak memory, against a tenth of the rows',
  rows: 10_000_000,
  rounds: 1,
  shape: 'narrow',
  floor: { peak: 160, growth: 1.1 },
  async prepare(bench) {
    const { server } = bench;
    const target = await tableTarget(bench, () => false);
    return tenTimes(bench, 'logged table, no index', target, (stream) =>
      headgate(bench, 'sync', server.location('source'), server.location('target'), '--stream', stream, '--into', 'public.items'),
    );
  },
};

export const memoryDuckdb: Job = {
  name: 'memory',
  title: 'PostgreSQL → DuckDB limited to 256 MB, peak memory, against a tenth of the rows',
  rows: 10_000_000,
  rounds: 1,
  shape: 'narrow',
  floor: { peak: 600, growth: 1.1 },
  async prepare(bench) {
    const { file, ...target } = duckTarget(bench);
    return tenTimes(bench, 'database file, checkpointed, no index', target, (stream) => ({
      ...headgate(bench, 'sync', bench.server.location('source'), `duckdb:${file}`, '--stream', stream, '--into', 'items'),
      environment: { HEADGATE_DUCKDB_MEMORY: '256MB' },
    }));
  },
};
