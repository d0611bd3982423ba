/** A CSV file by the calls of the vendor's client, from its first byte to the last poll, against `psql \copy` of the same file. */
import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { databaseSettings, type Service } from '../../test/support/service.ts';
import { psql } from '../job.ts';
import { startServer, type BenchServer } from '../server.ts';
import { call, endsOf, poll, upload, type Ends, type Fields } from './civis-calls.ts';
import { residentBytes } from './uploads.ts';

const run = promisify(execFile);
const size = Number(process.env['BENCH_MB'] ?? 1000) * 1_000_000;

async function load(service: Service, at: Ends, file: unknown): Promise<void> {
  const wanted = {
    file_id: file,
    in_place: false,
    detect_table_columns: true,
    force_character_set_conversion: true,
    hidden: true,
  };
  const job = await call(service, 'POST', 'files/preprocess/csv', wanted);
  const prepared = await call(service, 'POST', `jobs/${String(job['id'])}/runs`);
  const run = `jobs/${String(job['id'])}/runs/${String(prepared['id'])}`;
  await poll(service, run);
  const [output] = (await call(service, 'GET', `${run}/outputs`)) as unknown as readonly Fields[]; // a list
  const cleaned = await call(service, 'GET', `files/${String(output?.['objectId'])}`);
  const info = cleaned['detectedInfo'] as Fields;
  const made = await call(service, 'POST', 'imports/files/csv', {
    source: { file_ids: [cleaned['id']] },
    destination: { schema: 'public', table: 'loaded', ...at },
    first_row_is_header: info['includeHeader'],
    column_delimiter: info['columnDelimiter'],
    compression: info['compression'],
    existing_table_rows: 'drop',
    table_columns: info['tableColumns'],
    loosen_types: true,
    execution: 'immediate',
    hidden: true,
  });
  const loading = await call(service, 'POST', `jobs/${String(made['id'])}/runs`);
  await poll(service, `jobs/${String(made['id'])}/runs/${String(loading['id'])}`);
}

const columns = 'id bigint, name text, amount numeric(12,2), at timestamp, flag boolean, note text';

/** A file of about that many bytes. */
async function fileOf(server: BenchServer, path: string): Promise<void> {
  const rows = Math.round(size / 92);
  const select = `select i, 'customer ' || i, ((i % 100000) / 7.0)::numeric(12,2), timestamp '2024-01-01' + i * interval '1 second', i % 3 = 0, md5(i::text) from generate_series(1, ${rows}) i`;
  const line = psql('bench', `\\copy (${select}) to '${path}' (format csv, header)`);
  await run('bash', ['-c', line], { env: { ...process.env, ...server.environment } });
}

async function copied(server: BenchServer, path: string): Promise<number> {
  await server.sql(
    `${server.url().replace(/\/[^/]*$/, '')}/bench`,
    `drop table if exists copied; create table copied (${columns})`,
  );
  const begun = performance.now();
  await run('bash', ['-c', psql('bench', `\\copy copied from '${path}' (format csv, header)`)], {
    env: { ...process.env, ...server.environment },
  });
  return (performance.now() - begun) / 1000;
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

export async function benchCivis(service: Service, folder: string): Promise<void> {
  const server = await startServer();
  try {
    const url = await server.database('bench');
    const file = join(folder, 'items.csv');
    await fileOf(server, file);
    const { size: bytes } = await stat(file);
    await service.api('POST', '/connections', { name: 'bench', connector: 'postgres', settings: databaseSettings(url) });
    const at = await endsOf(service, 'bench');
    // What is loaded and compiled once is not what a file costs: the first round is not told.
    for (let round = 0; round <= 3; round++) {
      const limit = await copied(server, file);
      const before = await residentBytes(service);
      const watch = { most: before, done: false };
      const watching = (async (): Promise<void> => {
        for (; !watch.done; await wait(100)) watch.most = Math.max(watch.most, await residentBytes(service));
      })();
      const begun = performance.now();
      const number = await upload(service, file);
      const sent = performance.now();
      watch.done = true;
      await watching;
      const loading = performance.now();
      await load(service, at, number);
      const [uploading, work] = [sent - begun, performance.now() - loading];
      const all = uploading + work;
      if (round === 0) continue;
      console.log(
        `csv of ${(bytes / 1e6).toFixed(0)} MB by the client's calls: ${seconds(all)} (upload ${seconds(uploading)}, detection, load and polls ` +
          `${seconds(work)}); psql \\copy ${limit.toFixed(1)} s: ${(all / 1000 / limit).toFixed(2)} times; target 1.9`,
      );
      console.log(
        `  upload in parts: ${(bytes / 1000 / uploading).toFixed(0)} MB/s, target 300; memory ${(before / 1e6).toFixed(0)} MB before, ` +
          `${((watch.most - before) / 1e6).toFixed(0)} MB more; target 60`,
      );
    }
  } finally {
    await server.stop();
  }
}
