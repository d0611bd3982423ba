/** Reads of a real server, held to what Redshift has: every statement is taken off the wire and compared with its list of words. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { startPostgres } from '../../../test/support/postgres.ts';
import { HeadgateError } from '../../domain/error.ts';
import type { StreamInfo } from '../../domain/schema.ts';
import type { Source } from '../../sdk/index.ts';
import { personalFiles } from '../../files/folders.ts';
import { personalNet } from '../../net/net.ts';
import { redshift } from './index.ts';

const server = await startPostgres();
after(() => server.stop());

/** What clients send; statements are found in it by `statements`. */
const sent: Buffer[] = [];
const wire = createServer((near) => {
  const far = connect(Number(new URL(server.url()).port), '127.0.0.1');
  near.on('data', (bytes: Buffer) => sent.push(bytes));
  near.pipe(far).pipe(near);
  for (const socket of [near, far]) socket.on('error', () => near.destroy());
}).listen(0, '127.0.0.1');
await once(wire, 'listening');
after(() => wire.close());

/** The texts of Parse messages: `P`, a length, an empty name, the statement. */
function statements(): readonly string[] {
  const all = Buffer.concat(sent);
  const found: string[] = [];
  for (let at = all.indexOf('P\0'); at >= 0; at = all.indexOf('P\0', at + 1)) {
    const end = at + 1 + all.readInt32BE(at + 1);
    if (all[at + 5] === 0 && end <= all.length) found.push(all.toString('utf8', at + 6, all.indexOf(0, at + 6)));
  }
  return found;
}

function locate(url: string): ReturnType<typeof redshift.locate> {
  const through = new URL(url);
  through.port = String((wire.address() as AddressInfo).port); // a TCP server's address
  return redshift.locate(`${through.href.replace(/^postgres(ql)?/, 'redshift')}?sslmode=disable`, {});
}

async function open(url: string): Promise<Source> {
  const source = await locate(url).source?.open({
    signal: new AbortController().signal,
    log: { info: () => undefined, warn: () => undefined },
    scratch: '',
    duck: () => Promise.reject(new Error('no DuckDB here')),
    net: personalNet(),
    files: personalFiles,
    failpoint: () => Promise.resolve(),
  });
  assert.ok(source);
  return source;
}

async function readAll(source: Source, info: StreamInfo): Promise<{ lines: readonly string[]; rows: number | undefined }> {
  const columns = info.schema.fields.map(({ name }) => ({ from: name, as: name }));
  const chunks: Uint8Array[] = [];
  let rows: number | undefined;
  const flow = { stream: info.stream, schema: info.schema, projection: { columns } };
  for await (const event of source.read({ flows: [flow], mode: 'snapshot', format: 'csv' })) {
    if (event.type === 'bytes') chunks.push(Buffer.from(event.data));
    if (event.type === 'checkpoint') rows = Object.values(event.proof?.rows ?? {})[0];
  }
  return { lines: Buffer.concat(chunks).toString('utf8').split('\n').slice(0, -1), rows };
}

test('several fetches of one cursor, with values whose text is not the wire’s own', async () => {
  const url = await server.database();
  await server.sql(
    url,
    `create table t (id int, ok boolean, x text, r real, d double precision, n numeric(12,2), at timestamptz);
    insert into t select i, i % 2 = 0, case when i = 1 then '' when i > 2 then 'a "q", ' || i end, 0.1, 0.1, 1.10, '2024-01-02 03:04:05.5+02'
      from generate_series(1, 2500) i`,
  );
  await using source = await open(url);
  const [info] = await source.discover([{ name: 't' }]);
  assert.ok(info);
  assert.deepEqual(info.schema.key, undefined);
  const { lines, rows } = await readAll(source, info);
  assert.deepEqual([lines.length, rows], [2500, 2500]);
  const tail = '0.10000000149011612,0.1,1.10,2024-01-02 01:04:05.5+00';
  assert.deepEqual(lines.slice(0, 3), [`1,false,"",${tail}`, `2,true,,${tail}`, `3,false,"a ""q"", 3",${tail}`]);
});

test('exactly as many rows as one fetch has', async () => {
  const url = await server.database();
  await using source = await open(url);
  const [info] = await source.discover([{ name: 'q', query: 'select i from generate_series(1, 1000) as i' }]);
  assert.ok(info);
  assert.deepEqual((await readAll(source, info)).rows, 1000);
});

test('a query that writes is refused, whatever it hides behind', async () => {
  const url = await server.database();
  await server.sql(
    url,
    `create table t (id int); create function f() returns int language sql as 'insert into t values (1) returning id'`,
  );
  await using source = await open(url);
  const [info] = await source.discover([{ name: 'q', query: 'select f() as id' }]);
  assert.ok(info);
  await assert.rejects(
    readAll(source, info),
    (error: unknown) => error instanceof HeadgateError && error.code === 'access.denied',
  );
  const [[count] = []] = await server.sql(url, 'select count(*) from t');
  assert.equal(count, '0');
});

/** The statements of ours, and words that PostgreSQL got after version 8.0 or that Redshift's documentation lists as missing. */
const forms = [
  /^set (?:client_encoding|timezone|datestyle|extra_float_digits|statement_timeout) to [^;]+$/,
  /^begin read only$/,
  /^\s*(?:select|declare \w+ cursor for\nselect|prepare \w+ as\nselect)\s[^;]+$/,
  /^fetch forward 1000 from \w+$/,
  /^deallocate \w+$/,
];
const missing =
  /\bcopy\b|set_config|current_setting|pg_settings|clock_timestamp|::text|\bany\s*\(|\blateral\b|\bvalues\b|array_to_json|jsonb|\bfilter\s*\(|encode\(|to_regclass|repeatable|snapshot|isolation/i;

test('nothing was said that a cluster would not understand', async () => {
  const url = await server.database();
  await using source = await open(url);
  await source.check();
  await source.discover();
  // Queries of people are their own business.
  const own = statements().filter((sql) => !/generate_series|f\(\)/.test(sql));
  assert.ok(own.length > 20);
  for (const sql of own) {
    assert.ok(
      forms.some((form) => form.test(sql)),
      sql,
    );
    assert.doesNotMatch(sql, missing);
  }
});
