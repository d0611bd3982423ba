/** A CSV import that upserts a million rows into ten million, against what a careful person writes by hand. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { databaseSettings, type Service } from '../../test/support/service.ts';
import { psql } from '../job.ts';
import { startServer, type BenchServer } from '../server.ts';
import { call, endsOf, poll, upload, type Ends } from './civis-calls.ts';

const run = promisify(execFile);
const there = Number(process.env['BENCH_ROWS'] ?? 10_000_000);
const sent = there / 10;
/** The first one, for which log is made and code compiled, is not told. */
const rounds = 4;

const columns = 'id bigint primary key, name text, amount numeric(12,2), at timestamp, flag boolean, note text';
/** `i` = a key; `later` = days by which a row is newer. */
const row = (later: number): string =>
  `i, 'customer ' || i, ((i % 100000) / 7.0)::numeric(12,2), timestamp '2024-01-01' + i * interval '1 second' + interval '${later} days', i % 3 = 0, md5((i + ${later})::text)`;

async function shell(server: BenchServer, line: string): Promise<number> {
  const begun = performance.now();
  await run('bash', ['-c', line], { env: { ...process.env, ...server.environment } });
  return (performance.now() - begun) / 1000;
}

const psqlOf = (...statements: readonly string[]): string => psql('bench', ...statements);

/** Half of them are new, the others are those of keys all over the table: other ones in each round. */
async function fileOf(server: BenchServer, path: string, at: number): Promise<void> {
  const half = sent / 2;
  const step = there / half;
  const keys = `select k * ${step} + ${at} as i from generate_series(0, ${half - 1}) k union all select ${there + 1 + at * half} + k from generate_series(0, ${half - 1}) k`;
  await shell(server, psqlOf(`\\copy (select ${row(at)} from (${keys}) x) to '${path}' (format csv, header)`));
}

async function byHand(server: BenchServer, file: string): Promise<number> {
  const changes = ['name', 'amount', 'at', 'flag', 'note'].map((name) => `${name} = excluded.${name}`).join(', ');
  return await shell(
    server,
    psqlOf(
      'begin',
      'create unlogged table incoming (like by_hand)',
      `\\copy incoming from '${file}' (format csv, header)`,
      'analyze incoming',
      `insert into by_hand as t select * from incoming on conflict (id) do update set ${changes} where t.at <= excluded.at`,
      'drop table incoming',
      'commit',
    ),
  );
}

async function ours(service: Service, at: Ends, file: string): Promise<number> {
  const made = await call(service, 'POST', 'imports/files/csv', {
    source: { file_ids: [await upload(service, file)] },
    destination: { schema: 'public', table: 'ours', ...at, primary_keys: ['id'], last_modified_keys: ['at'] },
    first_row_is_header: true,
    existing_table_rows: 'upsert',
    execution: 'immediate',
  });
  const { id } = await call(service, 'POST', `jobs/${String(made['id'])}/runs`);
  const { createdAt, finishedAt } = await poll(service, `jobs/${String(made['id'])}/runs/${String(id)}`);
  return (Date.parse(String(finishedAt)) - Date.parse(String(createdAt))) / 1000;
}

export async function benchUpsert(service: Service, folder: string): Promise<void> {
  const server = await startServer();
  try {
    const url = await server.database('bench');
    await service.api('POST', '/connections', { name: 'bench', connector: 'postgres', settings: databaseSettings(url) });
    await server.sql(url, `create table by_hand (${columns})`);
    await server.sql(url, `insert into by_hand select ${row(0)} from generate_series(1, ${there}) i`);
    await server.sql(url, `create table ours (${columns})`);
    await server.sql(url, 'insert into ours select * from by_hand');
    await server.sql(url, 'vacuum (freeze, analyze)');
    const at = await endsOf(service, 'bench');
    for (let round = 1; round <= rounds; round++) {
      const file = join(folder, `rows-${round}.csv`);
      await fileOf(server, file, round);
      const turns = [
        async () => ['by hand', await byHand(server, file)] as const,
        async () => ['ours', await ours(service, at, file)] as const,
      ];
      // In turns, because the second of them writes what the first has left to write.
      const took: Record<string, number> = {};
      for (const turn of round % 2 === 0 ? turns.toReversed() : turns) {
        const [name, seconds] = await turn();
        took[name] = seconds;
      }
      const { 'by hand': limit = Number.NaN, ours: own = Number.NaN } = took;
      if (round > 1)
        console.log(
          `upsert of ${sent} rows into ${there}: ${own.toFixed(1)} s; by hand ${limit.toFixed(1)} s: ${(limit / own).toFixed(2)}; target 0.8`,
        );
    }
    const sum = (table: string): string => `select count(*), md5(sum(hashtextextended(t::text, 0))::text) from ${table} t`;
    const [[a], [b]] = [await server.sql(url, sum('by_hand')), await server.sql(url, sum('ours'))];
    if (JSON.stringify(a) !== JSON.stringify(b)) throw new Error('the tables differ');
  } finally {
    await server.stop();
  }
}
