/** What is special about publishing to MySQL: loading by two ways, and statements that commit by themselves. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startMariadb } from '../../../test/support/mariadb.ts';
import { HeadgateError } from '../../domain/error.ts';
import type { WritePolicy } from '../../domain/policy.ts';
import type { Field } from '../../domain/schema.ts';
import type { Context, Destination, PublishRequest, Target } from '../../sdk/index.ts';
import { openDestination, testContext } from './harness.ts';
import { nativeType } from './types.ts';

const server = await startMariadb();
after(() => server.stop());

const field = (name: string, type: Field['type']): Field => ({
  name,
  type,
  nullable: true,
  native: { system: 'mysql', type: nativeType(type), portable: true },
});
const fields = [
  field('id', { kind: 'integer', bits: 64 }),
  field('note', { kind: 'text' }),
  field('amount', { kind: 'decimal', precision: 12, scale: 2 }),
];

async function targetOf(destination: Destination, policy: Partial<WritePolicy>): Promise<Target> {
  const existing = await destination.describe({ name: 't' });
  return {
    table: { name: 't' },
    schema: { fields, key: ['id'] },
    policy: { mode: 'replace', nulls: 'write', deletes: 'hard', existing: 'any', evolution: 'evolve', key: ['id'], ...policy },
    ...(existing && { existing }),
    add: [],
    widen: [],
    content: 'rows',
  };
}

async function prepare(
  destination: Destination,
  csv: string,
  token: string,
  policy: Partial<WritePolicy> = {},
): Promise<PublishRequest> {
  const { fence } = await destination.claim('p');
  const target = await targetOf(destination, policy);
  const writer = await destination.open({ target, format: 'csv', pipeline: 'p', attempt: token, ordinal: 0 });
  try {
    await writer.write(chunks(csv));
    const staged = [await writer.flush()];
    return { token, pipeline: 'p', run: token, fence, positions: { t: token }, tables: [{ target, staged }], checksums: [] };
  } finally {
    await writer[Symbol.asyncDispose]();
  }
}

async function* chunks(csv: string): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < csv.length; at += 7) yield Buffer.from(csv.slice(at, at + 7));
}

/** The kill harness in one process: everything after the failpoint does not happen. */
const dyingAt = (context: Context, name: string): Context => ({
  ...context,
  failpoint: (reached) => (reached === name ? new Promise<void>(() => undefined) : Promise.resolve()),
});

const code = (wanted: string) => (error: unknown) => error instanceof HeadgateError && error.code === wanted;
const rows = (url: string) => server.sql(url, 'select id, note, amount from t order by id');
const names = async (url: string) =>
  (
    await server.sql(
      url,
      `select table_name from information_schema.tables where table_schema = database() and table_name not in ('_headgate_meta', '_headgate_fence', '_headgate_ledger', '_headgate_pending')`,
    )
  ).flat();

test('rows arrive the same with and without local_infile, and what does not fit exactly is refused by both', async () => {
  for (const on of ['on', 'off']) {
    await server.sql(server.url(), `set global local_infile = ${on}`);
    const url = await server.database();
    await using context = await testContext();
    await using destination = await openDestination(url, context);
    const request = await prepare(destination, '1,"it\'s \\n ""é"",",1.50\n2,,\n3,"",-0.01\n', 'a');
    assert.equal((await destination.publish(request)).status, 'published');
    assert.deepEqual(await rows(url), [
      ['1', `it's \\n "é",`, '1.50'],
      ['2', null, null],
      ['3', '', '-0.01'],
    ]);
    for (const bad of ['4,x,1.239\n', '4,x,abc\n', '1.5,x,1\n', '4,x,99999999999\n', '99999999999999999999,x,1\n']) {
      await assert.rejects(prepare(destination, bad, 'bad'), code('value.invalid'), `${bad} with local_infile ${on}`);
    }
    await destination.claim('p');
    assert.deepEqual(await names(url), ['t']);
  }
  await server.sql(server.url(), 'set global local_infile = on');
});

