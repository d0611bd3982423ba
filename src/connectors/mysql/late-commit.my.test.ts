/** Rows that commit after a read which has seen later ones. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createConnection } from 'mysql2/promise';
import { startMariadb } from '../../../test/support/mariadb.ts';
import type { Json } from '../../domain/json.ts';
import { readAll } from './harness.ts';

const server = await startMariadb();
after(() => server.stop());

const follow = (field: string, from?: Json) =>
  ({
    mode: 'incremental',
    cursor: { field, window: { fromInclusive: true, toInclusive: true, advance: 'max-read' }, nulls: 'include', strict: false },
    ...(from !== undefined && { from }),
  }) as const;

const ids = (text: string): readonly string[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split(',')[0] ?? '');

for (const cursor of ['at', 'id', 'local_at']) {
  test(`a transaction that was open during a read is not lost to the next one: cursor ${cursor}`, async () => {
    const url = await server.database();
    await server.sql(
      url,
      'create table t (id bigint auto_increment primary key, at timestamp(6) default current_timestamp(6), local_at datetime(6) default current_timestamp(6), key (at), key (local_at)); insert into t () values ()',
    );
    const late = await createConnection(url);
    await late.query('start transaction');
    await late.query('insert into t () values ()');
    await server.sql(url, 'do sleep(0.05); insert into t () values ()');
    const first = await readAll(url, { name: 't' }, follow(cursor));
    assert.deepEqual(ids(first.text), ['1', '3']);
    await late.query('commit');
    await late.end();
    const second = await readAll(url, { name: 't' }, follow(cursor, first.position));
    assert.ok(ids(second.text).includes('2'), `row 2 is among ${ids(second.text).join(', ')}`);
  });
}

test('who may not see the transactions of others gets a lookback, and the receipt says so', async () => {
  const url = await server.database();
  const name = url.split('/').at(-1) ?? '';
  await server.sql(
    url,
    `create table t (id bigint auto_increment primary key, at timestamp(6) default current_timestamp(6)); insert into t () values ();
    create user \`${name}\`@'127.0.0.1' identified by 'pw'; grant select on \`${name}\`.* to \`${name}\`@'127.0.0.1'`,
  );
  const limited = `mysql://${name}:pw@127.0.0.1:${server.port}/${name}`;
  const timed = await readAll(limited, { name: 't' }, follow('at'));
  assert.match(timed.proof?.guarantee ?? '', /^lookback 10 minutes/);
  const numbered = await readAll(limited, { name: 't' }, follow('id'));
  assert.match(numbered.proof?.guarantee ?? '', /^not commit-safe/);
});