/** Rows that the server has read one after another, without an index. */
const scanned = async (): Promise<number> =>
  Number((await server.sql(server.url(), `show global status like 'Handler_read_rnd_next'`))[0]?.[1]);

for (const key of [['id'], undefined]) {
  test(`an append compares rows that were read again by an index: ${key ? 'by their key' : 'whole'}`, async () => {
    const url = await server.database();
    await using context = await testContext();
    await using destination = await openDestination(url, context);
    const lines = Array.from({ length: 400 }, (_, id) => `${id},note ${id % 7},1.00\n`);
    const append = async (token: string, csv: readonly string[]) => {
      const request = await prepare(destination, csv.join(''), token, { mode: 'append' });
      const tables = request.tables.map((table) => ({
        ...table,
        target: { ...table.target, overlap: { cursor: 'id', ...(key && { key }) } },
      }));
      return destination.publish({ ...request, tables });
    };
    await append('a', lines.slice(0, 300));
    const before = await scanned();
    await append('b', lines.slice(100));
    assert.ok((await scanned()) - before < 20 * lines.length);
    assert.equal((await rows(url)).length, lines.length);
  });
}

for (const index of ['', 'create index by_id on t (id)']) {
  test(`a merge into a table without a key reads it no more often than once a step${index && ', or by its index'}`, async () => {
    const url = await server.database();
    await server.sql(url, `create table t (id bigint, note varchar(50), amount decimal(12,2)); ${index}`);
    await using context = await testContext();
    await using destination = await openDestination(url, context);
    const lines = (from: number, count: number, note: string) =>
      Array.from({ length: count }, (_, at) => `${from + at},${note},1.00\n`).join('');
    const merge = async (token: string, csv: string, mode: 'merge' | 'mirror') =>
      await destination.publish(await prepare(destination, csv, token, { mode }));
    await merge('a', lines(0, 1000, 'old'), 'merge');
    const before = await scanned();
    const merged = await merge('b', lines(500, 1000, 'new'), 'merge');
    const mirrored = await merge('c', lines(400, 1000, 'new'), 'mirror');
    assert.ok((await scanned()) - before < 50_000, String((await scanned()) - before));
    assert.deepEqual(
      [merged, mirrored].map(({ tables }) => tables.map(({ added, changed, deleted }) => [added, changed, deleted])),
      [[[500, 500, 0]], [[0, 100, 500]]],
    );
  });
}

for (const point of ['mysql.publish.begun', 'mysql.publish.written', 'mysql.publish.before-commit', 'mysql.publish.committed']) {
  for (const existing of ['any', 'recreate'] as const) {
    for (const first of [true, false]) {
      test(`a publish that dies at ${point} (existing: ${existing}, ${first ? 'new table' : 'old table'}) happened whole or not at all`, async () => {
        const url = await server.database();
        await using context = await testContext();
        if (!first) {
          await using destination = await openDestination(url, context);
          await destination.publish(await prepare(destination, '7,old,1\n', 'old'));
        }
        const before = first ? [] : await rows(url);
        const dying = await openDestination(url, dyingAt(context, point));
        const request = await prepare(dying, '8,new,2\n9,new,3\n', 'new', { existing });
        void dying.publish(request).catch(() => undefined);
        await server.sql(url, 'do sleep(0.4)');
        // The process is gone: its sessions end, and with them their transactions.
        for (const [id] of await server.sql(
          url,
          'select id from information_schema.processlist where db = database() and id <> connection_id()',
        )) {
          await server.sql(url, `kill ${id}`).catch(() => undefined);
        }
        await using next = await openDestination(url, context);
        const { last } = await next.claim('p');
        const happened = point === 'mysql.publish.committed';
        assert.equal(last?.token === 'new', happened);
        const left = (await names(url)).includes('t') ? await rows(url) : [];
        assert.deepEqual(
          left,
          happened
            ? [
                ['8', 'new', '2.00'],
                ['9', 'new', '3.00'],
              ]
            : before,
        );
        assert.deepEqual(await names(url), happened || !first ? ['t'] : [], 'nothing else is left');
      });
    }
  }
}
